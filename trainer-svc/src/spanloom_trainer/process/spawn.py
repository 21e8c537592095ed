"""The processes that train, as their parent holds them: started, shared by slots, ended. Imports no torch."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import Any

from spanloom_trainer.process.child import LANE_FAILED

KEPT_FROM_CHILD = ("DATABASE_URL", "SPANLOOM_", "PG", "POSTGRES_", "KAFKA_", "OPENAI_")
"""Environment that a training has no business with, by prefix."""
EXIT_S = 5.0
"""How long a process that has closed its pipe may take to be gone."""


class Child:
    """A running child with a pipe for each of its lanes."""

    def __init__(self, process: subprocess.Popen[bytes], pipes: list[Connection]) -> None:
        self.process, self.pipes = process, pipes
        self.ended_by: object | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self.process.pid if self.process.poll() is None else None

    def end(self, by: object) -> None:
        """Kill it on behalf of one of its users, who is kept in `ended_by`."""
        if self.process.poll() is None:
            self.ended_by = self.ended_by or by
            self.process.kill()
        self.process.wait()

    def wait_for_end(self, user: object) -> None:
        """Wait until it is gone, whose pipe is closed; one that stays is killed."""
        try:
            self.process.wait(EXIT_S)
        except subprocess.TimeoutExpired:
            self.end(user)

    def ended_for_another(self, user: object) -> bool:
        """Whether it ended for what happened in another user's lane; of one that died by itself nobody can tell."""
        if self.ended_by is not None:
            return self.ended_by is not user
        return self.process.returncode == LANE_FAILED

    def how_it_ended(self) -> str:
        """By which signal, or with which status."""
        status = self.process.returncode
        return f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"


class Spawner:
    """Starts the child that its users share, and another once that one has ended. `settings` are `child.main`'s."""

    def __init__(self, settings: dict[str, Any], *, lanes: int = 1) -> None:
        self.settings, self.lanes = settings, lanes
        self._child: Child | None = None
        self._starting = threading.Lock()

    def child(self) -> Child:
        """The child that lives, else a new one; it says `ready` on each pipe."""
        with self._starting:
            if self._child is None or self._child.pid is None:
                self._child = self._start()  # whoever still reads from the old one's pipes has them
            return self._child

    def _start(self) -> Child:
        pairs = [socket.socketpair() for _ in range(self.lanes)]
        with ExitStack() as opened:
            theirs = [opened.enter_context(end).fileno() for _, end in pairs]
            arguments = [json.dumps(theirs), json.dumps(self.settings)]
            process = subprocess.Popen(
                [sys.executable, "-m", "spanloom_trainer.process.child", *arguments],
                pass_fds=theirs,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno() if _has_fileno(sys.stderr) else subprocess.DEVNULL,
                env=child_environment(self.settings["threads"]),
                start_new_session=True,  # a terminal's Ctrl-C is the parent's to handle
            )
        return Child(process, [Connection(ours.detach()) for ours, _ in pairs])


def _has_fileno(stream: Any) -> bool:
    try:
        stream.fileno()
    except (AttributeError, OSError):
        return False
    return True


def child_environment(threads: int) -> dict[str, str]:
    """The child's environment: ours less what a training has no business with, threads held down.

    cuBLAS reads its workspace setting once, at a process's first product; deterministic kernels need it then. CUDA
    numbers GPUs by their speed unless told otherwise; turns and memory go by their places on the bus (`gpu.card`).
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(KEPT_FROM_CHILD)}
    kept.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    kept.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    return kept | {"OMP_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "false"}
