"""The process that trains: takes job after job from its parent, keeps base weights, dies with its parent.

Messages are JSON in frames of bytes, never pickles. It is started by `slot.Slot`, has no database handle, and ends
itself as soon as the parent's end of a pipe is gone. It has a pipe for each of its lanes: with several, their trainings
take turns (`core.interleave`), and an unexpected error in one ends the process for all.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from spanloom.errors import SpanloomError
from spanloom_trainer.errors import Cancelled

PARENT_GONE = 3  # exit statuses
LANE_FAILED = 4


@dataclass(frozen=True)
class JobRunner:
    """How the jobs of one pipe are done: `run_job`, and what stands around each of them."""

    run_job: Callable[..., dict[str, Any]]
    running: Callable[[], AbstractContextManager[object]] = nullcontext


class Pipe:
    """The child's end of one pipe: jobs come one after another, a stop or a pause at any time."""

    def __init__(self, descriptor: int, *, every_s: float) -> None:
        """Open it, and give a sign of life every `every_s` seconds from now on, while what trains is imported too."""
        self.connection = Connection(descriptor)
        self.jobs: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.stopped: set[str] = set()
        self.pausing: set[str] = set()
        self.turn: str | None = None  # of the job under way
        self._sending = threading.Lock()
        threading.Thread(target=self._listen, daemon=True, name="parent").start()
        threading.Thread(target=self._beat, args=[every_s], daemon=True, name="alive").start()

    def send(self, message: dict[str, Any]) -> None:
        """Tell the parent."""
        with self._sending:
            self.connection.send_bytes(json.dumps(message).encode())

    def _listen(self) -> None:
        while True:
            try:
                message = json.loads(self.connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(PARENT_GONE)
            if message["type"] in ("stop", "pause"):
                (self.stopped if message["type"] == "stop" else self.pausing).add(message["turn"])
            else:
                self.jobs.put(message if message["type"] == "job" else None)

    def _beat(self, every_s: float) -> None:
        while True:
            time.sleep(every_s)
            try:
                self.send({"type": "alive"})
            except OSError:
                return  # the parent is gone, and `_listen` ends this process

    def serve(self, runner: JobRunner, settings: dict[str, Any]) -> str | None:
        """Do job after job. Returns the unexpected error that one ended with, None once the parent says `quit`."""
        self.send({"type": "ready", "pid": os.getpid()})
        while (message := self.jobs.get()) is not None:
            self.turn = turn = message["turn"]
            try:
                with runner.running():
                    result = runner.run_job(
                        message["job"],
                        models=settings["models"],
                        device=settings["device"],
                        resume_every_s=settings["resume_every_s"],
                        on_progress=lambda progress, turn=turn: self.send(
                            {"type": "progress", "turn": turn, "progress": progress}
                        ),
                        should_stop=lambda turn=turn: turn in self.stopped,
                        should_pause=lambda turn=turn: turn in self.pausing,
                    )
            except Cancelled:
                self.send({"type": "cancelled", "turn": turn})
            except SpanloomError as error:
                self.fail(f"{type(error).__name__}: {error}", permanent=True)
            except Exception as error:  # noqa: BLE001  the outermost loop: reported to the parent, then the process ends
                traceback.print_exc()
                return f"{type(error).__name__}: {error}"
            else:
                self.send({"type": "done", "turn": turn, "result": result})
            self.turn = None
        return None

    def fail(self, error: str, *, permanent: bool) -> None:
        """Tell the parent that the job under way failed."""
        self.send({"type": "failed", "turn": self.turn, "error": error, "permanent": permanent})


def main(descriptors: Sequence[int], settings: dict[str, Any]) -> None:
    """Serve jobs over the inherited descriptors until the parent goes or says `quit`, or a job ends unexpectedly.

    An unexpected error may have left the device unusable; the parent starts a fresh child.
    """
    pipes = [Pipe(descriptor, every_s=settings["beat_s"]) for descriptor in descriptors]
    runners = _prepared(settings, len(pipes))

    def serve(pipe: Pipe, runner: JobRunner) -> None:
        error = pipe.serve(runner, settings)
        if error is not None:
            pipe.fail(error, permanent=False)
            if len(pipes) > 1:
                os._exit(LANE_FAILED)

    for pipe, runner in zip(pipes[1:], runners[1:], strict=True):
        threading.Thread(target=serve, args=[pipe, runner], daemon=True, name="lane").start()
    serve(pipes[0], runners[0])


def _prepared(settings: dict[str, Any], lanes: int) -> list[JobRunner]:
    """Import the core (torch, transformers: seconds), set the threads, and say how the jobs of each pipe are done."""
    import torch

    from spanloom_trainer.core.interleave import Interleaved
    from spanloom_trainer.core.workspace import Workspaces
    from spanloom_trainer.process.jobs import run_job

    torch.set_num_threads(settings["threads"])
    if settings["device"].startswith("cuda"):
        torch.cuda.set_device(settings["device"])  # events, streams and graphs are made on the current device
    if lanes == 1:
        return [JobRunner(partial(run_job, workspaces=Workspaces()))]
    interleaved = Interleaved(torch.device(settings["device"]))
    places = [interleaved.lane() for _ in range(lanes)]
    return [
        JobRunner(partial(run_job, workspaces=Workspaces(), give_way=lane.give_way), lane.running) for lane in places
    ]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), json.loads(sys.argv[2]))
