"""What an outage writes into the log: a line when it begins, one a minute while it lasts, and one when it is over.

Each loop of a process meets an outage by itself, again and again, and kafka-python tells of every try to connect: some
seventy lines a second. Lines are told apart by the part that is away: a module's own carry `part="bus"` or another,
those of kafka-python are the bus's. What is held back is counted, and the count stands on the next line that is not.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

log = structlog.stdlib.get_logger(__name__)

BUS, DATABASE, MACHINE = "bus", "database", "machine"
EVERY_S = 60.0
"""How often an outage that lasts is told of."""
SETTLES_S = 10.0
"""For so long after its end a part's complaints are those of what has not noticed yet."""
CALM_S = 1.0
"""An answer so soon after a complaint was on its way before: as a part goes away, some are still answered."""
FORGOTTEN_S = 180.0
"""A complaint so long after the last one begins another outage: nobody complains less often during one."""
LIBRARIES = {"kafka": BUS}


@dataclass
class _Outage:
    began: float
    told: float
    last: float
    lines: int = 1
    held: int = 0


class OutageLines(logging.Filter):
    """A filter for a log's handler. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock, self._lock = clock, threading.Lock()
        self._open: dict[str, _Outage] = {}
        self._ended: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; a line a minute later carries `held_back`, how many were not."""
        part = _part_of(record)
        if part is None:
            return True
        now = self._clock()
        with self._lock:
            outage = self._open.get(part)
            if outage is None or now - outage.last > FORGOTTEN_S:
                if now - self._ended.get(part, -SETTLES_S) < SETTLES_S:
                    return False
                self._open[part] = _Outage(began=now, told=now, last=now)
                return True
            outage.last, outage.lines = now, outage.lines + 1
            if now - outage.told < EVERY_S:
                outage.held += 1
                return False
            if isinstance(record.msg, dict):
                record.msg = {**record.msg, "held_back": outage.held}
            else:
                record.held_back = outage.held
            outage.told, outage.held = now, 0
            return True

    def ended(self, part: str) -> None:
        """The part was asked and answered. Says so where an outage of it was told of more than once or held back."""
        if part not in self._open:
            return
        with self._lock:
            outage, now = self._open.get(part), self._clock()
            if outage is None or now - outage.last < CALM_S:
                return
            del self._open[part]
            self._ended[part] = now
        if outage.lines > 1:
            log.info("answers again", of=part, away_s=round(now - outage.began), held_back=outage.held)


def _part_of(record: logging.LogRecord) -> str | None:
    """Which part a line complains of."""
    if isinstance(record.msg, dict):
        part = record.msg.get("part")
        return part if isinstance(part, str) else None
    return LIBRARIES.get(record.name.partition(".")[0])


OUTAGES = OutageLines()
"""The process's own."""
