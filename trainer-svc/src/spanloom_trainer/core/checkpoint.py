"""A checkpoint: all that a training needs to go on as if it had never stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from spanloom_trainer.core.base import embedding_name
from spanloom_trainer.core.outcome import TrainingResult
from spanloom_trainer.core.state import TrainingState

Tensors = dict[str, Tensor]
MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass
class Checkpoint:
    """The trainings that have ended, the weights chosen of them, and the training under way."""

    restart: int = 0
    trainings: list[TrainingResult] = field(default_factory=list)
    chosen: int = 0
    chosen_weights: Tensors = field(default_factory=dict)
    state: TrainingState = field(default_factory=TrainingState)
    weights: Tensors = field(default_factory=dict)
    best: Tensors = field(default_factory=dict)
    """The weights at the best dev evaluation of the training under way."""
    moments: Tensors = field(default_factory=dict)
    random: Tensors = field(default_factory=dict)

    def take(self, model: Any, optimizer: torch.optim.Optimizer, best: Tensors, device: torch.device) -> None:
        """Hold the training under way as it stands now (its own tensors, not copies)."""
        self.weights, self.best = model.state_dict(), best
        self.moments, self.random = moments_of(optimizer), random_state(device)

    def restore(self, model: Any, optimizer: torch.optim.Optimizer, device: torch.device) -> Tensors:
        """Put the training under way back where it stood; returns its best weights.

        The model's embedding may have more rows than the one that was saved, or fewer (`workspace.rows_of`).
        """
        fit_rows(model, optimizer, self.weights, self.best, self.moments)
        model.load_state_dict(self.weights)
        restore_moments(optimizer, self.moments)
        restore_random(self.random, device)
        best = {name: value.to(device) for name, value in self.best.items()}
        self.let_go()
        return best

    def let_go(self) -> None:
        """Hold the tensors of the training under way no longer."""
        self.weights, self.best, self.moments, self.random = {}, {}, {}, {}


def fit_rows(model: Any, optimizer: torch.optim.Optimizer, weights: Tensors, best: Tensors, moments: Tensors) -> None:
    """Give the embedding's part of what was saved the rows that the model's has, in place.

    Rows beyond the vocabulary are zero, and so are their moments, whatever number of them there is.
    """
    embedding = model.get_input_embeddings().weight
    name = embedding_name(model)
    trained = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    of_embedding = [f"{i}.{moment}" for i, one in enumerate(trained) if one is embedding for moment in MOMENTS]
    for named, keys in ((weights, [name]), (best, [name]), (moments, of_embedding)):
        for key in keys:
            if key in named and len(named[key]) != len(embedding):
                named[key] = functional.pad(named[key], (0, 0, 0, len(embedding) - len(named[key])))  # or cut


def moments_of(optimizer: torch.optim.Optimizer) -> Tensors:
    """AdamW's state as named tensors."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{name}": value for i, entry in state.items() for name, value in entry.items()}


def restore_moments(optimizer: torch.optim.Optimizer, moments: Tensors) -> None:
    """Put named tensors back as AdamW's state; in place where there is one, since a captured update reads it there."""
    there = moments_of(optimizer)
    if there:
        for key, value in moments.items():
            there[key].copy_(value)
        return
    state: dict[int, Tensors] = {}
    for key, value in moments.items():
        i, _, name = key.partition(".")
        state.setdefault(int(i), {})[name] = value
    plain = optimizer.state_dict()
    optimizer.load_state_dict({"state": state, "param_groups": plain["param_groups"]})


def random_state(device: torch.device) -> Tensors:
    """torch's generators, which dropout draws from."""
    out = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        out["cuda"] = torch.cuda.get_rng_state(device)
    return out


def restore_random(state: Tensors, device: torch.device) -> None:
    """Set torch's generators as they were."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)
