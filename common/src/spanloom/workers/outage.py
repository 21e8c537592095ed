"""Waiting out a database or broker that is away: tried again with growing pauses, and said so in /readyz."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable

import structlog

from spanloom.errors import BusError, MessageTooLarge, UnreadableMessage, causes
from spanloom.outage_lines import BUS, DATABASE, MACHINE, OUTAGES
from spanloom.store.db import is_outage

log = structlog.stdlib.get_logger(__name__)


SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT})
"""What a machine runs short of: open files, memory, disk."""
SAID = tuple(map(os.strerror, sorted(SHORTAGES)))
"""How the dynamic linker says so of a library, in an ImportError without a number."""
NO_THREAD = "can't start new thread"
"""What Python says, in place of an error's number, where there is no memory for a thread's stack or no room for one."""


def is_shortage(error: BaseException) -> bool:
    """Whether this machine ran short of files, memory or disk, wherever in the chain of causes that is said."""
    return any(_says_shortage(cause) for cause in causes(error))


def _says_shortage(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in SHORTAGES):
        return True
    if isinstance(error, RuntimeError) and str(error) == NO_THREAD:
        return True
    return isinstance(error, ImportError) and any(said in str(error) for said in SAID)


def is_transient(error: BaseException) -> bool:
    """Whether waiting may cure it: the database or the bus is away, or the machine runs short.

    A message that is wrong in itself stays so.
    """
    if isinstance(error, UnreadableMessage | MessageTooLarge):
        return False
    return isinstance(error, BusError) or is_outage(error) or is_shortage(error)


def part_of(error: BaseException) -> str:
    """Which part a transient error says is away, for the log."""
    if isinstance(error, BusError):
        return BUS
    return DATABASE if is_outage(error) else MACHINE


class Outage:
    """One dependency's health as a loop sees it. `problem` is None while all is well."""

    def __init__(self, first_s: float = 1.0, most_s: float = 30.0) -> None:
        self.first_s, self.most_s = first_s, most_s
        self.problem: str | None = None
        self.ended_at: float | None = None
        self._pause_s = first_s
        self._lock = threading.Lock()

    def note(self, error: BaseException) -> float:
        """Record a failure; returns how many seconds to wait before the next try (doubling)."""
        with self._lock:
            self.problem = " ".join(str(error).split())[:300]
            pause, self._pause_s = self._pause_s, min(self._pause_s * 2, self.most_s)
        log.warning("waiting", part=part_of(error), problem=self.problem, pause_s=pause)
        return pause

    def over(self, *, asked: bool = True) -> None:
        """Record a success. `asked`: the database was asked, and answered."""
        with self._lock:
            if self.problem is not None:
                self.problem, self._pause_s, self.ended_at = None, self.first_s, time.monotonic()
        if asked:
            OUTAGES.ended(DATABASE)
            OUTAGES.ended(MACHINE)

    def quiet_for(self, seconds: float) -> bool:
        """Whether the last outage this loop saw ended at least so long ago: leases may be judged again."""
        return self.problem is None and (self.ended_at is None or time.monotonic() - self.ended_at >= seconds)

    def repeat(self, action: Callable[[], object], every_s: float, stop: threading.Event) -> None:
        """Do `action` every `every_s` seconds until `stop` is set; outages are waited out, all else is raised."""
        while not stop.wait(every_s):
            try:
                action()
                self.over()
            except Exception as error:
                if not is_transient(error):
                    raise
                stop.wait(self.note(error))
