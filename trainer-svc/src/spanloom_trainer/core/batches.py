"""Which windows go into an update together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def updates_per_epoch(windows: int, batch: int) -> int:
    """Updates in one pass; the same for shuffled and bucketed batches."""
    return math.ceil(windows / batch)


def shuffled(windows: int, batch: int, generator: torch.Generator) -> list[list[int]]:
    """Batches of `batch` in the order of one permutation, the last one smaller: as `transformers.Trainer` does it."""
    order = torch.randperm(windows, generator=generator).tolist()
    return [order[i : i + batch] for i in range(0, windows, batch)]


def bucketed(lengths: Sequence[int], batch: int, seed: int, epoch: int) -> list[list[int]]:
    """Batches of windows of like length under one token budget, in random order.

    The budget is the least under which an epoch takes no more updates than fixed batches of `batch` would, so that
    both spend the same number of updates; lengths are jittered so that neighbours change from epoch to epoch.
    """
    if not lengths:
        return []
    draw = np.random.default_rng([seed, epoch])
    size = np.asarray(lengths, dtype=np.int64)
    order = np.argsort(size * draw.uniform(0.9, 1.1, len(size)), kind="stable")
    wanted = updates_per_epoch(len(size), batch)
    low, high = int(size.max()), int(size.max()) * len(size)
    while low < high:
        budget = (low + high) // 2
        if len(_pack(size, order, budget)) <= wanted:
            high = budget
        else:
            low = budget + 1
    packs = _pack(size, order, low)
    while len(packs) < wanted:
        packs.sort(key=len)
        big = packs.pop()
        packs += [big[: len(big) // 2], big[len(big) // 2 :]]
    draw.shuffle(packs)
    return packs


def _pack(size: Ints, order: Ints, budget: int) -> list[list[int]]:
    """Cut the order into runs whose padded size (count x longest) stays within the budget."""
    packs: list[list[int]] = []
    longest = 0
    for i in order.tolist():
        longest = max(longest, int(size[i]))
        if packs and (len(packs[-1]) + 1) * longest <= budget:
            packs[-1].append(i)
        else:
            packs.append([i])
            longest = int(size[i])
    return packs


def like_lengths(lengths: Sequence[int], overhead: int) -> list[list[int]]:
    """Cut one batch into parts of like length, so that little is padded: the cheapest cut of the sorted rows.

    A part costs rows x longest, and `overhead` subwords for being a part.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    best: list[tuple[int, int]] = [(0, 0)]  # cost of the first n rows, and where their last part begins
    for end in range(1, len(order) + 1):
        longest = lengths[order[end - 1]]
        best.append(min((best[start][0] + (end - start) * longest + overhead, start) for start in range(end)))
    parts, end = [], len(order)
    while end:
        parts.append(order[best[end][1] : end])
        end = best[end][1]
    return parts[::-1]


def by_length(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Batches for tagging: like lengths together, padded size within `budget` subwords (one window at least)."""
    size = np.asarray(lengths, dtype=np.int64)
    return _pack(size, np.argsort(-size, kind="stable"), budget) if len(size) else []
