"""How a bus behaves; passed in by whoever opens one. Times are in seconds, sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spanloom.bus.topics import is_dlq

DAY_S: Final = 24 * 60 * 60
KIB: Final = 1024
MIB: Final = 1024 * KIB

# A dead letter carries the original and, in its headers, the reason it died: it may be this much larger.
DLQ_HEADROOM: Final = 128 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class BusSettings:
    """Everything that can be set on a bus. The memory bus ignores what only a network needs."""

    partitions: int = 12
    """Partitions of a new topic: the largest number of consumers of one group that share its work."""
    replication: int = 1
    """Copies of a new topic's partitions (Kafka: at most the number of brokers)."""
    retention_days: float = 7.0
    """How long a topic keeps a message."""
    dlq_retention_days: float = 30.0
    """How long a dead letter queue keeps a message."""
    max_message_bytes: int = MIB
    """The largest message: key, value and headers together."""
    session_timeout_s: float = 30.0
    """A consumer not heard of for this long is dead and its partitions go to others (Kafka allows 6 s or more)."""
    heartbeat_s: float = 3.0
    """Time between two signs of life; at most a third of `session_timeout_s`."""
    max_poll_interval_s: float = 300.0
    """A consumer that does not poll for this long is taken for stuck and loses its partitions."""
    silence_rebuild_s: float = 60.0
    """A consumer that is assigned and behind, but receives nothing for this long, is built anew."""
    topic_check_s: float = 5.0
    """How often producer and consumers look whether their topics still are what they were (deleted, made anew)."""
    connect_timeout_s: float = 10.0
    """Patience with a broker when connecting."""
    request_timeout_s: float = 10.0
    """Patience with one request to a broker."""
    commit_timeout_s: float = 10.0
    """Patience with one commit of offsets."""
    delivery_timeout_s: float = 60.0
    """Patience with a message to be stored, retries included."""
    memory_bytes: int = 512 * MIB
    """Memory bus: above this much in one topic, messages that every group has committed are dropped."""

    def message_limit(self, topic: str) -> int:
        """The largest message `topic` takes, in bytes of key, value and headers."""
        return self.max_message_bytes + (DLQ_HEADROOM if is_dlq(topic) else 0)

    def retention_of(self, topic: str) -> float:
        """How long `topic` keeps its messages, in seconds."""
        return DAY_S * (self.dlq_retention_days if is_dlq(topic) else self.retention_days)
