"""Trainings that take turns in one process are bit for bit what each is alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.interleave import Interleaved, Lane
from spanloom_trainer.core.outcome import Outcome
from spanloom_trainer.core.workspace import Workspaces
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.resume import ResumePoint
from spanloom_trainer.process.supervise import fine_tune_supervised

Toy = dict[str, list[Sentence]]
Train = Callable[..., Outcome]
CPU = torch.device("cpu")
ARMS = ({"seed": 1}, {"seed": 2, "size": 20}, {"seed": 3, "size": 33})
"""Arms of different seeds and sizes, and so of different lengths and vocabularies."""


def test_a_gpu_without_a_number_is_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 1)
    assert Interleaved(torch.device("cuda")).device == torch.device("cuda:1")
    assert Interleaved(torch.device("cuda:0")).device == torch.device("cuda:0")
    assert Interleaved(CPU).device == CPU


def same(one: Outcome, other: Outcome) -> bool:
    """Bit for bit: weights, losses, predictions."""
    weights = other.state.whole()
    return (
        [training.losses for training in one.trainings] == [training.losses for training in other.trainings]
        and one.first.history == other.first.history
        and one.predictions == other.predictions
        and all(torch.equal(value, weights[name]) for name, value in one.state.whole().items())
    )


def together(works: Sequence[Callable[[Lane], Any]], device: torch.device = CPU) -> list[Future[Any]]:
    """Each work in a thread and a lane of its own; all have come before the first begins."""
    interleaved, all_here = Interleaved(device), threading.Event()

    def in_lane(work: Callable[[Lane], Any]) -> Any:
        lane = interleaved.lane()
        with lane.running():
            while not all_here.wait(0.001):
                if len(interleaved) == len(works):
                    all_here.set()
            return work(lane)

    with ThreadPoolExecutor(len(works)) as threads:
        return [threads.submit(in_lane, work) for work in works]


@pytest.fixture
def train(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> Train:
    """One arm of the toy language."""

    def go(*, seed: int, size: int = 48, lane: Lane | None = None, recipe: Recipe = recipe, **more: Any) -> Outcome:
        if lane is not None:
            more["give_way"] = lane.give_way
        sentences = toy["train"][:size]
        return fine_tune_supervised(
            sentences, toy["dev"], toy["test"], recipe, base=base, schema=schema, seed=seed, **more
        )

    return go


@pytest.mark.parametrize("arms", [2, 3])
def test_each_is_what_it_is_alone(train: Train, arms: int) -> None:
    turns: list[int] = []

    def work(arm: dict[str, int]) -> Callable[[Lane], Outcome]:
        def note() -> bool:
            turns.append(arm["seed"])
            return False

        return lambda lane: train(**arm, lane=lane, should_stop=note)

    found = together([work(arm) for arm in ARMS[:arms]])
    for arm, future in zip(ARMS, found, strict=False):
        assert same(train(**arm), future.result())
    seeds = [arm["seed"] for arm in ARMS[:arms]]
    assert sorted(turns[:arms]) == sorted(turns[arms : 2 * arms]) == seeds, "update by update"


def test_restarts_too(train: Train) -> None:
    hopeless = Recipe(learning_rate=1e-9, epochs=2, guard_after=1, restarts=1)
    found = together([lambda lane: train(seed=5, lane=lane, recipe=hopeless), lambda lane: train(seed=1, lane=lane)])
    assert same(train(seed=5, recipe=hopeless), found[0].result())
    assert same(train(seed=1), found[1].result())


def test_one_that_fails_or_is_cancelled_leaves_the_others_alone(train: Train) -> None:
    def failing(lane: Lane) -> Outcome:
        left = iter(range(3))
        return train(seed=2, lane=lane, should_stop=lambda: next(left) < 0)  # StopIteration at the fourth update

    def cancelled(lane: Lane) -> Outcome:
        left = iter(range(5))
        return train(seed=3, lane=lane, should_stop=lambda: next(left) == 4)

    one, two, three = together([lambda lane: train(seed=1, lane=lane), failing, cancelled])
    assert isinstance(two.exception(), StopIteration)
    assert isinstance(three.exception(), Cancelled)
    assert same(train(seed=1), one.result())


def test_one_that_was_stopped_goes_on_among_others(train: Train, tmp_path: Path) -> None:
    point = ResumePoint(tmp_path / "resume.safetensors", every_s=0)

    def stopped(lane: Lane) -> Outcome:
        left = iter(range(9))
        return train(seed=1, lane=lane, should_stop=lambda: next(left) == 5, resume=point)

    first, other = together([stopped, lambda lane: train(seed=2, lane=lane)])
    assert isinstance(first.exception(), Cancelled)
    assert point.path.exists()
    another, resumed = together(
        [lambda lane: train(seed=3, size=33, lane=lane), lambda lane: train(seed=1, lane=lane, resume=point)]
    )
    assert not point.path.exists()
    assert same(train(seed=1), resumed.result())
    assert same(train(seed=2), other.result())
    assert same(train(seed=3, size=33), another.result())


def test_a_lane_keeps_its_model_for_its_next_training(train: Train) -> None:
    def two_in_a_row(first: dict[str, int], second: dict[str, int]) -> Callable[[Lane], tuple[Outcome, Outcome]]:
        def work(lane: Lane) -> tuple[Outcome, Outcome]:
            kept = Workspaces()
            return train(**first, lane=lane, workspaces=kept), train(**second, lane=lane, workspaces=kept)

        return work

    left, right = together([two_in_a_row(ARMS[0], ARMS[1]), two_in_a_row(ARMS[2], ARMS[0])])
    for arm, outcome in zip((0, 1, 2, 0), (*left.result(), *right.result()), strict=True):
        assert same(train(**ARMS[arm]), outcome)


def test_what_a_process_has_once_is_each_lanes_own_and_left_as_it_was() -> None:
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    modes: dict[int, list[bool]] = {1: [], 2: []}
    drawn: dict[int, list[torch.Tensor]] = {1: [], 2: []}

    def work(seed: int) -> Callable[[Lane], None]:
        def in_turns(lane: Lane) -> None:
            drawn[seed].append(torch.rand(3))
            torch.manual_seed(seed)
            torch.use_deterministic_algorithms(seed == 1)
            for _ in range(3):
                lane.give_way()
                drawn[seed].append(torch.rand(2))
                modes[seed].append(torch.are_deterministic_algorithms_enabled())

        return in_turns

    for future in together([work(1), work(2)]):
        future.result()
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.rand(3), expected)
    assert modes == {1: [True] * 3, 2: [False] * 3}
    for seed, found in drawn.items():
        assert torch.equal(found[0], expected), "each begins as torch is outside"
        torch.manual_seed(seed)
        assert all(torch.equal(torch.rand(2), one) for one in found[1:])


def test_a_lane_whose_first_turn_fails_is_gone() -> None:
    def failing(lane: Lane) -> None:
        raise RuntimeError("no memory")

    def plain(lane: Lane) -> int:
        lane.give_way()
        return 1

    one, two = together([failing, plain])
    assert isinstance(one.exception(), RuntimeError)
    assert two.result() == 1


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("deterministic", [True, False])
def test_on_a_gpu_each_on_its_stream(train: Train, recipe: Recipe, deterministic: bool) -> None:
    """Deterministic kernels give the same bits; captured updates the same dropout, and sums in any order."""
    chosen = recipe.changed(deterministic=deterministic, precision="fp32")

    def work(arm: dict[str, int]) -> Callable[[Lane], list[Outcome]]:
        def twice(lane: Lane) -> list[Outcome]:
            kept = Workspaces()  # the second training finds updates that the first has captured
            return [train(**arm, lane=lane, recipe=chosen, device="cuda", workspaces=kept) for _ in range(2)]

        return twice

    found = together([work(arm) for arm in ARMS], torch.device("cuda"))
    for arm, future in zip(ARMS, found, strict=True):
        alone = train(**arm, recipe=chosen, device="cuda")
        for outcome in future.result():
            if deterministic:
                assert same(alone, outcome)
            assert outcome.first.losses[:6] == pytest.approx(alone.first.losses[:6], rel=1e-3)
