"""The bus of one process: producers and consumers over a broker in memory.

It keeps the promises of `port.py` as Kafka does; the same contract suite runs on both. What it holds is lost at exit
and published again from the store at the next start.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future

from spanloom.bus.memory_broker import MemoryBroker
from spanloom.bus.offsets import OffsetTracker, Partition
from spanloom.bus.port import Bus, Consumer, Headers, Message, Producer, Receipt, Record, check_size, topics_tuple
from spanloom.bus.settings import BusSettings
from spanloom.bus.topics import ALL_TOPICS
from spanloom.errors import BusError


class MemoryConsumer(Consumer):
    """A member of a group on a `MemoryBroker`."""

    def __init__(self, broker: MemoryBroker, topics: tuple[str, ...], group: str) -> None:
        self.group, self.topics = group, topics
        self.offsets = OffsetTracker()
        self.position: dict[Partition, int] = {}
        self._broker = broker
        self._paused = self._closed = self._turn = False
        self._thread = threading.current_thread()
        self._seen = broker.clock()
        broker.join(self)

    def dead(self) -> bool:
        """True when its thread is gone for a session time, or it has not polled for too long."""
        silence = self._broker.clock() - self._seen
        settings = self._broker.settings
        gone = not self._thread.is_alive() and silence > settings.session_timeout_s
        return gone or silence > settings.max_poll_interval_s

    def assign(self, positions: dict[Partition, int]) -> None:
        """Hold these partitions from these offsets on; called by the broker, under its lock."""
        self.offsets.revoke(self.position.keys() - positions.keys())
        self.offsets.assign(positions.keys() - self.position.keys())
        self.position = {partition: self.position.get(partition, start) for partition, start in positions.items()}

    def rotation(self) -> list[Partition]:
        """The partitions to read, another one first each time, so that none starves."""
        partitions = list(self.position)
        if partitions:
            self.position[partitions[0]] = self.position.pop(partitions[0])
        return partitions

    def poll(self, timeout_s: float, max_messages: int = 500) -> list[Message]:
        deadline = time.monotonic() + timeout_s
        with self._broker.changed:
            while True:
                self._check_open()
                self._attend()
                messages = [] if self._paused else self._broker.take(self, max_messages)
                left = deadline - time.monotonic()
                if messages or left <= 0:
                    return messages
                # Wake now and then: a member that dies without a word tells nobody.
                self._broker.changed.wait(min(left, self._broker.settings.session_timeout_s / 4))

    def _attend(self) -> None:
        self._seen, self._thread = self._broker.clock(), threading.current_thread()
        self._broker.restore_topics(self.topics)
        self._broker.evict_dead(self.group)
        if self not in self._broker.group(self.group).members:
            self._broker.join(self)

    def ack(self, message: Message) -> None:
        self.offsets.ack((message.topic, message.partition), message.offset, message.delivery)

    def commit(self, messages: Iterable[Message] = ()) -> bool:
        for message in messages:
            self.ack(message)
        with self._broker.changed:
            self._check_open()
            if self not in self._broker.group(self.group).members:
                return False
            offsets = self.offsets.ready()
            self._broker.group(self.group).committed.update(offsets)
            self.offsets.committed(offsets)
            return True

    def rewind(self) -> None:
        with self._broker.changed:
            self.position.update(self.offsets.rewind())

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    @property
    def paused(self) -> bool:
        return self._paused

    def assigned(self) -> frozenset[tuple[str, int]]:
        with self._broker.changed:
            return frozenset(self.position)

    def lag(self) -> int:
        with self._broker.changed:
            committed = self._broker.group(self.group).committed
            logs = {partition: self._broker.log(partition) for partition in self.position}
            return sum(log.end - max(committed.get(partition, 0), log.start) for partition, log in logs.items())

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._broker.leave(self)
            self.offsets.revoke(self.position)
            self.position = {}

    def _check_open(self) -> None:
        if self._closed:
            raise BusError(f"this consumer of {', '.join(self.topics)} in group {self.group!r} is closed")


class MemoryProducer(Producer):
    """Appends to a `MemoryBroker`; a message is stored when `send` returns."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    def send(self, topic: str, key: str, value: bytes, headers: Headers | None = None) -> Future[Receipt]:
        record = Record(topic, key, value, headers or {})
        check_size(topic, key, value, record.headers, self._broker.settings)
        future: Future[Receipt] = Future()
        try:
            future.set_result(self._broker.append(record))
        except BusError as error:
            future.set_exception(error)
        return future

    def publish(self, records: Iterable[Record], stop: threading.Event | None = None) -> list[Receipt]:
        batch = list(records)
        for record in batch:
            check_size(record.topic, record.key, record.value, record.headers, self._broker.settings)
        return [self._broker.append(record) for record in batch]

    def close(self) -> None:
        """Nothing is ever under way."""


class MemoryBus(Bus):
    """One user's handle on the broker `memory://name`; the broker lives until its last handle is closed."""

    def __init__(self, name: str, settings: BusSettings | None = None) -> None:
        self.broker = MemoryBroker.open(name, settings or BusSettings())
        self.settings = self.broker.settings
        self._producer = MemoryProducer(self.broker)
        self._closed = False

    def ensure_topics(
        self,
        names: Sequence[str] = ALL_TOPICS,
        *,
        partitions: int | None = None,
        replication: int | None = None,
        retention_s: float | None = None,
    ) -> None:
        self.broker.ensure_topics(names, partitions or self.settings.partitions, retention_s)

    def delete_topics(self, names: Sequence[str]) -> None:
        self.broker.delete_topics(names)

    def producer(self) -> MemoryProducer:
        return self._producer

    def consumer(self, topics: str | Sequence[str], group: str) -> MemoryConsumer:
        return MemoryConsumer(self.broker, topics_tuple(topics), group)

    def ping(self) -> None:
        if self._closed:
            raise BusError(f"memory://{self.broker.name} is closed")

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.broker.release()
