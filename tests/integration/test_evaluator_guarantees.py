"""The evaluator's hop: an evaluation that is done is told on results.v1, whatever the bus does meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from spanloom.bus.memory import MemoryBus
from spanloom.bus.port import Record
from spanloom.bus.topics import EVALUATIONS, RESULTS
from spanloom.contracts.arm import Arm, arm_id
from spanloom.contracts.messages import EvaluationMessage, ResultMessage
from spanloom.contracts.spec import RunSpec
from spanloom.errors import BusError
from spanloom.settings import load_settings
from spanloom.store.models import Job, Prediction
from spanloom.store.result_tables import Evaluation
from spanloom.store.samples import sentences_of
from spanloom.store.work import Lease
from spanloom.workers.relay import ResultRelay
from spanloom.workers.runtime import Runtime, open_runtime
from spanloom_evaluator.score import check
from spanloom_evaluator.service import build
from spanloom_evaluator.worker import EvaluatorWorker
from support.bus_polling import collect, nothing_comes
from support.stored import execute, running, select, store_run


@pytest.fixture
def bus() -> Iterator[MemoryBus]:
    bus = MemoryBus("results")
    bus.ensure_topics()
    yield bus
    bus.close()


@pytest.fixture
def runtime(db: Engine, bus: MemoryBus, database_url: str) -> Iterator[Runtime]:
    runtime = open_runtime(load_settings(bus="memory://results", backoff_s=0.1, sweep_s=0.2), database_url)
    yield replace(runtime, bus=bus)
    runtime.db.dispose()
    runtime.bus.close()


@pytest.fixture
def evaluation(db: Engine) -> EvaluationMessage:
    """A training whose predictions are gold's own tags, waiting to be scored."""
    return store_evaluation(db)


def store_evaluation(db: Engine, *, seed: int = 1) -> EvaluationMessage:
    run = store_run(db)
    spec = RunSpec.model_validate(select(db, "SELECT spec FROM runs WHERE id = :run", run=run)[0].spec)
    sets = {row.split: row.id for row in select(db, "SELECT id, split FROM datasets WHERE run_id = :run", run=run)}
    arm = Arm(
        run_id=run, kind="train", language="da", source="organic", setting="from_scratch", train_dataset=sets["train"],
        size=30, size_asked=30, dev="gold", dev_dataset=sets["dev"], tests=("da",), encoder=spec.training.encoder,
        recipe=spec.training.recipe, steps=None, related=None, needs=None, subset_seed=1, training_seed=seed,
    )  # fmt: skip
    job, test = arm_id(arm), sets["test"]
    place: dict[str, Any] = {"language": "da", "source": "organic", "setting": "from_scratch"}
    with db.begin() as connection:
        gold = [list(s.tags) for s in sentences_of(connection, test)]
        row = {"id": job, "run_id": run, "kind": "train", "arm": arm.model_dump(mode="json"), "state": "done"}
        connection.execute(insert(Job), row)
        connection.execute(insert(Prediction), {"job_id": job, "dataset_id": test, "tags": gold})
        connection.execute(insert(Evaluation), {
            "id": f"{job}.da", "run_id": run, "job_id": job, "dataset_id": test, **place, "size": 30, "size_asked": 30,
            "training_seed": seed, "subset_seed": 1, "facts": {"control": "epochs"},
        })  # fmt: skip
    return EvaluationMessage(id=f"{job}.da", run_id=run, job_id=job, dataset_id=test)


def failing_once(bus: MemoryBus, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The broker refuses the first message for results.v1; gives the refused keys."""
    append, refused = bus.broker.append, list[str]()

    def once(record: Record) -> Any:
        if record.topic == RESULTS and not refused:
            refused.append(record.key)
            raise BusError("the broker is away")
        return append(record)

    monkeypatch.setattr(bus.broker, "append", once)
    return refused


def state_of(db: Engine, evaluation: EvaluationMessage) -> str:
    return str(select(db, "SELECT state FROM evaluations WHERE id = :id", id=evaluation.id)[0].state)


def test_a_result_outlives_a_bus_that_fails_when_it_is_sent(
    db: Engine, bus: MemoryBus, runtime: Runtime, evaluation: EvaluationMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = failing_once(bus, monkeypatch)
    bus.producer().send(EVALUATIONS, evaluation.id, evaluation.encode()).result()
    with running(*(worker.run for worker in build(runtime).workers)), bus.consumer(RESULTS, "listener") as listener:
        (message,) = collect(listener, 1, timeout_s=20)
        assert nothing_comes(listener)
    told = ResultMessage.decode(message.value)
    assert refused == [evaluation.id] == [told.id] == [message.key]
    assert told.run_id == evaluation.run_id
    assert (told.evaluation["f1"], told.evaluation["language"], told.evaluation["job_id"]) == (
        1.0, "da", evaluation.job_id
    )  # fmt: skip
    assert state_of(db, evaluation) == "done"


def test_a_result_lost_by_a_crash_after_the_commit_is_told_by_the_next_process(
    db: Engine, bus: MemoryBus, runtime: Runtime, evaluation: EvaluationMessage
) -> None:
    worker = EvaluatorWorker(db, holder="dies", lease=runtime.lease)
    worker.handle([evaluation])  # and the process ends here
    assert state_of(db, evaluation) == "done"
    with bus.consumer(RESULTS, "listener") as listener:
        assert nothing_comes(listener, 0.3)
        relay = ResultRelay(db, bus, runtime.lease)
        assert (relay.publish_waiting(), relay.publish_waiting()) == (1, 0)
        (message,) = collect(listener, 1, timeout_s=20)
        assert nothing_comes(listener, 0.3)
    assert ResultMessage.decode(message.value).id == evaluation.id


def test_two_relays_tell_each_result_once_and_failures_never(
    db: Engine, bus: MemoryBus, runtime: Runtime, evaluation: EvaluationMessage
) -> None:
    worker = EvaluatorWorker(db, holder="w", lease=runtime.lease)
    failing, cancelled = store_evaluation(db, seed=2), store_evaluation(db, seed=3)
    execute(db, "DELETE FROM predictions WHERE job_id = :job", job=failing.job_id)
    worker.handle([evaluation, failing, cancelled])
    execute(db, "UPDATE runs SET state = 'cancelled' WHERE id = :run", run=cancelled.run_id)
    assert [state_of(db, one) for one in (evaluation, failing, cancelled)] == ["done", "failed", "done"]
    told = list[int]()
    relays = [ResultRelay(db, bus, runtime.lease) for _ in range(2)]
    threads = [threading.Thread(target=lambda r=r: told.append(r.publish_waiting())) for r in relays]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with bus.consumer(RESULTS, "listener") as listener:
        found = {message.key for message in collect(listener, 2, timeout_s=20)}
        assert nothing_comes(listener, 0.3)
    assert found == {evaluation.id, cancelled.id}
    assert sum(told) == 2


def test_a_score_that_seqeval_does_not_share_is_not_stored(
    db: Engine, evaluation: EvaluationMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that says something else stands for a mistake in our own reading."""
    for_sure = EvaluatorWorker(db, holder="e1", lease=Lease())
    monkeypatch.setitem(check._LIBRARIES, "seqeval", lambda *_: {"typed": check.Figures(1.0, 1.0, 1.0 - 2e-9)})
    for_sure.handle([evaluation])
    (row,) = select(db, "SELECT state, reason, f1 FROM evaluations WHERE id = :id", id=evaluation.id)
    assert (row.state, row.f1) == ("failed", None)
    assert "f1 of scheme 'typed' is 1.0 here and 0.999999998 by seqeval 1.2" in row.reason
    monkeypatch.undo()
    again = store_evaluation(db, seed=2)
    for_sure.handle([again])
    (row,) = select(db, "SELECT state, f1, facts FROM evaluations WHERE id = :id", id=again.id)
    assert (row.state, row.f1, row.facts["checked_by"]) == ("done", 1.0, "seqeval 1.2.2")


def test_what_nobody_foresaw_fails_the_evaluation_and_ends_its_run(
    db: Engine, evaluation: EvaluationMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left claimed, the row would hold its run open until the lease had run out three times."""

    def missing(*_: object) -> check.Figures:
        raise ModuleNotFoundError("No module named 'seqeval'", name="seqeval")

    monkeypatch.setitem(check._LIBRARIES, "seqeval", missing)
    EvaluatorWorker(db, holder="e1", lease=Lease()).handle([evaluation])
    (row,) = select(db, "SELECT state, reason FROM evaluations WHERE id = :id", id=evaluation.id)
    assert (row.state, row.reason) == ("failed", "EnvironmentMissing: this check needs seqeval; pip install seqeval")
    assert select(db, "SELECT 1 FROM events WHERE data ->> 'reason' LIKE '%seqeval%'")
