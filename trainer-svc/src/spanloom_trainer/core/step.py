"""One update: forward, backward, clip, AdamW."""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from spanloom.contracts.training import Precision, Recipe
from spanloom_trainer.core.base import head_of
from spanloom_trainer.core.batches import like_lengths
from spanloom_trainer.core.encode import IGNORE
from spanloom_trainer.core.masks import additive, block_mask
from spanloom_trainer.core.precision import autocast
from spanloom_trainer.core.working import WorkingWeights

PART_OVERHEAD = {"fp32": 16, "bf16": 48}
"""What a part costs besides its subwords, in subwords: calls, and in bf16 the casts of all weights, where no working
copies save them; parts are cut alike with and without."""


class Step(Protocol):
    """An update on ids, labels and attention mask `(B, L)` in host memory, and the optimizer whose moments it moves."""

    optimizer: torch.optim.AdamW

    def __call__(self, ids: Tensor, labels: Tensor, mask: Tensor, learning_rate: float) -> Tensor:
        """Update; returns the mean loss over the batch's labelled words, a scalar on the device."""
        ...


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """The rate of update `step` (0-based): linear up over the warm-up, then linear down to 0."""
    warm = -(-steps * recipe.warmup // 1)
    if step < warm:
        return recipe.learning_rate * step / warm
    return recipe.learning_rate * max(0.0, (steps - step) / max(1.0, steps - warm))


def optimizer_of(model: nn.Module, recipe: Recipe, device: torch.device) -> torch.optim.AdamW:
    """Fused AdamW; no weight decay on biases and norms (vectors), as `transformers.Trainer` has it.

    With `head_learning_rate` the head has groups of its own; a group's `share` is its part of the scheduled rate.
    """
    head: set[int] = set()
    if recipe.head_learning_rate is not None:
        head = {id(p) for p in head_of(model)[1].parameters()}
    on_cuda = device.type == "cuda"
    groups = []
    for of_head in (False, True) if head else (False,):
        parameters = [p for p in model.parameters() if p.requires_grad and (id(p) in head) == of_head]
        peak = recipe.head_learning_rate if of_head and recipe.head_learning_rate else recipe.learning_rate
        for decay, chosen in (
            (recipe.weight_decay, [p for p in parameters if p.dim() > 1]),
            (0.0, [p for p in parameters if p.dim() < 2]),
        ):
            rate = torch.tensor(peak, device=device) if on_cuda else peak
            share = peak / recipe.learning_rate
            groups.append({"params": chosen, "weight_decay": decay, "lr": rate, "share": share})
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.999), eps=1e-8, fused=True, capturable=on_cuda)
    if on_cuda:  # some updates are in no graph: the first ones of each shape, and deterministic ones; torch warns of it
        optimizer._warned_capturable_if_run_uncaptured = True
    return optimizer


def logits_of(model: Any, ids: Tensor, mask: Tensor, positions: Tensor | None = None) -> Tensor:
    """Logits `(B, L, tags)` in fp32 for ids `(B, L)`; `positions` are given where they are not the model's own."""
    own = {} if positions is None else {"position_ids": positions}
    return model(input_ids=ids, attention_mask=mask, **own).logits.float()  # type: ignore[no-any-return]


def loss_of(logits: Tensor, labels: Tensor, *, reduction: str = "mean") -> Tensor:
    """Cross entropy over the labelled words of a batch, their mean or sum."""
    return functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORE, reduction=reduction)


class EagerStep:
    """Updates one after another, as written.

    With `parts`, a batch is run as parts of like length whose gradients add up to the batch's: less padding for the
    same update. It pays where a subword costs more than a call, as in large encoders on a CPU. With `working`, in bf16,
    the model runs on copies of its weights that are cast once an update.
    """

    def __init__(
        self, model: Any, recipe: Recipe, precision: Precision, *, parts: bool = False, working: bool = False
    ) -> None:
        self.model, self.recipe, self.precision = model, recipe, precision
        self.parts = parts
        self.working = WorkingWeights(model) if working and precision == "bf16" else None
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.device = self.parameters[0].device
        self.optimizer = optimizer_of(model, recipe, self.device)
        self._ahead: deque[torch.cuda.Event] = deque()

    def __call__(self, ids: Tensor, labels: Tensor, mask: Tensor, learning_rate: float) -> Tensor:
        """See `Step`."""
        self.set_rate(learning_rate)
        ids, labels, mask = (part.to(self.device, non_blocking=True) for part in (ids, labels, mask))
        if self.parts:
            return self.update_in_parts(ids, labels, mask)
        loss = self.update(ids, labels, mask)
        self.keep_pace()
        return loss

    def update_in_parts(self, ids: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """The update on a batch run part by part."""
        lengths = mask.sum(1).tolist()
        words = (labels != IGNORE).sum().clamp(min=1)
        total = torch.zeros((), device=self.device)
        self.begin()
        for rows in like_lengths(lengths, PART_OVERHEAD[self.precision]):
            longest = max(lengths[row] for row in rows)
            part, wanted = ids[rows, :longest], labels[rows, :longest]
            with autocast(self.device, self.precision):
                logits = logits_of(self.working or self.model, part, mask[rows, :longest])
            loss = loss_of(logits, wanted, reduction="sum") / words
            self.backward(loss)
            total += loss.detach()
        self.apply()
        return total

    def update(
        self, ids: Tensor, labels: Tensor, mask: Tensor, positions: Tensor | None = None, *, cache: bool = True
    ) -> Tensor:
        """The whole update, device tensors in, loss out; what a graph captures.

        Of a packed batch, which has `positions`, `mask` are the segments.
        """
        if positions is not None:
            mask = block_mask(mask)
        if mask.dtype == torch.bool:
            mask = additive(mask, self.precision)
        self.begin()
        with autocast(self.device, self.precision, cache=cache):
            logits = logits_of(self.working or self.model, ids, mask, positions)
        loss = loss_of(logits, labels)
        self.backward(loss)
        self.apply()
        return loss.detach()

    def begin(self) -> None:
        """Bring the working copies up to the masters, which a restart or a resume may have written."""
        if self.working is not None:
            self.working.write()

    def backward(self, loss: Tensor) -> None:
        """Add the loss's gradients to those of the masters."""
        loss.backward()  # type: ignore[no-untyped-call]
        if self.working is not None:
            self.working.take_gradients()

    def apply(self) -> None:
        """Clip the gradients, move the weights, forget the gradients.

        AdamW divides the gradients by `grad_scale` as it reads them, which clips them without a pass of its own.
        """
        if self.recipe.clip:
            norm = nn.utils.get_total_norm([p.grad for p in self.parameters if p.grad is not None])
            scale = ((norm + 1e-6) / self.recipe.clip).clamp(min=1.0)
            self.optimizer.grad_scale = scale  # type: ignore[attr-defined]
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def set_rate(self, rate: float) -> None:
        """Set the learning rate; on CUDA it is a tensor, which graphs read when they run."""
        for group in self.optimizer.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate * group["share"])
            else:
                group["lr"] = rate * group["share"]

    def keep_pace(self) -> None:
        """Let the host run at most one update ahead of a GPU, so that a cancel is heard within one."""
        if self.device.type != "cuda":
            return
        event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self.device))  # the current device may be another
        self._ahead.append(event)
        if len(self._ahead) > 1:
            self._ahead.popleft().synchronize()
