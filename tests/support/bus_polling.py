"""Polling a bus in tests: what came, that nothing comes, and that a group has settled."""

from __future__ import annotations

import time

from spanloom.bus import Bus, Consumer, Message, Record
from support.common import wait_for


def collect(consumer: Consumer, count: int, timeout_s: float = 30.0) -> list[Message]:
    """Poll until `count` messages came."""
    messages: list[Message] = []

    def all_came() -> bool:
        messages.extend(consumer.poll(0.2))
        return len(messages) >= count

    wait_for(all_came, timeout_s=timeout_s, what=f"{count} messages")
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
