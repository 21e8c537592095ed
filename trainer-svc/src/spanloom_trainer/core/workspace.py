"""What stays on the device from one training to the next: model, moments and captured updates of one encoder."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from spanloom_trainer.core.attention import fuse_projections
from spanloom_trainer.core.base import Base, freeze, head_for, head_of, start
from spanloom_trainer.core.data import longest_input
from spanloom_trainer.core.graphs import step_of
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import Step

ROWS = 4096
"""On CUDA a trimmed vocabulary is padded to a multiple of this, so that arms of like vocabularies share a workspace."""


class Workspace:
    """A trainable copy of one base on its device. A training begins in it by `begin`, and has it to itself.

    Every tensor stays where it is, so that what an update has captured stays valid: a new training is a copy of the
    base's weights and moments of zero.
    """

    def __init__(self, setup: TrainingSetup) -> None:
        self.base: Base = setup.base
        self.rows = rows_of(setup)
        with torch.random.fork_rng(devices=[]):  # the head is drawn in `begin`
            model = start(setup.base, setup.schema, keep=setup.data.keep, rows=self.rows)
        if fuses(setup):
            fuse_projections(model)
        if setup.recipe.freeze is not None:
            freeze(model, setup.recipe.freeze)
        self.model: Any = model.to(setup.device)
        self.update: Step = step_of(self.model, setup)
        on_device = setup.device.type != "cpu"
        self._weights = {
            name: value.detach().to(setup.device) if on_device else value.detach()
            for name, value in setup.base.model.named_parameters(remove_duplicate=False)
        }
        self._embedding = next(
            name for name, value in setup.base.model.named_parameters() if value is setup.base.embedding.weight
        )

    @torch.no_grad()
    def begin(self, setup: TrainingSetup) -> tuple[Any, Step]:
        """The model at the base's weights with its head, in training mode, and its update with moments of zero.

        A new head is drawn from torch's global generator, as `base.start` draws it.
        """
        name, _ = head_of(self.model)
        head = {f"{name}.{part}": value for part, value in head_for(self.base, setup.schema).named_parameters()}
        buffers = {name for name, _ in self.model.named_buffers()}
        for key, value in self.model.state_dict().items():  # the parameters themselves, by the names of the base's
            if key in buffers:
                continue  # no training changes it
            if key in head:
                value.copy_(head[key])
            elif key == self._embedding and setup.data.keep is not None:
                value[: len(setup.data.keep)] = self._weights[key][self._kept(setup)]
                value[len(setup.data.keep) :] = 0.0
            else:
                value.copy_(self._weights[key])
        optimizer = self.update.optimizer
        optimizer.zero_grad(set_to_none=True)
        for state in optimizer.state.values():
            for moment in state.values():
                moment.zero_()
        self.model.train()
        return self.model, self.update

    def _kept(self, setup: TrainingSetup) -> Tensor:
        return torch.as_tensor(setup.data.keep, dtype=torch.long, device=self._weights[self._embedding].device)


class Workspaces:
    """The workspace in use. A training of another encoder, or of one that needs another, takes its place."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._kept: Workspace | None = None

    def take(self, setup: TrainingSetup) -> Workspace:
        """The workspace for a training: the one in use where it fits, else a new one."""
        key = key_of(setup)
        if self._kept is None or self._kept.base is not setup.base or self._key != key:
            self._kept = None  # its memory goes first
            self._kept, self._key = Workspace(setup), key
        return self._kept


def rows_of(setup: TrainingSetup) -> int | None:
    """Rows of the trimmed embedding, None where it is whole: those kept, on CUDA up to the next multiple of ROWS."""
    if setup.data.keep is None:
        return None
    kept = len(setup.data.keep)
    whole = setup.base.embedding.num_embeddings
    return min(-(-kept // ROWS) * ROWS, max(whole, kept)) if setup.device.type == "cuda" else kept


def fuses(setup: TrainingSetup) -> bool:
    """Whether self-attention's three projections are one product: on CUDA, where few and large kernels pay."""
    return setup.device.type == "cuda"


def key_of(setup: TrainingSetup) -> tuple[Any, ...]:
    """What trainings must have in common to share a workspace: all that is built or captured in it."""
    recipe = setup.recipe
    return (
        setup.schema.tags,
        setup.device,
        setup.precision,
        rows_of(setup),
        recipe.weight_decay,
        recipe.clip,
        recipe.deterministic,
        recipe.freeze,
        recipe.head_learning_rate and (recipe.head_learning_rate, recipe.learning_rate),
        longest_input(recipe, setup.base),
        setup.data.padding,
    )
