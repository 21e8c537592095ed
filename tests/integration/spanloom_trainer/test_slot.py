"""The child process for real: jobs, progress, cancel, crashes, and the death of its parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from spanloom_trainer.errors import Cancelled, ChildDied, NotReady, TrainingFailed
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.process.spawn import Spawner
from support.common import wait_for
from support.toy_language import toy_sentences
from support.training_jobs import LONG, ended, job

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def slot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slot]:
    with Slot("cpu", tmp_path_factory.mktemp("models"), resume_every_s=0.2, stop_grace_s=20) as one:
        yield one


def test_a_job_comes_back_as_plain_data_and_leaves_a_model(slot: Slot) -> None:
    seen: list[dict[str, Any]] = []
    result = slot.run(job("one"), seen.append)
    first = result["tries"][0]
    assert [len(tags) for tags in first["predictions"]] == [len(s.tokens) for s in toy_sentences(8, 2)]
    assert seen[-1]["step"] == seen[-1]["steps"] == result["steps"]
    folder = Path(result["model"])
    assert folder == slot.models / "one" / "1"
    assert result["bytes"] == sum(file.stat().st_size for file in folder.iterdir())
    assert sorted(p.name for p in folder.parent.iterdir()) == ["1"]


def test_the_child_stays_and_says_the_same_again(slot: Slot) -> None:
    one = slot.run(job("two"))
    pid = slot.pid
    again = slot.run(job("two", attempt=2))
    assert slot.pid == pid
    assert one["tries"][0]["predictions"] == again["tries"][0]["predictions"]
    assert one["tries"][0]["history"] == again["tries"][0]["history"]


def test_a_model_is_the_base_of_the_next_training(slot: Slot) -> None:
    related = slot.run(job("related"))
    plain = slot.run(job("arm", base={"path": related["model"]}, export=False))
    assert plain["model"] is None
    assert plain["tries"][0]["history"][0]["loss"] < related["tries"][0]["history"][0]["loss"]


def test_cancel_is_heard_and_the_child_stays(slot: Slot) -> None:
    slot.start()
    pid = slot.pid
    seen: list[dict[str, Any]] = []
    with pytest.raises(Cancelled):
        slot.run(job("long", recipe=LONG), seen.append, lambda: bool(seen))
    assert slot.pid == pid
    assert not (slot.models / "long" / "1").exists()
    slot.run(job("after"))


def test_a_killed_child_is_seen_and_replaced_and_the_training_goes_on(slot: Slot) -> None:
    steps: list[int] = []

    def kill_after_a_while(progress: dict[str, Any]) -> None:
        steps.append(progress["step"])
        if (slot.models / "crash" / "resume.safetensors").exists() and slot.pid is not None:
            os.kill(slot.pid, signal.SIGKILL)

    recipe = {**LONG, "max_steps": 1500}
    with pytest.raises(ChildDied, match=r"on cpu ended by SIGKILL in mid-job"):
        slot.run(job("crash", recipe=recipe), kill_after_a_while)
    again: list[int] = []
    slot.run(job("crash", attempt=2, recipe=recipe), lambda p: again.append(p["step"]))
    assert again[0] >= steps[-1] - 500
    assert again[0] > 1
    assert sorted(p.name for p in (slot.models / "crash").iterdir()) == ["2"]


def test_a_bad_job_fails_for_good_and_the_child_stays(slot: Slot) -> None:
    slot.start()
    pid = slot.pid
    with pytest.raises(TrainingFailed, match="DataError: the train set is empty") as caught:
        slot.run(job("empty", train=[]))
    assert caught.value.permanent
    with pytest.raises(TrainingFailed, match="not a plain name"):
        slot.run(job("../../etc"))
    assert slot.pid == pid


def test_an_unexpected_error_may_be_tried_again_in_a_fresh_child(slot: Slot) -> None:
    slot.start()
    pid = slot.pid
    with pytest.raises(TrainingFailed, match="KeyError: 'seed'") as caught:
        slot.run({k: v for k, v in job("broken").items() if k != "seed"})
    assert not caught.value.permanent
    slot.run(job("fine"))
    assert slot.pid != pid


def test_closing_ends_the_child_in_mid_job(tmp_path: Path) -> None:
    slot = Slot("cpu", tmp_path)
    seen = threading.Event()
    errors: list[Exception] = []

    def work() -> None:
        try:
            slot.run(job("long", recipe=LONG), lambda _: seen.set())
        except ChildDied as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert seen.wait(60)
    pid = slot.pid
    assert pid is not None
    slot.close()
    thread.join(10)
    assert len(errors) == 1
    assert ended(pid)


def test_kill_nine_of_the_parent_ends_the_child_within_five_seconds(tmp_path: Path) -> None:
    code = f"""
        import json, sys
        from spanloom_trainer.process.slot import Slot
        slot = Slot("cpu", {str(tmp_path)!r})
        slot.run(json.load(sys.stdin), lambda progress: print(slot.pid, flush=True))
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(json.dumps(job("long", recipe=LONG), default=vars))
        parent.stdin.close()
        child = int(parent.stdout.readline())
        assert not ended(child)
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 5
        while not ended(child) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ended(child)


def test_a_stopped_child_is_told_of_ended_and_replaced(tmp_path: Path) -> None:
    with Slot("cpu", tmp_path / "models", silence_s=4) as slot:
        slot.start()
        stopped, said = slot.pid, []
        assert stopped is not None

        def listen() -> bool:
            said.append(slot.problem())
            return False

        def stop_it(_: dict[str, Any]) -> None:
            os.kill(stopped, signal.SIGSTOP)

        with pytest.raises(ChildDied, match="said nothing for 4 s, as one that is stopped or stuck, and was ended"):
            slot.run(job("silent", recipe=LONG), stop_it, listen)
        assert any("has said nothing for" in text for text in said if text), said
        assert ended(stopped)
        assert "another takes its place" in str(slot.problem())
        assert slot.run(job("next"))["steps"] > 0
        assert slot.pid != stopped


def test_a_child_that_is_stopped_while_it_starts_is_ended_and_replaced(tmp_path: Path) -> None:
    with Slot("cpu", tmp_path / "models", silence_s=1) as slot, ThreadPoolExecutor(1) as thread:
        starting = thread.submit(slot.start)
        stopped = wait_for(lambda: slot.pid, every_s=0.001, what="a child")
        os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(NotReady, match="said nothing for 6 s while it started, and was ended"):
            starting.result(60)
        assert ended(stopped)
        slot.silence_s = 120
        assert slot.run(job("next"))["steps"] > 0


def test_a_child_that_starts_gives_signs_of_life(tmp_path: Path) -> None:
    """So that one that is slow is told from one that is stopped."""
    settings = Slot("cpu", tmp_path / "models").settings
    child, said = Spawner({**settings, "beat_s": 0.05}).child(), []
    try:
        while "ready" not in said:
            said.append(json.loads(child.pipes[0].recv_bytes())["type"])
    finally:
        child.end(settings)
    assert said.count("alive") > 1


def test_a_training_without_progress_is_ended(tmp_path: Path) -> None:
    slot = Slot("cpu", tmp_path / "models", stall_s=0)
    with slot, pytest.raises(ChildDied, match="made no progress for 0 s"):
        slot.run(job("stalled", recipe=LONG))


def test_a_child_that_is_not_ready_in_time_is_ended_and_told_of(tmp_path: Path) -> None:
    with Slot("cpu", tmp_path / "models", start_timeout_s=0.1) as slot:
        with pytest.raises(NotReady, match=r"was not ready within 0\.1 s, and was ended"):
            slot.run(job("early"))
        assert slot.pid is None
        assert "another takes its place" in str(slot.problem())
        slot.start_timeout_s = 300
        assert slot.run(job("later"))["steps"] > 0
