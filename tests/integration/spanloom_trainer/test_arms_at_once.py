"""A worker whose slots share a child: each job keeps its own lease, progress and end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from spanloom.contracts.messages import JobMessage
from spanloom.store.settle import settle
from spanloom.store.work import Lease
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.worker import TrainerWorker
from support.common import wait_for
from support.stored import running, select, store_run

RECIPE = {"learning_rate": 0.001, "epochs": 60, "restarts": 0}


@pytest.mark.slow
def test_one_job_that_is_taken_over_leaves_the_others_in_its_child_alone(db: Engine, tmp_path: Path) -> None:
    run = store_run(db, sizes=[20, 300], recipe=RECIPE)
    settle(db, run)
    jobs = select(db, "SELECT id FROM jobs WHERE run_id = :run ORDER BY (arm->>'size')::int", run=run)
    short, long = (row.id for row in jobs)

    def job(one: str) -> Any:
        return select(db, "SELECT * FROM jobs WHERE id = :id", id=one)[0]

    slots = Slot.sharing(2, "cpu", tmp_path)
    worker = TrainerWorker(db, slots, holder="t", lease=Lease(lease_s=30), renew_s=1, models=tmp_path)
    with running(worker.keeper.run):
        assert worker.room() == 2
        worker.handle([JobMessage(id=one, run_id=run, kind="train") for one in (short, long)])
        assert worker.room() == 0
        wait_for(lambda: all((job(one).progress or {}).get("step") for one in (short, long)), timeout_s=120)
        assert slots[0].pid == slots[1].pid is not None
        with db.begin() as connection:  # as if its lease had expired, and another had claimed it
            connection.execute(
                text("UPDATE jobs SET attempt = attempt + 1, holder = 'other' WHERE id = :id"), {"id": long}
            )
        wait_for(lambda: worker.room() == 1, timeout_s=120, what="the one taken over to stop")
        assert (job(long).state, job(long).holder) == ("claimed", "other")
        wait_for(lambda: job(short).state == "done", timeout_s=240, what="the other to be trained")
        assert job(short).attempt == 1
    worker.stop()
