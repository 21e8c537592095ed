"""An engine that takes turns: what becomes of its calls when the turn ends, is not had, or fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spanloom.errors import EnvironmentMissing
from spanloom_generator.engines.port import CallRequest, CallResult, Engine, Sampling
from spanloom_generator.pool import EnginePool
from spanloom_generator.turns import TurnedEngine
from support.common import wait_for
from support.fake_turn import FakeTurn


class FakeEngine(Engine):
    """Answers when it is told to; knows what was asked of it."""

    name, model = "fake", "fake-1"

    def __init__(self) -> None:
        self.on = self.loads = False
        self.starts = 0
        self.loaded = threading.Event()
        self.loaded.set()
        self.error: Exception | None = None
        self.asked: list[str] = []
        self.calls: dict[str, Future[CallResult]] = {}

    def start(self) -> None:
        if self.error is not None:
            raise self.error
        self.starts += not self.on
        self.on = True
        self.loaded.wait()

    def room(self) -> int:
        return 10 - len(self.calls)

    def submit(self, request: CallRequest) -> Future[CallResult]:
        assert self.on, "a call outside of the turn"
        self.asked.append(request.prompt_id)
        future = self.calls[request.prompt_id] = Future()
        return future

    def answer(self, prompt_id: str) -> None:
        self.calls.pop(prompt_id).set_result(CallResult(f"of {prompt_id}", "stop", 1, 1, 0.1, self.model))

    def cancel(self, prompt_ids: Collection[str]) -> None:
        for prompt_id in prompt_ids:
            if prompt_id in self.calls:
                self.calls.pop(prompt_id).cancel()

    def window(self) -> int | None:
        return 100

    def rest(self) -> None:
        assert not self.calls, "rests with calls in flight"
        self.on = False

    def loading(self) -> bool:
        return self.loads

    def processes(self) -> list[int]:
        return [123] if self.on else []

    def close(self) -> None:
        self.on = False


class GivenTurn(FakeTurn):
    """A turn that the test gives and ends."""

    def __init__(self) -> None:
        super().__init__()
        self.handover_s, self.file = 0.4, SimpleNamespace(device="fake")
        self.let_go: Callable[[], object] = lambda: None
        self.mine = False

    @contextmanager
    def used(self, give_up: Callable[[], bool]) -> Iterator[bool]:
        while not self.mine or self.over:
            if give_up():
                yield False
                return
            threading.Event().wait(0.01)
        self.users += 1
        try:
            yield True
        finally:
            self.users -= 1

    def end(self) -> None:
        """The turn is over: the users leave, then what holds the device is let go."""
        self.over = True
        wait_for(lambda: self.users == 0, what="the user to leave")
        self.let_go()
        self.mine = self.over = False

    def close(self) -> None: ...

    def run(self, stop: threading.Event) -> None:
        stop.wait()


@pytest.fixture
def inner() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def turn() -> GivenTurn:
    return GivenTurn()


@pytest.fixture
def engine(inner: FakeEngine, turn: GivenTurn) -> Iterator[TurnedEngine]:
    engine = TurnedEngine(inner, [turn])  # type: ignore[list-item]
    engine.start()
    yield engine
    engine.close()


def call(number: int) -> CallRequest:
    return CallRequest(f"p{number}", number, [], Sampling(), "da", "s")


def test_calls_wait_for_the_turn(engine: TurnedEngine, inner: FakeEngine, turn: GivenTurn) -> None:
    calls = [engine.submit(call(i)) for i in range(3)]
    assert engine.room() == 7, "those that wait count as well"
    assert not inner.on
    turn.mine = True
    wait_for(lambda: len(inner.calls) == 3, what="the calls to be made")
    wait_for(lambda: turn.named == [123], what="its processes to be named")
    for i in range(3):
        inner.answer(f"p{i}")
    assert [future.result(5).text for future in calls] == ["of p0", "of p1", "of p2"]
    wait_for(lambda: turn.users == 0, what="the idle engine to be no user")
    assert inner.on, "idle it keeps what it has until another asks"


def test_calls_that_a_turn_cuts_off_are_made_again(engine: TurnedEngine, inner: FakeEngine, turn: GivenTurn) -> None:
    turn.mine = True
    calls = [engine.submit(call(i)) for i in range(2)]
    wait_for(lambda: len(inner.calls) == 2, what="the calls to be made")
    ending = threading.Thread(target=turn.end)
    ending.start()
    wait_for(lambda: turn.over, what="the turn's end")
    late = engine.submit(call(2))
    inner.answer("p0")
    assert calls[0].result(5).text == "of p0", "what finishes in time counts"
    ending.join()
    assert not inner.on
    assert inner.asked == ["p0", "p1"], "nothing new is begun"
    assert not calls[1].done()
    turn.mine = True
    wait_for(lambda: set(inner.calls) == {"p1", "p2"}, what="both calls to be made")
    inner.answer("p1")
    inner.answer("p2")
    assert [calls[1].result(5).text, late.result(5).text] == ["of p1", "of p2"]
    assert (inner.asked.count("p0"), inner.asked.count("p1"), inner.starts) == (1, 2, 2)


def test_cancelled_calls_are_not_made_again(engine: TurnedEngine, inner: FakeEngine, turn: GivenTurn) -> None:
    waiting = engine.submit(call(0))
    engine.cancel(["p0"])
    with pytest.raises(CancelledError):
        waiting.result(1)
    turn.mine = True
    running = engine.submit(call(1))
    wait_for(lambda: "p1" in inner.calls, what="the call to be made")
    engine.cancel(["p1"])
    with pytest.raises(CancelledError):
        running.result(1)
    assert inner.calls == {}
    assert inner.asked == ["p1"]
    assert engine.room() == 10


def test_an_engine_that_cannot_start_fails_its_calls(engine: TurnedEngine, inner: FakeEngine, turn: GivenTurn) -> None:
    inner.error = EnvironmentMissing("no such model")
    failed = engine.submit(call(0))
    turn.mine = True
    with pytest.raises(EnvironmentMissing, match="no such model"):
        failed.result(5)
    inner.error = None
    engine.submit(call(1))
    wait_for(lambda: "p1" in inner.calls, what="the next call to be made")


def test_a_turn_leaves_the_load_out_and_sees_what_loads(
    engine: TurnedEngine, inner: FakeEngine, turn: GivenTurn
) -> None:
    inner.loaded.clear()
    engine.submit(call(0))
    turn.mine = True
    wait_for(lambda: inner.starts == 1 and turn.loads, what="the load to begin")
    assert [processes() for processes in turn.loads] == [[123]]
    assert turn.named == [], "what loads is asked of, nobody has been told yet"
    inner.loaded.set()
    wait_for(lambda: "p0" in inner.calls, what="the call to be made")
    assert not turn.loads


def test_a_turn_leaves_out_that_an_engine_which_died_is_loaded_again(
    engine: TurnedEngine, inner: FakeEngine, turn: GivenTurn
) -> None:
    turn.mine = True
    engine.submit(call(0))
    wait_for(lambda: "p0" in inner.calls and not turn.loads, what="the call to be made")
    inner.loads = True
    wait_for(lambda: turn.loads, what="the load to be left out")
    assert [processes() for processes in turn.loads] == [[123]]
    late = engine.submit(call(1))
    inner.loads = False
    wait_for(lambda: "p1" in inner.calls, what="the next call to be made")
    assert not turn.loads
    inner.answer("p1")
    assert late.result(5).text == "of p1"


def test_a_load_that_hangs_ends_with_the_turn(engine: TurnedEngine, inner: FakeEngine, turn: GivenTurn) -> None:
    turn.mine = True
    cut_off = engine.submit(call(0))
    wait_for(lambda: "p0" in inner.calls, what="the call to be made")
    inner.loads = True
    wait_for(lambda: turn.loads, what="the load to be left out")
    turn.end()
    assert not turn.loads
    assert inner.calls == {}
    assert not cut_off.done(), "it is made again in the next turn"


def test_closing_ends_calls_cancelled(inner: FakeEngine, turn: GivenTurn) -> None:
    engine = TurnedEngine(inner, [turn])  # type: ignore[list-item]
    engine.start()
    waiting = engine.submit(call(0))
    engine.close()
    assert waiting.cancelled()


@pytest.mark.parametrize(
    ("config", "gpus", "shared"),
    [
        ({"kind": "vllm"}, ["a", "b"], ["a"]),
        ({"kind": "vllm", "tensor_parallel": 2}, ["a", "b"], ["a", "b"]),
        ({"kind": "vllm"}, [], None),
        ({"kind": "replay"}, ["a"], None),
    ],
)
def test_which_engines_take_turns_on_which_gpus(
    config: dict[str, Any], gpus: list[str], shared: list[str] | None, tmp_path: Path
) -> None:
    asked: list[str] = []

    def turns(gpu: str, name: str) -> Any:
        asked.append(gpu)
        return GivenTurn()

    pool = EnginePool(None, cache=tmp_path, open_=lambda _: FakeEngine(), gpus=gpus, turns=turns)  # type: ignore[arg-type]
    engine = pool.engine_for("run", "da", config)
    assert isinstance(engine, TurnedEngine) == (shared is not None)
    assert asked == (shared or [])
    pool.close()


def test_more_gpus_than_there_are(tmp_path: Path) -> None:
    pool = EnginePool(None, cache=tmp_path, open_=lambda _: FakeEngine(), gpus=["a"], turns=lambda *_: GivenTurn())  # type: ignore
    with pytest.raises(EnvironmentMissing, match="asks for 4 GPUs"):
        pool.engine_for("run", "da", {"kind": "vllm", "tensor_parallel": 2, "data_parallel": 2})
