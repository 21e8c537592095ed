"""How many calls a server is sent at once: fewer when it says 429, more again while it answers."""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType

MAX_PAUSE_S = 600.0
"""A server that asks for a longer pause is asked again after this one."""
TOLERATED = 0.1
"""Where no more of the requests than this are refused, a refusal concerns the refused one alone."""


class Throttle:
    """An async context manager around each request; at most `most` are inside.

    Additive increase, multiplicative decrease, as TCP does it (Chiu and Jain, 1989): refusals halve the width and hold
    everybody back for the time the server asked for; each success widens it by 1/width. A refusal now and then, among
    many answers, is no sign of that: it holds nobody else.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.width = float(most)
        self.inside = 0
        self._resume_at = 0.0
        self._refused: deque[bool] = deque(maxlen=2 * most)
        """Of the last requests that were answered, whether each was refused."""
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> None:
        async with self._changed:
            try:
                while True:
                    wait = self._resume_at - time.monotonic()
                    if wait > 0:
                        self._changed.release()
                        try:
                            await asyncio.sleep(wait)
                        finally:
                            await self._changed.acquire()
                    elif self._has_room():
                        self.inside += 1
                        return
                    else:
                        await self._changed.wait()
            finally:  # one is woken at a time, and wakes the next, whether it entered or was given up
                if self._has_room():
                    self._changed.notify()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with self._changed:
            self.inside -= 1
            self._changed.notify()

    def _has_room(self) -> bool:
        return self.inside < max(1, int(self.width))

    @property
    def open(self) -> bool:
        """Whether nobody is held back now."""
        return time.monotonic() >= self._resume_at

    def answered(self) -> None:
        """The server answered a request."""
        self._refused.append(False)
        self.width = min(float(self.most), self.width + 1 / self.width)

    def refused(self, pause_s: float) -> None:
        """The server refused a request for now; where it refuses many, nothing is sent for `pause_s` seconds."""
        self._refused.append(True)
        asked = max(len(self._refused) + self.inside, self.most)  # two of the first dozen say nothing yet
        if sum(self._refused) <= TOLERATED * asked:
            return
        now = time.monotonic()
        if now >= self._resume_at:  # refusals of one burst count once
            self.width = max(1.0, self.width / 2)
        self._resume_at = max(self._resume_at, now + min(pause_s, MAX_PAUSE_S))


def retry_after(headers: Mapping[str, str], default_s: float) -> float:
    """Seconds that a server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110)."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            return max(0.0, float(value) * scale)
        except ValueError:
            pass
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
        except (TypeError, ValueError):
            continue
    return default_s
