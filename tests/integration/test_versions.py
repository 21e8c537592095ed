"""New versions of datasets: judged again under other rules; failed calls asked again. On a real database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from spanloom.contracts.messages import CompletionMessage
from spanloom.contracts.rules import Rules
from spanloom.errors import Conflict, NotFound
from spanloom.store import runs, versions, work
from spanloom.store.settle import settle
from spanloom.workers.relay import message_of
from spanloom_generator import records
from spanloom_validator.worker import ValidatorWorker
from support.stored import LEASE, execute, select, store_called_run, store_run

PAPER = Rules.model_validate("paper").model_dump(mode="json")
DEFAULT = Rules.model_validate("default").model_dump(mode="json")


def _judge(db: Engine) -> None:
    """Do the validator's part for every completion that waits."""
    worker = ValidatorWorker(db)
    waiting = [dict(row._mapping) for row in select(db, "SELECT * FROM completions WHERE judged_at IS NULL")]
    messages: list[Any] = [message_of("completions", row) for row in waiting]
    assert all(isinstance(message, CompletionMessage) for message in messages)
    worker.handle(messages)


def _dataset(db: Engine, dataset: str) -> Any:
    (row,) = select(db, "SELECT * FROM datasets WHERE id = :id", id=dataset)
    return row


def test_revalidate_judges_stored_completions_under_other_rules(db: Engine, tmp_path: Path) -> None:
    run_id = store_called_run(db, tmp_path, calls=20)
    first = f"{run_id}.da.recorded.train.v1"
    with pytest.raises(Conflict, match="still being collected"), db.begin() as connection:
        versions.revalidate(connection, first, PAPER)
    _judge(db)
    before = _dataset(db, first)
    with db.begin() as connection:
        assert versions.revalidate(connection, first, DEFAULT) == (first, False), "the same rules change nothing"
        second, new = versions.revalidate(connection, first, PAPER)
    assert (second, new) == (f"{run_id}.da.recorded.train.v2", True)
    with pytest.raises(Conflict, match="still being collected"), db.begin() as connection:
        versions.revalidate(connection, first, DEFAULT)
    _judge(db)
    after = _dataset(db, second)
    assert (after.state, after.version, after.calls_judged, after.calls_expected) == ("complete", 2, 20, 20)
    assert _dataset(db, first) == before, "the first version stays what it was"
    assert after.candidates < before.candidates, (
        "paper's candidates are what json.loads accepts; default counts cut ones"
    )
    stored = dict(
        select(
            db, "SELECT dataset_id, count(*) FROM samples WHERE dataset_id = ANY(:ids) GROUP BY 1", ids=[first, second]
        )
    )
    assert stored == {first: before.accepted, second: after.accepted}
    assert not select(db, "SELECT 1 FROM prompts WHERE state <> 'done'"), "no call is made again"


def test_a_new_version_sets_an_ended_run_going_and_makes_its_arms(db: Engine, tmp_path: Path) -> None:
    run_id = store_called_run(db, tmp_path, calls=10)
    _judge(db)
    settle(db, run_id)
    made = select(db, "SELECT id FROM jobs")
    execute(db, "UPDATE jobs SET state = 'done'")
    assert settle(db, run_id).ended == "complete"
    with db.begin() as connection:
        second, _ = versions.revalidate(connection, f"{run_id}.da.recorded.train.v1", PAPER)
    assert select(db, "SELECT state, ended_at FROM runs") == [("running", None)]
    assert settle(db, run_id).ended is None
    _judge(db)
    settle(db, run_id)
    trained_on = {
        row.on for row in select(db, "SELECT arm ->> 'train_dataset' AS \"on\" FROM jobs WHERE state = 'queued'")
    }
    assert trained_on == {second}
    assert len(select(db, "SELECT id FROM jobs")) == 2 * len(made)


def test_revalidate_refuses_gold_unknown_and_cancelled(db: Engine, tmp_path: Path) -> None:
    run_id = store_called_run(db, tmp_path, calls=5)
    _judge(db)
    with db.begin() as connection:
        with pytest.raises(Conflict, match="not written by an LLM"):
            versions.revalidate(connection, f"{run_id}.da.gold.train.v1", PAPER)
        with pytest.raises(NotFound):
            versions.revalidate(connection, "nothing", PAPER)
        runs.cancel(connection, run_id)
        with pytest.raises(Conflict, match="resume it first"):
            versions.revalidate(connection, f"{run_id}.da.recorded.train.v1", PAPER)


def _fail_call(db: Engine, call: int) -> None:
    """Turn a prompt that waits into a failed call, as the generator does."""
    (row,) = select(db, "SELECT id FROM prompts WHERE call_index = :call AND state = 'queued'", call=call)
    with db.begin() as connection:
        (claim,) = work.claim(connection, "prompts", [row.id], holder="test", lease=LEASE)
        records.write_failure(connection, claim, "the engine said no")


@pytest.mark.parametrize("judged", [False, True])
def test_retry_asks_a_collecting_datasets_failed_calls_again(db: Engine, tmp_path: Path, judged: bool) -> None:
    run_id = _half_called(db, tmp_path)
    _fail_call(db, 3)
    if judged:
        _judge(db)
    with db.begin() as connection:
        assert versions.retry(connection, run_id) == {"calls": 1, "datasets": 0, "jobs": 0, "evaluations": 0}
    dataset = _dataset(db, f"{run_id}.da.recorded.train.v1")
    assert (dataset.calls_judged, dataset.calls_failed) == (0, 0)
    assert not select(db, "SELECT 1 FROM completions WHERE error IS NOT NULL")
    tries = "SELECT state, attempt - forgiven FROM prompts WHERE call_index = 3"
    assert select(db, tries) == [("queued", 0)], "it has all its attempts again"


def _half_called(db: Engine, folder: Path) -> str:
    from support.cluster import replay_source
    from support.recordings import write_recording

    recording = write_recording(folder / "half.jsonl", calls=6)
    return store_run(db, replay_source(recording, "recorded", 6))


def test_retry_makes_a_new_version_of_a_complete_dataset(db: Engine, tmp_path: Path) -> None:
    run_id = store_called_run(db, tmp_path, calls=8)
    execute(db, "UPDATE completions SET text = NULL, error = 'timeout' WHERE call_index IN (2, 5)")
    _judge(db)
    settle(db, run_id)
    execute(db, "UPDATE jobs SET state = 'done'")
    settle(db, run_id)
    assert select(db, "SELECT state, reason FROM runs") == [("complete_with_failures", "2 calls failed")]
    with db.begin() as connection:
        put_back = versions.retry(connection, run_id)
    assert put_back == {"calls": 2, "datasets": 1, "jobs": 0, "evaluations": 0}
    second = f"{run_id}.da.recorded.train.v2"
    states = select(db, "SELECT call_index, state FROM prompts WHERE dataset_id = :id ORDER BY 1", id=second)
    assert [row.call_index for row in states if row.state == "queued"] == [2, 5]
    assert len(states) == 8
    _judge(db)
    assert _dataset(db, second).calls_judged == 6
    assert _dataset(db, second).state == "collecting"


def test_retry_puts_failed_jobs_back_and_makes_those_anew_that_never_ran(db: Engine) -> None:
    run_id = store_run(db, sizes=[30, 100])
    settle(db, run_id)
    ran, never = (row.id for row in select(db, "SELECT id FROM jobs ORDER BY id"))
    execute(db, "UPDATE jobs SET state = 'failed', attempt = 3, reason = 'lost' WHERE id = :id", id=ran)
    execute(db, "UPDATE jobs SET state = 'failed', reason = 'no sample' WHERE id = :id", id=never)
    assert settle(db, run_id).ended == "complete_with_failures"
    with db.begin() as connection:
        assert versions.retry(connection, run_id)["jobs"] == 1
    settle(db, run_id)
    rows = select(db, "SELECT id, state, attempt - forgiven, reason FROM jobs ORDER BY id")
    assert rows == [(ran, "queued", 0, None), (never, "queued", 0, None)]
    with db.connect() as connection:
        assert connection.execute(text("SELECT state FROM runs")).scalar_one() == "running"
