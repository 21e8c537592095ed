"""A training process that an overloaded machine does not get ready in time costs its job time, and no attempt."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from spanloom.contracts.messages import JobMessage
from spanloom.store.settle import settle
from spanloom.store.work import Lease
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.worker import TrainerWorker
from support.common import wait_for
from support.stored import select, store_run


@pytest.mark.slow
def test_a_job_whose_process_is_never_ready_is_tried_without_end(db: Engine, tmp_path: Path) -> None:
    run, lease = store_run(db), Lease(lease_s=60)
    settle(db, run)
    (job,) = select(db, "SELECT id FROM jobs WHERE run_id = :run", run=run)
    slot = Slot("cpu", tmp_path, start_timeout_s=0.1)
    worker = TrainerWorker(db, [slot], holder="t", lease=lease, renew_s=10, models=tmp_path)
    message = JobMessage(id=job.id, run_id=run, kind="train")
    state = "SELECT state, reason, attempt, forgiven FROM jobs WHERE id = :id"
    try:
        for tried in range(1, lease.max_attempts + 2):
            worker.handle([message])
            wait_for(lambda: select(db, state, id=job.id)[0].state == "queued" and worker.room() == 1)
            row = select(db, state, id=job.id)[0]
            assert (row.attempt, row.forgiven) == (tried, tried)
            assert "was not ready within 0.1 s" in row.reason
            assert "was not ready within 0.1 s" in str(worker.devices.problem())
        slot.start_timeout_s = 300
        worker.handle([message])
        wait_for(lambda: select(db, state, id=job.id)[0].state == "done", timeout_s=120)
    finally:
        worker.stop()
