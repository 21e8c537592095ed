"""Query, key and value of self-attention by one product (fused QKV): for CUDA, where three small ones fill no GPU.

At 768 subwords and a width of 1024 each of the three is 48 tiles of 128 x 128 for the 132 multiprocessors of an H200.
The sum over the three in the gradient is rounded otherwise than three sums, so that a CPU's bits would change.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from spanloom_trainer.core.packing import PACKABLE

PARTS = ("query", "key", "value")


class FusedSelfAttention(nn.Module):
    """Self-attention of BERT's kind, made of one, whose three projections are one. Its state has the three's names."""

    def __init__(self, plain: Any) -> None:
        super().__init__()
        self.heads, self.size = plain.num_attention_heads, plain.attention_head_size
        self.scaling, self.dropout = plain.scaling, plain.dropout.p
        three = [getattr(plain, part) for part in PARTS]
        self.width = three[0].out_features
        self.weight = nn.Parameter(torch.cat([one.weight.detach() for one in three]))  # (3 H, H)
        self.bias = nn.Parameter(torch.cat([one.bias.detach() for one in three]))  # (3 H)

    def forward(self, hidden_states: Tensor, attention_mask: Tensor | None = None, **_: Any) -> tuple[Tensor, None]:
        """Hidden states `(B, L, H)` of hidden states `(B, L, H)`; the mask `(B, 1, L or 1, L)` is SDPA's."""
        rows, length, width = hidden_states.shape
        projected = functional.linear(hidden_states, self.weight, self.bias)  # (B, L, 3 H)
        query, key, value = projected.view(rows, length, 3, self.heads, self.size).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=attention_mask,
            dropout_p=self.dropout if self.training else 0.0,
            scale=self.scaling,
        )  # (B, heads, L, size)
        return mixed.transpose(1, 2).reshape(rows, length, width), None

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        # Views of the one, so that what is written into a state is written into the parameters.
        for kind in ("weight", "bias"):
            whole = getattr(self, kind)
            for part, rows in zip(PARTS, (whole if keep_vars else whole.detach()).split(self.width), strict=True):
                destination[f"{prefix}{part}.{kind}"] = rows

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *arguments: Any) -> None:
        for kind in ("weight", "bias"):
            names = [f"{prefix}{part}.{kind}" for part in PARTS]
            if all(name in state_dict for name in names):
                state_dict[f"{prefix}{kind}"] = torch.cat([state_dict.pop(name) for name in names])
        super()._load_from_state_dict(state_dict, prefix, *arguments)


def fuse_projections(model: Any) -> None:
    """Have a model's self-attention take its three projections as one, in place, where it is of a kind that is known.

    Masks are SDPA's then; `past_key_values` and recorded attentions are not served.
    """
    config = model.config
    if config.model_type not in PACKABLE or config._attn_implementation != "sdpa" or config.is_decoder:
        return
    for layer in list(model.modules()):
        plain = getattr(layer, "self", None)
        if isinstance(plain, nn.Module) and all(isinstance(getattr(plain, part, None), nn.Linear) for part in PARTS):
            layer.self = FusedSelfAttention(plain).train(plain.training)
