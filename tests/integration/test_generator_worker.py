"""Whatever an engine does, each claimed prompt ends: stored, failed with its reason, tried again or handed back."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database

from spanloom.contracts.messages import PromptMessage
from spanloom.errors import PermanentEngineError, TransientEngineError
from spanloom.workers.relay import message_of
from spanloom_generator.engines.port import CallRequest, CallResult, Engine
from spanloom_generator.pool import EnginePool
from spanloom_generator.worker import GeneratorWorker
from support.cluster import replay_source
from support.common import wait_for
from support.recordings import write_recording
from support.stored import LEASE, execute, running, select, store_run

FINE = CallResult("{}", "stop", 1, 1, 0.1, "scripted")


class ScriptedEngine(Engine):
    """A fake: does with each call what its script says by call index; None leaves the call in flight."""

    name = model = "scripted"

    def __init__(self, script: list[CallResult | BaseException | None]) -> None:
        self.script = script
        self.flying: dict[str, Future[CallResult]] = {}

    def start(self) -> None:
        pass

    def room(self) -> int:
        return 1000

    def submit(self, request: CallRequest) -> Future[CallResult]:
        future: Future[CallResult] = Future()
        outcome = self.script[request.call_index]
        if isinstance(outcome, SystemError):
            raise outcome  # an engine that does not keep to the port
        if outcome is None:
            self.flying[request.prompt_id] = future
        elif isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
        return future

    def cancel(self, prompt_ids: Collection[str]) -> None:
        for prompt_id in prompt_ids:
            if prompt_id in self.flying:
                self.flying.pop(prompt_id).cancel()

    def window(self) -> int | None:
        return None

    def close(self) -> None:
        self.cancel(list(self.flying))


def _worker(
    db: Database, folder: Path, script: list[CallResult | BaseException | None]
) -> tuple[GeneratorWorker, list[PromptMessage], ScriptedEngine]:
    recording = write_recording(folder / "r.jsonl", calls=len(script), objects=1)
    run_id = store_run(db, replay_source(recording, calls=len(script)))
    rows = select(db, "SELECT * FROM prompts WHERE run_id = :run ORDER BY call_index", run=run_id)
    engine = ScriptedEngine(script)
    pool = EnginePool(db, cache=folder, open_=lambda _: engine)
    worker = GeneratorWorker(db, pool, holder="test", lease=LEASE, renew_s=0.2)
    return worker, [PromptMessage.decode(message_of("prompts", row._mapping).encode()) for row in rows], engine


def _rows(db: Database) -> list[tuple[str, str, str | None, str | None]]:
    statement = (
        "SELECT p.state, p.reason, c.text, c.error FROM prompts p LEFT JOIN completions c ON c.id = p.id "
        "ORDER BY p.call_index"
    )
    return [tuple(row) for row in select(db, statement)]


def test_every_outcome_ends_its_call_and_leaves_the_others_alone(db: Database, tmp_path: Path) -> None:
    worker, messages, _ = _worker(
        db,
        tmp_path,
        [
            FINE,
            PermanentEngineError("refused\x00 for good"),
            TransientEngineError("try later"),
            ValueError("a defect of the engine"),
            SystemError("another"),
            CallResult("a\x00b\ud800", "stop\x00", 1, 1, 0.1, "m\x00"),
            CallResult("{}", "stop", 10**15, 1, 0.1, "counts what no column holds"),
            FINE,
        ],
    )
    with running(worker.run):
        worker.handle(messages)
        wait_for(lambda: all(row[0] != "claimed" for row in _rows(db)), what="every call's end")
    rows = _rows(db)
    assert [row[0] for row in rows] == ["done", "failed", "queued", "queued", "queued", "done", "failed", "done"]
    assert rows[1][1] == rows[1][3] == "PermanentEngineError: refused\N{REPLACEMENT CHARACTER} for good"
    assert rows[2][1] == "try later"
    assert rows[3][1] == "ValueError: a defect of the engine"
    assert rows[4][1] == "SystemError: another"
    assert rows[5][2] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"
    assert "could not be stored" in str(rows[6][3])
    assert "out of range" in str(rows[6][3])
    assert worker.keeper.held() == [], "nothing is renewed that nobody works on"


def test_a_call_that_fails_unexpectedly_every_time_fails_after_its_attempts(db: Database, tmp_path: Path) -> None:
    worker, messages, _ = _worker(db, tmp_path, [ValueError("a defect")])
    with running(worker.run):
        for _ in range(LEASE.max_attempts):
            worker.handle(messages)
            wait_for(lambda: _rows(db)[0][0] != "claimed", what="the call's end")
    gave_up = f"gave up after {LEASE.max_attempts} attempts: ValueError: a defect"
    assert _rows(db) == [("failed", gave_up, None, gave_up)]


def test_a_clean_stop_stores_what_has_come_and_hands_back_the_rest(db: Database, tmp_path: Path) -> None:
    worker, messages, engine = _worker(db, tmp_path, [FINE, None, None, FINE])
    worker.handle(messages)
    engine.close()
    assert len(engine.flying) == 0
    worker.hand_back()
    assert [row[0] for row in _rows(db)] == ["done", "queued", "queued", "done"]
    left = select(db, "SELECT attempt, forgiven FROM prompts WHERE state = 'queued'")
    assert [tuple(row) for row in left] == [(1, 1), (1, 1)], "the attempt does not count"


@pytest.mark.parametrize("how", ["cancelled", "taken over"])
def test_calls_that_are_lost_are_given_up(db: Database, tmp_path: Path, how: str) -> None:
    worker, messages, engine = _worker(db, tmp_path, [None, None])
    with running(worker.run, worker.keeper.run):
        worker.handle(messages)
        assert len(engine.flying) == 2
        if how == "cancelled":
            execute(db, "UPDATE runs SET state = 'cancelled'")
        else:
            execute(db, "UPDATE prompts SET attempt = attempt + 1, holder = 'another'")
        wait_for(lambda: not engine.flying, what="the engine to be told")
        wait_for(lambda: not worker.keeper.held(), what="the leases to be dropped")
        expected = "queued" if how == "cancelled" else "claimed"
        wait_for(lambda: {row[0] for row in _rows(db)} == {expected}, what=f"the prompts to be {expected}")
    assert select(db, "SELECT 1 FROM completions") == []
