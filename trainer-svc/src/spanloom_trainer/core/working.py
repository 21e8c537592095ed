"""bf16 working copies of fp32 master weights: each is cast once an update, and its gradient stays bf16 until taken.

Autocast casts a weight anew for each use and each gradient back in an operation of its own. Here all copies are written
by one call and all gradients taken by another, with the same bits. After Micikevicius et al. (2018), "Mixed precision
training", section 3.1.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from spanloom_trainer.core.attention import FusedSelfAttention

MULTIPLIED = (nn.Linear, FusedSelfAttention)
"""Modules whose own weights go into a matrix product and nothing else, which autocast carries out in bf16."""


class WorkingWeights:
    """Copies of a model's multiplied weights, and the model run on them. Its parameters stay the fp32 masters."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        products = [one for one in model.modules() if isinstance(one, MULTIPLIED)]
        multiplied = {id(p) for one in products for p in one.parameters(recurse=False)}
        elsewhere = {
            id(p) for one in model.modules() if not isinstance(one, MULTIPLIED) for p in one.parameters(recurse=False)
        }
        self.masters = {
            name: p for name, p in model.named_parameters() if id(p) in multiplied and id(p) not in elsewhere
        }
        self.copies = {
            name: torch.empty_like(p, dtype=torch.bfloat16).requires_grad_(p.requires_grad)
            for name, p in self.masters.items()
        }

    @torch.no_grad()
    def write(self) -> None:
        """Write the copies from the masters. To be called where an update begins."""
        torch._foreach_copy_(list(self.copies.values()), list(self.masters.values()))

    def __call__(self, **inputs: Any) -> Any:
        """The model's output on the copies; under autocast, as the model itself."""
        return functional_call(self.model, self.copies, (), inputs)

    @torch.no_grad()
    def take_gradients(self) -> None:
        """Add the copies' gradients to the masters' in fp32, and forget them. To be called after each backward pass."""
        fresh: tuple[list[Tensor], list[Tensor]] = ([], [])
        for name, copy in self.copies.items():
            gradient, master = copy.grad, self.masters[name]
            if gradient is None:
                continue
            copy.grad = None
            if master.grad is None:
                master.grad = torch.empty_like(master)
                fresh[0].append(master.grad)
                fresh[1].append(gradient)
            else:
                master.grad.add_(gradient)
        if fresh[0]:
            torch._foreach_copy_(*fresh)
