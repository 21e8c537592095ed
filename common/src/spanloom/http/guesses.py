"""Guesses of the key are slowed: of an address that has sent many wrong ones, one a second is answered."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter, OrderedDict, deque

from starlette.types import Scope

FREE = 10
"""Wrong keys that an address may send within `WINDOW_S` before it has to wait: typing mistakes are none of them."""
WINDOW_S = 60.0
PAUSE_S = 1.0
MOST_PAUSE_S = 30.0
"""Longest wait of one guess, however many wait with it."""
MOST_ADDRESSES = 10_000


def address_of(scope: Scope) -> str:
    """The address a request comes from; of IPv6 the network of 64 bits, which one sender has whole.

    >>> address_of({"client": ("2001:db8::7", 80)}), address_of({"client": ("::ffff:10.0.0.1", 80)})
    ('2001:db8::', '10.0.0.1')
    """
    client = scope.get("client")
    host = str(client[0]) if client else ""
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:  # IPv4, or no address
        return host
    return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address) >> 64 << 64))


class Guesses:
    """The wrong keys of late, by address. The right key is never held up."""

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        self._pause_s = pause_s
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._waiting: Counter[str] = Counter()

    async def slow(self, address: str) -> None:
        """Note a wrong key, and wait before it is told to be one, where the address has sent many.

        Guesses that are sent at once wait for each other, so that many connections guess little faster than one.
        """
        if self._note(address, time.monotonic()) <= FREE:
            return
        self._waiting[address] += 1
        try:
            await asyncio.sleep(min(self._pause_s * self._waiting[address], MOST_PAUSE_S))
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]

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
