"""Requests that are never finished end: deadlines for a request's head and for its body, a bound of the head's size.

uvicorn bounds how long an idle connection stays, but waits without end for the rest of a request that has begun, or for
the first byte of a connection's first one (slowloris). Its parser, httptools, keeps a head of any size.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
MOST_HEAD_BYTES = 65_536
"""Bytes of a request's head; one that comes at once may be as large as what a socket gives in one go (256 KiB)."""
MOST_PASSED_BYTES = 32_000_000
"""Bytes of a body that are read and passed over once its request was answered, so that its sender sees the answer."""


def with_deadlines(head_s: float, body_s: float, base: type[Any] = AutoHTTPProtocol) -> type[Any]:
    """uvicorn's HTTP protocol; a head or a body that takes longer than so many seconds is answered 408 and closed, a
    head that is larger than `MOST_HEAD_BYTES` 431."""

    class TimedProtocol(base):  # type: ignore[misc]
        """One connection. `cycle` is uvicorn's state of its latest request, made once the head is whole."""

        _timer: asyncio.TimerHandle | None = None
        _waits_for: object = None
        _ahead = 0
        """Bytes that have come since the last whole head and are of no body that is waited for."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            before = self.cycle
            is_body = before is not None and before.more_body and not before.response_complete
            super().data_received(data)
            self._watch()
            if is_body or self.cycle is not before:
                self._ahead = 0
                return
            self._ahead += len(data)
            if self._ahead > (MOST_PASSED_BYTES if before is not None and before.more_body else MOST_HEAD_BYTES):
                self._end(TOO_LARGE)

        def connection_lost(self, exc: Exception | None) -> None:
            self._wait_for(None, 0)
            super().connection_lost(exc)

        def _watch(self) -> None:
            cycle = self.cycle
            if cycle is None or cycle.response_complete:
                self._wait_for("head", head_s)
            else:
                self._wait_for(cycle if cycle.more_body else None, body_s)

        def _wait_for(self, what: object, seconds: float) -> None:
            """Begin to wait, if not for this already; None waits for nothing more."""
            if what is self._waits_for:
                return
            if self._timer is not None:
                self._timer.cancel()
            self._waits_for = what
            self._timer = None if what is None else self.loop.call_later(seconds, self._end, LATE)

        def _end(self, answer: bytes) -> None:
            cycle = self.cycle
            if self.transport.is_closing():
                return
            if cycle is None or cycle.response_complete or not cycle.response_started:
                self.transport.write(answer)
            self.transport.close()

    return TimedProtocol
