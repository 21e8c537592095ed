"""The bus on Apache Kafka, through kafka-python 3: topics and their upkeep. Producer and consumer have their own files.

Nothing is connected before it is used, so services and brokers may start in any order.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors

from spanloom.bus.kafka_consumer import KafkaConsumer
from spanloom.bus.kafka_producer import KafkaProducer
from spanloom.bus.port import Bus, topics_tuple
from spanloom.bus.settings import DLQ_HEADROOM, KIB, BusSettings
from spanloom.bus.topics import ALL_TOPICS
from spanloom.errors import BusError

log = logging.getLogger(__name__)

# What framing adds to a message at most; generous, since our own limit is the one that speaks.
FRAMING_BYTES = 64 * KIB


class KafkaBus(Bus):
    """A Kafka cluster. `bootstrap` holds `host:port` of some of its brokers. Thread-safe."""

    def __init__(self, bootstrap: Sequence[str], settings: BusSettings | None = None) -> None:
        self.bootstrap = tuple(bootstrap)
        self.settings = settings or BusSettings()
        self._wanted: dict[str, dict[str, Any]] = {}
        self._lock = threading.RLock()
        self._admin: Any = None
        self._producer: KafkaProducer | None = None

    def client_options(self) -> dict[str, Any]:
        """What producer, consumers and admin have in common, in kafka-python's names."""
        request_ms = int(self.settings.request_timeout_s * 1000)
        return {
            "bootstrap_servers": list(self.bootstrap),
            "client_id": "spanloom",
            "request_timeout_ms": request_ms,
            "bootstrap_timeout_ms": int(self.settings.connect_timeout_s * 1000),
            "reconnect_backoff_ms": 50,
            "reconnect_backoff_max_ms": 1000,
            # Deleted and re-made topics are found by metadata; the default of five minutes is too long for a run.
            "metadata_max_age_ms": 30_000,
        }

    def frame_limit(self) -> int:
        """The largest request or fetch that one message can need, in bytes."""
        return self.settings.max_message_bytes + DLQ_HEADROOM + FRAMING_BYTES

    def check_reachable(self) -> None:
        """Raise `BusError` when no broker of `bootstrap` takes a connection.

        Asked before a client is made: a kafka-python client that fails to connect when made leaves its thread behind.
        """
        problems = []
        for address in self.bootstrap:
            host, _, port = address.rpartition(":")
            try:
                with socket.create_connection((host.strip("[]"), int(port)), timeout=self.settings.connect_timeout_s):
                    return
            except (OSError, ValueError) as error:
                problems.append(f"{address}: {error}")
        raise BusError(
            f"no Kafka broker answers ({'; '.join(problems)}). Start the broker, or correct the bus URL "
            "(kafka://HOST:PORT)"
        )

    def ensure_topics(
        self,
        names: Sequence[str] = ALL_TOPICS,
        *,
        partitions: int | None = None,
        replication: int | None = None,
        retention_s: float | None = None,
    ) -> None:
        with self._lock:
            for name in names:
                retention = self.settings.retention_of(name) if retention_s is None else retention_s
                self._wanted[name] = {
                    "num_partitions": partitions or self.settings.partitions,
                    "replication_factor": replication or self.settings.replication,
                    "configs": {
                        "retention.ms": str(int(retention * 1000)),
                        "max.message.bytes": str(self.settings.message_limit(name) + FRAMING_BYTES),
                    },
                }
            self._make_missing(names)

    def _make_missing(self, names: Sequence[str]) -> None:
        missing = set(names) - set(self._ask("list_topics"))
        if not missing:
            return
        answer = self._ask("create_topics", {name: self._wanted[name] for name in sorted(missing)}, raise_errors=False)
        for topic in answer["topics"]:
            error = kafka_errors.for_code(topic["error_code"])
            if error not in (kafka_errors.NoError, kafka_errors.TopicAlreadyExistsError):
                detail = topic.get("error_message") or error.__name__
                raise BusError(f"topic {topic['name']!r} could not be made: {detail}")
        self._ask("wait_for_topics", sorted(missing), timeout_ms=int(self.settings.request_timeout_s * 1000))
        log.info("made topics %s", ", ".join(sorted(missing)))

    def restore_topics(self) -> None:
        """Make again what was deleted of the topics asked for before. Raises `BusError` when the broker is away."""
        with self._lock:
            self._make_missing(tuple(self._wanted))

    def topic_ids(self, names: Sequence[str]) -> dict[str, str]:
        """The id of each topic that exists; a topic deleted and made again has another one (KIP-516)."""
        found = self._ask("describe_topics", list(names))
        return {topic["name"]: str(topic["topic_id"]) for topic in found if topic["error_code"] == 0}

    def delete_topics(self, names: Sequence[str]) -> None:
        with self._lock:
            there = sorted(set(names) & set(self._ask("list_topics")))
            if there:
                answer = self._ask("delete_topics", there, raise_errors=False)
                for topic in answer["topics"]:
                    error = kafka_errors.for_code(topic["error_code"])
                    if error not in (kafka_errors.NoError, kafka_errors.UnknownTopicOrPartitionError):
                        raise BusError(f"topic {topic['name']!r} could not be deleted: {error.__name__}")

    def _ask(self, verb: str, *arguments: Any, **options: Any) -> Any:
        """One admin request; a client that fails is thrown away, so that the next request starts with a fresh one."""
        with self._lock:
            # An admin client waits a whole request time for a broker that is not there.
            self.check_reachable()
            try:
                if self._admin is None:
                    self._admin = KafkaAdminClient(**self.client_options())
                return getattr(self._admin, verb)(*arguments, **options)
            except kafka_errors.KafkaError as error:
                self._drop_admin()
                raise BusError(f"Kafka at {','.join(self.bootstrap)}: {verb}: {error}") from error

    def _drop_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def producer(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(self)
            return self._producer

    def consumer(self, topics: str | Sequence[str], group: str) -> KafkaConsumer:
        return KafkaConsumer(self, topics_tuple(topics), group)

    def ping(self) -> None:
        self._ask("list_topics")

    def close(self) -> None:
        with self._lock:
            if self._producer is not None:
                self._producer.close()
            self._drop_admin()
