"""Trainings and evaluations for real, without a bus: a trainer's worker with a child process, an evaluator's worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.bus import Bus, open_bus
from spanloom.contracts.messages import EvaluationMessage, JobMessage
from spanloom.store.settle import settle
from spanloom.store.work import Lease
from spanloom_evaluator.worker import EvaluatorWorker
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.worker import TrainerWorker
from support.common import wait_for
from support.stored import select


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = open_bus("memory://restarts")
    bus.ensure_topics()
    yield bus
    bus.close()


@pytest.fixture
def carry_out(db: Engine, bus: Bus, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Trains and scores all of a run."""
    lease, models = Lease(lease_s=120), tmp_path / "models"
    trainer = TrainerWorker(db, [Slot("cpu", models)], holder="t", lease=lease, renew_s=30, models=models)
    evaluator = EvaluatorWorker(db, holder="e", lease=lease)

    def queued(run: str) -> list[Any]:
        return select(db, "SELECT id, kind FROM jobs WHERE run_id = :run AND state = 'queued' ORDER BY kind", run=run)

    def ended(job: str) -> bool:
        state = select(db, "SELECT state FROM jobs WHERE id = :id", id=job)[0].state
        return state != "claimed" and trainer.room() == 1

    def do(run: str) -> None:
        settle(db, run)
        while jobs := queued(run):
            trainer.handle([JobMessage(id=jobs[0].id, run_id=run, kind=jobs[0].kind)])
            wait_for(lambda job=jobs[0].id: ended(job), timeout_s=240, what="the job to end")  # type: ignore[misc]
        for row in select(db, "SELECT id, job_id, dataset_id FROM evaluations WHERE run_id = :run", run=run):
            message = EvaluationMessage(id=row.id, run_id=run, job_id=row.job_id, dataset_id=row.dataset_id)
            evaluator.handle([message])

    yield do
    trainer.stop()
