"""A device slot: the parent's side of the process that trains. Imports no torch."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import structlog

from spanloom_trainer.errors import Cancelled, ChildDied, NotReady, TrainingFailed
from spanloom_trainer.process.spawn import Child, Spawner

log = structlog.stdlib.get_logger(__name__)

POLL_S = 0.1
START_SILENCE = 6
"""How many times longer a child may be silent while it starts: what it imports holds the interpreter, which is what
signs of life need, for as long as a slow disk takes."""


class Slot:
    """One long-lived child on one device, or a lane of one. `run` is for one thread at a time; each job waits for the
    one before.

    `device` as torch names it; `models` the folder models are written to; `threads` of the child's CPU work;
    `stop_grace_s` how long a cancelled training may take to say so before it is killed; `start_timeout_s` how long
    importing torch may take; `silence_s` how long a child may be silent, which sends a sign of life every few seconds:
    one that is stopped, or holds on to the interpreter (START_SILENCE times as long while it starts); `stall_s` how
    long it may take from progress to progress.
    """

    def __init__(
        self,
        device: str,
        models: str | Path,
        *,
        threads: int = 1,
        resume_every_s: float = 300.0,
        stop_grace_s: float = 30.0,
        start_timeout_s: float = 300.0,
        silence_s: float = 120.0,
        stall_s: float = 3600.0,
    ) -> None:
        self.device, self.models = device, Path(models)
        self.stop_grace_s, self.start_timeout_s = stop_grace_s, start_timeout_s
        self.silence_s, self.stall_s = silence_s, stall_s
        self.settings: dict[str, Any] = {
            "device": device,
            "models": str(models),
            "threads": threads,
            "resume_every_s": resume_every_s,
            "beat_s": silence_s / 10,
        }
        self._spawner, self._lane = Spawner(self.settings), 0
        self._heard: float | None = None
        self._replaced = ("", 0.0)  # why the last silent child was ended, and until when that is said
        self._child: Child | None = None
        self._connection: Connection | None = None
        self._busy = threading.Lock()
        self._discarding = threading.Lock()
        self._turns = itertools.count()

    @classmethod
    def sharing(cls, count: int, device: str, models: str | Path, **options: Any) -> list[Slot]:
        """`count` slots of one child, in which their trainings take turns; `options` as for a slot.

        What ends the child ends the trainings of all: those at no fault are Cancelled, and go on elsewhere. Whose
        fault it is that a child died by itself is not known: then they are all told so.
        """
        slots = [cls(device, models, **options) for _ in range(count)]
        spawner = Spawner(slots[0].settings, lanes=count)
        for lane, slot in enumerate(slots):
            slot._spawner, slot._lane = spawner, lane
        return slots

    @property
    def pid(self) -> int | None:
        """The child's process id while it lives."""
        child = self._child  # read once: another thread may put it away
        return None if child is None else child.pid

    def start(self) -> None:
        """Start the child if there is none, and wait until it can take jobs. `run` does so by itself.

        Raises NotReady where that takes longer than `start_timeout_s`, as on a machine that is overloaded, and where
        the child falls silent meanwhile: one that is stopped would be waited for all that time.
        """
        child = self._spawner.child()
        if child is self._child:
            return
        self._discard()
        self._child, self._connection = child, child.pipes[self._lane]
        now = heard = time.monotonic()
        deadline, silence_s = now + self.start_timeout_s, START_SILENCE * self.silence_s
        why = f"was not ready within {self.start_timeout_s:g} s"
        while now < deadline:
            message, now = self._receive(), time.monotonic()
            if message is not None:
                heard = now
                if message["type"] == "ready":
                    return
            elif now - heard > silence_s:
                why = f"said nothing for {silence_s:g} s while it started"
                break
        reason = f"the training process on {self.device} {why}, and was ended"
        self._replace(reason)
        raise NotReady(reason)

    def run(
        self,
        job: Mapping[str, Any],
        on_progress: Callable[[dict[str, Any]], None] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        should_pause: Callable[[], bool] = lambda: False,
    ) -> dict[str, Any]:
        """Do one job (see `jobs.run_job`) and return its result.

        Raises Cancelled once `should_stop()` was true, or `should_pause()` and the training is saved, so that it can go
        on from there; TrainingFailed with the child's reason, ChildDied where the child is gone; the next call starts a
        new one.
        """
        with self._busy:
            self.start()
            turn = f"{job['job_id']}/{job['attempt']}/{next(self._turns)}"
            self._send({"type": "job", "turn": turn, "job": job})
            try:
                return self._follow(turn, on_progress, should_stop, should_pause)
            finally:
                self._heard = None

    def problem(self) -> str | None:
        """For /readyz: a child that has been silent for half the time it may be, or was ended for it of late."""
        heard, now = self._heard, time.monotonic()
        if heard is not None and now - heard > self.silence_s / 2:
            return (
                f"the training process on {self.device} has said nothing for {now - heard:.0f} s; after "
                f"{self.silence_s:g} s another takes its place"
            )
        why, until = self._replaced
        return why if now < until else None

    def _follow(
        self,
        turn: str,
        on_progress: Callable[[dict[str, Any]], None] | None,
        should_stop: Callable[[], bool],
        should_pause: Callable[[], bool],
    ) -> dict[str, Any]:
        """Wait for a job's result, passing on what comes from the child and what is asked of it."""
        stopping: float | None = None
        pausing = False
        told = self._heard = time.monotonic()
        while True:
            message = self._receive()
            now = time.monotonic()
            if message is not None:
                self._heard = now
            else:  # only once all that has come is read: it may be we who were stopped
                self._end_if_silent(now, told)
            if message is not None and message.get("turn") == turn:
                if message["type"] == "progress":
                    told = now
                    if on_progress is not None:
                        on_progress(message["progress"])
                else:
                    if message["type"] == "failed" and not message["permanent"]:
                        self.close()  # it ends itself: the device may be unusable to it
                    return _result(message)
            if stopping is None and should_stop():
                stopping = time.monotonic()
                self._send({"type": "stop", "turn": turn})
            if not pausing and should_pause():
                pausing = True
                self._send({"type": "pause", "turn": turn})
            if stopping is not None and time.monotonic() - stopping > self.stop_grace_s:
                self._kill()
                raise Cancelled(f"the training did not stop within {self.stop_grace_s:g} s and was killed")

    def _end_if_silent(self, now: float, told: float) -> None:
        """Kill a child that gives no sign of life, or makes no progress. Raises ChildDied."""
        heard = self._heard or now
        if now - heard > self.silence_s:
            what = f"said nothing for {self.silence_s:g} s, as one that is stopped or stuck"
        elif now - told > self.stall_s:
            what = f"made no progress for {self.stall_s:g} s"
        else:
            return
        reason = f"the training process on {self.device} {what}, and was ended"
        self._replace(reason)
        raise ChildDied(reason)

    def _replace(self, reason: str) -> None:
        """End the child, so that the next job has another, and say why in `problem` for a while."""
        self._replaced = (f"{reason}; another takes its place", time.monotonic() + max(self.silence_s, 60.0))
        log.error("training process ended", device=self.device, reason=reason)
        self.close()

    def close(self) -> None:
        """End the child, in mid-job too."""
        self._kill()
        self._discard()

    def __enter__(self) -> Slot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, message: dict[str, Any]) -> None:
        connection = self._connection
        if connection is None:
            raise self._ended()
        try:
            connection.send_bytes(json.dumps(message, default=vars).encode())  # sentences are dataclasses
        except OSError as error:
            raise self._ended() from error

    def _receive(self) -> dict[str, Any] | None:
        """The child's next message, or None after POLL_S without one."""
        connection = self._connection
        if connection is None:
            raise self._ended()
        try:
            if not connection.poll(POLL_S):
                return None
            return dict(json.loads(connection.recv_bytes()))
        except (EOFError, OSError) as error:
            raise self._ended() from error

    def _ended(self) -> Cancelled | ChildDied:
        """What a job under way is to be told of a child that has ended."""
        child = self._child
        if child is None:
            return ChildDied(f"the training process on {self.device} was ended in mid-job")
        child.wait_for_end(self)
        self._discard()
        if child.ended_for_another(self):
            return Cancelled(f"the training process on {self.device} ended for another training in it")
        return ChildDied(f"the training process on {self.device} ended {child.how_it_ended()} in mid-job")

    def _kill(self) -> None:
        if self._child is not None:
            self._child.end(self)

    def _discard(self) -> None:
        with self._discarding:  # `close` and the thread in `run` may both come here, and a descriptor is closed once
            connection, self._child, self._connection = self._connection, None, None
            if connection is not None:
                connection.close()


def _result(message: dict[str, Any]) -> dict[str, Any]:
    if message["type"] == "done":
        return dict(message["result"])
    if message["type"] == "cancelled":
        raise Cancelled
    raise TrainingFailed(message["error"], permanent=message["permanent"])
