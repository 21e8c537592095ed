"""What is the memory bus's own: sharing by name, memory that stays bounded, members put out. The rest is contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from spanloom.bus import BusSettings, Message, Record, dead_letter, dlq_of, open_bus
from spanloom.bus.memory import MemoryBus, MemoryConsumer
from spanloom.bus.memory_broker import MemoryBroker
from spanloom.errors import BusError
from support.clock import Clock

TOPIC = "t"
KIB = 1024
DAY_S = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bus(clock: Clock) -> Iterator[MemoryBus]:
    settings = BusSettings(partitions=1, memory_bytes=10 * KIB, retention_days=100 / DAY_S, max_poll_interval_s=50)
    with MemoryBus("unit", settings) as opened:
        opened.broker.clock = clock
        opened.ensure_topics([TOPIC, dlq_of(TOPIC)])
        yield opened


def publish(bus: MemoryBus, count: int, size: int = KIB) -> None:
    bus.producer().publish([Record(TOPIC, "k", b"x" * size) for _ in range(count)])


def poll(consumer: MemoryConsumer) -> list[Message]:
    return consumer.poll(0)


def test_one_name_is_one_broker_until_the_last_leaves() -> None:
    first, second = open_bus("memory://same"), open_bus("memory://same")
    other = open_bus("memory://other")
    for bus in (first, other):
        bus.ensure_topics([TOPIC])
    first.producer().publish([Record(TOPIC, "k", b"1")])
    first.close()
    assert [m.value for m in second.consumer(TOPIC, "g").poll(0)] == [b"1"]
    assert other.consumer(TOPIC, "g").poll(0) == []
    with pytest.raises(BusError, match="closed"):
        first.ping()
    second.close()
    with open_bus("memory://same") as again:
        again.ensure_topics([TOPIC])
        assert again.consumer(TOPIC, "g").poll(0) == []
    other.close()


def test_what_every_group_has_committed_is_dropped_above_the_limit(bus: MemoryBus) -> None:
    one, two = bus.consumer(TOPIC, "one"), bus.consumer(TOPIC, "two")
    publish(bus, 30)
    messages = poll(one)
    one.commit(messages)
    two.commit(poll(two)[:25])
    publish(bus, 1)
    held = bus.broker.log((TOPIC, 0))
    assert held.start == 21  # 31 KiB, less 21, is the 10 KiB allowed
    assert held.end == 31
    publish(bus, 10)
    assert held.start == 25  # the second group has open messages from here on


def test_what_nobody_has_read_is_never_dropped_for_its_size(bus: MemoryBus) -> None:
    reader = bus.consumer(TOPIC, "g")
    publish(bus, 100)
    assert len(poll(reader)) == 100


def test_messages_over_their_time_go(bus: MemoryBus, clock: Clock) -> None:
    publish(bus, 3)
    clock.now = 101
    publish(bus, 1)
    late = bus.consumer(TOPIC, "late")
    assert [message.offset for message in poll(late)] == [3]


def test_a_member_that_does_not_poll_loses_its_partitions(bus: MemoryBus, clock: Clock) -> None:
    stuck = bus.consumer(TOPIC, "g")
    publish(bus, 1)
    (message,) = poll(stuck)
    other = bus.consumer(TOPIC, "g")
    assert poll(other) == []
    clock.now = 51
    assert [m.offset for m in poll(other)] == [0]
    assert stuck.commit([message]) is False
    assert poll(stuck) == []  # it joins again, and leaves the partition with the one that works
    assert other.assigned() | stuck.assigned() == {(TOPIC, 0)}


def test_a_member_keeps_what_it_holds_when_another_joins_or_leaves() -> None:
    with MemoryBus("sticky", BusSettings(partitions=4)) as bus:
        bus.ensure_topics([TOPIC])
        bus.producer().publish([Record(TOPIC, f"k{n}", b"") for n in range(40)])
        stays = bus.consumer(TOPIC, "g")
        assert len(poll(stays)) == 40
        joins = bus.consumer(TOPIC, "g")
        kept = stays.assigned()
        again = poll(joins)
        assert {(m.topic, m.partition) for m in again} == joins.assigned()
        assert not kept & joins.assigned()
        assert poll(stays) == []
        joins.close()
        back = poll(stays)
        assert sorted((m.partition, m.offset) for m in back) == sorted((m.partition, m.offset) for m in again)


def test_no_partition_starves(bus: MemoryBus) -> None:
    bus.ensure_topics(["busy"], partitions=3)
    bus.producer().publish([Record("busy", f"k{n}", b"") for n in range(300)])
    consumer = bus.consumer("busy", "g")
    firsts = {consumer.poll(0, 10)[0].partition for _ in range(3)}
    assert firsts == {0, 1, 2}


def test_dead_letters_lie_in_the_open(bus: MemoryBus) -> None:
    publish(bus, 1)
    (message,) = poll(bus.consumer(TOPIC, "g"))
    dead_letter(bus.producer(), message, "no JSON")
    (dead,) = bus.broker.dead_letters
    assert dead.header("dlq-reason") == "no JSON"
    assert replace(dead, headers={}) == replace(message, topic=dlq_of(TOPIC), headers={})


def test_a_topic_nobody_asked_for_is_refused(bus: MemoryBus) -> None:
    future = bus.producer().send("absent", "k", b"")
    with pytest.raises(BusError, match=r"'absent' does not exist; make it with ensure_topics"):
        future.result(0)
    with pytest.raises(BusError, match="does not exist"):
        bus.producer().publish([Record("absent", "k", b"")])


def test_a_broker_made_by_hand_is_not_shared() -> None:
    assert MemoryBroker("unit", BusSettings()) is not MemoryBroker("unit", BusSettings())
