"""Slots of one child for real: trainings in turns, each with an end of its own."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from safetensors import safe_open

from spanloom_trainer.errors import Cancelled, ChildDied, TrainingFailed
from spanloom_trainer.process.slot import Slot
from support.training_jobs import LONG, job

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def slots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Slot]]:
    found = Slot.sharing(2, "cpu", tmp_path_factory.mktemp("models"), resume_every_s=0.2, stop_grace_s=60)
    yield found
    for slot in found:
        slot.close()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def under_way(
    threads: ThreadPoolExecutor, slot: Slot, one: dict[str, Any], should_stop: Callable[[], bool] = lambda: False
) -> Future[dict[str, Any]]:
    """A training that has told of its progress."""
    began = threading.Event()
    future = threads.submit(slot.run, one, lambda progress: began.set(), should_stop)
    assert began.wait(120)
    return future


def learnt(result: dict[str, Any]) -> list[Any]:
    """What a training came to, but for the time that it took."""
    return [{k: v for k, v in one.items() if k != "seconds"} for one in result["tries"]]


def test_one_child_trains_both_and_each_is_as_alone(slots: list[Slot], threads: ThreadPoolExecutor) -> None:
    arms = [job("one", recipe={"learning_rate": 5e-3, "max_steps": 300, "epochs": 2}), job("two", seed=2)]
    first = under_way(threads, slots[0], arms[0])
    second = slots[1].run(arms[1])
    together = [learnt(first.result(120)), learnt(second)]
    assert slots[0].pid == slots[1].pid is not None
    assert together == [learnt(slots[0].run(one | {"attempt": 2})) for one in arms]


def test_a_cancel_and_a_bad_job_are_one_slots_own(slots: list[Slot], threads: ThreadPoolExecutor) -> None:
    stop = threading.Event()
    long = under_way(threads, slots[0], job("long", recipe=LONG), stop.is_set)
    pid = slots[0].pid
    with pytest.raises(TrainingFailed, match="DataError: the train set is empty"):
        slots[1].run(job("empty", train=[]))
    seen: list[Any] = []
    with pytest.raises(Cancelled):
        slots[1].run(job("stopped", recipe=LONG), seen.append, lambda: bool(seen))
    assert slots[1].run(job("after"))["steps"] > 0
    assert not long.done()
    stop.set()
    with pytest.raises(Cancelled):
        long.result(120)
    assert slots[0].pid == slots[1].pid == pid


def test_an_unexpected_error_is_one_slots_fault_and_the_other_goes_on_elsewhere(
    slots: list[Slot], threads: ThreadPoolExecutor
) -> None:
    other = under_way(threads, slots[0], job("other", recipe=LONG))
    pid = slots[0].pid
    with pytest.raises(TrainingFailed, match="KeyError: 'seed'") as caught:
        slots[1].run({k: v for k, v in job("broken").items() if k != "seed"})
    assert not caught.value.permanent
    with pytest.raises(Cancelled, match="ended for another training in it"):
        other.result(120)
    assert slots[1].run(job("fine"))["steps"] > 0
    with safe_open(slots[0].models / "other" / "resume.safetensors", "pt") as file:
        saved = json.loads(file.metadata()["checkpoint"])["state"]["step"]
    again: list[dict[str, Any]] = []
    with pytest.raises(Cancelled):
        slots[0].run(job("other", recipe=LONG), again.append, lambda: bool(again))
    assert again[0]["step"] > saved > 0
    assert slots[0].pid == slots[1].pid != pid


def test_a_child_ended_for_one_slot_is_no_fault_of_the_others_and_one_that_dies_is_anybodys(
    slots: list[Slot], threads: ThreadPoolExecutor
) -> None:
    one, two = (under_way(threads, slot, job(f"dies-{i}", recipe=LONG)) for i, slot in enumerate(slots))
    slots[0].close()
    with pytest.raises(ChildDied):
        one.result(120)
    with pytest.raises(Cancelled, match="ended for another training in it"):
        two.result(120)
    one, two = (under_way(threads, slot, job(f"dies-{i}", recipe=LONG)) for i, slot in enumerate(slots))
    pid = slots[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    for future in (one, two):
        with pytest.raises(ChildDied, match="by SIGKILL in mid-job"):
            future.result(120)
