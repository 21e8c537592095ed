"""Guesses of the key are slowed: of an address that has sent many wrong ones, each is answered after a pause."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque

from starlette.types import Scope

FREE = 10
"""Wrong keys that an address may send within `WINDOW_S` before it has to wait: typing mistakes are none of them."""
WINDOW_S = 60.0
PAUSE_S = 1.0
MOST_WAITING = 100
MOST_ADDRESSES = 10_000


def address_of(scope: Scope) -> str:
    """The address a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else ""


class Guesses:
    """The wrong keys of late, by address. The right key is never held up."""

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        self._pause_s = pause_s
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._waiting = 0

    async def slow(self, address: str) -> None:
        """Note a wrong key, and wait before it is told to be one, where the address has sent many."""
        if self._note(address, time.monotonic()) <= FREE or self._waiting >= MOST_WAITING:
            return
        self._waiting += 1
        try:
            await asyncio.sleep(self._pause_s)
        finally:
            self._waiting -= 1

    def _note(self, address: str, now: float) -> int:
        """Wrong keys of this address within the window, this one among them."""
        times = self._wrong.setdefault(address, deque(maxlen=FREE + 1))
        self._wrong.move_to_end(address)
        if len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)
        times.append(now)
        while times[0] < now - WINDOW_S:
            times.popleft()
        return len(times)
