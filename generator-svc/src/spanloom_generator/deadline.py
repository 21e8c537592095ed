"""The time that storing a specification may take: given up after it, and then nothing of it is kept."""

from __future__ import annotations

import threading
import time
from asyncio import wrap_future
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

from anyio import CapacityLimiter, fail_after, to_thread

from spanloom.http import ProblemError

T = TypeVar("T")


class Deadline:
    """Until when a submission may be stored. Either it is given up, or it is sealed and then stored: never both."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._given_up = self._sealed = False

    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._ends - time.monotonic())

    def check(self) -> None:
        """Raise ProblemError once the time is over."""
        if self._given_up or time.monotonic() > self._ends:
            raise self.error()

    def seal(self) -> None:
        """From here on it is stored: called last before the commit. Raises ProblemError where it was given up."""
        with self._lock:
            self.check()
            self._sealed = True

    def give_up(self) -> bool:
        """Whether nothing is stored from here on; False where it is sealed already."""
        with self._lock:
            self._given_up = not self._sealed
            return self._given_up

    def error(self) -> ProblemError:
        """What the sender is told."""
        return ProblemError(
            503,
            f"the specification was not stored within {self.seconds:g} s and was given up; nothing of it is kept. Ask "
            "for less, try again when the service is less busy, or raise SPANLOOM_SUBMISSION_S",
        )


def checked(items: Iterable[T], check: Callable[[], None]) -> Iterator[T]:
    """The items, with a look at the time before each."""
    for item in items:
        check()
        yield item


async def within(deadline: Deadline, work: Callable[[], T], limiter: CapacityLimiter) -> T:
    """Do `work` in a thread, at most so many at a time, and wait until the deadline.

    A thread that does not come back by then holds no place of the limiter any more, so that others are served.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001  raised where it is waited for
            done.set_exception(error)

    try:
        with fail_after(deadline.left()):
            await to_thread.run_sync(run, limiter=limiter, abandon_on_cancel=True)
    except TimeoutError:
        if deadline.give_up():
            raise deadline.error() from None
    return await wrap_future(done)
