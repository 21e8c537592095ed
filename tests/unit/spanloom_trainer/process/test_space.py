"""A full disk under the models: the trainer waits, says so, and goes on by itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import create_mock_engine

from spanloom.store.work import Lease
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.worker import TrainerWorker


class FakeUsage(NamedTuple):
    free: int


def test_no_job_is_taken_while_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path / "not" / "yet"
    asked: list[Path] = []
    free = [10]

    def fake_usage(folder: Path) -> FakeUsage:
        asked.append(folder)
        return FakeUsage(free[0])

    monkeypatch.setattr(shutil, "disk_usage", fake_usage)
    db = create_mock_engine("postgresql://", executor=lambda *_: None)
    worker = TrainerWorker(
        db, [Slot("cpu", models)], holder="h", lease=Lease(), renew_s=1, models=models, min_free_bytes=100  # type: ignore[arg-type]
    )  # fmt: skip
    assert worker.room() == 0
    assert "SPANLOOM_MODELS_MIN_FREE_BYTES" in str(worker.disk.short())
    assert set(asked) == {tmp_path}, "asked of the folder that exists"
    assert "no job is taken" in str(worker.disk.problem())
    free[0] = 100
    assert (worker.room(), worker.disk.short(), worker.disk.problem()) == (1, None, None)
    assert "1,000 bytes are needed beside 100 kept free, and 100 are free" in str(worker.disk.short(1000))
