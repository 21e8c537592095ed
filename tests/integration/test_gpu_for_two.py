"""A trainer that takes turns with another holder: its training rests, is handed back, and goes on from there."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.messages import JobMessage
from spanloom.gpu.lock_file import DeviceFile
from spanloom.gpu.turn import DeviceTurn
from spanloom.store.settle import settle
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.worker import TrainerWorker
from support.common import wait_for
from support.stored import LEASE, running, select, store_run

RECIPE = {"learning_rate": 0.001, "epochs": 60, "restarts": 0}


def turn_of(db: Engine, folder: Path, holder: str, *, turn_s: float = 600) -> DeviceTurn:
    return DeviceTurn(
        db, DeviceFile(folder, "stand-in"), holder=holder, turn_s=turn_s, handover_s=60, lease_s=3, poll_s=0.05
    )


@pytest.mark.slow
def test_a_training_rests_for_another_turn_and_goes_on(db: Engine, tmp_path: Path) -> None:
    run_id = store_run(db, sizes=[300], recipe=RECIPE)
    settle(db, run_id)
    (row,) = select(db, "SELECT id FROM jobs WHERE run_id = :run", run=run_id)

    def job() -> Any:
        return select(db, "SELECT * FROM jobs WHERE id = :id", id=row.id)[0]

    mine, rival = turn_of(db, tmp_path / "locks", "trainer", turn_s=0.5), turn_of(db, tmp_path / "locks", "rival")
    slot = Slot("cpu", tmp_path / "models", resume_every_s=600)
    worker = TrainerWorker(db, [slot], holder="t", lease=LEASE, renew_s=1, turns={"cpu": mine})
    message = JobMessage(id=row.id, run_id=run_id, kind="train", arm=None)
    with running(mine.run, rival.run, worker.keeper.run):
        worker.handle([message])
        wait_for(lambda: (job().progress or {}).get("step", 0) > 20, timeout_s=90, what="the training to be under way")
        with rival.used() as entered:
            assert entered
            assert slot.pid is None, "its process, and with it the memory, is gone before another has the device"
            handed_back = job()
            assert (handed_back.state, handed_back.reason) == ("queued", "another has its turn on the GPU")
            assert (handed_back.attempt, handed_back.forgiven) == (1, 1), "no attempt is spent on it"
            assert (tmp_path / "models" / row.id / "resume.safetensors").exists()
            reached = handed_back.progress["step"]
            worker.handle([message])
            threading.Event().wait(1)
            assert slot.pid is None, "it waits for its turn"
            assert job().state == "claimed"
        seen: list[int] = []

        def done() -> bool:
            now = job()
            if now.attempt == 2 and now.progress:
                seen.append(now.progress["step"])
            return bool(now.state == "done")

        wait_for(done, timeout_s=120, what="the job")
        assert min(seen) >= reached, "it went on where it rested"
        assert len(select(db, "SELECT 1 FROM evaluations WHERE job_id = :id", id=row.id)) == 1
    worker.stop()
    mine.close()
    rival.close()
    assert select(db, "SELECT * FROM device_turns") == []


@pytest.mark.slow
def test_a_trainer_that_stops_while_it_waits_hands_its_job_back(db: Engine, tmp_path: Path) -> None:
    run_id = store_run(db, sizes=[30])
    settle(db, run_id)
    (row,) = select(db, "SELECT id FROM jobs WHERE run_id = :run", run=run_id)
    mine, rival = turn_of(db, tmp_path / "locks", "trainer"), turn_of(db, tmp_path / "locks", "rival")
    worker = TrainerWorker(
        db, [Slot("cpu", tmp_path / "models")], holder="t", lease=LEASE, renew_s=1, turns={"cpu": mine}
    )
    with running(mine.run, rival.run), rival.used():
        worker.handle([JobMessage(id=row.id, run_id=run_id, kind="train", arm=None)])
        wait_for(lambda: select(db, "SELECT 1 FROM device_turns WHERE state = 'waiting'"), what="the trainer to wait")
        worker.stop()
    mine.close()
    rival.close()
    (after,) = select(db, "SELECT state, forgiven, reason FROM jobs WHERE id = :id", id=row.id)
    assert tuple(after) == ("queued", 1, "stopped while it waited for the GPU")
