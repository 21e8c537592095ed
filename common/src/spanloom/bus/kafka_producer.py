"""The producer on Kafka."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, wait
from typing import Any

import kafka
import structlog
from kafka import errors as kafka_errors

from spanloom.bus.kafka_cluster import KafkaCluster
from spanloom.bus.port import Headers, Producer, Receipt, Record, check_size, encoded
from spanloom.errors import BusError
from spanloom.outage_lines import BUS, OUTAGES

log = structlog.stdlib.get_logger(__name__)

# A producer that met one of these never recovers: its idempotence is broken for good (KIP-360).
_FATAL = (
    kafka_errors.OutOfOrderSequenceNumberError,
    kafka_errors.InvalidProducerEpochError,
    kafka_errors.UnknownProducerIdError,
    kafka_errors.ProducerFencedError,
    kafka_errors.IllegalStateError,
)
_HOPELESS = (
    kafka_errors.AuthorizationError,
    kafka_errors.UnsupportedVersionError,
    kafka_errors.MessageSizeTooLargeError,
)
# kafka-python 3.0 does not come back to a partition whose batch was under way when its broker went away and expired
# before that came back. A broker that answers, and stores nothing for so many requests' time, has met with that.
STUCK_REQUESTS = 2.0
# How long a batch may take before the producer looks whether its topics are still there. kafka-python spins meanwhile.
_LOOK_S = 1.0


class KafkaProducer(Producer):
    """All copies written (`acks=all`), idempotent, retried until `delivery_timeout_s`."""

    def __init__(self, cluster: KafkaCluster) -> None:
        self._cluster, self._settings = cluster, cluster.settings
        self._lock = threading.Lock()
        self._client: Any = None
        self._closed = False

    def send(self, topic: str, key: str, value: bytes, headers: Headers | None = None) -> Future[Receipt]:
        headers = headers or {}
        check_size(topic, key, value, headers, self._settings)
        return self._send(Record(topic, key, value, headers))

    def _send(self, record: Record) -> Future[Receipt]:
        future: Future[Receipt] = Future()
        client: Any = None
        try:
            client = self._ready()
            sent = client.send(
                record.topic,
                value=record.value,
                key=record.key.encode(),
                headers=[(name, encoded(value)) for name, value in record.headers.items()],
            )
        except (kafka_errors.KafkaError, ValueError) as error:  # ValueError: the topic vanished from the metadata
            self._fail(future, record, error, client)
        except BusError as error:
            future.set_exception(error)
        else:
            sent.add_callback(lambda done: future.set_result(Receipt(done.topic, done.partition, done.offset)))
            sent.add_errback(lambda error: self._fail(future, record, error, client))
        return future

    def _fail(self, future: Future[Receipt], record: Record, cause: BaseException, client: Any) -> None:
        error = BusError(f"message {record.key!r} for {record.topic} was not stored: {type(cause).__name__}: {cause}")
        error.__cause__ = cause
        if isinstance(cause, _FATAL):
            self._drop(client)
        future.set_exception(error)

    def publish(self, records: Iterable[Record], stop: threading.Event | None = None) -> list[Receipt]:
        batch = list(records)
        for record in batch:
            check_size(record.topic, record.key, record.value, record.headers, self._settings)
        deadline = time.monotonic() + self._settings.delivery_timeout_s
        futures = [self._send(record) for record in batch]
        client, warned = self._client, False
        moved, missing = time.monotonic(), len(futures)  # when the broker last stored some, or was away
        while True:
            wait(futures, timeout=min(_LOOK_S, max(0.0, deadline - time.monotonic())))
            late = [place for place, future in enumerate(futures) if not _stored(future)]
            if not late:
                if batch:
                    OUTAGES.ended(BUS)
                return [future.result() for future in futures]
            failed = [place for place in late if futures[place].done()]
            causes = [futures[place].exception() for place in failed]
            hopeless = any(isinstance(cause and cause.__cause__, _HOPELESS) for cause in causes)
            if hopeless or time.monotonic() >= deadline:
                if not hopeless:
                    self._drop(client)
                raise self._undelivered(batch, futures, late)
            answers = self._restore_topics(quiet=warned)
            warned = warned or not answers
            if not answers and stop is not None and stop.is_set():
                raise self._undelivered(batch, futures, late)
            if not answers or len(late) < missing:
                moved, missing = time.monotonic(), len(late)
            if time.monotonic() - moved > STUCK_REQUESTS * self._settings.request_timeout_s:
                self._drop(client)
                failed, moved = late, time.monotonic()
            for place in failed:
                futures[place] = self._send(batch[place])
            client = self._client

    def _restore_topics(self, *, quiet: bool) -> bool:
        """What hinders may be a deleted topic; or the broker is away: say so, wait. Whether it answers."""
        try:
            self._cluster.restore_topics()
        except BusError as error:
            if not quiet:
                log.warning("waiting for kafka", part=BUS, error=str(error))
            time.sleep(0.5)
            return False
        return True

    def _undelivered(self, batch: list[Record], futures: list[Future[Receipt]], late: list[int]) -> BusError:
        first = futures[late[0]].exception() if futures[late[0]].done() else None
        record = batch[late[0]]
        why = first or f"message {record.key!r} for {record.topic}: no answer in {self._settings.delivery_timeout_s} s"
        error = BusError(
            f"{len(late)} of {len(batch)} messages were not stored on Kafka at {','.join(self._cluster.bootstrap)}; "
            f"first: {why}. They may be sent again"
        )
        error.__cause__ = first
        return error

    def _ready(self) -> Any:
        with self._lock:
            if self._closed:
                raise BusError("this producer is closed")
            if self._client is None:
                self._cluster.check_reachable()
                options = self._cluster.client_options()
                delivery_ms = int(self._settings.delivery_timeout_s * 1000)
                options["request_timeout_ms"] = min(options["request_timeout_ms"], delivery_ms)
                self._client = kafka.KafkaProducer(
                    **options,
                    acks="all",
                    enable_idempotence=True,
                    max_request_size=self._cluster.frame_limit(),
                    batch_size=256 * 1024,
                    delivery_timeout_ms=delivery_ms,
                    max_block_ms=int(self._settings.topic_check_s * 1000),
                )
            return self._client

    def _drop(self, broken: Any) -> None:
        """Let go of a client that is broken for good; the next record starts a new one.

        May be called on the client's own thread, which must not wait for itself.
        """
        if broken is None or broken is not self._client:
            return  # another has done so
        self._client = None
        log.warning("producer stuck or its sequence lost, a new one starts", part=BUS)
        threading.Thread(target=_end, args=(broken, 0.0), daemon=True).start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            client, self._client = self._client, None
        if client is not None:
            _end(client, self._settings.request_timeout_s)


def _end(client: Any, timeout_s: float) -> None:
    """Close a client, giving up after `timeout_s` what it has not sent."""
    try:
        client.close(timeout=timeout_s)
    except kafka_errors.KafkaTimeoutError as error:
        # kafka-python then leaves its thread running: ended by hand, it fails what is left, and closing succeeds.
        log.warning("producer gives up what it could not send", part=BUS, error=str(error))
        client._sender.force_close()
        client.close(timeout=timeout_s or None)


def _stored(future: Future[Receipt]) -> bool:
    return future.done() and future.exception() is None
