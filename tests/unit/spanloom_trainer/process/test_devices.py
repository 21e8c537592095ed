"""A training in a turn: which part of it is a load, and what gives way when the turn is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from spanloom_trainer.errors import Cancelled, NotReady
from spanloom_trainer.process.devices import run_in_turn
from support.fake_turn import FakeTurn


class TurnAtOnce(FakeTurn):
    """A turn that is had at once."""

    def __init__(self) -> None:
        super().__init__()
        self.overdue = False

    @contextmanager
    def used(self, give_up: Callable[[], bool]) -> Iterator[bool]:
        self.users += 1
        try:
            yield not give_up()
        finally:
            self.users -= 1


class FakeSlot:
    """Does what the test says as its job."""

    def __init__(self, turn: TurnAtOnce, work: Callable[..., dict[str, Any]]) -> None:
        self.turn, self.work = turn, work
        self.child: int | None = None
        self.startable = True

    @property
    def pid(self) -> int | None:
        return self.child

    def start(self) -> None:
        assert [processes() for processes in self.turn.loads] == [[]]
        self.child = 123
        assert [processes() for processes in self.turn.loads] == [[123]], "seen before it is ready"
        if not self.startable:
            raise NotReady("not today")

    def run(self, job: Mapping[str, Any], *follow: Callable[..., Any]) -> dict[str, Any]:
        return self.work(*follow)


def run(slot: FakeSlot, turn: TurnAtOnce, job: Mapping[str, Any], report: Callable[..., None]) -> dict[str, Any]:
    return run_in_turn(slot, job, turn, report, lambda: False)  # type: ignore[arg-type]


def test_until_its_first_progress_a_training_loads() -> None:
    turn, told = TurnAtOnce(), list[dict[str, int]]()

    def train(report: Callable[..., None], *_: Callable[[], bool]) -> dict[str, Any]:
        assert len(turn.loads) == 1
        assert turn.named == [123]
        for step in range(2):
            report({"step": step})
            assert turn.loads == []
        return {"model": "m"}

    assert run(FakeSlot(turn, train), turn, {"job_id": "j"}, told.append) == {"model": "m"}
    assert told == [{"step": 0}, {"step": 1}]
    assert turn.users == 0


def test_a_job_that_tells_nothing_loads_while_its_process_starts() -> None:
    turn = TurnAtOnce()

    def tag(*_: object) -> dict[str, Any]:
        assert turn.loads == []
        return {}

    run(FakeSlot(turn, tag), turn, {"kind": "tag"}, lambda _: None)


def test_a_load_that_is_stopped_is_one_no_longer() -> None:
    turn = TurnAtOnce()

    def load(_: Callable[..., None], should_stop: Callable[[], bool], should_pause: Callable[[], bool]) -> Any:
        assert not should_pause()
        turn.over = True
        assert should_pause()
        assert not should_stop()
        turn.overdue = True
        assert should_stop()
        raise Cancelled("it was killed")

    with pytest.raises(Cancelled, match="another has its turn on the GPU"):
        run(FakeSlot(turn, load), turn, {}, lambda _: None)
    assert turn.loads == []


def test_a_process_that_does_not_start_loads_no_longer() -> None:
    turn = TurnAtOnce()
    slot = FakeSlot(turn, lambda *_: {})
    slot.startable = False
    with pytest.raises(NotReady):
        run(slot, turn, {}, lambda _: None)
    assert turn.loads == []
