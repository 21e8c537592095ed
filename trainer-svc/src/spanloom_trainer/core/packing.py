"""A batch as one row: its windows one after another, each attending to itself alone under a block-diagonal mask.

For CUDA, where the shapes of captured updates are few and fixed: a row is padded to a multiple of UNIT, not each window
to the longest. A CPU gains nothing by it: parts of like length (`batches.like_lengths`) waste as little there.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from spanloom_trainer.core.base import Base
from spanloom_trainer.core.encode import IGNORE

UNIT = 64
"""The length of a row is a multiple of this: few shapes for all batches, aligned for the attention kernels."""
LONGEST_ROW = 2048
"""Subwords of a row, at most: attention over it costs the square of it."""
PACKABLE = frozenset({"bert", "camembert", "roberta", "xlm-roberta"})
"""Architectures whose layers know of places by position ids alone."""


def first_position(model: Any, base: Base) -> int | None:
    """The position id of a window's first subword, or None where the model cannot be given packed rows.

    RoBERTa counts from after the padding id, BERT from 0.
    """
    if model.config.model_type not in PACKABLE or model.config._attn_implementation != "sdpa":
        return None
    return base.padding + 1 if base.counts_from_padding else 0


def packed_length(subwords: int) -> int:
    """The row that holds so many subwords: the next multiple of UNIT."""
    return -(-subwords // UNIT) * UNIT


def pack(
    ids: Tensor, labels: Tensor, mask: Tensor, *, padding: int, first: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ids, labels, segments and positions, `(1, T)` each, of a padded batch `(B, L)`, filled up to a multiple of UNIT.

    `segments` numbers the windows from 0; what fills the row up is a segment of its own without a label, so that it has
    no part in loss or gradient, and no row of the mask is empty.
    """
    real = mask.bool()  # (B, L)
    rows = torch.arange(ids.shape[0])[:, None].expand_as(ids)
    places = torch.arange(ids.shape[1])[None, :].expand_as(ids) + first
    total = int(real.sum())
    more = packed_length(total) - total

    def row(values: Tensor, fill: int) -> Tensor:
        return functional.pad(values[real], (0, more), value=fill)[None]

    return row(ids, padding), row(labels, IGNORE), row(rows, ids.shape[0]), row(places, first)
