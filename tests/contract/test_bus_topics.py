"""What every bus promises (spanloom/bus/port.py): dead letters, sizes, topics that vanish, and words for mistakes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from spanloom.bus import Bus, BusSettings, Consumer, Record, dead_letter, dlq_of, open_bus, origin_of, revived
from spanloom.errors import BusError, MessageTooLarge, UnreadableMessage
from support.bus_polling import collect, publish, settle, values
from support.common import wait_for


def test_a_dead_letter_keeps_the_original_and_says_why(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    bus.producer().publish([Record(topic, "k", b"\xff not json", {"traceparent": "00-1"})])
    (message,) = collect(join(topic), 1)
    dead_letter(bus.producer(), message, "unreadable: byte 0 is no UTF-8 – æ", attempts=3)
    (dead,) = collect(join(dlq_of(topic), "dlq"), 1)
    assert (dead.key, dead.value, dead.header("traceparent")) == ("k", b"\xff not json", "00-1")
    origin = origin_of(dead)
    assert (origin.topic, origin.partition, origin.offset) == (topic, message.partition, message.offset)
    assert (origin.attempts, origin.reason) == (3, "unreadable: byte 0 is no UTF-8 – æ")
    assert revived(dead) == Record(topic, "k", b"\xff not json", {"traceparent": b"00-1"})
    with pytest.raises(UnreadableMessage, match="dlq-"):
        origin_of(message)


def test_a_message_of_full_size_dies_with_a_long_reason(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    value = b"x" * (bus.settings.max_message_bytes - 100)
    bus.producer().publish([Record(topic, "k", value)])
    (message,) = collect(join(topic), 1)
    dead_letter(bus.producer(), message, "ø" * 100_000)
    (dead,) = collect(join(dlq_of(topic), "dlq"), 1)
    assert dead.value == value
    assert origin_of(dead).reason.endswith("ø…")


def test_a_message_of_900_kilobytes_passes(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    value = bytes(n % 251 for n in range(900_000))
    bus.producer().publish([Record(topic, "big", value)])
    (message,) = collect(join(topic), 1)
    assert message.value == value


def test_the_largest_message_passes_and_one_byte_more_is_refused(
    bus: Bus, topic: str, join: Callable[..., Consumer]
) -> None:
    room = bus.settings.max_message_bytes - len("k") - len("h") - len("v")
    with pytest.raises(MessageTooLarge, match=r"1,048,577 bytes.*at most 1,048,576.*id alone"):
        bus.producer().send(topic, "k", b"x" * (room + 1), {"h": "v"})
    with pytest.raises(MessageTooLarge):
        bus.producer().publish([Record(topic, "small", b"1"), Record(topic, "k", b"x" * (room + 1), {"h": "v"})])
    bus.producer().publish([Record(topic, "k", b"x" * room, {"h": "v"})])
    (message,) = collect(join(topic), 1)  # and nothing of the refused batch
    assert len(message.value) == room


def test_poll_gives_at_most_what_was_asked_for(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(100))
    consumer = join(topic)
    sizes = []
    wait_for(lambda: sizes.append(len(consumer.poll(0.2, 7))) or sum(sizes) >= 100, what="100 messages")
    assert max(sizes) <= 7
    assert sum(sizes) == 100


def test_a_waiting_poll_wakes_when_a_message_comes(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    consumer = join(topic)
    settle(consumer)
    timer = threading.Timer(0.3, publish, (bus, topic, range(1)))
    timer.start()
    begun = time.monotonic()
    assert values(consumer.poll(20)) == [0]
    assert time.monotonic() - begun < 10
    timer.join()


def test_topics_are_made_once(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(5))
    bus.ensure_topics([topic])
    bus.ensure_topics([topic], partitions=9)
    consumer = join(topic)
    assert sorted(values(collect(consumer, 5))) == list(range(5))
    assert len(consumer.assigned()) == 4


def test_a_topic_deleted_in_mid_run_is_made_again(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(50))
    consumer = join(topic)
    assert consumer.commit(collect(consumer, 50))
    bus.delete_topics([topic])
    publish(bus, topic, range(50, 60))
    seen: set[int] = set()
    wait_for(
        lambda: seen.update(values(consumer.poll(0.2))) or seen >= set(range(50, 60)), what="messages of the new topic"
    )
    assert not seen & set(range(50))


def test_an_idle_consumer_makes_its_deleted_topic_again(
    url: str, bus: Bus, bus_settings: BusSettings, topic: str, join: Callable[..., Consumer]
) -> None:
    consumer = join(topic)
    settle(consumer)
    bus.delete_topics([topic])
    with open_bus(url, bus_settings) as other:  # which never asked for the topic, so it cannot make it
        sending = threading.Thread(target=publish, args=(other, topic, range(3)))
        sending.start()
        assert sorted(values(collect(consumer, 3))) == [0, 1, 2]
        sending.join()


def test_a_closed_consumer_says_so(bus: Bus, topic: str) -> None:
    consumer = bus.consumer(topic, "g")
    consumer.close()
    consumer.close()
    with pytest.raises(BusError, match="closed"):
        consumer.poll(0.1)


def test_a_consumer_needs_a_topic(bus: Bus) -> None:
    with pytest.raises(BusError, match="at least one topic"):
        bus.consumer([], "g")


def test_ping_answers(bus: Bus) -> None:
    bus.ping()


@pytest.mark.parametrize("bad", ["", "memory://", "kafka://", "amqp://host", "kafka:/host:1"])
def test_a_bus_url_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(BusError, match="memory://NAME or kafka://HOST"):
        open_bus(bad)
