"""A job whose files would not fit waits, says so in /readyz with the bytes, and is trained when there is room."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine

from spanloom.contracts.encoders import job_disk_bytes
from spanloom.contracts.messages import JobMessage
from spanloom.contracts.training import EncoderSpec
from spanloom.store.settle import settle
from spanloom.store.work import Lease
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.worker import TrainerWorker
from support.common import wait_for
from support.stored import select, store_run

KEPT_FREE = 1000


class FakeUsage(NamedTuple):
    """What stands in for a file system's."""

    free: int


@pytest.mark.slow
def test_a_job_waits_for_the_disk(db: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store_run(db)
    settle(db, run)
    (job,) = select(db, "SELECT id, arm FROM jobs WHERE run_id = :run", run=run)
    needed = job_disk_bytes(EncoderSpec.model_validate(job.arm["encoder"]), exports=True)
    assert needed is not None
    free = [KEPT_FREE + needed - 1]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: FakeUsage(free[0]))
    worker = TrainerWorker(
        db, [Slot("cpu", tmp_path)], holder="t", lease=Lease(lease_s=30), renew_s=10, models=tmp_path,
        min_free_bytes=KEPT_FREE,
    )  # fmt: skip
    message = JobMessage(id=job.id, run_id=run, kind="train")
    state = "SELECT state, reason, attempt, forgiven FROM jobs WHERE id = :id"
    try:
        assert (worker.room(), worker.disk.problem()) == (1, None)
        worker.handle([message])
        wait_for(lambda: select(db, state, id=job.id)[0].state == "queued" and worker.room() == 1)
        row = select(db, state, id=job.id)[0]
        said = f"{needed:,} bytes are needed beside {KEPT_FREE:,} kept free, and {free[0]:,} are free"
        assert row.reason.startswith("disk: ")
        assert said in row.reason
        assert row.attempt == row.forgiven, "waiting spends no attempt"
        assert said in str(worker.disk.problem())
        free[0] += 1
        worker.handle([message])
        wait_for(lambda: select(db, state, id=job.id)[0].state == "done", timeout_s=60)
    finally:
        worker.stop()
