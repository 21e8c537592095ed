"""F1 of many arms over the same resamples of one test set, so that whatever is made of several arms has an interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spanloom.errors import DataError
from spanloom_evaluator.score.intervals import Counted, Floats, f1_of, mean_over_seeds
from spanloom_evaluator.score.schemes import ALL

CHUNK = 250  # resamples at a time: 250 x 10,000 sentences are 20 MB


def joint_f1(
    arms: Sequence[Sequence[Counted]], *, resamples: int, rng_seed: int, reading: str = "typed", label: str = ALL
) -> tuple[Floats, Floats]:
    """Mean F1 over seeds of each arm: `(arms,)` as measured, and `(resamples, arms)` resampled.

    A resample draws the test sentences once for all arms, then each arm's training seeds, both with replacement
    (Efron and Tibshirani, 1993, chapter 13). Raises DataError when an arm has no seed, or the arms were scored on
    test sets of different sizes.
    """
    if not arms or not all(arms):
        raise DataError("an arm without a scored training seed cannot be resampled")
    sentences = {counts.sentences for arm in arms for counts in arm}
    if len(sentences) != 1:
        raise DataError(f"arms were scored on {sorted(sentences)} sentences; they are compared on one test set alone")
    n = sentences.pop()
    columns = np.concatenate([counts.of(reading, label) for arm in arms for counts in arm]).T.astype(np.float64)
    ends = np.cumsum([len(arm) for arm in arms])
    of_arms = [slice(end - len(arm), end) for end, arm in zip(ends, arms, strict=True)]

    measured = f1_of(columns.sum(axis=0).reshape(-1, 3))
    point = np.array([measured[part].mean() for part in of_arms])
    if not n:
        return point, np.zeros((resamples, len(arms)))
    rng = np.random.default_rng(rng_seed)
    chunks = []
    for done in range(0, resamples, CHUNK):
        times = rng.multinomial(n, np.full(n, 1 / n), size=min(CHUNK, resamples - done))  # (chunk, sentences)
        f1 = f1_of((times.astype(np.float64) @ columns).reshape(len(times), -1, 3))  # (chunk, seeds of all arms)
        chunks.append(np.stack([mean_over_seeds(f1[:, part], rng) for part in of_arms], axis=1))
    return point, np.concatenate(chunks)
