from __future__ import annotations

import threading

import anyio
import pytest
from anyio import CapacityLimiter

from spanloom.http import ProblemError
from spanloom_generator.deadline import Deadline, checked, within


def test_a_thread_that_does_not_come_back_holds_up_nobody() -> None:
    go_on, left = threading.Event(), []
    limiter = CapacityLimiter(1)

    async def play() -> int:
        deadline = Deadline(0.05)

        def stuck() -> None:
            go_on.wait(60)
            try:
                deadline.seal()
            except ProblemError as error:
                left.append(error)

        with pytest.raises(ProblemError, match=r"nothing of it is kept.*SPANLOOM_SUBMISSION_S"):
            await within(deadline, stuck, limiter)
        found = await within(Deadline(60), lambda: 7, limiter)
        go_on.set()
        return found

    assert anyio.run(play) == 7
    for _ in range(2000):
        if left:
            break
        threading.Event().wait(0.01)
    assert len(left) == 1, "what was given up is not sealed later"


def test_what_is_sealed_is_answered_however_late() -> None:
    class Impatient(Deadline):
        """Its wait is short, the work's own limit is not."""

        def left(self) -> float:
            return 0.05

    sealed, ended = Impatient(60), threading.Event()

    def slow() -> str:
        sealed.seal()
        ended.wait(0.3)
        return "stored"

    async def play() -> str:
        return await within(sealed, slow, CapacityLimiter(1))

    assert anyio.run(play) == "stored"


def test_work_looks_at_the_time_itself() -> None:
    deadline = Deadline(60)
    assert list(checked([1, 2], deadline.check)) == [1, 2]
    assert deadline.give_up()
    with pytest.raises(ProblemError):
        list(checked([1], deadline.check))


def test_an_error_of_the_work_is_told_as_it_is() -> None:
    async def play() -> None:
        await within(Deadline(60), lambda: 1 // 0, CapacityLimiter(1))

    with pytest.raises(ZeroDivisionError):
        anyio.run(play)
