"""A volume of models that is full: the job waits, /readyz says why, and all goes on once there is room."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import Engine

from spanloom.contracts.messages import JobMessage
from spanloom.store.settle import settle
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.process.space import disk_is_full
from spanloom_trainer.worker import TrainerWorker
from support.cluster import Cluster
from support.common import free_port, wait_for
from support.kafka_broker import KafkaBroker
from support.stored import LEASE, running, select, store_run

pytestmark = pytest.mark.slow
RECIPE = {"learning_rate": 0.001, "epochs": 20, "restarts": 0}


def test_a_training_whose_files_have_no_room_is_handed_back_unspent(db: Engine, tmp_path: Path) -> None:
    """By a limit on the size of files (RLIMIT_FSIZE), which any user can set, on the process that trains."""
    run_id = store_run(db, sizes=[100], recipe=RECIPE)
    settle(db, run_id)
    (row,) = select(db, "SELECT id FROM jobs WHERE run_id = :run", run=run_id)
    message = JobMessage(id=row.id, run_id=run_id, kind="train", arm=None)
    slot = Slot("cpu", tmp_path / "models", resume_every_s=0)
    worker = TrainerWorker(db, [slot], holder="t", lease=LEASE, renew_s=1, models=tmp_path / "models")
    with running(worker.keeper.run):
        slot.start()
        psutil.Process(slot.pid).rlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        worker.handle([message])
        wait_for(lambda: _job(db, row.id).state == "queued", timeout_s=180, what="the job to be handed back")
        after = _job(db, row.id)
        assert disk_is_full(after.reason), after.reason
        assert (after.attempt, after.forgiven) == (1, 1)
        assert str(after.reason) in str(worker.disk.problem())
        wait_for(lambda: worker.room() == 1, what="the slot to be free")
        left = [path for path in (tmp_path / "models").rglob("*") if path.is_file()]
        assert left == [], "nothing half-written stays"
        worker.handle([message])
        wait_for(lambda: _job(db, row.id).state == "done", timeout_s=180, what="the job")
    worker.stop()
    assert _job(db, row.id).attempt == 2


def test_a_failure_of_another_kind_is_no_full_disk() -> None:
    assert disk_is_full("OSError: [Errno 28] No space left on device: '/models/x'")
    assert disk_is_full("SafetensorError: I/O error: No space left on device (os error 28)")
    assert not disk_is_full("OSError: [Errno 5] Input/output error")


if os.environ.get("SMALL_DISK") == "1":  # mounting asks for more than a test may expect

    def test_a_trainer_on_a_full_file_system_goes_on_by_itself(
        db: Engine, database_url: str, kafka: KafkaBroker, tmp_path: Path
    ) -> None:
        """A whole trainer on a tmpfs of 4 MiB of its own: `SMALL_DISK=1 pytest tests/integration/test_disk_full.py`."""
        models, port = tmp_path / "models", free_port()
        models.mkdir()
        mount = f"mount -t tmpfs -o size=4m tmpfs {models} && exec {sys.executable} -m spanloom_trainer"
        with Cluster(database_url, kafka.bootstrap, tmp_path) as cluster, (tmp_path / "log").open("w") as log:
            env = cluster.process_environment(SPANLOOM_PORT=str(port), SPANLOOM_MODELS_MIN_FREE_BYTES="0")
            trainer = subprocess.Popen(["unshare", "-m", "sh", "-c", mount], env=env, stdout=log, stderr=log)

            def says() -> str | None:
                try:
                    answer = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10)
                except httpx.TransportError:
                    return None
                return "" if answer.status_code == 200 else answer.text

            try:
                wait_for(lambda: says() == "", timeout_s=90, what="the trainer to be ready")
                run_id = store_run(db, sizes=[300], recipe=RECIPE)
                settle(db, run_id)
                (row,) = select(db, "SELECT id FROM jobs WHERE run_id = :run", run=run_id)
                wait_for(lambda: _job(db, row.id).progress, timeout_s=90, what="the training to be under way")
                filler = Path(f"/proc/{trainer.pid}/root{models}/filler")  # within the trainer's mounts
                with pytest.raises(OSError, match="No space left"):
                    filler.write_bytes(b"x" * 8_000_000)
                wait_for(lambda: "models" in (says() or ""), timeout_s=120, what="the trainer to say that it is full")
                assert _job(db, row.id).state in ("queued", "claimed")
                filler.unlink()
                wait_for(lambda: _job(db, row.id).state == "done", timeout_s=120, what="the job")
                wait_for(lambda: says() == "", timeout_s=60, what="the trainer to be ready again")
                assert trainer.poll() is None, "nobody was started anew"
                done = _job(db, row.id)
                assert done.attempt == done.forgiven + 1, "no attempt was spent"
            finally:
                trainer.terminate()
                trainer.wait(30)


def _job(db: Engine, job_id: str) -> Any:
    return select(db, "SELECT * FROM jobs WHERE id = :id", id=job_id)[0]
