"""Calls as coroutines on an engine's own loop: futures, room, cancelling, closing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future

import pytest

from spanloom.errors import PermanentEngineError
from spanloom_generator.engines.looped import LoopEngine
from spanloom_generator.engines.port import CallRequest, CallResult, Sampling
from support.common import wait_for


class Waiting(LoopEngine):
    """A fake: each call waits until it is let go; `log` tells what happened in which order."""

    name = model = "waiting"

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.log: list[str] = []
        self.idle: list[bool] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.admits = True

    def start(self) -> None:
        if self._loop is None:
            self._start_loop()

    async def _call(self, request: CallRequest) -> CallResult:
        gate = self.gates.setdefault(request.prompt_id, asyncio.Event())
        try:
            await gate.wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.05)  # as an engine that must first be told
            self.log.append(f"aborted {request.prompt_id}")
            raise
        return CallResult(request.prompt_id, "stop", 1, 1, 0.0, "waiting")

    def let_go(self, prompt_id: str) -> None:
        assert self._loop is not None
        wait_for(lambda: prompt_id in self.gates, what="the call to begin")
        self._loop.call_soon_threadsafe(self.gates[prompt_id].set)

    def _admit(self) -> None:
        if not self.admits:
            raise PermanentEngineError("no more")

    def _ended(self, future: Future[CallResult], *, idle: bool) -> None:
        self.idle.append(idle)

    async def _free(self) -> None:
        self.log.append("freed")


def call(number: int) -> CallRequest:
    return CallRequest(f"p{number}", number, [], Sampling(), "da", "s")


@pytest.fixture
def engine() -> Iterator[Waiting]:
    engine = Waiting(2)
    engine.start()
    yield engine
    engine.close()


def test_calls_end_in_any_order_and_make_room(engine: Waiting) -> None:
    first, second = engine.submit(call(1)), engine.submit(call(2))
    assert engine.room() == 0
    engine.let_go("p2")
    assert second.result(5).text == "p2"
    wait_for(lambda: engine.room() == 1, what="room")
    engine.let_go("p1")
    assert first.result(5).text == "p1"
    wait_for(lambda: engine.idle == [False, True], what="both to be told")


def test_a_cancelled_call_is_aborted(engine: Waiting) -> None:
    future = engine.submit(call(1))
    wait_for(lambda: "p1" in engine.gates, what="the call to begin")
    engine.cancel(["p1", "never heard of"])
    with pytest.raises(CancelledError):
        future.result(5)
    wait_for(lambda: engine.log == ["aborted p1"], what="the abort")
    assert engine.room() == 2


def test_closing_aborts_what_is_in_flight_and_then_frees(engine: Waiting) -> None:
    future = engine.submit(call(1))
    wait_for(lambda: "p1" in engine.gates, what="the call to begin")
    engine.close()
    assert future.cancelled()
    assert engine.log == ["aborted p1", "freed"]
    assert not any(thread.name == "waiting waiting" for thread in threading.enumerate())
    engine.close()
    with pytest.raises(PermanentEngineError, match="not started, or is closed"):
        engine.submit(call(2)).result(5)
    engine.start()
    again = engine.submit(call(3))
    engine.let_go("p3")
    assert again.result(5).text == "p3"


def test_a_call_that_is_not_admitted_fails_at_once(engine: Waiting) -> None:
    engine.admits = False
    with pytest.raises(PermanentEngineError, match="no more"):
        engine.submit(call(1)).result(0)
    assert engine.room() == 2
