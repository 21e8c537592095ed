"""The consuming loop: decode, hand over, commit after the work; poison to the DLQ, outages waited out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert

from spanloom import telemetry
from spanloom.bus.deadletters import dead_letter
from spanloom.bus.port import Bus, Consumer, Message
from spanloom.contracts.messages import Envelope
from spanloom.errors import BusError, SpanloomError, UnreadableMessage
from spanloom.outage_lines import BUS
from spanloom.store.models import DeadLetter
from spanloom.store.text import storable
from spanloom.workers.outage import Outage, is_transient

log = structlog.stdlib.get_logger(__name__)
M = TypeVar("M", bound=Envelope)


LAG_EVERY_S = 10.0
"""Pause between two readings of the lag."""
LOOK_AGAIN_S = 0.1
"""How long is waited at most before room is looked for again."""


@contextmanager
def in_trace_of(batch: Sequence[tuple[Message, Envelope]]) -> Iterator[None]:
    """The trace and the run id of a batch on every log line, where all of it belongs to one run."""
    runs = {decoded.run_id for _, decoded in batch}
    if len(runs) > 1:
        yield
        return
    message = batch[0][0]
    with telemetry.traced(message.topic, message.headers), telemetry.bind(run_id=runs.pop()):
        yield


class Consuming(Generic[M]):
    """Reads one topic as a member of a group and hands decoded messages to `handle`, at most `room()` at a time.

    `handle` commits its database transaction and returns; only then are the messages acked. While there is no room the
    partitions are paused and polling goes on; who makes room sets `freed`, and it is looked for at once. When `handle`
    fails for an outage the messages are delivered again later; when it fails otherwise they are handed over one by one,
    and those that fail alone are dead letters, of which `give_up` hears, with the reason: where nothing else counts
    attempts, it ends the row.
    """

    def __init__(
        self,
        db: Engine,
        bus: Bus,
        topic: str,
        group: str,
        contract: type[M],
        handle: Callable[[list[M]], None],
        *,
        room: Callable[[], int] = lambda: 200,
        freed: threading.Event | None = None,
        backoff_s: tuple[float, float] = (1.0, 30.0),
        on_commit: Callable[[Sequence[Message]], None] | None = None,
        give_up: Callable[[M, str], None] | None = None,
    ) -> None:
        self.db, self.bus, self.topic, self.group = db, bus, topic, group
        self.contract, self.handle, self.room = contract, handle, room
        self.freed = freed or threading.Event()
        self.outage = Outage(*backoff_s)
        self.on_commit, self.give_up = on_commit, give_up
        self._measure_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Consume until `stop` is set, then commit and leave the group."""
        with self.bus.consumer(self.topic, self.group) as consumer:
            while not stop.is_set():
                try:
                    self._round(consumer)
                except Exception as error:
                    if not is_transient(error):
                        raise
                    telemetry.MESSAGES.labels(self.topic, "retried").inc()
                    self._wait(consumer, stop, self.outage.note(error))
                    consumer.rewind()
            consumer.commit()

    def _measure(self, consumer: Consumer) -> None:
        now = time.monotonic()
        if now < self._measure_at:
            return
        self._measure_at = now + LAG_EVERY_S
        try:
            telemetry.CONSUMER_LAG.labels(self.topic, self.group).set(consumer.lag())
        except BusError as error:
            log.info("lag unknown", part=BUS, topic=self.topic, error=str(error))

    def _round(self, consumer: Consumer) -> None:
        self.freed.clear()  # before looking, so that room made from here on is heard of
        room = self.room()
        if room <= 0:
            consumer.pause()
            consumer.poll(0.0, 1)
            self.freed.wait(LOOK_AGAIN_S)
            return
        if consumer.paused:
            consumer.resume()
        messages = consumer.poll(0.5, min(room, 200))
        if messages:
            self.process(messages)
            telemetry.MESSAGES.labels(self.topic, "done").inc(len(messages))
            if self.on_commit is not None:
                self.on_commit(messages)
            consumer.commit(messages)
        self.outage.over(asked=bool(messages))
        self._measure(consumer)

    def process(self, messages: Sequence[Message]) -> None:
        """Handle a batch: what cannot be read is a dead letter, the rest goes to `handle`."""
        readable: list[tuple[Message, M]] = []
        for message in messages:
            try:
                readable.append((message, self.contract.decode(message.value)))
            except UnreadableMessage as error:
                self._dead_letter(message, str(error))
        if not readable:
            return
        try:
            with in_trace_of(readable):
                self.handle([decoded for _, decoded in readable])
        except Exception as error:
            if is_transient(error):
                raise
            log.warning("batch failed, trying one by one", topic=self.topic, error=str(error))
            self._one_by_one(readable)

    def _one_by_one(self, readable: Sequence[tuple[Message, M]]) -> None:
        for message, decoded in readable:
            try:
                self.handle([decoded])
            except Exception as error:
                if is_transient(error):
                    raise
                if not isinstance(error, SpanloomError):
                    log.exception("message failed", topic=self.topic, id=decoded.id)
                reason = f"{type(error).__name__}: {error}"
                self._dead_letter(message, reason)
                self._give_up(decoded, reason)

    def _give_up(self, decoded: M, reason: str) -> None:
        if self.give_up is None:
            return
        try:
            self.give_up(decoded, storable(reason)[0])
        except Exception as error:
            if is_transient(error):
                raise
            log.exception("could not give up a dead letter's row", topic=self.topic, id=decoded.id)

    def _dead_letter(self, message: Message, reason: str) -> None:
        headers: dict[str, Any] = {
            storable(name)[0]: storable(value.decode("utf-8", "backslashreplace"))[0]
            for name, value in message.headers.items()
        }
        reason = storable(reason)[0]
        with self.db.begin() as connection:
            connection.execute(
                insert(DeadLetter)
                .values(
                    topic=message.topic,
                    partition=message.partition,
                    offset=message.offset,
                    key=storable(message.key)[0],
                    value=message.value,
                    headers=headers,
                    reason=reason,
                )
                .on_conflict_do_nothing()
            )
        dead_letter(self.bus.producer(), message, reason)
        telemetry.MESSAGES.labels(self.topic, "dead").inc()
        log.warning(
            "dead letter", topic=message.topic, partition=message.partition, offset=message.offset, reason=reason
        )

    def _wait(self, consumer: Consumer, stop: threading.Event, seconds: float) -> None:
        consumer.pause()
        waited = 0.0
        while waited < seconds and not stop.is_set():
            consumer.poll(0.1, 1)
            stop.wait(0.2)
            waited += 0.3
        consumer.resume()
