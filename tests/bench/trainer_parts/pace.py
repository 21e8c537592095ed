"""An update of ours and one of the Trainer's, timed in turns on a CPU and in blocks on a GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from transformers import TrainerCallback

from spanloom_trainer.core.graphs import GraphStep
from trainer_parts.clock import NOTHING, Spent, mean, timed, wait
from trainer_parts.theirs import silence

WARM = 1  # updates of each that are not counted
WARM_ON_CUDA = 10  # of the Trainer's: libraries load and choose their kernels in them


class Each(NamedTuple):
    """The Trainer, one update of ours and of it, and what ours costs once."""

    trainer: Any
    ours: Spent
    theirs: Spent
    once: Spent


def in_turns(one: Callable[[], None], trainer_for: Callable[[int, Any], Any], updates: int) -> Each:
    """Updates in turns on a CPU, so that both meet the same machine."""
    pairs = Pairs(one)
    trainer = trainer_for(updates + WARM, pairs)
    with silence():
        trainer.train()
    return Each(trainer, mean(pairs.ours[WARM:]), mean(pairs.theirs[WARM:]), NOTHING)


def in_blocks(
    one: Callable[[], None], update: Any, trainer_for: Callable[[int, Any], Any], updates: int, device: str
) -> Each:
    """Ours and then the Trainer's as a block each, so that what one update leaves to the device overlaps the next."""
    ours, once = steady(one, update, updates, device)
    block = Block(WARM_ON_CUDA, updates, device)
    trainer = trainer_for(WARM_ON_CUDA + updates, block)
    with silence():
        trainer.train()
    return Each(trainer, ours, block.each(), once)


def steady(one: Callable[[], None], update: Any, count: int, device: str) -> tuple[Spent, Spent]:
    """An update once nothing is captured any more, and what all before it cost beyond such updates: the captures.

    Blocks of so many updates follow one another until one meets no shape and captures no graph anew; that is the one
    that counts. `count` should be an epoch's updates or more, so that it meets the shapes there are.
    """
    before: list[Spent] = []
    while True:
        known = shapes_of(update)
        wait(device)
        began = Spent.now()
        for _ in range(count):
            one()
        wait(device)
        spent = began.since()
        if before and shapes_of(update) == known:
            break
        before.append(spent)
    wall, cpu = (max(0.0, sum(each) - len(before) * last) for *each, last in zip(*before, spent, strict=True))
    return Spent(spent.wall / count, spent.cpu / count), Spent(wall, cpu)


def shapes_of(update: Any) -> dict[str, int]:
    """How many static shapes an update has seen, and of how many it has captured a graph."""
    return {"seen": len(update.seen), "captured": len(update.graphs)} if isinstance(update, GraphStep) else {}


class Pairs(TrainerCallback):  # type: ignore[misc]
    """Times each update of the Trainer, and one of ours after it."""

    def __init__(self, update: Callable[[], None]) -> None:
        self.update = update
        self.ours: list[Spent] = []
        self.theirs: list[Spent] = []
        self.began = Spent.now()

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Of the Trainer's update; its batch is there already."""
        self.began = Spent.now()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """After the Trainer's optimizer."""
        self.theirs.append(self.began.since())
        self.ours.append(timed(self.update)[0])


class Block(TrainerCallback):  # type: ignore[misc]
    """Times so many updates of the Trainer as one, after the first ones, with the making of their batches, as ours."""

    def __init__(self, first: int, count: int, device: str) -> None:
        self.first, self.count, self.device = first, count, device
        self.began = self.spent = Spent.now()

    def on_step_end(self, arguments: Any, state: Any, *_: Any, **__: Any) -> None:
        """After the Trainer's optimizer."""
        if state.global_step == self.first:
            wait(self.device)
            self.began = Spent.now()
        elif state.global_step == self.first + self.count:
            wait(self.device)
            self.spent = self.began.since()

    def each(self) -> Spent:
        """Of one update."""
        return Spent(self.spent.wall / self.count, self.spent.cpu / self.count)
