"""The relay: publishes rows that wait, woken by NOTIFY; and the sweeper, which ends what nobody will.

Four topics carry work rows to be done; results.v1 tells of evaluations that are done. No message leaves another way, so
that what was committed is sent, however often the bus or the sender fails.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, text

from spanloom import telemetry
from spanloom.bus.port import Bus, Record, record_size
from spanloom.bus.topics import COMPLETIONS, EVALUATIONS, JOBS, PROMPTS, RESULTS
from spanloom.contracts.messages import (
    CompletionMessage,
    Envelope,
    EvaluationMessage,
    JobMessage,
    PromptMessage,
    ResultMessage,
)
from spanloom.store import work
from spanloom.store.settle import settle_all
from spanloom.store.statements import WORK_TABLES
from spanloom.store.work import Lease
from spanloom.workers.outage import Outage, is_transient

log = structlog.stdlib.get_logger(__name__)
Row = Mapping[str, Any]

# Rows of running runs by state, for the gauges of an operator.
_COUNT_ROWS = """
SELECT '{table}' AS name, s.state, count(w.id) AS n
  FROM unnest(ARRAY['queued', 'claimed', 'failed']) AS s(state)
  LEFT JOIN (SELECT w.id, w.state FROM {table} w JOIN runs r ON r.id = w.run_id AND r.state = 'running') w
    ON w.state = s.state
 GROUP BY s.state
"""
_ROWS = text(" UNION ALL ".join(_COUNT_ROWS.format(table=table) for table in WORK_TABLES))
# An old snapshot keeps dead rows alive, of which tables of work make many: both are an operator's to see.
_DEAD_TUPLES = text("SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE relname = ANY(:tables)")
_OLDEST = text("""
SELECT coalesce(max(age(backend_xmin)), 0) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
""")
_LETTERS = text("SELECT topic, count(*) AS n FROM dead_letters WHERE replayed_at IS NULL GROUP BY topic")

TOPIC_OF = {"prompts": PROMPTS, "completions": COMPLETIONS, "jobs": JOBS, "evaluations": EVALUATIONS}


def message_of(table: str, row: Row, *, inline: bool = True) -> Envelope:
    """The message that carries a row; without its payload when `inline` is False."""
    common = {"id": row["id"], "run_id": row["run_id"]}
    if table == "prompts":
        payload = row["request"] if inline else None
        return PromptMessage(**common, dataset_id=row["dataset_id"], call_index=row["call_index"], payload=payload)
    if table == "completions":
        return CompletionMessage(
            **common,
            dataset_id=row["dataset_id"],
            call_index=row["call_index"],
            text=row["text"] if inline else None,
            error=row["error"],
            links=row["links"] if inline else None,
            inline=inline,
        )
    if table == "jobs":
        return JobMessage(**common, kind=row["kind"])
    return EvaluationMessage(**common, job_id=row["job_id"], dataset_id=row["dataset_id"])


def record_of(table: str, row: Row, limit: int) -> Record:
    """The row as a record for the bus, in its run's trace; over `limit` bytes it carries the id alone."""
    topic, headers = TOPIC_OF[table], telemetry.run_headers(row["run_id"])
    value = message_of(table, row).encode()
    if record_size(row["id"], value, headers) > limit:
        value = message_of(table, row, inline=False).encode()
    return Record(topic, row["id"], value, headers)


class Relay:
    """Publishes the waiting rows of one table of work until stopped. Several relays of a table share its rows."""

    def __init__(
        self,
        db: Engine,
        bus: Bus,
        table: str,
        lease: Lease,
        *,
        poll_s: float = 1.0,
    ) -> None:
        self.db, self.bus, self.table, self.lease, self.poll_s = db, bus, table, lease, poll_s
        self.topic = TOPIC_OF[table]
        self.outage = Outage()

    def _publish_some(self, publish: Callable[[list[Row]], None]) -> int:
        return work.relay(self.db, self.table, publish, lease=self.lease)

    def _record(self, row: Row, limit: int) -> Record:
        return record_of(self.table, row, limit)

    def publish_waiting(self, stop: threading.Event | None = None) -> int:
        """Publish all that waits now; returns how many rows. While the bus is away, `stop` ends the waiting for it."""
        total = 0
        publish = partial(self._publish, stop=stop)
        while (count := self._publish_some(publish)) > 0:
            total += count
        return total

    def _publish(self, rows: Sequence[Row], stop: threading.Event | None) -> None:
        limit = self.bus.settings.message_limit(self.topic)
        self.bus.producer().publish([self._record(row, limit) for row in rows], stop)
        for row in rows:
            telemetry.PUBLISHED.labels(self.topic, str(row["published"] > 0).lower()).inc()

    def run(self, stop: threading.Event) -> None:
        """Publish on every NOTIFY of its table and at least every `poll_s` seconds, until `stop` is set."""
        while not stop.is_set():
            try:
                self._listen(stop)
            except Exception as error:
                if not is_transient(error):
                    raise
                stop.wait(self.outage.note(error))

    def _listen(self, stop: threading.Event) -> None:
        with self.db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("LISTEN spanloom_work")
            raw: Any = connection.connection.dbapi_connection
            while not stop.is_set():
                self.publish_waiting(stop)
                self.outage.over()
                until = time.monotonic() + self.poll_s
                while not self._woken(connection, raw, until - time.monotonic()):
                    pass

    def _woken(self, connection: Connection, raw: Any, seconds: float) -> bool:
        """Wait for a notification; True when it is of this relay's table, or when `seconds` have passed.

        Every commit of a busy pipe notifies of some table: relays that all looked each time kept the database at work.
        """
        if seconds <= 0 or not select.select([raw], [], [], seconds)[0]:
            return True
        connection.exec_driver_sql("SELECT 1")
        tables = {notification.payload for notification in raw.notifies}
        raw.notifies.clear()
        return self.table in tables


class ResultRelay(Relay):
    """Tells of each evaluation that is done on results.v1, once and after that no more.

    "Once" as the bus means it: a crash between the bus and the commit tells it again.
    """

    def __init__(self, db: Engine, bus: Bus, lease: Lease, *, poll_s: float = 1.0) -> None:
        super().__init__(db, bus, "evaluations", lease, poll_s=poll_s)
        self.topic = RESULTS

    def _publish_some(self, publish: Callable[[list[Row]], None]) -> int:
        return work.relay_results(self.db, publish)

    def _record(self, row: Row, limit: int) -> Record:
        told = {name: value for name, value in row.items() if name not in ("run_id", "published")}
        message = ResultMessage(id=row["id"], run_id=row["run_id"], evaluation=told)
        return Record(RESULTS, row["id"], message.encode(), telemetry.run_headers(row["run_id"]))


class Sweeper:
    """Settles running runs and fails rows whose last attempt ran out, every `every_s` seconds.

    After an outage it waits one lease before it judges any lease: a holder may have worked on.
    """

    def __init__(
        self,
        db: Engine,
        lease: Lease,
        *,
        every_s: float,
        fail: Mapping[str, Callable[[Engine, Lease], int]] | None = None,
    ) -> None:
        self.db, self.lease, self.every_s = db, lease, every_s
        self.fail = dict(fail or {})
        self.outage = Outage()
        self._settled: dict[str, str] = {}

    def sweep(self) -> None:
        """One round."""
        with self.db.begin() as connection:
            put_off = work.after_clock_error(connection, lease=self.lease)
        if put_off:
            log.warning("database clock went back", due_now=put_off)
        if self.outage.quiet_for(self.lease.lease_s):
            for table, fail in self.fail.items():
                count = fail(self.db, self.lease)
                if count:
                    log.warning("gave up on rows", table=table, count=count)
        settle_all(self.db, self._settled)
        self._measure()

    def _measure(self) -> None:
        with self.db.connect() as connection:
            for row in connection.execute(_ROWS):
                telemetry.WORK_ROWS.labels(row.name, row.state).set(row.n)
            letters = {row.topic: row.n for row in connection.execute(_LETTERS)}
            for row in connection.execute(_DEAD_TUPLES, {"tables": list(WORK_TABLES)}):
                telemetry.DEAD_TUPLES.labels(row.relname).set(row.n_dead_tup)
            telemetry.OLDEST_SNAPSHOT_AGE.set(connection.execute(_OLDEST).scalar_one())
        for topic in TOPIC_OF.values():
            telemetry.DEAD_LETTERS.labels(topic).set(letters.get(topic, 0))

    def run(self, stop: threading.Event) -> None:
        """Sweep until `stop` is set."""
        self.outage.repeat(self.sweep, self.every_s, stop)
