"""One update: forward, backward, clip, AdamW."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from spanloom_trainer.encode import IGNORE
from spanloom_trainer.recipe import Recipe
from spanloom_trainer.tagging import autocast, logits_of

NO_DECAY = (nn.LayerNorm,)


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """The rate of update `step` (0-based): linear up over the warm-up, then linear down to 0."""
    warm = -(-steps * recipe.warmup // 1)
    if step < warm:
        return recipe.lr * step / warm
    return recipe.lr * max(0.0, (steps - step) / max(1.0, steps - warm))


def optimizer_of(model: nn.Module, recipe: Recipe, device: torch.device) -> torch.optim.AdamW:
    """Fused AdamW; no weight decay on biases and layer norms, as `transformers.Trainer` has it."""
    frozen = {id(p) for module in model.modules() if isinstance(module, NO_DECAY) for p in module.parameters()}
    plain, decayed = [], []
    for name, parameter in model.named_parameters():
        (plain if id(parameter) in frozen or name.endswith("bias") else decayed).append(parameter)
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.lr, betas=(0.9, 0.999), eps=1e-8, fused=True)


class EagerStep:
    """Updates one after another, as written."""

    def __init__(self, model: Any, recipe: Recipe, padding: int) -> None:
        self.model, self.recipe, self.padding = model, recipe, padding
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.device = self.parameters[0].device
        self.optimizer = optimizer_of(model, recipe, self.device)

    def __call__(self, ids: Tensor, labels: Tensor, lr: float) -> Tensor:
        """Update on ids and labels `(B, L)`; returns the batch's mean loss over labelled words, on the device."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        with autocast(self.device, self.recipe.precision):
            logits = logits_of(self.model, ids, self.padding)
        loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORE)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.recipe.clip:
            nn.utils.clip_grad_norm_(self.parameters, self.recipe.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.detach()
