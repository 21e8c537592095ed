"""CUDA: the whole update captured in a graph per static shape, so that a step costs no launches."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from spanloom.contracts.training import Precision, Recipe
from spanloom_trainer.core.data import longest_input
from spanloom_trainer.core.encode import IGNORE
from spanloom_trainer.core.masks import takes_whole_masks, whole_mask
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
    """Ids, labels and the attention mask at a static shape.

    Rows added have no label and so no part in loss or gradient; their first place is attended to, since the softmax
    over an empty row is not a number.
    """
    down, right = shape[0] - ids.shape[0], shape[1] - ids.shape[1]
    ids, labels, mask = (
        functional.pad(part, (0, right, 0, down), value=fill)
        for part, fill in ((ids, padding), (labels, IGNORE), (mask, 0))
    )
    mask[:, 0] = 1
    return ids, labels, mask


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
        self.seen: dict[tuple[int, ...], int] = {}
        self.graphs: dict[tuple[int, ...], Captured] = {}
        self.pool = torch.cuda.graph_pool_handle()
        self.stream = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]

    def __call__(self, ids: Tensor, labels: Tensor, mask: Tensor, learning_rate: float) -> Tensor:
        """See `Step`."""
        host = self.static(ids, labels, mask).pin_memory()
        outside = torch.cuda.current_stream(self.device)
        self.stream.wait_stream(outside)
        with torch.cuda.stream(self.stream):
            self.set_rate(learning_rate)
            loss = self._updated(host)
            self.keep_pace()
        outside.wait_stream(self.stream)
        return loss

    def static(self, ids: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """A batch at its static shape, in one piece to be copied at once.

        Packed it is `(4, 1, T)`: ids, labels, segments, positions. Padded it is `(3, B, L)`: ids, labels, mask.
        """
        length = packed_length(int(mask.sum()))
        if self.first is not None and length <= LONGEST_ROW:
            return torch.stack(pack(ids, labels, mask, padding=self.padding, first=self.first))
        shape = static_shape(ids.shape[0], ids.shape[1], self.longest)
        return torch.stack(pad_static(ids, labels, mask, shape, self.padding))

    def update_of(self, whole: Tensor) -> Tensor:
        """The update on a batch as `static` has it, on the device; what a graph captures."""
        ids, labels, mask, *positions = whole.unbind()
        return self.update(ids, labels, mask if positions else whole_mask(mask), *positions, cache=False)

    def _updated(self, host: Tensor) -> Tensor:
        shape = tuple(host.shape)
        self.seen[shape] = self.seen.get(shape, 0) + 1
        if self.seen[shape] <= EAGER:
            return self.update_of(host.to(self.device, non_blocking=True))
        if shape not in self.graphs:
            self.graphs[shape] = Captured(self, host)
        return self.graphs[shape].replay(host)


class Captured:
    """One static shape's graph, its input and its loss."""

    def __init__(self, step: GraphStep, host: Tensor) -> None:
        self.input = host.to(step.device)
        self.graph = torch.cuda.CUDAGraph()
        torch.cuda.synchronize(step.device)
        with torch.cuda.graph(self.graph, pool=step.pool, stream=step.stream):
            self.loss = step.update_of(self.input)

    def replay(self, host: Tensor) -> Tensor:
        """Run the graph on a batch of its shape."""
        self.input.copy_(host, non_blocking=True)
        self.graph.replay()
        return self.loss.clone()
