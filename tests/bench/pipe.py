"""The pipe without an LLM: from completions on the topic to committed rows, on a real Kafka and PostgreSQL.

Run as `make bench BENCH=pipe` (`ARGS="--calls 2000"` for more). One JSON line a measurement; a completion: 20 objects.

- `batched`: transactions of 50 completions against one each, one validator in this process, in completions a second
- `growth`: the same with 10 and 100 times as many samples in the dataset, against an empty one
- `per core`: completions a minute of a validator's CPU time, against the 6,000 that are asked for
- `validators`: two validator processes against one, in completions a second
- `shares`: what part of the time judging, SQL and Kafka take in one validator
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import structlog
from sqlalchemy import Engine, event

from spanloom.bus import BusSettings, open_bus
from spanloom.bus.topics import COMPLETIONS, JOBS
from spanloom.contracts.messages import CompletionMessage
from spanloom.store.db import connect
from spanloom.store.migrate import upgrade
from spanloom.store.work import Lease
from spanloom.workers.consume import Consuming
from spanloom.workers.relay import Relay
from spanloom_validator import worker as validating
from spanloom_validator.service import BATCH, GROUP
from support.cluster import Cluster, replay_source
from support.common import wait_for
from support.kafka_broker import KafkaBroker
from support.own_postgres import own_postgres
from support.recordings import write_recording
from support.stored import complete_prompts, execute, running, select, store_run

OBJECTS, ASKED_A_MINUTE, LONGER = 20, 6_000, 4
_LEASE = Lease(ahead=1_000_000)
_FILL = """
INSERT INTO samples (dataset_id, call_index, candidate_index, tokens, ner_tags, content, identity)
SELECT d.id, 1000000 + g, 0, ARRAY['Anna', 'bor', 'i', g::text], ARRAY[1, 0, 0, 0], md5(g::text), md5('i' || g)
  FROM datasets d, generate_series(1, :rows) g WHERE d.run_id = :run AND d.source <> 'gold'
"""


@dataclass
class Shares:
    """Seconds by part, measured where they are spent."""

    seconds: Counter[str] = field(default_factory=Counter)

    def timed(self, part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its time added to `part`."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                self.seconds[part] += time.perf_counter() - start

        return wrapped

    @contextmanager
    def watching(self, db: Engine, bus: Any) -> Iterator[None]:
        """Time judging, statements and commits of `db`, and what consumers of `bus` do."""
        judge, opened = validating.judge_completion, bus.consumer
        started: list[float] = []

        def before(*_: Any) -> None:
            started.append(time.perf_counter())

        def after(*_: Any) -> None:
            self.seconds["sql"] += time.perf_counter() - started.pop()

        def consumer(*args: Any) -> Any:
            client = opened(*args)
            for name in ("poll", "commit"):
                setattr(client, name, self.timed("kafka", getattr(client, name)))
            return client

        commit = db.dialect.do_commit
        validating.judge_completion = self.timed("judging", judge)
        bus.consumer, db.dialect.do_commit = consumer, self.timed("sql", commit)  # type: ignore[method-assign]
        event.listen(db, "before_cursor_execute", before)
        event.listen(db, "after_cursor_execute", after)
        try:
            yield
        finally:
            validating.judge_completion, bus.consumer = judge, opened
            db.dialect.do_commit = commit  # type: ignore[method-assign]
            event.remove(db, "before_cursor_execute", before)
            event.remove(db, "after_cursor_execute", after)


class Pipe:
    """A broker, a database, and completions that wait in the topic."""

    def __init__(self, folder: Path, url: str, broker: KafkaBroker, calls: int) -> None:
        self.folder, self.url, self.broker, self.calls = folder, url, broker, calls
        self.db = connect(url)
        self.recording = write_recording(folder / f"recording-{calls}.jsonl", calls=calls, objects=OBJECTS)

    @contextmanager
    def filled(self, rows: int = 0) -> Iterator[tuple[str, Any]]:
        """A run whose completions lie in the topic, in a dataset with `rows` samples more; and the bus."""
        run_id = store_run(self.db, replay_source(self.recording, calls=self.calls))
        complete_prompts(self.db, run_id, self.recording)
        execute(self.db, _FILL, rows=rows, run=run_id)
        execute(self.db, "ANALYZE samples")
        with open_bus(self.broker.url, BusSettings(session_timeout_s=6, heartbeat_s=1)) as bus:
            bus.delete_topics([COMPLETIONS, JOBS])
            bus.ensure_topics()
            assert Relay(self.db, bus, "completions", _LEASE).publish_waiting() == self.calls
            yield run_id, bus
        execute(self.db, "UPDATE runs SET state = 'cancelled' WHERE id = :run", run=run_id)

    def judged(self, run_id: str) -> int:
        """Completions whose rows are committed."""
        return int(select(self.db, "SELECT count(judged_at) AS n FROM completions WHERE run_id = :r", r=run_id)[0].n)

    def seconds(self, run_id: str) -> tuple[float, int]:
        """From the first transaction to the last, and how many completions came after the first."""
        rows = select(
            self.db,
            "SELECT judged_at, count(*) AS n FROM completions WHERE run_id = :r GROUP BY judged_at ORDER BY judged_at",
            r=run_id,
        )
        return (rows[-1].judged_at - rows[0].judged_at).total_seconds(), self.calls - rows[0].n

    def in_process(self, *, batch: int = BATCH, rows: int = 0, shares: Shares | None = None) -> tuple[float, float]:
        """One validator in this process: completions a second, and completions a minute of CPU time."""
        with self.filled(rows) as (run_id, bus):
            spent = _Thread()
            loop = Consuming(
                self.db, bus, COMPLETIONS, GROUP, CompletionMessage,
                spent.around(validating.ValidatorWorker(self.db).handle), room=lambda: batch,
            )  # fmt: skip
            watching = nullcontext() if shares is None else shares.watching(self.db, bus)
            with watching, running(loop.run):
                wait_for(lambda: self.judged(run_id) == self.calls, timeout_s=900, every_s=0.2, what="all verdicts")
            seconds, after = self.seconds(run_id)
            if shares is not None:
                shares.seconds["all"] += spent.wall
            return after / seconds, 60 * self.calls / spent.cpu

    def in_processes(self, count: int) -> tuple[float, float]:
        """`count` validator processes: completions a second, and completions a minute of their CPU time."""
        with Cluster(self.url, self.broker.bootstrap, self.folder, SPANLOOM_PARTITIONS="12") as cluster:
            processes = cluster.start(*["validator"] * count)
            time.sleep(3)  # the group settles
            watched = [psutil.Process(process.popen.pid) for process in processes]
            before = sum(sum(process.cpu_times()[:2]) for process in watched)
            with self.filled() as (run_id, _):
                wait_for(lambda: self.judged(run_id) == self.calls, timeout_s=900, every_s=0.2, what="all verdicts")
                cpu = sum(sum(process.cpu_times()[:2]) for process in watched) - before
                seconds, after = self.seconds(run_id)
            return after / seconds, 60 * self.calls / cpu


class _Thread:
    """Time and CPU time of one thread's handling of batches."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0
        self._began: float | None = None

    def around(self, handle: Callable[[list[Any]], None]) -> Callable[[list[Any]], None]:
        """The handler, measured: wall time from the first batch's start to the last one's end, Kafka included."""

        def measured(messages: list[Any]) -> None:
            now = time.perf_counter()
            self._began = self._began if self._began is not None else now
            cpu = time.thread_time()
            handle(messages)
            self.cpu += time.thread_time() - cpu
            self.wall = time.perf_counter() - self._began

        return measured


def emit(name: str, ours: float, theirs: float, unit: str, **more: Any) -> None:
    """One measurement."""
    line = {"name": name, "ours": round(ours, 2), "theirs": round(theirs, 2), "ratio": round(ours / theirs, 3)}
    print(json.dumps({**line, "unit": unit, "machine": platform.processor() or platform.machine(), **more}), flush=True)


def measure(pipe: Pipe) -> None:
    """All measurements; each pair in one run, one after the other."""
    pipe.in_process()  # warms the caches of all three
    shares = Shares()
    batched, per_core = pipe.in_process(shares=shares)
    single, _ = pipe.in_process(batch=1)
    emit("pipe batched, 50 completions a transaction against 1", batched, single, "completions/s")
    emit("pipe per core, against what is asked for", per_core, ASKED_A_MINUTE, "completions/min of CPU")
    whole = shares.seconds["all"]
    for part in ("judging", "sql", "kafka"):
        emit(f"pipe shares, {part} of all", shares.seconds[part], whole, "s")
    held = pipe.calls * OBJECTS
    for times in (10, 100):
        grown, core = pipe.in_process(rows=held * times)
        name = f"pipe growth, {times}x rows against 1x"
        emit(name, grown, batched, "completions/s", rows=held * times, per_core_a_minute=round(core))
    # More of them: a group takes seconds to settle, and in those one works alone.
    longer = Pipe(pipe.folder, pipe.url, pipe.broker, LONGER * pipe.calls)
    one, _ = longer.in_processes(1)
    two, core = longer.in_processes(2)
    emit("pipe validators, two processes against one", two, one, "completions/s", per_core_a_minute=round(core))


def main() -> None:
    """Measure on a broker and a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000, help="completions a measurement")
    given = parser.parse_args()
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="spanloom-pipe-") as temporary:
        folder = Path(temporary)
        with own_postgres() as postgres:
            upgrade(postgres.url)
            broker = KafkaBroker(folder)
            broker.start()
            try:
                measure(Pipe(folder, postgres.url, broker, given.calls))
            finally:
                broker.stop()


if __name__ == "__main__":
    main()
