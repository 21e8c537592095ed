"""Is one arm better than another? Paired approximate randomisation (Noreen, 1989; Yeh, 2000), and Holm's adjustment.

If the arms were equally good, it would not matter which of them produced which sentence's predictions. So the two are
swapped sentence by sentence by the toss of a coin, many times over, to see how often a difference as large as the
observed one comes about. Several measures share the tosses, as they share the resamples of an interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import lcm
from typing import NamedTuple

import numpy as np

from spanloom.errors import DataError
from spanloom_evaluator.score.intervals import (
    CHUNK,
    LEVEL,
    MEASURES,
    Counted,
    Floats,
    Measure,
    f1_of,
    mean_over_seeds,
    measured,
    patterns_of,
    percentiles,
    resampled,
    schemes_of,
)
from spanloom_evaluator.score.schemes import ALL

SWAPS = 10_000
ALPHA = 0.05
"""Below this a p value, adjusted where several differences are tested, counts."""
# A difference that is equal but for the order of additions counts as equal.
TOLERANCE = 1e-12


def told_apart(p: float | None, lo: float | None, hi: float | None) -> bool:
    """The verdict of every table, picture and page: p below `ALPHA`, and an interval of the difference without 0.

    False for what was not tested.
    """
    return p is not None and lo is not None and hi is not None and p < ALPHA and lo * hi > 0


class Comparison(NamedTuple):
    """Two arms on one test set, by F1 or another measure. Fractions; the difference is first less second."""

    f1: float
    other_f1: float
    difference: float
    lo: float
    """Percentile bootstrap interval of the difference: training seeds of each arm and sentences resampled."""
    hi: float
    p: float
    """Two-sided; (1 + swaps at least as extreme) / (1 + swaps), so never 0."""
    swaps: int


def compare(
    first: Sequence[Counted],
    second: Sequence[Counted],
    *,
    scheme: str = "typed",
    label: str = ALL,
    swaps: int = SWAPS,
    level: float = LEVEL,
    rng_seed: int = 0,
) -> Comparison:
    """Test the difference of two arms' mean F1 under one scheme: `compare_all` of that alone."""
    alone = {scheme: Measure(scheme, f1_of)}
    return compare_all(first, second, alone, label=label, swaps=swaps, level=level, rng_seed=rng_seed)[scheme]


def compare_all(
    first: Sequence[Counted],
    second: Sequence[Counted],
    measures: Mapping[str, Measure] = MEASURES,
    *,
    label: str = ALL,
    swaps: int = SWAPS,
    level: float = LEVEL,
    rng_seed: int = 0,
) -> dict[str, Comparison]:
    """Test the difference of two arms' means over their training seeds by each measure, paired by sentence.

    A swap exchanges all predictions of a sentence, over all seeds. Where the arms have different numbers of seeds,
    each is repeated up to the least common multiple, which leaves both means as they are.
    Raises DataError when the arms were scored on different numbers of sentences.
    """
    if not first or not second:
        raise DataError("a comparison needs at least one scored training seed of each arm")
    if first[0].sentences != second[0].sentences:
        raise DataError(
            f"the arms were scored on {first[0].sentences} and {second[0].sentences} sentences; "
            "a paired test needs one test set"
        )
    pairs = lcm(len(first), len(second))
    arms = [first[i % len(first)] for i in range(pairs)] + [second[i % len(second)] for i in range(pairs)]
    patterns = patterns_of(arms, schemes_of(measures), label)
    a, b, times = patterns.values[:, :pairs], patterns.values[:, pairs:], patterns.times
    sum_a, sum_b = (np.tensordot(times, side, axes=(0, 0)) for side in (a, b))  # (pairs, schemes, 3)
    ours, theirs = (measured(side, measures).mean(axis=0) for side in (sum_a, sum_b))  # (measures,)
    differs = (a != b).any(axis=(1, 2, 3))
    gap, gap_times = (a - b)[differs].reshape(int(differs.sum()), sum_a.size).astype(np.float64), times[differs]

    rng = np.random.default_rng(rng_seed)
    extreme = np.zeros(len(measures), np.int64)
    for done in range(0, swaps, CHUNK):
        size = min(CHUNK, swaps - done)
        swapped = rng.binomial(gap_times, 0.5, size=(size, len(gap_times))).astype(np.float64)
        moved = (swapped @ gap).reshape(size, *sum_a.shape)
        drawn = measured(sum_a - moved, measures).mean(axis=1) - measured(sum_b + moved, measures).mean(axis=1)
        extreme += (np.abs(drawn) >= np.abs(ours - theirs) - TOLERANCE).sum(axis=0)
    lo, hi = _difference_intervals(first, second, measures, label, swaps, level, rng_seed)
    p = (1 + extreme) / (1 + swaps)
    return {
        name: Comparison(float(f1), float(other), float(f1 - other), float(lo[i]), float(hi[i]), float(p[i]), swaps)
        for i, (name, f1, other) in enumerate(zip(measures, ours, theirs, strict=True))
    }


def differences_of(tested: Mapping[str, Comparison]) -> dict[str, dict[str, float]]:
    """Each measure's `value`, `other` (the second arm's), `difference`, `lo`, `hi` and `p`, as they are stored."""
    names = ("value", "other", "difference", "lo", "hi", "p")
    return {name: dict(zip(names, one[:6], strict=True)) for name, one in tested.items()}


def _difference_intervals(
    first: Sequence[Counted],
    second: Sequence[Counted],
    measures: Mapping[str, Measure],
    label: str,
    resamples: int,
    level: float,
    rng_seed: int,
) -> tuple[Floats, Floats]:
    patterns = patterns_of([*first, *second], schemes_of(measures), label)
    if not patterns.sentences:
        return np.zeros(len(measures)), np.zeros(len(measures))
    rng = np.random.default_rng(rng_seed)
    cut = len(first)
    draws = [
        mean_over_seeds(each[:, :cut], rng) - mean_over_seeds(each[:, cut:], rng)
        for each in resampled(patterns, measures, resamples, rng)
    ]
    return percentiles(np.concatenate(draws), level)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p values (Holm, 1979), in the order given.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, p_values[i] * (len(p_values) - rank)))
        adjusted[i] = highest
    return adjusted
