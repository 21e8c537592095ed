"""Percentile bootstrap intervals of F1 and the like from counts per sentence (Efron and Tibshirani, 1993, chapter 13).

Most sentences have the same few counts, so a resample is drawn over the distinct patterns of counts: how often each
pattern occurs among n sentences drawn with replacement is multinomial. It is the same distribution as drawing
sentence by sentence, at a fraction of the work. Several measures share the resamples: nearly all the time goes into
drawing, and few patterns of one scheme fall apart when another's counts stand beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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


class Measure(NamedTuple):
    """What is made of the counts of one evaluation scheme; `of` takes (..., 3) of tp, pred, gold to (...,)."""

    scheme: str
    of: Callable[[NDArray[Any]], Floats]


class Interval(NamedTuple):
    """A percentile interval of F1 or another measure, fractions."""

    f1: float
    """The point estimate: F1 (or the measure asked for), or its mean over training seeds."""
    lo: float
    hi: float
    level: float
    resamples: int
    seeds: int
    varies: str
    """What was resampled: `TEST_ONLY` with one training seed, else `SEEDS_AND_TEST`."""


class Patterns(NamedTuple):
    """Distinct counts: `values` (patterns, seeds, schemes, 3), and in how many sentences: `times` (patterns,)."""

    values: Counts
    times: Counts

    @property
    def sentences(self) -> int:
        """How many sentences there are."""
        return int(self.times.sum())


def f1_of(counts: NDArray[Any]) -> Floats:
    """(..., 3) of tp, pred, gold -> (...,) F1, 0 where nothing is predicted and nothing is there."""
    denominator = counts[..., 1] + counts[..., 2]
    out: Floats = 2.0 * counts[..., 0] / np.maximum(denominator, 1)
    return out


def recall_of(counts: NDArray[Any]) -> Floats:
    """(..., 3) of tp, pred, gold -> (...,) recall, 0 where nothing is there."""
    out: Floats = counts[..., 0] / np.maximum(counts[..., 2], 1)
    return out


MEASURES: Mapping[str, Measure] = {
    "f1": Measure("typed", f1_of),
    "boundary_f1": Measure("boundary", f1_of),
    "entity_span_accuracy": Measure("boundary", recall_of),
}
"""What arms are compared by, under the names of the views' columns."""


def schemes_of(measures: Mapping[str, Measure]) -> list[str]:
    """The evaluation schemes that measures are made of, each once."""
    return list(dict.fromkeys(measure.scheme for measure in measures.values()))


def measured(sums: NDArray[Any], measures: Mapping[str, Measure]) -> Floats:
    """(..., schemes, 3) of summed counts, in the order of `schemes_of` -> (..., measures)."""
    schemes = schemes_of(measures)
    return np.stack([each.of(sums[..., schemes.index(each.scheme), :]) for each in measures.values()], axis=-1)


def patterns_of(seeds: Sequence[Counted], schemes: Sequence[str] = ("typed",), label: str = ALL) -> Patterns:
    """Distinct patterns of (tp, pred, gold) under all schemes per sentence over all training seeds of one arm.

    Raises DataError when there is no seed, or when the seeds were scored on different numbers of sentences.
    """
    if not seeds:
        raise DataError("no scores were given; an interval needs the counts of at least one training seed")
    sizes = sorted({counts.sentences for counts in seeds})
    if len(sizes) > 1:
        raise DataError(f"training seeds were scored on {sizes} sentences; an interval needs one test set")
    columns = np.stack([counts.of(scheme, label) for counts in seeds for scheme in schemes]).astype(np.int64)
    shape = (len(seeds), len(schemes), 3)
    flat = columns.reshape(math.prod(shape), sizes[0]).T  # (sentences, seeds x schemes x 3)
    if not len(flat):
        return Patterns(np.zeros((0, *shape), np.int64), np.zeros(0, np.int64))
    values, times = unique_rows(flat)
    return Patterns(values.reshape(-1, *shape), times)


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


def bootstrap(
    seeds: Sequence[Counted],
    *,
    scheme: str = "typed",
    label: str = ALL,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    rng_seed: int = 0,
) -> Interval:
    """Percentile interval of F1 under one scheme: `bootstrap_all` of that alone."""
    alone = {scheme: Measure(scheme, f1_of)}
    return bootstrap_all(seeds, alone, label=label, resamples=resamples, level=level, rng_seed=rng_seed)[scheme]


def bootstrap_all(
    seeds: Sequence[Counted],
    measures: Mapping[str, Measure] = MEASURES,
    *,
    label: str = ALL,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    rng_seed: int = 0,
) -> dict[str, Interval]:
    """Percentile interval of each measure, or of its mean over several training seeds of one arm on one test set.

    Each resample draws training seeds with replacement, then sentences with replacement; the sentences are the same
    for all seeds drawn, as the test set is, and for all measures. With one seed only the test set varies, and the
    interval says so.
    """
    values, times = patterns = patterns_of(seeds, schemes_of(measures), label)
    points = measured(np.tensordot(times, values, axes=(0, 0)), measures).mean(axis=0)
    lo = hi = np.zeros(len(measures))
    if patterns.sentences:
        rng = np.random.default_rng(rng_seed)
        drawn = [mean_over_seeds(each, rng) for each in resampled(patterns, measures, resamples, rng)]
        lo, hi = percentiles(np.concatenate(drawn), level)
    varies = TEST_ONLY if len(seeds) == 1 else SEEDS_AND_TEST
    return {
        name: Interval(float(points[i]), float(lo[i]), float(hi[i]), level, resamples, len(seeds), varies)
        for i, name in enumerate(measures)
    }


def values_of(intervals: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
    """Each measure's `value`, `lo` and `hi`, as they are stored and printed."""
    return {name: {"value": one.f1, "lo": one.lo, "hi": one.hi} for name, one in intervals.items()}


def resampled(
    patterns: Patterns, measures: Mapping[str, Measure], resamples: int, rng: np.random.Generator
) -> Iterator[Floats]:
    """Measures of each seed on sentences drawn with replacement, in chunks of (up to CHUNK, seeds, measures)."""
    n, shape = patterns.sentences, patterns.values.shape[1:]
    # Sums stay far below 2**53, where floats are exact, and float matrices multiply many times faster.
    values = patterns.values.reshape(len(patterns.values), -1).astype(np.float64)
    for done in range(0, resamples, CHUNK):
        times = rng.multinomial(n, patterns.times / n, size=min(CHUNK, resamples - done))  # (chunk, patterns)
        yield measured((times.astype(np.float64) @ values).reshape(-1, *shape), measures)


def mean_over_seeds(values: Floats, rng: np.random.Generator) -> Floats:
    """(resamples, seeds, ...) -> (resamples, ...): the mean over seeds drawn with replacement in each resample."""
    drawn = rng.integers(values.shape[1], size=values.shape[:2])
    out: Floats = values[np.arange(len(values))[:, None], drawn].mean(axis=1)
    return out


def percentiles(draws: Floats, level: float) -> tuple[Floats, Floats]:
    """The two ends of the middle `level` of the draws: (resamples, ...) -> two of (...)."""
    lo, hi = np.percentile(draws, [50 * (1 - level), 50 * (1 + level)], axis=0)
    return lo, hi
