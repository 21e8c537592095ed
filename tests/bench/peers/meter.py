"""CPU time and memory of everything a peer runs: its processes, their children, a database that left its parent."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "SPANLOOM_BENCH_PEER"
"""The variable by which a peer's processes are known; its children inherit it."""
EVERY_S, MEMORY_EVERY = 0.1, 4
GONE = (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError, ProcessLookupError)


class Meter(threading.Thread):
    """Looks at a peer's processes while it runs, in a `with`.

    They are those with the peer's mark in their environment, those that work in one of its `folders` (PostgreSQL writes
    over its own environment), and the children of both. A process is counted as last seen: a tenth of a second of it
    may be missed. Those named in `apart` (a broker, a database) are summed besides, and not killed.
    """

    def __init__(self, mark: str, folders: Iterable[Path], *, apart: Collection[str] = ()) -> None:
        super().__init__(daemon=True)
        self.mark, self.folders, self.names_apart = mark, [str(folder) for folder in folders], frozenset(apart)
        self.peak_bytes = 0
        """Proportional set sizes of all of them together, at most."""
        self._course: list[tuple[float, float]] = []
        """CPU seconds by time."""
        self._cpu: dict[tuple[int, float], tuple[float, bool]] = {}
        self._ours: dict[tuple[int, float], bool] = {}
        self._ending = threading.Event()
        self._lock = threading.Lock()

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far."""
        with self._lock:
            return sum(seconds for seconds, _ in self._cpu.values())

    def cpu_until(self, moment: float) -> float:
        """CPU seconds until a moment of the monotonic clock."""
        return max((seconds for at, seconds in self._course if at <= moment), default=0.0)

    @property
    def cpu_apart_s(self) -> float:
        """Those of them that the processes apart spent."""
        with self._lock:
            return sum(seconds for seconds, apart in self._cpu.values() if apart)

    def processes(self) -> list[psutil.Process]:
        """The peer's processes now."""
        found = []
        for process in psutil.process_iter():
            with suppress(*GONE):
                key = (process.pid, process.create_time())
                if key not in self._ours:
                    self._ours[key] = self._is_ours(process)
                if self._ours[key]:
                    found.append(process)
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
        if process.pid == os.getpid():
            return False
        with suppress(*GONE):
            if process.environ().get(MARK) == self.mark:
                return True
        with suppress(*GONE):
            if any(process.cwd().startswith(folder) for folder in self.folders):
                return True
        parent = process.parent()
        return parent is not None and self._ours.get((parent.pid, parent.create_time()), False)

    def _is_apart(self, process: psutil.Process) -> bool:
        return process.name() in self.names_apart

    def look(self, *, memory: bool = True) -> None:
        """Take the figures once."""
        held = 0
        with self._lock:
            for process in self.processes():
                with suppress(*GONE):
                    times = process.cpu_times()
                    key = (process.pid, process.create_time())
                    apart = self._cpu[key][1] if key in self._cpu else self._is_apart(process)
                    self._cpu[key] = (times.user + times.system, apart)
                    if memory:
                        held += process.memory_full_info().pss
            self.peak_bytes = max(self.peak_bytes, held)
        self._course.append((time.monotonic(), self.cpu_s))

    def kill(self) -> None:
        """kill -9 of all of them, but those apart; it ends when they are gone."""
        self.look(memory=False)
        victims = [one for one in self.processes() if not self._is_apart(one)]
        for process in victims:
            with suppress(*GONE):
                os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs(victims, timeout=10)

    def run(self) -> None:
        """The thread's."""
        turn = 0
        while not self._ending.wait(EVERY_S):
            self.look(memory=turn % MEMORY_EVERY == 0)
            turn += 1

    def __enter__(self) -> Meter:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.join()
        self.look(memory=False)
