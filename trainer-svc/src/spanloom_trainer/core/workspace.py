"""What stays on the device from one training to the next: model, moments and captured updates of one encoder."""

from __future__ import annotations

from typing import Any
from weakref import WeakValueDictionary

import torch

from spanloom_trainer.core.attention import fuse_projections
from spanloom_trainer.core.base import Base, embedding_name, freeze, head_for, head_of, start
from spanloom_trainer.core.data import longest_input
from spanloom_trainer.core.graphs import step_of
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import Step

ROWS = 4096
"""On CUDA a trimmed vocabulary is padded to a multiple of this, so that arms of like vocabularies share a workspace."""
MOST_BYTES = 44
"""Bytes a parameter that a training on a GPU stays below: 28 to 36 (`spanloom.contracts.encoders`), and activations, 6
more in XLM-R-large at 16 x 128 subwords."""


class BaseWeights:
    """A base's weights on a device, by name."""

    def __init__(self, base: Base, device: torch.device) -> None:
        self.base = base  # as long as this lives, the id of its model is its own
        self.weights = {
            name: value.detach().to(device) for name, value in base.model.named_parameters(remove_duplicate=False)
        }


_on_devices: WeakValueDictionary[tuple[int, torch.device], BaseWeights] = WeakValueDictionary()


def weights_on(base: Base, device: torch.device) -> BaseWeights:
    """The one copy of a base's weights that a process has on a device, for as long as a workspace begins from it."""
    key = (id(base.model), device)
    found = _on_devices.get(key)
    if found is None:
        found = _on_devices[key] = BaseWeights(base, device)
    return found


class Workspace:
    """A trainable copy of one base on its device. A training begins in it by `begin`, and has it to itself.

    Every tensor stays where it is, so that what an update has captured stays valid: a new training is a copy of the
    base's weights and moments of zero.
    """

    def __init__(self, setup: TrainingSetup) -> None:
        self.base, self.key, self.rows = setup.base, key_of(setup), rows_of(setup)
        with torch.random.fork_rng(devices=[]):  # the head is drawn in `begin`
            model = start(setup.base, setup.schema, keep=setup.data.keep, rows=self.rows)
        if fuses(setup):
            fuse_projections(model)
        if setup.recipe.freeze is not None:
            freeze(model, setup.recipe.freeze)
        self.model: Any = model.to(setup.device)
        self.update: Step = step_of(self.model, setup)
        self._from = weights_on(setup.base, setup.device)
        self._embedding = embedding_name(setup.base.model)

    def is_like(self, setup: TrainingSetup) -> bool:
        """Whether a training needs one like this, of as many rows or others."""
        return self.base is setup.base and self.key == key_of(setup)

    def serves(self, setup: TrainingSetup) -> bool:
        """Whether a training can begin here: on CUDA with rows to spare too, which change how sums are rounded.

        A deterministic training, and any on a CPU, has its own number of rows, so that its bits are its own.
        """
        needed = rows_of(setup)
        if needed is None or setup.device.type != "cuda" or setup.recipe.deterministic:
            return self.is_like(setup) and self.rows == needed
        return self.is_like(setup) and (self.rows or 0) >= needed

    @torch.no_grad()
    def begin(self, setup: TrainingSetup) -> tuple[Any, Step]:
        """The model at the base's weights with its head, in training mode, and its update with moments of zero.

        A new head is drawn from torch's global generator, as `base.start` draws it.
        """
        name, _ = head_of(self.model)
        head = {f"{name}.{part}": value for part, value in head_for(self.base, setup.schema).named_parameters()}
        weights = self._from.weights
        buffers = {name for name, _ in self.model.named_buffers()}
        for key, value in self.model.state_dict().items():  # the parameters themselves, by the names of the base's
            if key in buffers:
                continue  # no training changes it
            if key in head:
                value.copy_(head[key])
            elif key == self._embedding and setup.data.keep is not None:
                kept = torch.as_tensor(setup.data.keep, dtype=torch.long, device=value.device)
                value[: len(setup.data.keep)] = weights[key][kept]
                value[len(setup.data.keep) :] = 0.0
            else:
                value.copy_(weights[key])
        optimizer = self.update.optimizer
        optimizer.zero_grad(set_to_none=True)
        for state in optimizer.state.values():
            for moment in state.values():
                moment.zero_()
        self.model.train()
        return self.model, self.update


class Workspaces:
    """The workspaces in use, the one used last at the end. Where none serves a training, it gets one of its own.

    A CPU keeps one. A GPU keeps a second where it has room, since runs go back and forth between two bases, as from
    scratch and on with a related language's model, and a new one is copied, warmed up and captured anew.
    """

    def __init__(self) -> None:
        self._kept: list[Workspace] = []

    def take(self, setup: TrainingSetup) -> Workspace:
        """The workspace for a training: one that serves it, else a new one, for which the oldest makes room."""
        taken = next((one for one in self._kept if one.serves(setup)), None)
        if taken is None:
            others = [one for one in self._kept if not one.is_like(setup)]  # a like one has other rows
            self._kept = others[-1:] if has_room(setup) else []
            del others  # their memory goes first
            taken = Workspace(setup)
        self._kept = [*(one for one in self._kept if one is not taken), taken]
        return taken


def has_room(setup: TrainingSetup) -> bool:
    """Whether another workspace is kept beside a new one: on a GPU, of which half is free and all that the new one
    takes."""
    if setup.device.type != "cuda":
        return False
    embedding = setup.base.embedding
    rows = rows_of(setup) or embedding.num_embeddings
    parameters = setup.base.inner_parameters + rows * embedding.embedding_dim
    free, whole = torch.cuda.mem_get_info(setup.device)
    return free >= max(whole / 2, MOST_BYTES * parameters)


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
    """What trainings must have in common to share a workspace, besides rows: all that is built or captured in it."""
    recipe = setup.recipe
    return (
        setup.schema.tags,
        setup.device,
        setup.precision,
        setup.data.keep is None,
        recipe.weight_decay,
        recipe.clip,
        recipe.deterministic,
        recipe.freeze,
        recipe.head_learning_rate and (recipe.head_learning_rate, recipe.learning_rate),
        longest_input(recipe, setup.base),
        setup.data.padding,
    )
