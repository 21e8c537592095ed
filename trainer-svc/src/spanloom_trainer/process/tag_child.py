"""Tagging for the API, in a child process of its own: trainings are not disturbed, and the parent imports no torch."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanloom.http import ProblemError
from spanloom_trainer.errors import Cancelled, ChildDied, TrainingFailed
from spanloom_trainer.process.slot import Slot

AT_ONCE = 4
IDLE_S = 300.0
PATIENCE_S = 120.0


class TagChild:
    """A child on the CPU, started by the first call and ended after `idle_s` seconds without one.

    At most `at_once` calls wait for it; each may take `patience_s` seconds.
    """

    def __init__(
        self, models: Path, *, at_once: int = AT_ONCE, idle_s: float = IDLE_S, patience_s: float = PATIENCE_S
    ) -> None:
        self.slot, self.idle_s, self.patience_s = Slot("cpu", models), idle_s, patience_s
        self._places = threading.BoundedSemaphore(at_once)
        self._busy = threading.Lock()
        self._used = time.monotonic()
        self._numbers = itertools.count()

    def tag(self, model: Path, sentences: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """Tokens, tag names and entities of each sentence. Raises ProblemError: 503 when too many wait, 504, 500."""
        if not self._places.acquire(blocking=False):
            raise ProblemError(503, "too many texts wait to be tagged; try again in a few seconds")
        try:
            return self._tag(model, sentences)
        finally:
            self._places.release()

    def _tag(self, model: Path, sentences: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        deadline = time.monotonic() + self.patience_s
        job = {"kind": "tag", "job_id": "tag", "attempt": next(self._numbers), "model": str(model)}
        with self._busy:
            try:
                result = self.slot.run(
                    {**job, "sentences": [list(words) for words in sentences]},
                    should_stop=lambda: time.monotonic() > deadline,
                )
            except Cancelled:
                raise ProblemError(504, f"tagging took more than {self.patience_s:g} s; send fewer sentences") from None
            except ChildDied:
                raise ProblemError(503, "the process that tags has ended; try again") from None
            except TrainingFailed as error:
                raise ProblemError(503, f"the model cannot be used: {error}") from error
            finally:
                self._used = time.monotonic()
        return list(result["sentences"])

    def run(self, stop: threading.Event) -> None:
        """End the child when nobody has asked for long, until `stop` is set."""
        while not stop.wait(min(self.idle_s, 5.0)):
            self.rest()

    def rest(self) -> None:
        """End the child if it has been idle for too long."""
        if time.monotonic() - self._used < self.idle_s or not self._busy.acquire(blocking=False):
            return
        try:
            self.slot.close()
        finally:
            self._busy.release()

    def close(self) -> None:
        """End the child."""
        self.slot.close()
