"""The state of a training: what it is given, what changes on the way, and the order of its updates."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from spanloom.contracts.training import Precision, Recipe
from spanloom.ner.schema import LabelSchema
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.batches import bucketed, shuffled, updates_per_epoch
from spanloom_trainer.core.data import TrainingData
from spanloom_trainer.core.outcome import DevEvaluation, OnProgress, TrainingProgress


@dataclass(frozen=True)
class TrainingSetup:
    """What a training and its restarts share."""

    data: TrainingData
    recipe: Recipe
    base: Base
    schema: LabelSchema
    seed: int
    device: torch.device
    precision: Precision

    @property
    def per_epoch(self) -> int:
        """Updates in one pass over the train set."""
        return updates_per_epoch(len(self.data.train.ids), self.recipe.batch_size)

    @property
    def steps(self) -> int:
        """Updates of a training."""
        return self.recipe.updates(len(self.data.train.ids))

    def evaluation_steps(self) -> set[int]:
        """After which updates dev is evaluated: each epoch, or `epochs` times evenly where the updates are given."""
        if self.recipe.max_steps is None:
            return set(range(self.per_epoch, self.steps + 1, self.per_epoch))
        return {-(-self.steps * (i + 1) // self.recipe.epochs) for i in range(self.recipe.epochs)}

    def batches(self, seed: int) -> Iterator[list[int]]:
        """Rows of the train split for one update after another: `steps` of them."""
        lengths, left, epoch = self.data.train.lengths, self.steps, 0
        while left:
            if self.recipe.bucket:
                packs = bucketed(lengths, self.recipe.batch_size, seed, epoch)
            else:
                generator = torch.Generator().manual_seed(seed + epoch)
                packs = shuffled(len(lengths), self.recipe.batch_size, generator)
            yield from packs[:left]
            left -= min(left, len(packs))
            epoch += 1


@dataclass
class TrainingState:
    """How far a training has come: everything that changes besides weights and moments."""

    step: int = 0
    losses: list[float] = field(default_factory=list)
    history: list[DevEvaluation] = field(default_factory=list)
    best: DevEvaluation | None = None
    why_collapsed: str | None = None
    seconds: float = 0.0
    """Spent so far, before a checkpoint too."""


def thinned(history: list[DevEvaluation], most: int = 40) -> list[dict[str, float]]:
    """At most so many dev evaluations, evenly over the training with the last one, as a small curve shows them."""
    every = max(1, -(-len(history) // most))
    kept = [one for i, one in enumerate(history) if i % every == 0 or i == len(history) - 1]
    return [{"step": one.step, "loss": round(one.loss, 4), "dev_f1": round(one.dev_f1, 4)} for one in kept]


class Reporter:
    """Tells of a training's progress, at most twice a second and at every dev evaluation."""

    def __init__(self, setup: TrainingSetup, restart: int, on_progress: OnProgress, state: TrainingState) -> None:
        self.setup, self.restart, self.tell, self.state = setup, restart, on_progress, state
        self.began = self.last = time.monotonic()
        self.first, self.samples = state.step, 0

    def due(self) -> bool:
        """Whether half a second has passed since the last report."""
        return time.monotonic() - self.last >= 0.5

    def send(self, phase: str) -> None:
        """Tell where the training stands."""
        self.last = time.monotonic()
        passed = max(self.last - self.began, 1e-9)
        state, done = self.state, self.state.step - self.first
        last = state.history[-1] if state.history else None
        self.tell(
            TrainingProgress(
                phase=phase,
                restart=self.restart,
                step=state.step,
                steps=self.setup.steps,
                loss=state.losses[-1] if state.losses else None,
                dev_f1=last.dev_f1 if last else None,
                dev_loss=last.dev_loss if last else None,
                samples_per_s=self.samples / passed,
                eta_s=passed / done * (self.setup.steps - state.step) if done else None,
                history=thinned(state.history),
            )
        )
