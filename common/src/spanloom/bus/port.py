"""The bus as the services see it: messages, a producer, a consumer, topics.

A message is the way a unit of work travels; the truth is a row in PostgreSQL. So the port promises little and holds it:
at least once, in order of sending for one key, shared among the members of a group, with every group seeing everything.
`memory.py` and `kafka.py` are its two ends; one contract suite (tests/contract/test_bus.py) holds both to this page.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from spanloom.bus.settings import BusSettings
from spanloom.bus.topics import ALL_TOPICS
from spanloom.errors import BusError, MessageTooLarge

Headers = Mapping[str, str | bytes]


@dataclass(frozen=True, slots=True)
class Record:
    """A message to be sent. Messages of one key stay in order; `value` is the payload."""

    topic: str
    key: str
    value: bytes
    headers: Headers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a sent message came to lie."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a consumer receives it.

    `key` is text, bytes that are no UTF-8 shown as backslash escapes; a missing key or value is empty.
    `delivery` names the assignment under which it came, so that a late ack of an older delivery changes nothing.
    """

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, bytes]
    partition: int
    offset: int
    delivery: int = field(default=0, compare=False, repr=False)

    def header(self, name: str, default: str | None = None) -> str | None:
        """A header as text, `default` where it is absent."""
        value = self.headers.get(name)
        return default if value is None else value.decode("utf-8", "backslashreplace")


class Producer(ABC):
    """Sends messages. One is shared by all threads of a process."""

    @abstractmethod
    def send(self, topic: str, key: str, value: bytes, headers: Headers | None = None) -> Future[Receipt]:
        """Start sending one message; the future ends with its receipt or a `BusError`.

        Raises `MessageTooLarge` at once, before anything is sent.
        """

    @abstractmethod
    def publish(self, records: Iterable[Record], stop: threading.Event | None = None) -> list[Receipt]:
        """Send all `records` and return when every one of them is stored, in their order.

        Raises `MessageTooLarge` before sending any, and `BusError` when not all were stored in time, or when `stop` is
        set while the bus is away: some may have been, so sending all again is right (delivery is at least once anyway).
        """

    @abstractmethod
    def close(self) -> None:
        """Send what is under way and let go."""


class Consumer(ABC):
    """One member of a consumer group. Belongs to one thread; `ack` alone may be called from any.

    Offsets are never committed by themselves. `ack` says that a message is done, in any order; `commit` sends, for each
    partition, the offset below which everything is acked, so that no unfinished message is ever skipped.
    """

    group: str
    topics: tuple[str, ...]

    @abstractmethod
    def poll(self, timeout_s: float, max_messages: int = 500) -> list[Message]:
        """Up to `max_messages`, waiting at most about `timeout_s` seconds for the first; empty while paused.

        It also keeps the membership alive: call it at least every `max_poll_interval_s`, paused or not. A broker that
        is away gives an empty list until it is back. Raises `BusError` for what waiting cannot cure (access denied,
        say).
        """

    @abstractmethod
    def ack(self, message: Message) -> None:
        """Mark a message done. Of a message whose partition was taken away meanwhile it changes nothing."""

    @abstractmethod
    def commit(self, messages: Iterable[Message] = ()) -> bool:
        """Ack `messages`, then commit each partition's contiguous progress.

        True when the broker holds all of it. False when it could not be told (broker away, group rebalancing): progress
        is kept and goes with the next commit, or the messages come again.
        """

    @abstractmethod
    def rewind(self) -> None:
        """Go back to the first message not acked in each partition, so that they are delivered again."""

    @abstractmethod
    def pause(self) -> None:
        """Receive nothing from here on, in partitions assigned later too; keep polling to stay a member."""

    @abstractmethod
    def resume(self) -> None:
        """End `pause`."""

    @property
    @abstractmethod
    def paused(self) -> bool:
        """True between `pause` and `resume`."""

    @abstractmethod
    def assigned(self) -> frozenset[tuple[str, int]]:
        """The (topic, partition) pairs this member holds now."""

    @abstractmethod
    def lag(self) -> int:
        """Messages in the assigned partitions that are not committed yet. Raises `BusError` when the broker is away."""

    @abstractmethod
    def close(self) -> None:
        """Leave the group. What is not committed goes to the other members."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Bus(ABC):
    """Topics, one shared producer, and consumers."""

    settings: BusSettings

    @abstractmethod
    def ensure_topics(
        self,
        names: Sequence[str] = ALL_TOPICS,
        *,
        partitions: int | None = None,
        replication: int | None = None,
        retention_s: float | None = None,
    ) -> None:
        """Make the topics that do not exist, as `settings` says where an argument is None; leave the others as they
        are.

        Idempotent. Topics named here are remembered: one that is deleted later is made again by the producer or
        consumer that misses it. Raises `BusError` when the broker is away or refuses.
        """

    @abstractmethod
    def delete_topics(self, names: Sequence[str]) -> None:
        """Delete topics with all their messages and the groups' offsets in them. Absent ones are no error."""

    @abstractmethod
    def producer(self) -> Producer:
        """The bus's one producer."""

    @abstractmethod
    def consumer(self, topics: str | Sequence[str], group: str) -> Consumer:
        """A new member of `group` that reads `topics`, from their start where the group has committed nothing."""

    @abstractmethod
    def ping(self) -> None:
        """Raises `BusError` when the bus cannot be reached now."""

    @abstractmethod
    def close(self) -> None:
        """Close the producer and let go. Consumers are closed by their owners."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def record_size(key: str, value: bytes, headers: Headers) -> int:
    """Bytes of a message as the limit counts them: key, value, header names and header values."""
    named = sum(len(name.encode()) + len(encoded(value_)) for name, value_ in headers.items())
    return len(key.encode()) + len(value) + named


def encoded(value: str | bytes) -> bytes:
    """A header's value as it travels."""
    return value.encode() if isinstance(value, str) else value


def check_size(topic: str, key: str, value: bytes, headers: Headers, settings: BusSettings) -> None:
    """Raise `MessageTooLarge` where a message is over what `topic` takes."""
    size, limit = record_size(key, value, headers), settings.message_limit(topic)
    if size > limit:
        raise MessageTooLarge(
            f"message {key!r} for {topic} has {size:,} bytes (key, value and headers); at most {limit:,} are carried. "
            "Store the payload and send the row's id alone, or raise max_message_bytes on the bus and on its topics"
        )


def topics_tuple(topics: str | Sequence[str]) -> tuple[str, ...]:
    """One topic or several, as a tuple without repeats. Raises `BusError` for none."""
    names = (topics,) if isinstance(topics, str) else tuple(dict.fromkeys(topics))
    if not names:
        raise BusError("a consumer needs at least one topic")
    return names
