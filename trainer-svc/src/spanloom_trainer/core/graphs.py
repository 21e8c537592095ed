"""CUDA: the whole update captured in a graph per static shape, so that a step costs no launches."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from spanloom.contracts.training import Precision, Recipe
from spanloom_trainer.core.data import longest_input
from spanloom_trainer.core.encode import IGNORE
from spanloom_trainer.core.packing import LONGEST_ROW, first_position, pack, packed_length
from spanloom_trainer.core.precision import LARGE
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep, Step

LENGTH = 16  # static lengths are multiples of this: few shapes, and aligned for the attention kernels
ROWS = 4
EAGER = 1  # updates a shape is run as written before it is captured: libraries choose and load their kernels


def step_of(model: Any, setup: TrainingSetup) -> Step:
    """The update for a setup's device: captured on CUDA, as written elsewhere.

    A deterministic training is not captured: where a capture falls would depend on where it was resumed.
    """
    arguments = (model, setup.recipe, setup.precision)
    if setup.device.type == "cuda" and takes_whole_masks(model) and not setup.recipe.deterministic:
        first = first_position(model, setup.base)
        return GraphStep(*arguments, setup.data.padding, longest=longest_input(setup.recipe, setup.base), first=first)
    large = setup.base.inner_parameters >= LARGE
    return EagerStep(*arguments, parts=large and setup.device.type == "cpu", working=True)


def takes_whole_masks(model: Any) -> bool:
    """Whether a mask `(B, 1, 1, L)` means the same in every layer: SDPA, no sliding windows (ModernBERT's)."""
    layers = getattr(model.config, "layer_types", None) or ()
    return model.config._attn_implementation == "sdpa" and all(kind == "full_attention" for kind in layers)


def static_shape(rows: int, longest: int, limit: int) -> tuple[int, int]:
    """The static shape `(B, L)` that a batch is padded to.

    L is the next multiple of LENGTH, `limit` (the longest input) at most; B the next multiple of ROWS, or of
    a quarter of the power of two below, so that shapes are few and at most a fourth of a batch is added.
    """
    unit = max(ROWS, 1 << max(0, rows.bit_length() - 3))
    return -(-rows // unit) * unit, min(-(-longest // LENGTH) * LENGTH, limit)


def pad_static(
    ids: Tensor, labels: Tensor, mask: Tensor, shape: tuple[int, int], padding: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, labels and the attention mask, the latter as `(B, 1, 1, L)` of booleans, at a static shape.

    Rows added have no label and so no part in loss or gradient; their first place is attended to, since the softmax
    over an empty row is not a number.
    """
    down, right = shape[0] - ids.shape[0], shape[1] - ids.shape[1]
    ids = functional.pad(ids, (0, right, 0, down), value=padding)
    labels = functional.pad(labels, (0, right, 0, down), value=IGNORE)
    whole = functional.pad(mask.bool(), (0, right, 0, down), value=False)
    whole[:, 0] = True
    return ids, labels, whole[:, None, None, :]


class GraphStep(EagerStep):
    """Updates as graphs: one for each static shape, captured once the shape has been seen EAGER times.

    A batch is packed into one row where the model takes position ids (`first` is the first of them) and the row is not
    too long; else it is padded. All graphs share one memory pool and one stream; they never run at once. The learning
    rate and AdamW's step count are tensors, dropout draws from the device's generator, which graphs advance.
    """

    def __init__(
        self, model: Any, recipe: Recipe, precision: Precision, padding: int, *, longest: int, first: int | None
    ) -> None:
        super().__init__(model, recipe, precision, working=True)
        self.padding, self.longest, self.first = padding, longest, first
        self.seen: dict[tuple[int, int], int] = {}
        self.graphs: dict[tuple[int, int], Captured] = {}
        self.pool = torch.cuda.graph_pool_handle()
        self.stream = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]

    def __call__(self, ids: Tensor, labels: Tensor, mask: Tensor, learning_rate: float) -> Tensor:
        """See `Step`."""
        shape, parts = self.static(ids, labels, mask)
        host = [part.pin_memory() for part in parts]
        outside = torch.cuda.current_stream(self.device)
        self.stream.wait_stream(outside)
        with torch.cuda.stream(self.stream):
            self.set_rate(learning_rate)
            loss = self._updated(shape, host)
            self.keep_pace()
        outside.wait_stream(self.stream)
        return loss

    def static(self, ids: Tensor, labels: Tensor, mask: Tensor) -> tuple[tuple[int, int], tuple[Tensor, ...]]:
        """A batch at its static shape: packed `(1, T)` or padded `(B, L)`, and what `update` takes of it."""
        length = packed_length(int(mask.sum()))
        if self.first is not None and length <= LONGEST_ROW:
            return (1, length), pack(ids, labels, mask, padding=self.padding, first=self.first)
        shape = static_shape(ids.shape[0], ids.shape[1], self.longest)
        return shape, pad_static(ids, labels, mask, shape, self.padding)

    def _updated(self, shape: tuple[int, int], host: list[Tensor]) -> Tensor:
        self.seen[shape] = self.seen.get(shape, 0) + 1
        if self.seen[shape] <= EAGER:
            return self.update(*(part.to(self.device, non_blocking=True) for part in host), cache=False)
        if shape not in self.graphs:
            self.graphs[shape] = Captured(self, host)
        return self.graphs[shape].replay(host)


class Captured:
    """One shape's graph, its static inputs and its loss."""

    def __init__(self, step: GraphStep, host: list[Tensor]) -> None:
        self.inputs = [torch.empty_like(part, device=step.device) for part in host]
        self.graph = torch.cuda.CUDAGraph()
        for static, part in zip(self.inputs, host, strict=True):
            static.copy_(part)
        torch.cuda.synchronize(step.device)
        with torch.cuda.graph(self.graph, pool=step.pool, stream=step.stream):
            self.loss = step.update(*self.inputs, cache=False)

    def replay(self, host: list[Tensor]) -> Tensor:
        """Run the graph on a batch of its shape."""
        for static, part in zip(self.inputs, host, strict=True):
            static.copy_(part, non_blocking=True)
        self.graph.replay()
        return self.loss.clone()
