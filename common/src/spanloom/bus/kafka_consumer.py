"""The consumer on Kafka: one member of a group that outlives its broker, its topics and its client."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

import kafka
import structlog
from kafka import ConsumerRebalanceListener, OffsetAndMetadata, TopicPartition
from kafka import errors as kafka_errors

from spanloom.bus.kafka_cluster import KafkaCluster
from spanloom.bus.kafka_join import keep_joins
from spanloom.bus.offsets import OffsetTracker, Partition
from spanloom.bus.port import Consumer, Message
from spanloom.errors import BusError
from spanloom.outage_lines import BUS, OUTAGES

log = structlog.stdlib.get_logger(__name__)

# The group has moved on, or the broker is away for now: the client joins again by itself.
_PASSING = (
    kafka_errors.RetriableError,
    kafka_errors.CommitFailedError,
    kafka_errors.IllegalGenerationError,
    kafka_errors.UnknownMemberIdError,
    kafka_errors.RebalanceInProgressError,
)
_RETRY_S = 0.5


class KafkaConsumer(Consumer):
    """Wraps a kafka-python consumer, made on the first poll and made anew when it falls silent."""

    def __init__(self, cluster: KafkaCluster, topics: tuple[str, ...], group: str) -> None:
        self.topics, self.group = topics, group
        self._cluster, self._settings = cluster, cluster.settings
        self._offsets = OffsetTracker()
        self._client: Any = None
        self._paused = self._closed = False
        self._topic_ids: dict[str, str] = {}
        self._behind_since: float | None = None
        self._checked = -math.inf
        self.rebuilds = 0

    # Receiving

    def poll(self, timeout_s: float, max_messages: int = 500) -> list[Message]:
        client = self._ready(timeout_s)
        if client is None:
            return []
        client = self._look_after(client)
        if client is None:
            return []
        try:
            batches = client.poll(timeout_ms=max(10, int(timeout_s * 1000)), max_records=max_messages)
        except _PASSING as error:
            log.warning("poll failed for now", part=BUS, consumer=str(self), error=f"{type(error).__name__}: {error}")
            time.sleep(min(_RETRY_S, timeout_s))
            batches = {}
        except kafka_errors.KafkaError as error:
            self._drop()
            raise BusError(f"{self}: {type(error).__name__}: {error}") from error
        messages = [self._message(record) for records in batches.values() for record in records]
        if messages or self._paused:
            self._behind_since = None
        return messages

    def _message(self, record: Any) -> Message:
        return Message(
            topic=record.topic,
            key=(record.key or b"").decode("utf-8", "backslashreplace"),
            value=record.value or b"",
            headers={name: value or b"" for name, value in record.headers},
            partition=record.partition,
            offset=record.offset,
            delivery=self._offsets.delivered((record.topic, record.partition), record.offset),
        )

    def _ready(self, timeout_s: float) -> Any:
        """The client, made if need be; None while no broker answers."""
        if self._closed:
            raise BusError(f"{self} is closed")
        if self._client is None:
            try:
                self._cluster.check_reachable()
                self._client = self._connect()
            except (BusError, *_PASSING) as error:
                log.warning("waiting for kafka", part=BUS, consumer=str(self), error=str(error))
                time.sleep(min(_RETRY_S, timeout_s))
        return self._client

    def _connect(self) -> Any:
        settings = self._settings
        client = kafka.KafkaConsumer(
            **self._cluster.client_options(),
            group_id=self.group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            session_timeout_ms=int(settings.session_timeout_s * 1000),
            heartbeat_interval_ms=int(settings.heartbeat_s * 1000),
            max_poll_interval_ms=int(settings.max_poll_interval_s * 1000),
            max_partition_fetch_bytes=self._cluster.frame_limit(),
        )
        keep_joins(client)
        client.subscribe(topics=list(self.topics), listener=_Listener(self, client))
        self._behind_since, self._checked = None, -math.inf
        return client

    # Membership, as the listener hears of it

    def taken(self, partitions: Iterable[Partition]) -> None:
        self._offsets.revoke(partitions)

    def given(self, partitions: list[Partition], client: Any) -> None:
        self._offsets.revoke(partitions)
        self._offsets.assign(partitions)
        self._behind_since = None
        if self._paused and partitions:
            client.pause(*(TopicPartition(*partition) for partition in partitions))

    # Looking after the client

    def _look_after(self, client: Any) -> Any:
        """Every `topic_check_s`: are the topics the same, and are we deaf? The client, None when it was given up."""
        now = time.monotonic()
        if now - self._checked < self._settings.topic_check_s:
            return client
        self._checked = now
        try:
            self._check_topics(client)
            behind = not self._paused and self._behind(client)
        except (BusError, *_PASSING) as error:
            log.warning("topics not looked after for now", part=BUS, consumer=str(self), error=str(error))
            return client
        OUTAGES.ended(BUS)
        self._behind_since = (self._behind_since or now) if behind else None
        if self._behind_since is not None and now - self._behind_since > self._settings.silence_rebuild_s:
            log.warning("behind but silent, built anew", consumer=str(self), silent_s=round(now - self._behind_since))
            self.rebuilds += 1
            self._drop()
        return self._client

    def _check_topics(self, client: Any) -> None:
        """Make deleted topics again; start from the beginning of those that were made anew (another id, KIP-516).

        Left alone, kafka-python takes the new topic for a truncated old one (KIP-320) and goes on at its end.
        """
        ids = self._cluster.topic_ids(self.topics)
        if len(ids) < len(self.topics):
            self._cluster.restore_topics()
            ids = self._cluster.topic_ids(self.topics)
        changed = {topic for topic, known in self._topic_ids.items() if topic in ids and ids[topic] != known}
        self._topic_ids.update(ids)
        again = [partition for partition in client.assignment() if partition.topic in changed]
        if again:
            log.warning("topics made again, read from the start", consumer=str(self), topics=sorted(changed))
            self._offsets.revoke([tuple(partition) for partition in again])
            self._offsets.assign([tuple(partition) for partition in again])
            client.seek_to_beginning(*again)

    def _behind(self, client: Any) -> bool:
        """True when the assigned partitions hold messages not yet delivered."""
        partitions = list(client.assignment())
        if not partitions:
            return False
        timeout_ms = int(self._settings.request_timeout_s * 1000)
        ends = client.end_offsets(partitions, timeout_ms=timeout_ms)
        positions = {partition: client.position(partition, timeout_ms=timeout_ms) for partition in partitions}
        return any(position is None or ends[partition] > position for partition, position in positions.items())

    # Offsets

    def ack(self, message: Message) -> None:
        self._offsets.ack((message.topic, message.partition), message.offset, message.delivery)

    def commit(self, messages: Iterable[Message] = ()) -> bool:
        for message in messages:
            self.ack(message)
        offsets = self._offsets.ready()
        if not offsets:
            return True
        if self._client is None:
            return False
        try:
            self._client.commit(
                {
                    TopicPartition(*partition): OffsetAndMetadata(offset, "", -1)
                    for partition, offset in offsets.items()
                },
                timeout_ms=int(self._settings.commit_timeout_s * 1000),
            )
        except _PASSING as error:
            log.warning("commit failed for now", part=BUS, consumer=str(self), error=f"{type(error).__name__}: {error}")
            return False
        except kafka_errors.KafkaError as error:
            raise BusError(f"{self}: commit: {type(error).__name__}: {error}") from error
        self._offsets.committed(offsets)
        return True

    def rewind(self) -> None:
        for partition, offset in self._offsets.rewind().items():
            if self._client is not None and TopicPartition(*partition) in self._client.assignment():
                self._client.seek(TopicPartition(*partition), offset)

    def pause(self) -> None:
        self._paused = True
        self._of_assigned("pause")

    def resume(self) -> None:
        self._paused = False
        self._behind_since = None
        self._of_assigned("resume")

    def _of_assigned(self, verb: str) -> None:
        if self._client is not None:
            partitions = self._client.assignment()
            if partitions:
                getattr(self._client, verb)(*partitions)

    @property
    def paused(self) -> bool:
        return self._paused

    def assigned(self) -> frozenset[tuple[str, int]]:
        client = self._client
        return frozenset() if client is None else frozenset((p.topic, p.partition) for p in client.assignment())

    def lag(self) -> int:
        if self._client is None:
            self._cluster.check_reachable()
            return 0
        timeout_ms = int(self._settings.request_timeout_s * 1000)
        partitions = list(self._client.assignment())
        if not partitions:
            return 0
        return self._asked(lambda client: self._lag(client, partitions, timeout_ms))

    def _lag(self, client: Any, partitions: list[Any], timeout_ms: int) -> int:
        starts = client.beginning_offsets(partitions, timeout_ms=timeout_ms)
        ends = client.end_offsets(partitions, timeout_ms=timeout_ms)
        total = 0
        for partition in partitions:
            done = self._offsets.committed_of(tuple(partition))
            if done is None:
                done = client.committed(partition, timeout_ms=timeout_ms)
            total += max(0, ends[partition] - max(done or 0, starts[partition]))
        return total

    def _asked(self, question: Callable[[Any], int]) -> int:
        try:
            return question(self._client)
        except kafka_errors.KafkaError as error:
            raise BusError(f"{self}: {type(error).__name__}: {error}") from error

    # Ending

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            self._offsets.revoke([tuple(partition) for partition in client.assignment()])
            client.close(autocommit=False, timeout_ms=int(min(5.0, self._settings.request_timeout_s) * 1000))

    def close(self) -> None:
        self._closed = True
        self._drop()

    def __str__(self) -> str:
        return f"consumer of {','.join(self.topics)} in group {self.group!r}"


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Passes assignments on to the consumer. Called while that polls."""

    def __init__(self, consumer: KafkaConsumer, client: Any) -> None:
        self._consumer, self._client = consumer, client

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        self._consumer.taken([(p.topic, p.partition) for p in revoked])

    def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        self._consumer.taken([(p.topic, p.partition) for p in lost])

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        self._consumer.given([(p.topic, p.partition) for p in assigned], self._client)
