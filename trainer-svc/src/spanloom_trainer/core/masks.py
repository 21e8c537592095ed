"""Attention masks as attention adds them, made once for all layers and without asking the device.

Of a mask `(B, L)` transformers makes one of its own in each call, and waits for the device to learn whether it hides
anything.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

WHOLE = frozenset({"bert", "camembert", "distilbert", "electra", "roberta", "xlm-roberta"})
"""Architectures that hand a whole mask on to every layer as it is. A decoder would lose its order by it, one with
sliding windows (ModernBERT) its windows, and some look at the mask themselves (ESM)."""


def takes_whole_masks(model: Any) -> bool:
    """Whether a mask `(B, 1, 1, L)` says to a model what `(B, L)` says, and attention is SDPA, which adds it."""
    config = model.config
    decodes = getattr(config, "is_decoder", False)
    return config.model_type in WHOLE and config._attn_implementation == "sdpa" and not decodes


def whole_mask(attended: Tensor) -> Tensor:
    """Who is attended to, `(B, 1, 1, L)` booleans for an attention mask `(B, L)`."""
    return attended.bool()[:, None, None, :]


def block_mask(segments: Tensor) -> Tensor:
    """Who attends to whom, `(1, 1, T, T)` booleans for segments `(1, T)`: each window to itself."""
    return (segments[:, :, None] == segments[:, None, :])[:, None]


def additive(mask: Tensor, precision: str) -> Tensor:
    """A mask of booleans as attention adds it: 0 where one is attended to, minus infinity elsewhere.

    SDPA makes this of booleans by itself, in each layer anew. Its type is that of the layers' products in `precision`.
    """
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(~mask, float("-inf"))
