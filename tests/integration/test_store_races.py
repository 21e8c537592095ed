"""Two transactions at once: each waits or gives way, none deadlocks, and cancel makes at most one job."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from spanloom.contracts.messages import CompletionMessage
from spanloom.errors import Conflict
from spanloom.store import runs, work
from spanloom.store.settle import settle
from spanloom_generator import records as generator_records
from spanloom_generator.engines.port import CallResult
from spanloom_validator import records as validator_records
from spanloom_validator.worker import ValidatorWorker
from support.cluster import replay_source
from support.common import wait_for
from support.recordings import write_recording
from support.stored import LEASE, complete_prompts, completion_messages, execute, select, store_run

ROUNDS = 15
WAITING = """
SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


def _at_once(rng: random.Random, *actions: Callable[[], object]) -> list[BaseException]:
    """Run all actions at the same moment, each after a tiny pause of its own; returns what they raised."""
    barrier = threading.Barrier(len(actions))
    pauses = [rng.choice((0.0, 0.0, 0.002, 0.01, 0.05)) for _ in actions]

    def act(action: Callable[[], object], pause: float) -> BaseException | None:
        barrier.wait(30)
        threading.Event().wait(pause)
        try:
            action()
        except Exception as error:  # noqa: BLE001  the caller looks at it
            return error
        return None

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(act, action, pause) for action, pause in zip(actions, pauses, strict=True)]
        return [error for future in futures if (error := future.result(60)) is not None]


def _clone(db: Engine, run_id: str) -> None:
    """Put a judged run back to where nothing was judged: cheaper than submitting another one each round."""
    for statement in (
        "DELETE FROM jobs WHERE run_id = :run",
        "DELETE FROM samples WHERE dataset_id IN (SELECT id FROM datasets WHERE run_id = :run AND kind = 'synthetic')",
        "DELETE FROM rejections WHERE dataset_id IN (SELECT id FROM datasets WHERE run_id = :run)",
        "UPDATE completions SET state = 'queued', judged_at = NULL, finished_at = NULL WHERE run_id = :run",
        "UPDATE datasets SET state = 'collecting', calls_judged = 0, calls_failed = 0, calls_without_object = 0, "
        "candidates = 0, accepted = 0, completed_at = NULL WHERE run_id = :run AND kind = 'synthetic'",
        "UPDATE runs SET state = 'running', ended_at = NULL, reason = NULL WHERE id = :run",
        "DELETE FROM events WHERE run_id = :run",
    ):
        execute(db, statement, run=run_id)


@pytest.mark.parametrize("dev", ["own", "gold"])
def test_two_datasets_complete_while_a_cancel_comes_in(db: Engine, tmp_path: Path, dev: str) -> None:
    """Train and dev of one arm (or two sources) complete at the same moment: no deadlock, each arm's job once."""
    recording = write_recording(tmp_path / "calls.jsonl", calls=2, objects=40)
    if dev == "own":
        source = {**replay_source(recording, calls=2), "dev_calls": 1, "engine": {"kind": "toy"}}
        run_id, arms = store_run(db, source, dev="own"), 1
    else:
        run_id = store_run(db, replay_source(recording, "one", 2), replay_source(recording, "two", 2))
        arms = 2
    complete_prompts(db, run_id, recording)
    messages = completion_messages(db, run_id)
    by_dataset: dict[str, list[CompletionMessage]] = {}
    for message in messages:
        by_dataset.setdefault(message.dataset_id, []).append(message)
    one, two = by_dataset.values()
    mixed = [*two, *one]
    rng = random.Random(3535)

    def cancel() -> None:
        with db.begin() as connection:
            runs.cancel(connection, run_id)

    for _ in range(ROUNDS):
        _clone(db, run_id)
        errors = _at_once(
            rng,
            lambda: ValidatorWorker(db).handle(one),
            lambda: ValidatorWorker(db).handle(mixed),
            lambda: ValidatorWorker(db).handle(messages),
            lambda: settle(db, run_id),
            cancel,
        )
        assert [e for e in errors if not isinstance(e, Conflict)] == []
        jobs = select(db, "SELECT arm ->> 'source' AS source, state FROM jobs WHERE run_id = :run", run=run_id)
        assert len({row.source for row in jobs}) == len(jobs) <= arms
        complete = [
            row.id
            for row in select(
                db, "SELECT data ->> 'id' AS id FROM events WHERE run_id = :run AND kind = 'dataset'", run=run_id
            )
        ]
        assert len(complete) == len(set(complete))
        # Resumed, the run has exactly the jobs of a run that was never cancelled.
        with db.begin() as connection:
            if runs.run_state(connection, run_id) == "cancelled":
                runs.resume(connection, run_id)
        ValidatorWorker(db).handle(messages)
        settle(db, run_id)
        (made,) = select(db, "SELECT count(*) AS n FROM jobs WHERE run_id = :run AND state = 'queued'", run=run_id)
        assert made.n == arms


def test_copies_judged_at_the_same_moment_are_accepted_once(db: Engine, tmp_path: Path) -> None:
    """Two validators, each with one of two equal completions: the second sees what the first stored."""
    recording = write_recording(tmp_path / "calls.jsonl", calls=1, objects=30)
    first = json.loads(recording.read_text())
    recording.write_text("\n".join(json.dumps({**first, "call_idx": i}) for i in range(2)) + "\n")
    run_id = store_run(db, replay_source(recording, "one", 2))
    complete_prompts(db, run_id, recording)
    messages = completion_messages(db, run_id)
    rng, workers = random.Random(5), (ValidatorWorker(db), ValidatorWorker(db))
    for _ in range(ROUNDS):
        _clone(db, run_id)
        assert _at_once(rng, *(partial(w.handle, [m]) for w, m in zip(workers, messages, strict=True))) == []
        (row,) = select(
            db,
            "SELECT d.accepted, count(*) AS stored, count(DISTINCT s.identity) AS distinct, max(s.call_index) AS last "
            "FROM samples s JOIN datasets d ON d.id = s.dataset_id WHERE d.kind = 'synthetic' GROUP BY d.accepted",
        )
        assert row.accepted == row.stored == row.distinct > 10
        assert row.last == 0, "it is the first call's copies that stay, whichever came first"


def test_datasets_are_locked_in_the_order_of_their_ids(db: Engine, tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "calls.jsonl", calls=1)
    run_id = store_run(db, replay_source(recording, "one", 1), replay_source(recording, "two", 1))
    rows = select(db, "SELECT id FROM datasets WHERE run_id = :run AND kind = 'synthetic' ORDER BY id", run=run_id)
    ids = [row.id for row in rows]

    def locked(by: int) -> list[str]:
        """What a batch over both holds while another transaction holds the lock on one of them."""
        with db.begin() as other, ThreadPoolExecutor(1) as pool:
            validator_records.lock_datasets(other, [ids[by]])
            with db.begin() as batch:
                waiting = pool.submit(validator_records.lock_datasets, batch, reversed(ids))
                wait_for(lambda: select(db, WAITING)[0].n, what="the batch to wait")
                with db.begin() as third:
                    free = third.execute(
                        text("SELECT id FROM datasets WHERE id = ANY(:ids) FOR UPDATE SKIP LOCKED"), {"ids": ids}
                    )
                    found = {row.id for row in free}
                other.rollback()
                assert set(waiting.result(20)) == set(ids)
        return [i for i in ids if i not in found]

    assert locked(by=0) == [ids[0]], "waiting for the first, it holds no later one"
    assert locked(by=1) == ids, "waiting for the second, it holds the first"


def test_storing_completions_does_not_wait_for_judging(db: Engine, tmp_path: Path) -> None:
    """The validator holds its datasets' rows; the generator's inserts refer to them and must pass (else: deadlock)."""
    recording = write_recording(tmp_path / "calls.jsonl", calls=2)
    run_id = store_run(db, replay_source(recording, "one", 2))
    (dataset,) = select(db, "SELECT id FROM datasets WHERE run_id = :run AND kind = 'synthetic'", run=run_id)
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run", run=run_id)]
    with db.begin() as judging:
        assert validator_records.lock_datasets(judging, [dataset.id])
        with db.begin() as storing:
            storing.execute(text("SET LOCAL lock_timeout = '2s'"))
            for claim in work.claim(storing, "prompts", ids, holder="test", lease=LEASE):
                generator_records.write_completion(storing, claim, CallResult("{}", "stop", 1, 1, 0.1, "test"))


def test_claiming_renewing_and_finishing_in_any_order_do_not_deadlock(db: Engine, tmp_path: Path) -> None:
    """A keeper renews all rows in one statement while completions are stored and others claim the same rows."""
    recording = write_recording(tmp_path / "calls.jsonl", calls=60, objects=1)
    run_id = store_run(db, replay_source(recording, "one", 60))
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run", run=run_id)]
    rng, claimed = random.Random(7), list[work.Claim]()

    def claim(order: list[str]) -> None:
        with db.begin() as connection:
            claimed.extend(work.claim(connection, "prompts", order, holder="test", lease=LEASE))

    def renew(claims: list[work.Claim]) -> None:
        with db.begin() as connection:
            work.renew(connection, "prompts", claims, lease=LEASE)

    def finish(claims: list[work.Claim]) -> None:
        with db.begin() as connection:
            for mine in sorted(claims, key=lambda c: c.id):
                work.finish(connection, "prompts", mine)

    for _ in range(ROUNDS):
        execute(db, "UPDATE prompts SET state = 'queued', attempt = 0 WHERE run_id = :run", run=run_id)
        claimed.clear()
        assert _at_once(rng, *(partial(claim, rng.sample(ids, len(ids))) for _ in range(4))) == []
        assert sorted(c.id for c in claimed) == sorted(ids), "each row is claimed once, by one of the four"
        held = rng.sample(claimed, len(claimed))
        backwards = sorted(claimed, key=lambda c: c.id, reverse=True)
        assert _at_once(rng, partial(renew, held), partial(finish, held[:40]), partial(renew, backwards)) == []
