"""What chaos plays on: a broker, a PostgreSQL and six service processes, each of which may die at any moment."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Engine

from chaos.clocks import Clock
from spanloom.bus import Bus, BusSettings, open_bus
from spanloom.contracts.messages import CompletionMessage
from spanloom.store import runs
from spanloom.store.db import connect
from spanloom.workers.relay import message_of
from spanloom_embedded.postgres import EmbeddedPostgres
from spanloom_validator.worker import ValidatorWorker
from support.cluster import Cluster, Process, demo_language, replay_source, tiny_training
from support.common import wait_for
from support.kafka_broker import KafkaBroker
from support.own_postgres import own_postgres
from support.recordings import write_recording
from support.stored import complete_prompts, judged_rows, select, store_run

CALLS, OBJECTS = 300, 20
CAST = ("generator", "validator", "validator", "trainer", "trainer", "evaluator")
COMMON = {"SPANLOOM_AHEAD": "60", "SPANLOOM_DATABASE_TIMEOUT_S": "5"}
QUICK = {
    **COMMON,
    "SPANLOOM_LEASE_S": "6",
    "SPANLOOM_RENEW_S": "1.5",
    "SPANLOOM_SESSION_TIMEOUT_S": "6",
    "SPANLOOM_HEARTBEAT_S": "1",
    "SPANLOOM_BACKOFF_MAX_S": "2",
    "SPANLOOM_TRAINING_SILENCE_S": "10",
}
# The times that a service has by itself.
DEFAULT = {
    **COMMON,
    "SPANLOOM_LEASE_S": "60",
    "SPANLOOM_RENEW_S": "15",
    "SPANLOOM_SWEEP_S": "15",
    "SPANLOOM_REPUBLISH_AFTER_S": "300",
    "SPANLOOM_SESSION_TIMEOUT_S": "30",
    "SPANLOOM_HEARTBEAT_S": "3",
    "SPANLOOM_BACKOFF_S": "1",
    "SPANLOOM_BACKOFF_MAX_S": "60",
    "SPANLOOM_TRAINING_SILENCE_S": "120",
}


class Stage:
    """The processes, and what faults do to them. Services live across rounds; what was killed is started again."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres, broker: KafkaBroker, database_clock: Clock) -> None:
        self.database_clock = database_clock
        self.folder, self.postgres, self.broker = folder, postgres, broker
        self.cluster = Cluster(postgres.url, broker.bootstrap, folder)
        self.db: Engine = connect(postgres.url, pool_size=2)
        self.bus: Bus = open_bus(broker.url, BusSettings(partitions=4, delivery_timeout_s=5, request_timeout_s=3))
        self.settings = QUICK
        self.cast: list[Process] = []
        self.recording = write_recording(folder / "recording.jsonl", calls=CALLS, objects=OBJECTS)

    def reference(self) -> dict[str, list[tuple[Any, ...]]]:
        """What judging the recording gives when nothing goes wrong: done in this process, call by call."""
        run_id = store_run(self.db, replay_source(self.recording, calls=CALLS))
        complete_prompts(self.db, run_id, self.recording)
        worker = ValidatorWorker(self.db)
        for row in select(self.db, "SELECT * FROM completions WHERE run_id = :run ORDER BY call_index", run=run_id):
            worker.handle([CompletionMessage.decode(message_of("completions", row._mapping).encode())])
        rows = judged_rows(self.db, run_id)
        with self.db.begin() as connection:
            runs.cancel(connection, run_id)
        return rows

    def submit(self, name: str) -> str:
        """A run over the recording: two arms, gold and recorded, each with two training seeds."""
        spec = {
            "name": name,
            "languages": [demo_language()],
            "sources": [{"kind": "organic"}, replay_source(self.recording, calls=CALLS)],
            "training": tiny_training(training_seeds=[1, 2]),
        }
        return self.cluster.submit(spec, key=name)

    # The services

    def start_all(self, settings: dict[str, str]) -> None:
        """Start what is not running, with these settings; all anew where others are in force."""
        if settings is not self.settings:
            for process in self.cast:
                process.stop(60)
            self.cast, self.settings = [], settings
        if not self.cast:
            self.cast = [self._started(place) for place in range(len(CAST))]
        for process in self.cast:
            wait_for(process.ready, timeout_s=600, every_s=0.5, what=f"{process.service} to be ready")

    def restart(self, place: int) -> None:
        """A new process in the place of one that has ended."""
        self.cast[place] = self._started(place)

    def _started(self, place: int) -> Process:
        return self.cluster.start(CAST[place], wait=False, **self.settings)[0]

    def broken(self) -> list[str]:
        """Services that ended without being asked to, with the end of their logs."""
        return [f"{p.service} ended with {p.popen.returncode}:\n{p.tail()}" for p in self.cast if not p.alive]

    # The database

    def kill_database(self) -> bool:
        """kill -9 of the postmaster, gone when this returns; False where none runs."""
        postmaster = self.postgres.postmaster()
        if postmaster is None:
            return False
        os.kill(postmaster.pid, signal.SIGKILL)
        # A busy machine takes a while to end it, and what looks alive would neither be started again nor die twice.
        wait_for(lambda: self.postgres.postmaster() is None, every_s=0.02, what="PostgreSQL to be gone")
        return True

    def start_database(self) -> None:
        """Bring the database back, with the clock that is its own."""
        with mock.patch.dict(os.environ, self.database_clock.environment()):
            self.postgres.start()  # nothing to do where it is ours and was killed
            self.postgres.ensure_alive()

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query; raises psycopg2.OperationalError while the database is away."""
        return self.cluster.sql(statement, *values)

    def logs(self, run_id: str) -> str:
        """Counts of the run, and the end of the logs of all that runs now."""
        return f"{self.cluster.counts(run_id)}\n" + "\n".join(
            f"--- {p.service} {p.log}\n{p.tail(2500)}" for p in self.cast
        )


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """A stage with its own broker and database, ended with all its processes."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it reports every lost connection, which is all we make
    # watch_s=0: the database stays dead until the play brings it back. Without fsync a kill -9 still loses nothing.
    # Its clock lies where the server's own user may read it.
    with ExitStack() as stack:
        open_folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spanloom-clock-")))
        open_folder.chmod(0o755)
        database_clock = Clock(open_folder / "database")
        with mock.patch.dict(os.environ, database_clock.environment()):
            postgres = stack.enter_context(own_postgres(watch_s=0, durable=False))
        broker = KafkaBroker(folder)
        broker.start()
        try:
            stage = Stage(folder, postgres, broker, database_clock)
            with stage.cluster:
                stage.cluster.migrate()
                with open_bus(broker.url, BusSettings(partitions=4)) as patient:  # the play's own bus gives up in 3 s
                    patient.ensure_topics()
                yield stage
        finally:
            if broker.running:
                broker.stop()
            postgres.ensure_alive()  # to be stopped in order
