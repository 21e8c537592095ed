"""Percentile bootstrap intervals of F1 from counts per sentence (Efron and Tibshirani, 1993, chapter 13).

Most sentences have the same few counts, so a resample is drawn over the distinct patterns of counts: how often each
pattern occurs among n sentences drawn with replacement is multinomial. It is the same distribution as drawing
sentence by sentence, at a fraction of the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from spanloom.errors import DataError
from spanloom_evaluator.score.schemes import ALL

RESAMPLES = 10_000
LEVEL = 0.95
CHUNK = 1_000  # resamples at a time, so that memory stays in the tens of megabytes

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

TEST_ONLY = "test sampling only"
SEEDS_AND_TEST = "training seeds and test sampling"


class Counted(Protocol):
    """Counts per sentence of one model on one test set: `SentenceCounts`, or one scheme of them from the store."""

    @property
    def sentences(self) -> int:
        """How many sentences were counted."""
        ...

    def of(self, scheme: str, label: str) -> NDArray[np.int32]:
        """(3, sentences): tp, pred, gold."""
        ...


class Interval(NamedTuple):
    """A percentile interval of F1, fractions."""

    f1: float
    """The point estimate: F1, or its mean over training seeds."""
    lo: float
    hi: float
    level: float
    resamples: int
    seeds: int
    varies: str
    """What was resampled: `TEST_ONLY` with one training seed, else `SEEDS_AND_TEST`."""


class Patterns(NamedTuple):
    """Distinct counts: `values` (patterns, seeds, 3), and how many sentences show each: `times` (patterns,)."""

    values: Counts
    times: Counts

    @property
    def sentences(self) -> int:
        """How many sentences there are."""
        return int(self.times.sum())


def patterns_of(seeds: Sequence[Counted], scheme: str = "typed", label: str = ALL) -> Patterns:
    """Distinct patterns of (tp, pred, gold) per sentence over all training seeds of one arm.

    Raises DataError when there is no seed, or when the seeds were scored on different numbers of sentences.
    """
    if not seeds:
        raise DataError("no scores were given; an interval needs the counts of at least one training seed")
    sizes = sorted({counts.sentences for counts in seeds})
    if len(sizes) > 1:
        raise DataError(f"training seeds were scored on {sizes} sentences; an interval needs one test set")
    columns = np.stack([counts.of(scheme, label) for counts in seeds]).astype(np.int64)  # (seeds, 3, sentences)
    flat = columns.reshape(3 * len(seeds), sizes[0]).T
    if not len(flat):
        return Patterns(np.zeros((0, len(seeds), 3), np.int64), np.zeros(0, np.int64))
    values, times = unique_rows(flat)
    return Patterns(values.reshape(-1, len(seeds), 3), times)


def unique_rows(rows: Counts) -> tuple[Counts, Counts]:
    """Distinct rows, sorted, and how often each occurs."""
    # One number for each row, where they fit in 64 bits, sorts many times faster than rows.
    width = rows.max(axis=0, initial=0) + 1
    if np.prod(width.astype(np.float64)) < 2.0**62:
        place = np.concatenate([[1], np.cumprod(width[:-1])])
        _, first, times = np.unique(rows @ place, return_index=True, return_counts=True)
        return rows[first], times
    values, times = np.unique(rows, axis=0, return_counts=True)
    return values, times


def f1_of(counts: NDArray[Any]) -> Floats:
    """(..., 3) of tp, pred, gold -> (...,) F1, 0 where nothing is predicted and nothing is there."""
    denominator = counts[..., 1] + counts[..., 2]
    out: Floats = 2.0 * counts[..., 0] / np.maximum(denominator, 1)
    return out


def bootstrap(
    seeds: Sequence[Counted],
    *,
    scheme: str = "typed",
    label: str = ALL,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    rng_seed: int = 0,
) -> Interval:
    """Percentile interval of F1, or of its mean over several training seeds of one arm on one test set.

    Each resample draws training seeds with replacement, then sentences with replacement; the sentences are the same
    for all seeds drawn, as the test set is. With one seed only the test set varies, and the interval says so.
    """
    values, times = patterns = patterns_of(seeds, scheme, label)
    total = (values * times[:, None, None]).sum(axis=0)
    point = float(f1_of(total).mean())
    varies = TEST_ONLY if len(seeds) == 1 else SEEDS_AND_TEST
    if not patterns.sentences:
        return Interval(point, 0.0, 0.0, level, resamples, len(seeds), varies)
    rng = np.random.default_rng(rng_seed)
    draws = np.concatenate([mean_over_seeds(f1, rng) for f1 in resampled_f1(patterns, resamples, rng)])
    lo, hi = percentiles(draws, level)
    return Interval(point, lo, hi, level, resamples, len(seeds), varies)


def resampled_f1(patterns: Patterns, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """F1 of each seed on sentences drawn with replacement, in chunks of (up to CHUNK, seeds)."""
    n, seeds = patterns.sentences, patterns.values.shape[1]
    # Sums stay far below 2**53, where floats are exact, and float matrices multiply many times faster.
    values = patterns.values.reshape(len(patterns.values), -1).astype(np.float64)
    for done in range(0, resamples, CHUNK):
        times = rng.multinomial(n, patterns.times / n, size=min(CHUNK, resamples - done))  # (chunk, patterns)
        yield f1_of((times.astype(np.float64) @ values).reshape(-1, seeds, 3))


def mean_over_seeds(f1: Floats, rng: np.random.Generator) -> Floats:
    """(resamples, seeds) -> (resamples,): the mean over seeds drawn with replacement in each resample."""
    drawn = rng.integers(f1.shape[1], size=f1.shape)
    out: Floats = np.take_along_axis(f1, drawn, axis=1).mean(axis=1)
    return out


def percentiles(draws: Floats, level: float) -> tuple[float, float]:
    """The two ends of the middle `level` of the draws."""
    lo, hi = np.percentile(draws, [50 * (1 - level), 50 * (1 + level)])
    return float(lo), float(hi)
