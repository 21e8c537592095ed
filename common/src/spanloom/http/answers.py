"""Requests that are not answered in time are answered 503: a caller never hangs because a database does."""

from __future__ import annotations

import asyncio

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spanloom.http.problems import problem

log = structlog.stdlib.get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


class AnswerInTime:
    """Answers 503 with advice where the app has not begun to answer in time.

    `read_s` seconds are for what only reads, `change_s` for the rest. What was begun goes on until its own bounds (of
    statements and of silence, see `spanloom.store.db`) end it, and its answer is dropped. An answer that has begun is
    not cut: events are streams.
    """

    def __init__(self, app: ASGIApp, read_s: float, change_s: float) -> None:
        self._app, self._read_s, self._change_s = app, read_s, change_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = late = False

        async def given(message: Message) -> None:
            nonlocal begun
            if not late:
                begun = True
                await send(message)

        async def answer() -> None:
            await self._app(scope, receive, given)

        seconds = self._read_s if scope["method"] in SAFE_METHODS else self._change_s
        answering = asyncio.create_task(answer())
        try:
            done, _ = await asyncio.wait({answering}, timeout=seconds)
            if done or begun:
                await answering
                return
        except asyncio.CancelledError:
            answering.cancel()
            raise
        late = True
        log.warning("not answered in time", method=scope["method"], path=scope["path"], seconds=seconds)
        answering.add_done_callback(_told)
        advice = (
            f"not answered in {seconds:g} s: the database may hang or be busy; /readyz tells what is missing; try "
            "again in a few seconds, and ask for less (`limit`, one run) if it stays so"
        )
        await problem(scope["path"], 503, advice)(scope, receive, send)


def _told(answering: asyncio.Task[None]) -> None:
    """What came of a request after its time: its error, which nobody waits for, goes to the log."""
    if not answering.cancelled() and (error := answering.exception()) is not None:
        log.warning("late request failed", error=" ".join(str(error).split())[:300])
