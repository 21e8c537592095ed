"""Runs: stored whole or not at all, cancelled and resumed; `settle` makes what is due, once, and ends them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.spec import check_spec
from spanloom.errors import Conflict, NotFound
from spanloom.store import runs, work
from spanloom.store.events import Place, emit, since
from spanloom.store.settle import Settled, settle, settle_all
from spanloom_generator.submit import submit
from spanloom_generator.summary import run_json
from spanloom_validator.worker import ValidatorWorker
from support.cluster import demo_language, replay_source, tiny_training
from support.recordings import write_recording
from support.stored import LEASE, complete_prompts, completion_messages, execute, select, store_run


def count(db: Engine, table: str, run_id: str) -> int:
    return int(select(db, f"SELECT count(*) AS n FROM {table} WHERE run_id = :run", run=run_id)[0].n)


def end_jobs(db: Engine, run_id: str, state: str = "done") -> None:
    execute(
        db,
        "UPDATE jobs SET state = :state, reason = CASE WHEN :state = 'failed' THEN 'it broke' END "
        "WHERE run_id = :run AND state = 'queued'",
        run=run_id,
        state=state,
    )


def test_a_run_goes_from_jobs_to_its_end_and_each_step_is_made_once(db: Engine, tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "r.jsonl", calls=3)
    run_id = store_run(db, {"kind": "organic"}, replay_source(recording, calls=3), sizes=[10, 5000])
    assert (settle(db, run_id).jobs, count(db, "jobs", run_id)) == (2, 2), "gold is complete at birth: 10 and 300"
    assert settle(db, run_id).jobs == 0
    complete_prompts(db, run_id, recording)
    assert settle(db, run_id).jobs == 0
    ValidatorWorker(db).handle(completion_messages(db, run_id))
    assert count(db, "jobs", run_id) == 4, "the validator settles what it completes"
    end_jobs(db, run_id)
    with ThreadPoolExecutor(4) as pool:
        ended = [s.ended for s in pool.map(lambda _: settle(db, run_id), range(4))]
    assert sorted(map(str, ended)) == ["None", "None", "None", "complete"], "a run ends once"
    states = select(
        db, "SELECT data ->> 'state' AS s FROM events WHERE run_id = :r AND kind = 'run' ORDER BY id", r=run_id
    )
    assert [row.s for row in states] == ["running", "complete"]


def test_a_run_with_failures_says_how_many_of_what(db: Engine) -> None:
    run_id = store_run(db, {"kind": "organic"}, sizes=[10, 20, 30])
    settle(db, run_id)
    execute(db, "UPDATE jobs SET state = 'done' WHERE id = (SELECT min(id) FROM jobs WHERE run_id = :r)", r=run_id)
    end_jobs(db, run_id, "failed")
    assert settle(db, run_id).ended == "complete_with_failures"
    (run,) = select(db, "SELECT state, reason, ended_at FROM runs WHERE id = :r", r=run_id)
    assert (run.state, run.reason) == ("complete_with_failures", "2 jobs failed")
    assert run.ended_at is not None


def test_a_dataset_with_nothing_accepted_fails_its_arms_with_that_reason(db: Engine, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"call_idx": 0, "raw_output": "I cannot help with that."}\n')
    run_id = store_run(db, replay_source(empty, calls=1), sizes=[30])
    complete_prompts(db, run_id, empty)
    ValidatorWorker(db).handle(completion_messages(db, run_id))
    (job,) = select(db, "SELECT state, reason FROM jobs WHERE run_id = :r", r=run_id)
    assert (job.state, job.reason) == ("failed", "dataset da/recorded/train holds no accepted sample")
    assert settle(db, run_id).ended is None, "it has ended already, with its last dataset"
    with db.connect() as connection:
        assert run_json(connection, run_id)["state"] == "complete_with_failures"


def test_a_pretraining_that_fails_fails_the_arms_that_wait_for_it(db: Engine) -> None:
    language = demo_language(related={"code": "sv", "gold": {"demo": "sv"}})
    spec = check_spec(
        {
            "name": "related",
            "languages": [language],
            "sources": [{"kind": "organic"}],
            "training": tiny_training(settings=["fine_tuning"], sizes=[30]),
        }
    )
    run_id, _ = submit(db, spec, key=None)
    assert settle(db, run_id).jobs == 1, "the pre-training; its arms wait"
    end_jobs(db, run_id, "failed")
    settled = settle(db, run_id)
    assert (settled.jobs, settled.ended) == (1, "complete_with_failures")
    rows = select(db, "SELECT kind, state, reason FROM jobs WHERE run_id = :r ORDER BY kind", r=run_id)
    assert [(row.kind, row.state) for row in rows] == [("pretrain", "failed"), ("train", "failed")]
    assert "pre-training on sv" in rows[1].reason


def test_a_cancelled_run_is_left_alone_until_it_is_resumed(db: Engine, tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "r.jsonl", calls=4)
    run_id = store_run(db, {"kind": "organic"}, replay_source(recording, calls=4))
    prompts = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :r ORDER BY id", r=run_id)]
    with db.begin() as connection:
        held = work.claim(connection, "prompts", prompts[:2], holder="A", lease=LEASE)
    for _ in range(2):
        with db.begin() as connection:
            assert runs.cancel(connection, run_id) == "cancelled"
    published: list[Any] = []
    with db.begin() as connection:
        assert work.claim(connection, "prompts", prompts, holder="B", lease=LEASE) == []
        assert work.renew(connection, "prompts", held, lease=LEASE) == set()
    assert work.relay(db, "prompts", published.extend, lease=LEASE) == 0
    assert settle(db, run_id).jobs == 0
    assert settle_all(db) == 0

    # What arrives after the cancel is stored, and judged on resume.
    complete_prompts(db, run_id, recording, held)
    ValidatorWorker(db).handle(completion_messages(db, run_id))
    assert select(db, "SELECT count(judged_at) AS n FROM completions WHERE run_id = :r", r=run_id)[0].n == 0
    with db.begin() as connection:
        assert runs.resume(connection, run_id) == "running"
    assert settle(db, run_id).jobs == 1
    assert work.relay(db, "completions", published.extend, lease=LEASE) == 2
    assert work.relay(db, "prompts", published.extend, lease=LEASE) == 2
    assert {row["id"] for row in published} == set(prompts)
    complete_prompts(db, run_id, recording)
    ValidatorWorker(db).handle(completion_messages(db, run_id))
    assert count(db, "jobs", run_id) == 2
    end_jobs(db, run_id)
    assert settle(db, run_id).ended == "complete"
    with db.begin() as connection:
        with pytest.raises(Conflict, match="complete; only a running run can be cancelled"):
            runs.cancel(connection, run_id)
        with pytest.raises(Conflict, match="only a cancelled run, or one with a paused source, can be resumed"):
            runs.resume(connection, run_id)
        with pytest.raises(NotFound, match="GET /v1/runs"):
            runs.cancel(connection, "no-such-run")


def test_what_a_crash_left_between_two_transactions_is_settled_by_the_sweeper(db: Engine, tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "r.jsonl", calls=2)
    run_id = store_run(db, replay_source(recording, calls=2))
    execute(
        db,
        "UPDATE datasets SET state = 'complete', calls_judged = calls_expected, accepted = 30, candidates = 40 "
        "WHERE run_id = :r AND kind = 'synthetic'",
        r=run_id,
    )
    assert settle_all(db) == 1
    assert settle_all(db) == 0


def test_the_sweeper_looks_again_only_at_runs_that_have_changed(db: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    still, moving = (store_run(db, {"kind": "organic"}, sizes=[30]) for _ in range(2))
    settled: dict[str, str] = {}
    looked_at: list[str] = []

    def look(engine: Engine, run_id: str) -> Settled:
        looked_at.append(run_id)
        return settle(engine, run_id)

    monkeypatch.setattr("spanloom.store.settle.settle", look)

    def sweep() -> list[str]:
        looked_at.clear()
        settle_all(db, settled)
        return [run for run in looked_at if run in (still, moving)]

    assert sweep() == [still, moving]
    assert sweep() == [still, moving], "the jobs made are a change"
    assert sweep() == []
    end_jobs(db, moving, "failed")
    assert sweep() == [moving], "a job has ended"
    assert sweep() == []
    assert moving not in settled, "it has ended: a run that is resumed is looked at again"


def test_one_key_makes_one_run_however_many_ask_at_once(db: Engine) -> None:
    def spec(name: str) -> Any:
        training = tiny_training()
        return check_spec(
            {"name": name, "languages": [demo_language()], "sources": [{"kind": "organic"}], "training": training}
        )

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: submit(db, spec("one"), key="k"), range(6)))
    assert len({run_id for run_id, _ in answers}) == 1
    assert sorted(new for _, new in answers) == [False] * 5 + [True]
    assert [row.n for row in select(db, "SELECT count(*) AS n FROM runs")] == [1]
    with pytest.raises(Conflict, match="another specification"):
        submit(db, spec("two"), key="k")


def test_a_run_that_cannot_be_stored_leaves_nothing(db: Engine, tmp_path: Path) -> None:
    execute(db, "ALTER TABLE prompts ADD CONSTRAINT refuse CHECK (call_index < 2)")
    recording = write_recording(tmp_path / "r.jsonl", calls=3)
    with pytest.raises(Exception, match="refuse"):
        store_run(db, replay_source(recording, calls=3))
    for table in ("runs", "datasets", "samples", "prompts", "events"):
        assert select(db, f"SELECT count(*) AS n FROM {table}")[0].n == 0


def test_no_event_is_skipped_by_a_reader_that_comes_between_two_writers(db: Engine) -> None:
    seen: list[str] = []
    place = Place(0, 0)

    def read() -> None:
        nonlocal place
        with db.connect() as connection:
            for place_, kind, _ in since(connection, "r", place):
                place = place_
                seen.append(kind)

    with db.begin() as slow:
        emit(slow, "r", "first")
        with db.begin() as quick:
            emit(quick, "r", "second")
        read()
        assert seen == [], "the second, though committed, waits for the first"
    read()
    assert seen == ["first", "second"]
    read()
    assert seen == ["first", "second"]
    assert Place.parse(str(place)) == place
