"""Which offset of each partition may be committed, when messages are finished in any order."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

Partition = tuple[str, int]


@dataclass(slots=True)
class _Held:
    """One assigned partition: its open (delivered, not acked) offsets in order, and what the broker holds."""

    delivery: int
    end: int | None = None  # one past the last offset delivered
    committed: int | None = None
    open: OrderedDict[int, None] = field(default_factory=OrderedDict)

    def ready(self) -> int | None:
        """The offset to commit: the first open one, or one past the last delivered."""
        return next(iter(self.open)) if self.open else self.end


class OffsetTracker:
    """The open messages of one consumer, by partition.

    Every assignment of a partition has a number of its own (`delivery`); an ack under another number is of an older
    delivery and changes nothing. Thread-safe.
    """

    def __init__(self) -> None:
        self._held: dict[Partition, _Held] = {}
        self._deliveries = 0
        self._lock = threading.Lock()

    def assign(self, partitions: Iterable[Partition]) -> None:
        """Start afresh with these partitions."""
        with self._lock:
            for partition in partitions:
                self._deliveries += 1
                self._held[partition] = _Held(self._deliveries)

    def revoke(self, partitions: Iterable[Partition]) -> None:
        """Forget these partitions and what was open in them."""
        with self._lock:
            for partition in partitions:
                self._held.pop(partition, None)

    def delivered(self, partition: Partition, offset: int) -> int:
        """Note that a message goes out to the worker; its delivery number."""
        with self._lock:
            held = self._held.get(partition)
            if held is None:
                self._deliveries += 1
                held = self._held[partition] = _Held(self._deliveries)
            held.open[offset] = None
            held.end = offset + 1
            return held.delivery

    def ack(self, partition: Partition, offset: int, delivery: int) -> None:
        """Note that a message is done."""
        with self._lock:
            held = self._held.get(partition)
            if held is not None and held.delivery == delivery:
                held.open.pop(offset, None)

    def ready(self) -> dict[Partition, int]:
        """What is worth committing: by partition, the offset below which everything is done."""
        with self._lock:
            offsets = {partition: held.ready() for partition, held in self._held.items()}
            return {
                partition: offset
                for partition, offset in offsets.items()
                if offset is not None and offset != self._held[partition].committed
            }

    def committed(self, offsets: dict[Partition, int]) -> None:
        """Note that the broker holds these offsets."""
        with self._lock:
            for partition, offset in offsets.items():
                if partition in self._held:
                    self._held[partition].committed = offset

    def committed_of(self, partition: Partition) -> int | None:
        """The offset last committed under this assignment."""
        with self._lock:
            held = self._held.get(partition)
            return None if held is None else held.committed

    def rewind(self) -> dict[Partition, int]:
        """Where to read again: by partition, the first open offset; from there deliveries count anew."""
        with self._lock:
            again = {partition: next(iter(held.open)) for partition, held in self._held.items() if held.open}
            for partition, offset in again.items():
                self._deliveries += 1
                self._held[partition] = _Held(self._deliveries, end=offset, committed=self._held[partition].committed)
            return again

    def open_count(self) -> int:
        """Messages delivered and not acked."""
        with self._lock:
            return sum(len(held.open) for held in self._held.values())
