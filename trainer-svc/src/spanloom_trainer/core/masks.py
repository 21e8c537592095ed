"""Attention masks as attention adds them, made once for all layers and without asking the device.

Of a mask `(B, L)` transformers makes one of its own in each call, and waits for the device to learn whether it hides
anything.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def takes_whole_masks(model: Any) -> bool:
    """Whether a mask `(B, 1, 1, L)` means the same in every layer: SDPA, no sliding windows (ModernBERT's)."""
    layers = getattr(model.config, "layer_types", None) or ()
    return model.config._attn_implementation == "sdpa" and all(kind == "full_attention" for kind in layers)


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
