"""What only a real broker can do to us: die, come back, fall silent, refuse."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from kafka import TopicPartition

from spanloom.bus import BusSettings, Message, Record, open_bus
from spanloom.bus.kafka import KafkaBus
from spanloom.bus.kafka_consumer import KafkaConsumer
from spanloom.errors import BusError
from support.common import wait_for
from support.kafka_broker import KafkaBroker


@pytest.fixture
def bus(kafka: KafkaBroker, bus_settings: BusSettings) -> Iterator[KafkaBus]:
    opened = open_bus(kafka.url, replace(bus_settings, silence_rebuild_s=1.0))
    assert isinstance(opened, KafkaBus)
    with opened:
        yield opened


@pytest.fixture
def topic(bus: KafkaBus) -> str:
    name = f"kafka-{uuid.uuid4().hex}"
    bus.ensure_topics([name])
    return name


@pytest.fixture
def consumer(bus: KafkaBus, topic: str) -> Iterator[KafkaConsumer]:
    with bus.consumer(topic, "g") as opened:
        yield opened


def collect(consumer: KafkaConsumer, count: int) -> list[Message]:
    messages: list[Message] = []
    wait_for(lambda: messages.extend(consumer.poll(0.2)) or len(messages) >= count, what=f"{count} messages")
    return messages


def publish(bus: KafkaBus, topic: str, numbers: range) -> None:
    bus.producer().publish([Record(topic, f"key-{n}", str(n).encode()) for n in numbers])


def numbers(messages: list[Message]) -> set[int]:
    return {int(message.value) for message in messages}


def test_kill_9_of_the_broker_loses_nothing(
    kafka: KafkaBroker, bus: KafkaBus, topic: str, consumer: KafkaConsumer
) -> None:
    publish(bus, topic, range(50))
    messages = collect(consumer, 50)
    assert consumer.commit(messages[:20])
    kafka.kill9()
    begun = time.monotonic()
    assert consumer.poll(0.5) == []
    assert consumer.commit(messages) is False  # told, not raised: the broker is away
    assert time.monotonic() - begun < 2 * bus.settings.commit_timeout_s
    sending = threading.Thread(target=publish, args=(bus, topic, range(50, 60)))
    sending.start()
    kafka.start()
    seen: set[int] = set()

    def all_came() -> bool:
        batch = consumer.poll(0.2)
        seen.update(numbers(batch))
        consumer.commit(batch)
        return seen >= set(range(50, 60))

    wait_for(all_came, timeout_s=60, what="messages after the restart")
    sending.join()
    wait_for(lambda: consumer.commit(consumer.poll(0.1)) and consumer.lag() == 0, what="no lag")


def test_a_consumer_may_come_before_its_broker(kafka: KafkaBroker, bus: KafkaBus, topic: str) -> None:
    publish(bus, topic, range(5))
    kafka.stop()
    with bus.consumer(topic, "early") as consumer:
        assert consumer.poll(0.3) == []
        with pytest.raises(BusError, match=r"no Kafka broker answers \(127\.0\.0\.1:\d+: .*Start the broker"):
            bus.ping()
        kafka.start()
        assert numbers(collect(consumer, 5)) == set(range(5))


def test_what_cannot_be_stored_in_time_is_an_error_that_says_so(
    kafka: KafkaBroker, bus_settings: BusSettings, topic: str
) -> None:
    with open_bus(kafka.url, replace(bus_settings, delivery_timeout_s=2.0)) as bus:
        bus.producer().publish([Record(topic, "k", b"1")])
        kafka.stop()
        begun = time.monotonic()
        with pytest.raises(BusError, match=r"3 of 3 messages were not stored on Kafka at 127.*They may be sent again"):
            bus.producer().publish([Record(topic, f"k{n}", b"2") for n in range(3)])
        assert time.monotonic() - begun < 20


def test_a_silent_consumer_is_built_anew(bus: KafkaBus, topic: str, consumer: KafkaConsumer) -> None:
    publish(bus, topic, range(4))
    consumer.commit(collect(consumer, 4))
    # Deafen the client behind the consumer's back: assigned, lagging, silent.
    consumer._client.pause(*consumer._client.assignment())
    publish(bus, topic, range(4, 8))
    assert numbers(collect(consumer, 4)) == set(range(4, 8))
    assert consumer.rebuilds == 1


def test_neither_a_paused_nor_an_idle_consumer_is_silent(bus: KafkaBus, topic: str, consumer: KafkaConsumer) -> None:
    publish(bus, topic, range(4))
    consumer.commit(collect(consumer, 4))
    quiet(consumer, 3)
    consumer.pause()
    publish(bus, topic, range(4, 8))
    quiet(consumer, 3)
    consumer.resume()
    assert numbers(collect(consumer, 4)) == set(range(4, 8))
    assert consumer.rebuilds == 0


def quiet(consumer: KafkaConsumer, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert consumer.poll(0.2) == []


def test_topics_are_made_as_the_settings_say(bus: KafkaBus) -> None:
    name = f"kafka-{uuid.uuid4().hex}"
    bus.ensure_topics([name, f"{name}.dlq"], partitions=3)
    assert configured(bus, name) == {
        "retention.ms": "604800000",
        "max.message.bytes": "1114112",
        "message.timestamp.type": "LogAppendTime",
    }
    assert configured(bus, f"{name}.dlq") == {
        "retention.ms": "2592000000",
        "max.message.bytes": "1245184",
        "message.timestamp.type": "LogAppendTime",
    }
    with bus.consumer(name, "g") as consumer:
        wait_for(lambda: consumer.poll(0.1) == [] and len(consumer.assigned()) == 3, what="three partitions")


def configured(bus: KafkaBus, topic: str) -> dict[str, str]:
    from kafka.admin import ConfigResource, ConfigResourceType

    found: Any = bus.cluster.ask("describe_configs", [ConfigResource(ConfigResourceType.TOPIC, topic)])
    entries = next(iter(next(iter(found.values())).values()))
    return {name: str(entry["value"] if isinstance(entry, dict) else entry) for name, entry in entries.items()}


def test_more_copies_than_brokers_is_refused_with_kafkas_words(bus: KafkaBus) -> None:
    with pytest.raises(BusError, match=r"could not be made: .*replication factor"):
        bus.ensure_topics([f"kafka-{uuid.uuid4().hex}"], replication=3)


def test_a_foreign_message_without_key_value_or_text_arrives(
    kafka: KafkaBroker, topic: str, consumer: KafkaConsumer
) -> None:
    from kafka import KafkaProducer

    foreign = KafkaProducer(bootstrap_servers=[f"127.0.0.1:{kafka.port}"])
    foreign.send(topic, value=b"\xff\x00", partition=0)
    foreign.send(topic, key=b"\xfe", value=None, partition=0, headers=[("raw", b"\xff")])
    foreign.flush()
    foreign.close()
    first, second = collect(consumer, 2)
    assert (first.key, first.value) == ("", b"\xff\x00")
    assert (second.key, second.value, second.headers) == ("\\xfe", b"", {"raw": b"\xff"})


def test_a_topic_made_anew_is_read_from_its_start_even_past_old_offsets(
    bus: KafkaBus, topic: str, consumer: KafkaConsumer
) -> None:
    """The new topic is longer than the old one was, so that no offset is out of range."""
    publish(bus, topic, range(8))
    consumer.commit(collect(consumer, 8))
    bus.delete_topics([topic])
    bus.ensure_topics([topic])
    publish(bus, topic, range(100, 200))
    seen: set[int] = set()
    wait_for(lambda: seen.update(numbers(consumer.poll(0.2))) or seen >= set(range(100, 200)), what="all of the new")


def test_joins_survive_polls_that_are_too_short(bus: KafkaBus) -> None:
    """kafka-python 3.0.12 loses the result of a join that ends between two polls (see kafka_join.py)."""
    for _ in range(5):
        name = f"kafka-{uuid.uuid4().hex}"
        bus.ensure_topics([name])
        with bus.consumer(name, name) as one, bus.consumer(name, name) as two:

            def dealt(one: KafkaConsumer = one, two: KafkaConsumer = two) -> bool:
                for consumer in (one, two):
                    consumer.poll(0.01)
                    time.sleep(0.02)
                return len(one.assigned()) == len(two.assigned()) == 2

            wait_for(dealt, what="both to have their share")
            assert {TopicPartition(*p) for p in one.assigned() | two.assigned()} == set(
                one._client.assignment() | two._client.assignment()
            )


def test_a_producer_outlives_an_outage_longer_than_its_patience(kafka: KafkaBroker, topic: str) -> None:
    """A batch that was under way when the broker died, and expired before it was back, must block nothing."""
    settings = BusSettings(
        partitions=1, session_timeout_s=6, delivery_timeout_s=4, request_timeout_s=1, connect_timeout_s=1,
        topic_check_s=0.5,
    )  # fmt: skip
    with open_bus(kafka.url, settings) as bus:
        stop, stored, failed = threading.Event(), [0], [0]

        def send_all_the_time() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    stored[0] += len(bus.producer().publish([Record(topic, f"k{number}", b"x" * 500)] * 200))
                except BusError:
                    failed[0] += 1

        threads = [threading.Thread(target=send_all_the_time) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait_for(lambda: stored[0] > 1000, timeout_s=60, what="messages to flow")
        kafka.kill9()
        wait_for(lambda: failed[0] >= 4, timeout_s=90, what="patience to end")
        kafka.start()
        before = stored[0]
        wait_for(lambda: stored[0] > before + 1000, timeout_s=60, what="messages to flow again")
        stop.set()
        for thread in threads:
            thread.join()
