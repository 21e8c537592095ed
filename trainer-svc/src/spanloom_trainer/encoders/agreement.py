"""Whether candidates are ranked alike by nearness and by zero-shot as it was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spanloom.contracts.arm import DIRECT, RELATED
from spanloom.data.languages import iso3_of

EXACT = 8
"""The most items whose orders are all looked at for p."""
DRAWS = 20_000
SEED = 3535


class Agreement(NamedTuple):
    """Spearman's rank correlation, and the share of all orders that agree at least as well (one-sided, exact to 8)."""

    rho: float
    p: float


def zero_shot_by_related(rows: Iterable[Mapping[str, Any]], target: str) -> dict[str, float]:
    """Zero-shot F1 on a target by the related language's ISO 639-3 code, the mean of the runs that have measured it.

    `rows` are those of the view `transfer_comparison`; `target` is any ISO 639 code of the language.
    """
    found: dict[str, list[float]] = {}
    for row in rows:
        zero_shot = (row["source"], row["method"], row["size"]) == (RELATED, DIRECT, 0)
        if zero_shot and row["related"] and row["f1"] is not None and iso3_of(row["language"]) == iso3_of(target):
            found.setdefault(iso3_of(row["related"]) or row["related"], []).append(float(row["f1"]))
    return {code: fmean(scores) for code, scores in found.items()}


def rank_agreement(first: Sequence[float], second: Sequence[float]) -> Agreement | None:
    """How far two gradings of the same items rank them alike; equal values share their mean rank (Spearman, 1904).

    None where a grading tells no two items apart.
    """
    ours, theirs = _centred_ranks(first), _centred_ranks(second)
    norm = math.sqrt(float(ours @ ours) * float(theirs @ theirs))
    if not norm:
        return None
    orders = _orders(len(ours))
    found = float(ours @ theirs)
    as_good = theirs[orders] @ ours >= found - 1e-9
    return Agreement(found / norm, float(as_good.mean()))


def _centred_ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Ranks from 1, less their mean."""
    grades = np.asarray(values, np.float64)
    smaller = (grades[None, :] < grades[:, None]).sum(1)
    equal = (grades[None, :] == grades[:, None]).sum(1)
    ranks = np.asarray(smaller + (equal + 1) / 2, np.float64)
    return np.asarray(ranks - ranks.mean(), np.float64)


def _orders(n: int) -> NDArray[np.intp]:
    """Every order of n items where there are few, else draws of them beside the one that is there, (orders, n)."""
    if n <= EXACT:
        orders = np.zeros((1, 0), np.intp)
        for i in range(n):
            orders = np.concatenate([np.insert(orders, place, i, axis=1) for place in range(i + 1)])
        return orders
    rng = np.random.default_rng(SEED)
    drawn = rng.permuted(np.tile(np.arange(n), (DRAWS - 1, 1)), axis=1)
    return np.concatenate([np.arange(n)[None, :], drawn])
