"""What every bus promises (spanloom/bus/port.py), asked of the memory bus and of a real Kafka broker alike."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from spanloom.bus import Bus, BusSettings, Consumer, Message, Record, dead_letter, dlq_of, open_bus, origin_of, revived
from spanloom.errors import BusError, MessageTooLarge, UnreadableMessage
from support import wait_for

Crash = Callable[[str, str], list[int]]


@pytest.fixture(params=["memory", "kafka"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return f"memory://{uuid.uuid4().hex}"
    broker_url: str = request.getfixturevalue("kafka").url
    return broker_url


@pytest.fixture
def bus(url: str, bus_settings: BusSettings) -> Iterator[Bus]:
    with open_bus(url, bus_settings) as opened:
        yield opened


@pytest.fixture
def topic(bus: Bus) -> Iterator[str]:
    """A topic of the test's own, with its dead letter queue."""
    name = f"contract-{uuid.uuid4().hex}"
    bus.ensure_topics([name, dlq_of(name)])
    yield name
    bus.delete_topics([name, dlq_of(name)])


@pytest.fixture
def join(bus: Bus) -> Iterator[Callable[..., Consumer]]:
    """Makes consumers and closes them at the end."""
    made: list[Consumer] = []

    def join_(topics: str | list[str], group: str = "g") -> Consumer:
        made.append(bus.consumer(topics, group))
        return made[-1]

    yield join_
    for consumer in made:
        consumer.close()


def collect(consumer: Consumer, count: int, timeout_s: float = 30.0) -> list[Message]:
    """Poll until `count` messages came."""
    messages: list[Message] = []
    wait_for(
        lambda: messages.extend(consumer.poll(0.2)) or len(messages) >= count,
        timeout_s=timeout_s,
        what=f"{count} messages",
    )
    return messages


def nothing_comes(consumer: Consumer, seconds: float = 1.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if consumer.poll(0.1):
            return False
    return True


def settle(*consumers: Consumer, partitions: int = 4) -> None:
    """Poll all members until the partitions are dealt out evenly."""

    def dealt() -> bool:
        for consumer in consumers:
            assert consumer.poll(0.1) == []
        shares = [len(consumer.assigned()) for consumer in consumers]
        return sum(shares) == partitions and max(shares) - min(shares) <= 1

    wait_for(dealt, what="the partitions to be dealt out")


def values(messages: list[Message]) -> list[int]:
    return [int(message.value) for message in messages]


def publish(bus: Bus, topic: str, numbers: range, keys: int = 7) -> None:
    bus.producer().publish([Record(topic, f"key-{n % keys}", str(n).encode()) for n in numbers])


def test_messages_of_one_key_stay_in_order(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(300))
    by_key: dict[str, list[int]] = defaultdict(list)
    places: dict[str, set[int]] = defaultdict(set)
    for message in collect(join(topic), 300):
        by_key[message.key].append(int(message.value))
        places[message.key].add(message.partition)
    assert sorted(n for numbers in by_key.values() for n in numbers) == list(range(300))
    assert all(numbers == sorted(numbers) for numbers in by_key.values())
    assert all(len(partitions) == 1 for partitions in places.values())
    assert len({next(iter(partitions)) for partitions in places.values()}) > 1


def test_a_message_arrives_as_it_was_sent(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    value = bytes(range(256))
    sent = bus.producer().send(topic, "nøgle", value, {"traceparent": "00-å", "raw": b"\x00\xff", "empty": ""})
    receipt = sent.result(30)
    (message,) = collect(join(topic), 1)
    assert (message.topic, message.key, message.value) == (topic, "nøgle", value)
    assert message.headers == {"traceparent": "00-å".encode(), "raw": b"\x00\xff", "empty": b""}
    assert message.header("traceparent") == "00-å"
    assert message.header("absent") is None
    assert (message.partition, message.offset) == (receipt.partition, receipt.offset)


def test_publish_gives_the_receipts_in_order(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    receipts = bus.producer().publish([Record(topic, f"k{n}", str(n).encode()) for n in range(50)])
    found = {(m.partition, m.offset): int(m.value) for m in collect(join(topic), 50)}
    assert [found[receipt.partition, receipt.offset] for receipt in receipts] == list(range(50))


def test_every_group_gets_everything(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(40))
    first = join(topic, "first")
    assert first.commit(collect(first, 40))
    assert sorted(values(collect(join(topic, "second"), 40))) == list(range(40))
    assert nothing_comes(first)


def test_members_share_a_group(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    one, two = join(topic), join(topic)
    settle(one, two)
    assert not one.assigned() & two.assigned()
    publish(bus, topic, range(200), keys=50)
    got: dict[Consumer, list[Message]] = {one: [], two: []}

    def all_there() -> bool:
        for consumer, messages in got.items():
            messages.extend(consumer.poll(0.1))
        return sum(map(len, got.values())) >= 200

    wait_for(all_there, what="200 messages at two members")
    assert sorted(values(got[one] + got[two])) == list(range(200))
    assert got[one]
    assert got[two]


def test_one_consumer_reads_several_topics(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(10))
    publish(bus, dlq_of(topic), range(10, 20))
    assert sorted(values(collect(join([topic, dlq_of(topic)]), 20))) == list(range(20))


def test_what_is_committed_does_not_come_again(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(20))
    first = join(topic)
    messages = collect(first, 20)
    assert first.lag() == 20
    assert first.commit(messages)
    assert first.lag() == 0
    first.close()
    publish(bus, topic, range(20, 25))
    assert sorted(values(collect(join(topic), 5))) == list(range(20, 25))


def test_what_is_not_committed_comes_again_after_close(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(20), keys=1)
    first = join(topic)
    messages = collect(first, 20)
    assert first.commit(messages[:8])
    first.close()
    assert values(collect(join(topic), 12)) == list(range(8, 20))


def test_acks_in_any_order_never_skip_an_open_message(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(10), keys=1)
    first = join(topic)
    messages = collect(first, 10)
    for place in (0, 1, 9, 3, 5, 2):  # 4 stays open, so 5 and 9 must come again
        first.ack(messages[place])
    assert first.commit()
    assert first.lag() == 6
    first.close()
    assert values(collect(join(topic), 6)) == list(range(4, 10))


def test_rewind_delivers_again_from_the_first_open_message(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(6), keys=1)
    consumer = join(topic)
    messages = collect(consumer, 6)
    consumer.commit(messages[:2])
    consumer.rewind()
    again = collect(consumer, 4)
    assert values(again) == [2, 3, 4, 5]
    consumer.commit(messages[2:])  # acks of the first delivery, which count no more
    assert consumer.lag() == 4
    consumer.commit(again)
    assert consumer.lag() == 0


def test_a_crash_before_the_commit_delivers_again(
    url: str, bus: Bus, topic: str, join: Callable[..., Consumer], bus_settings: BusSettings
) -> None:
    publish(bus, topic, range(30))
    crash = crash_in_thread if url.startswith("memory") else crash_in_process
    assert sorted(crash(bus, url, topic, bus_settings)) == list(range(30))
    assert sorted(values(collect(join(topic), 30))) == list(range(30))


def crash_in_thread(bus: Bus, url: str, topic: str, settings: BusSettings) -> list[int]:
    """Read everything in a thread that ends without a word, as a worker's thread does that dies of an error."""
    taken: list[int] = []
    thread = threading.Thread(target=lambda: taken.extend(values(collect(bus.consumer(topic, "g"), 30))))
    thread.start()
    thread.join()
    return taken


def crash_in_process(bus: Bus, url: str, topic: str, settings: BusSettings) -> list[int]:
    """Read everything in a process and kill -9 it."""
    program = (
        "import sys, time; from spanloom.bus import BusSettings, open_bus\n"
        f"consumer = open_bus({url!r}, {settings!r}).consumer({topic!r}, 'g')\n"
        "count = 0\n"
        "while count < 30:\n"
        "    for message in consumer.poll(0.2):\n"
        "        print(int(message.value), flush=True); count += 1\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        taken = [int(process.stdout.readline()) for _ in range(30)]
        process.kill()
    return taken


def test_a_new_member_takes_over_part_and_gives_it_back(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    stays, leaves = join(topic), join(topic)
    settle(stays, leaves)
    publish(bus, topic, range(100), keys=50)
    open_ = set(values(wait_for(lambda: leaves.poll(0.2), what="messages at the second member")))
    share = leaves.assigned()
    leaves.close()
    seen: set[int] = set()
    wait_for(lambda: seen.update(values(stays.poll(0.2))) or open_ <= seen, what="what the second member left open")
    assert share <= stays.assigned()
    assert len(stays.assigned()) == 4


def test_an_ack_after_the_partition_was_lost_changes_nothing(
    bus: Bus, topic: str, join: Callable[..., Consumer]
) -> None:
    publish(bus, topic, range(40), keys=20)
    old = join(topic)
    messages = collect(old, 40)
    new = join(topic)
    new.pause()
    wait_for(
        lambda: (old.poll(0.1), new.poll(0.1)) and len(old.assigned()) == len(new.assigned()) == 2, what="two members"
    )
    lost = [message for message in messages if (message.topic, message.partition) in new.assigned()]
    assert lost
    old.commit(lost)
    new.resume()
    assert sorted(values(collect(new, len(lost)))) == sorted(values(lost))


def test_a_paused_consumer_receives_nothing_and_stays_a_member(
    bus: Bus, topic: str, join: Callable[..., Consumer], bus_settings: BusSettings
) -> None:
    consumer = join(topic)
    settle(consumer)
    consumer.pause()
    publish(bus, topic, range(20))
    assert nothing_comes(consumer, bus_settings.session_timeout_s + 1)
    assert consumer.paused
    assert len(consumer.assigned()) == 4
    consumer.resume()
    assert sorted(values(collect(consumer, 20))) == list(range(20))


def test_a_pause_outlives_a_rebalance(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    consumer = join(topic)
    consumer.pause()  # before anything is assigned
    publish(bus, topic, range(20))
    other = join(topic)
    other.pause()
    settle(consumer, other)
    other.close()
    wait_for(lambda: consumer.poll(0.1) == [] and len(consumer.assigned()) == 4, what="all partitions")
    assert nothing_comes(consumer)
    consumer.resume()
    assert sorted(values(collect(consumer, 20))) == list(range(20))


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
