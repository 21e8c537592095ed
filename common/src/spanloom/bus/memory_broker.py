"""The broker behind the memory bus: topics, partitions, groups and offsets of one `memory://name`.

`MemoryBroker.dead_letters` lies in the open for tests and for the curious.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from spanloom.bus.offsets import OffsetTracker, Partition
from spanloom.bus.port import Message, Receipt, Record, encoded
from spanloom.bus.settings import BusSettings
from spanloom.bus.topics import is_dlq
from spanloom.errors import BusError


class Member(Protocol):
    """One member of a group, as the broker knows it."""

    group: str
    topics: tuple[str, ...]
    offsets: OffsetTracker
    position: dict[Partition, int]

    def dead(self) -> bool:
        """True when its thread is gone for a session time, or it has not polled for too long."""

    def assign(self, positions: dict[Partition, int]) -> None:
        """Hold these partitions from these offsets on; called under the broker's lock."""

    def rotation(self) -> list[Partition]:
        """The partitions to read, another one first each time."""


@dataclass(slots=True)
class _Stored:
    """A message at rest."""

    key: str
    value: bytes
    headers: dict[str, bytes]
    time: float


@dataclass(slots=True)
class _Log:
    """One partition: messages `start` to `end - 1`."""

    start: int = 0
    messages: deque[_Stored] = field(default_factory=deque)

    @property
    def end(self) -> int:
        return self.start + len(self.messages)


@dataclass(slots=True)
class _Topic:
    logs: list[_Log]
    retention_s: float
    bytes: int = 0


@dataclass(slots=True)
class _Group:
    """Members in order of joining, and the offset each partition is committed to."""

    members: list[Member] = field(default_factory=list)
    committed: dict[Partition, int] = field(default_factory=dict)


class MemoryBroker:
    """What all users of one `memory://name` share. Every field is guarded by `changed`."""

    _named: ClassVar[dict[str, MemoryBroker]] = {}
    _named_lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, name: str, settings: BusSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.settings, self.clock = name, settings, clock
        self.changed = threading.Condition()
        self.users = 0
        self._topics: dict[str, _Topic] = {}
        self._wanted: dict[str, tuple[int, float]] = {}
        self._groups: dict[str, _Group] = {}

    @classmethod
    def open(cls, name: str, settings: BusSettings) -> MemoryBroker:
        """The broker of that name, made for its first user."""
        with cls._named_lock:
            broker = cls._named.setdefault(name, cls(name, settings))
            broker.users += 1
            return broker

    def release(self) -> None:
        """One user less; the last one takes the broker with it."""
        with self._named_lock:
            self.users -= 1
            if self.users == 0 and self._named.get(self.name) is self:
                del self._named[self.name]

    @property
    def dead_letters(self) -> list[Message]:
        """Every message that lies in a dead letter queue."""
        with self.changed:
            return [
                _message(name, number, log.start + place, stored)
                for name, topic in self._topics.items()
                if is_dlq(name)
                for number, log in enumerate(topic.logs)
                for place, stored in enumerate(log.messages)
            ]

    # Topics

    def ensure_topics(self, names: Sequence[str], partitions: int, retention_s: float | None) -> None:
        with self.changed:
            for name in names:
                retention = self.settings.retention_of(name) if retention_s is None else retention_s
                self._wanted[name] = (partitions, retention)
                self._make(name)

    def _make(self, name: str) -> None:
        if name not in self._topics:
            partitions, retention_s = self._wanted[name]
            self._topics[name] = _Topic([_Log() for _ in range(partitions)], retention_s)
            self._rebalance_readers(name)

    def delete_topics(self, names: Sequence[str]) -> None:
        with self.changed:
            for name in names:
                if self._topics.pop(name, None) is not None:
                    for group in self._groups.values():
                        group.committed = {p: offset for p, offset in group.committed.items() if p[0] != name}
                    self._rebalance_readers(name)

    def restore_topics(self, names: Iterable[str]) -> None:
        """Make again what was deleted of the topics asked for before."""
        for name in names:
            if name in self._wanted:
                self._make(name)

    # Messages

    def append(self, record: Record) -> Receipt:
        with self.changed:
            self.restore_topics([record.topic])
            topic = self._topics.get(record.topic)
            if topic is None:
                raise BusError(f"topic {record.topic!r} does not exist; make it with ensure_topics")
            number = zlib.crc32(record.key.encode()) % len(topic.logs)
            log = topic.logs[number]
            headers = {name: encoded(value) for name, value in record.headers.items()}
            log.messages.append(_Stored(record.key, bytes(record.value), headers, self.clock()))
            topic.bytes += len(record.value)
            self._drop_old(record.topic, topic, number)
            self.changed.notify_all()
            return Receipt(record.topic, number, log.end - 1)

    def _drop_old(self, name: str, topic: _Topic, number: int) -> None:
        """Drop what is over its time; and over `memory_bytes`, what every group that reads the topic has committed."""
        log = topic.logs[number]
        oldest = self.clock() - topic.retention_s
        if log.messages[0].time >= oldest and topic.bytes <= self.settings.memory_bytes:
            return
        partition = (name, number)
        readers = [group for group in self._groups.values() if partition in group.committed or _reads(group, name)]
        done = min((group.committed.get(partition, log.start) for group in readers), default=log.end)
        while log.messages and (
            log.messages[0].time < oldest or (topic.bytes > self.settings.memory_bytes and log.start < done)
        ):
            topic.bytes -= len(log.messages.popleft().value)
            log.start += 1

    def take(self, consumer: Member, max_messages: int) -> list[Message]:
        """Messages from where `consumer` stands, at most `max_messages`, partitions in turn."""
        messages: list[Message] = []
        for partition in consumer.rotation():
            name, number = partition
            log = self._topics[name].logs[number]
            position = max(consumer.position[partition], log.start)
            for offset in range(position, min(log.end, position + max_messages - len(messages))):
                delivery = consumer.offsets.delivered(partition, offset)
                messages.append(_message(name, number, offset, log.messages[offset - log.start], delivery))
                consumer.position[partition] = offset + 1
            if len(messages) >= max_messages:
                break
        return messages

    # Groups

    def join(self, consumer: Member) -> None:
        with self.changed:
            self.group(consumer.group).members.append(consumer)
            self._rebalance(consumer.group)

    def leave(self, consumer: Member) -> None:
        with self.changed:
            members = self.group(consumer.group).members
            if consumer in members:
                members.remove(consumer)
                self._rebalance(consumer.group)

    def evict_dead(self, name: str) -> None:
        """Put out members that are gone or stuck: what Kafka's session and poll timeouts do."""
        dead = [member for member in self.group(name).members if member.dead()]
        for member in dead:
            self.group(name).members.remove(member)
        if dead:
            self._rebalance(name)

    def group(self, name: str) -> _Group:
        return self._groups.setdefault(name, _Group())

    def _rebalance_readers(self, topic: str) -> None:
        for name, group in self._groups.items():
            if _reads(group, topic):
                self._rebalance(name)

    def _rebalance(self, name: str) -> None:
        """Deal the partitions of each topic to the members that read it; a new holder starts from what is committed."""
        group = self.group(name)
        shares: dict[int, list[Partition]] = {id(member): [] for member in group.members}
        for topic in sorted({topic for member in group.members for topic in member.topics} & self._topics.keys()):
            readers = [member for member in group.members if topic in member.topics]
            for number in range(len(self._topics[topic].logs)):
                shares[id(readers[number % len(readers)])].append((topic, number))
        for member in group.members:
            member.assign({p: group.committed.get(p, self.log(p).start) for p in shares[id(member)]})
        self.changed.notify_all()

    def log(self, partition: Partition) -> _Log:
        return self._topics[partition[0]].logs[partition[1]]


def _reads(group: _Group, topic: str) -> bool:
    return any(topic in member.topics for member in group.members)


def _message(topic: str, partition: int, offset: int, stored: _Stored, delivery: int = 0) -> Message:
    return Message(topic, stored.key, stored.value, dict(stored.headers), partition, offset, delivery)
