"""A Kafka cluster: its addresses, and its topics with their upkeep. Producer and consumer stand on it.

Nothing is connected before it is used, so services and brokers may start in any order.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any

import structlog
from kafka import KafkaAdminClient
from kafka import errors as kafka_errors

from spanloom.bus.settings import DLQ_HEADROOM, KIB, BusSettings
from spanloom.errors import BusError

log = structlog.stdlib.get_logger(__name__)

# What framing adds to a message at most; generous, since our own limit is the one that speaks.
FRAMING_BYTES = 64 * KIB


class KafkaCluster:
    """`bootstrap` holds `host:port` of some of its brokers. Thread-safe."""

    def __init__(self, bootstrap: Sequence[str], settings: BusSettings) -> None:
        self.bootstrap, self.settings = tuple(bootstrap), settings
        self._wanted: dict[str, dict[str, Any]] = {}
        self._lock = threading.RLock()
        self._admin: Any = None

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
        self, names: Sequence[str], partitions: int | None, replication: int | None, retention_s: float | None
    ) -> None:
        """Make the topics that do not exist, as the settings say where an argument is None."""
        with self._lock:
            for name in names:
                retention = self.settings.retention_of(name) if retention_s is None else retention_s
                self._wanted[name] = {
                    "num_partitions": partitions or self.settings.partitions,
                    "replication_factor": replication or self.settings.replication,
                    "configs": {
                        "retention.ms": str(int(retention * 1000)),
                        "max.message.bytes": str(self.settings.message_limit(name) + FRAMING_BYTES),
                        # The broker's clock: it refuses messages of a sender whose own is an hour ahead, and would
                        # let those of one whose is behind go at once.
                        "message.timestamp.type": "LogAppendTime",
                    },
                }
            self._make_missing(names)

    def _make_missing(self, names: Sequence[str]) -> None:
        missing = set(names) - set(self.ask("list_topics"))
        if not missing:
            return
        answer = self.ask("create_topics", {name: self._wanted[name] for name in sorted(missing)}, raise_errors=False)
        for topic in answer["topics"]:
            error = kafka_errors.for_code(topic["error_code"])
            if error not in (kafka_errors.NoError, kafka_errors.TopicAlreadyExistsError):
                detail = topic.get("error_message") or error.__name__
                raise BusError(f"topic {topic['name']!r} could not be made: {detail}")
        self.ask("wait_for_topics", sorted(missing), timeout_ms=int(self.settings.request_timeout_s * 1000))
        log.info("topics made", topics=sorted(missing))

    def restore_topics(self) -> None:
        """Make again what was deleted of the topics asked for before. Raises `BusError` when the broker is away."""
        with self._lock:
            self._make_missing(tuple(self._wanted))

    def topic_ids(self, names: Sequence[str]) -> dict[str, str]:
        """The id of each topic that exists; a topic deleted and made again has another one (KIP-516)."""
        found = self.ask("describe_topics", list(names))
        return {topic["name"]: str(topic["topic_id"]) for topic in found if topic["error_code"] == 0}

    def delete_topics(self, names: Sequence[str]) -> None:
        """Delete topics; absent ones are no error."""
        with self._lock:
            there = sorted(set(names) & set(self.ask("list_topics")))
            if there:
                answer = self.ask("delete_topics", there, raise_errors=False)
                for topic in answer["topics"]:
                    error = kafka_errors.for_code(topic["error_code"])
                    if error not in (kafka_errors.NoError, kafka_errors.UnknownTopicOrPartitionError):
                        raise BusError(f"topic {topic['name']!r} could not be deleted: {error.__name__}")

    def ask(self, verb: str, *arguments: Any, **options: Any) -> Any:
        """One admin request, in kafka-python's words.

        A client that fails is thrown away, so that the next request starts with a fresh one.
        """
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

    def ping(self) -> None:
        """Raise `BusError` when no broker answers now."""
        self.ask("list_topics")

    def close(self) -> None:
        """Let go; what is asked later connects again."""
        with self._lock:
            self._drop_admin()
