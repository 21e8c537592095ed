"""The server process on a data folder, as its `postmaster.pid` and the system tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
import structlog

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running PostgreSQL server. `status` is `starting`, `stopping`, `ready` or `standby`."""

    pid: int
    status: str

    @classmethod
    def find(cls, data: Path) -> Self | None:
        """The server of the folder `data`, or None where its pid file is missing or names no server of this folder.

        The file's lines (PostgreSQL's pidfile.h): pid, data folder, start time, port, socket folder, address, shared
        memory, status.
        """
        lines = _lines(data / "postmaster.pid")
        if len(lines) < 8 or not _serves(int(lines[0]), data):
            return None
        return cls(int(lines[0]), lines[7].strip())

    @staticmethod
    def clear_stale(data: Path, socket_lock: Path) -> None:
        """Remove lock files that name a process which lives and is no server of this folder.

        PostgreSQL would refuse to start on them. Such a process has got the number of a dead server, or is the dead
        server itself, which nobody has buried (a zombie, in a container without an init process). A file whose process
        is gone stays: PostgreSQL cleans up after it. Nothing is removed while any process of a server works in `data`.
        """
        for file in (data / "postmaster.pid", socket_lock):
            lines = _lines(file)
            if not lines or not lines[0].strip().isdigit() or not psutil.pid_exists(int(lines[0])):
                continue
            if any(_serves(process.pid, data) for process in psutil.process_iter()):
                return
            log.warning("pid file of no postgres removed", file=str(file), pid=lines[0])
            file.unlink(missing_ok=True)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except FileNotFoundError:
        return []


def _serves(pid: int, data: Path) -> bool:
    """True when the process is a living PostgreSQL one whose working folder is `data`, as all of a server's have it."""
    try:
        process = psutil.Process(pid)
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and process.name().startswith("postgres")
            and Path(process.cwd()) == data
        )
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
