"""What a child may know, and whose fault its end is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from spanloom_trainer.process.child import LANE_FAILED
from spanloom_trainer.process.spawn import Child, child_environment


def child(code: str) -> Child:
    return Child(subprocess.Popen([sys.executable, "-S", "-c", code]), [])


def test_the_child_sees_no_database_and_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SPANLOOM_API_KEY", "PGPASSWORD", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "secret")
    kept = child_environment(2)
    assert "secret" not in kept.values()
    assert kept["OMP_NUM_THREADS"] == "2"
    assert kept["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert kept["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize(("told", "kept"), [(None, "PCI_BUS_ID"), ("FASTEST_FIRST", "FASTEST_FIRST")])
def test_the_child_numbers_gpus_as_turns_do_unless_told_otherwise(
    told: str | None, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    if told is not None:
        monkeypatch.setenv("CUDA_DEVICE_ORDER", told)
    assert child_environment(1)["CUDA_DEVICE_ORDER"] == kept


def test_one_that_is_ended_was_ended_for_the_first_who_asked() -> None:
    one = child("import time; time.sleep(600)")
    assert one.pid is not None
    one.end("mine")
    one.end("yours")
    assert one.pid is None
    assert one.how_it_ended() == "by SIGKILL"
    assert one.ended_for_another("yours")
    assert not one.ended_for_another("mine")


@pytest.mark.parametrize(("status", "for_another"), [(LANE_FAILED, True), (1, False)])
def test_one_that_ended_by_itself_says_by_its_status_whether_a_lane_failed(status: int, for_another: bool) -> None:
    one = child(f"import os; os._exit({status})")
    one.wait_for_end("mine")
    one.end("mine")  # nothing is left to end
    assert one.how_it_ended() == f"with status {status}"
    assert one.ended_for_another("mine") is for_another
