"""A database of an earlier release, with a run in the middle, is upgraded, and this release carries the run to its end.

The dump in `data/` was written by that release: schema 0007; two of four trainings planned, one of them done and
scored, the other held by a process that is gone; of six calls three made, two judged, one held by a dead process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import Engine

from spanloom.bus.topics import RESULTS
from spanloom.settings import load_settings
from spanloom.store.db import connect
from spanloom.store.migrate import head, upgrade, version
from spanloom.workers.runtime import Runtime, open_runtime
from spanloom_evaluator import service as evaluator
from spanloom_evaluator.renewal import renew
from spanloom_generator import service as generator
from spanloom_trainer import service as trainer
from spanloom_validator import service as validator
from support.bus_polling import collect, nothing_comes
from support.common import wait_for
from support.recordings import write_recording
from support.stored import running, select

DUMP = Path(__file__).parent / "data" / "schema_0007_run_in_the_middle.sql"
_BOUNDARY = "SELECT boundary_f1 > 0 AS found, boundary_f1_lo AS lo, boundary_f1_hi AS hi FROM results"
TRAINED, HELD = "job-43f41eeb0b83818c2702d627", "job-a4afaef4986416172003890c"


@pytest.fixture
def old(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """The earlier release's database."""
    recording = write_recording(tmp_path / "recorded.jsonl", calls=6, objects=8)
    rows = DUMP.read_text("utf-8").replace("@RECORDING@", str(recording)).replace("@MODELS@", str(tmp_path / "models"))
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(rows)
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def runtime(old: Engine, database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    settings = load_settings(
        bus="memory://upgraded", home=tmp_path, models=tmp_path / "models", cache=tmp_path / "cache", lease_s=10,
        data=(tmp_path,), renew_s=2, sweep_s=0.3, republish_after_s=1, backoff_s=0.2, models_min_free_bytes=0,
    )  # fmt: skip
    runtime = open_runtime(settings, database_url, services=4)
    runtime.bus.ensure_topics()
    yield runtime
    runtime.db.dispose()
    runtime.bus.close()


def test_a_run_in_the_middle_is_carried_to_its_end(old: Engine, database_url: str, runtime: Runtime) -> None:
    assert version(old) == "0007"
    before = select(old, "SELECT id, f1, lo, hi, finished_at FROM evaluations")
    (run,) = (row.id for row in select(old, "SELECT id FROM runs"))
    upgrade(database_url)
    assert version(old) == head()
    assert select(old, "SELECT id, f1, lo, hi, told_at FROM evaluations") == before, "done was told of by the sender"
    assert select(old, _BOUNDARY) == [(True, None, None)], "no interval is invented"

    parts = [service.build(runtime) for service in (generator, validator, trainer, evaluator)]
    loops = [worker.run for part in parts for worker in part.workers]
    with runtime.bus.consumer(RESULTS, "listener") as listener, running(*loops):
        try:
            wait_for(lambda: select(old, "SELECT 1 FROM runs WHERE state <> 'running'"), timeout_s=240, what="its end")
            assert select(old, "SELECT state, reason FROM runs") == [("complete", None)]
            told = {message.key for message in collect(listener, 3)}
            assert nothing_comes(listener)
        finally:
            for close in (close for part in parts for close in part.on_stop[::-1]):
                close()

    jobs = {row.id: row for row in select(old, "SELECT * FROM jobs")}
    assert (len(jobs), {job.state for job in jobs.values()}) == (4, {"done"}), "no arm is known under another id"
    assert (jobs[TRAINED].attempt, jobs[HELD].attempt) == (1, 2)
    evaluations = {row.id: row for row in select(old, "SELECT * FROM evaluations")}
    assert [evaluations.pop(row.id).f1 for row in before] == [row.f1 for row in before]
    assert (len(evaluations), {row.state for row in evaluations.values()}, told) == (3, {"done"}, set(evaluations))
    assert all(row.lo <= row.f1 <= row.hi for row in evaluations.values())
    renew(old, run)
    assert all(row.lo < row.hi for row in select(old, _BOUNDARY))
    calls = select(old, "SELECT state, attempt, count(*) FROM prompts GROUP BY 1, 2 ORDER BY 2")
    assert calls == [("done", 1, 5), ("done", 2, 1)], "the call of the dead process alone was made again"
    found = select(old, "SELECT state, calls_judged, calls_failed FROM datasets WHERE source = 'recorded'")
    assert found == [("complete", 6, 0)]
