"""Intervals are those of drawing sentence by sentence, and say what was resampled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom_evaluator.score.intervals import (
    MEASURES,
    SEEDS_AND_TEST,
    TEST_ONLY,
    bootstrap,
    bootstrap_all,
    f1_of,
    patterns_of,
    unique_rows,
)
from spanloom_evaluator.score.schemes import SentenceCounts, score

SCHEMA = LabelSchema.of(["PER", "LOC"])
ONE_TYPE = LabelSchema.of(["PER"])
TAGGED = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=12)


def _counts(rng_seed: int, noise: float, sentences: int = 300) -> SentenceCounts:
    """Counts of predictions that differ from one gold set in a share `noise` of the tokens."""
    gold = np.random.default_rng(1).choice([0, 0, 0, 0, 1, 3], (sentences, 10))
    rng = np.random.default_rng(rng_seed)
    pred = np.where(rng.random(gold.shape) < noise, rng.integers(0, 4, gold.shape), gold)
    return score(gold.tolist(), pred.tolist(), SCHEMA).counts


def _sentence_by_sentence(seeds: list[SentenceCounts], resamples: int, *, draw_seeds: bool) -> np.ndarray:
    rng = np.random.default_rng(99)
    columns = np.stack([c.of() for c in seeds])  # (seeds, 3, sentences)
    out = []
    for _ in range(resamples):
        drawn = rng.integers(len(seeds), size=len(seeds)) if draw_seeds else np.arange(len(seeds))
        sentences = rng.integers(columns.shape[-1], size=columns.shape[-1])
        out.append(f1_of(columns[drawn][:, :, sentences].sum(axis=-1)).mean())
    return np.array(out)


@pytest.mark.parametrize("seeds", [1, 3])
def test_same_interval_as_drawing_sentence_by_sentence(seeds):
    arm = [_counts(s, 0.2) for s in range(seeds)]
    ours = bootstrap(arm)
    lo, hi = np.percentile(_sentence_by_sentence(arm, 4000, draw_seeds=True), [2.5, 97.5])
    assert (ours.lo, ours.hi) == pytest.approx((lo, hi), abs=0.004)
    assert ours.hi - ours.lo > 0.02
    assert ours.lo < ours.f1 < ours.hi


def test_point_estimate_is_the_mean_over_seeds():
    arm = [_counts(s, noise) for s, noise in enumerate((0.1, 0.3))]
    each = [bootstrap([c], resamples=10).f1 for c in arm]
    assert bootstrap(arm, resamples=10).f1 == pytest.approx(sum(each) / 2)


def test_seeds_that_differ_widen_the_interval():
    alike = bootstrap([_counts(s, 0.2) for s in range(5)])
    apart = bootstrap([_counts(s, noise) for s, noise in enumerate((0.05, 0.1, 0.2, 0.3, 0.4))])
    assert apart.hi - apart.lo > 2 * (alike.hi - alike.lo)


def test_says_what_was_resampled():
    counts = _counts(0, 0.2)
    assert (bootstrap([counts], resamples=10).varies, bootstrap([counts], resamples=10).seeds) == (TEST_ONLY, 1)
    assert bootstrap([counts, counts], resamples=10).varies == SEEDS_AND_TEST


def test_the_same_seed_gives_the_same_interval():
    counts = [_counts(0, 0.2)]
    assert bootstrap(counts, rng_seed=5) == bootstrap(counts, rng_seed=5)
    assert bootstrap(counts, rng_seed=5) != bootstrap(counts, rng_seed=6)


def test_another_reading_and_a_label():
    counts = [_counts(0, 0.2)]
    per = bootstrap(counts, label="PER")
    assert per.f1 != bootstrap(counts).f1
    assert per.hi - per.lo > bootstrap(counts).hi - bootstrap(counts).lo
    assert bootstrap(counts, scheme="partial").f1 > bootstrap(counts).f1


def test_perfect_predictions_have_no_interval_to_speak_of():
    interval = bootstrap([_counts(0, 0.0)])
    assert (interval.f1, interval.lo, interval.hi) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("tags", [[], [[0, 0]]])
def test_nothing_to_resample(tags):
    assert bootstrap([score(tags, tags, SCHEMA).counts])[:3] == (0.0, 0.0, 0.0)


def test_seeds_on_different_test_sets_are_refused():
    with pytest.raises(DataError, match=r"scored on \[300, 301\] sentences"):
        bootstrap([_counts(0, 0.1), _counts(0, 0.1, sentences=301)])
    with pytest.raises(DataError, match="at least one training seed"):
        bootstrap([])


def test_every_measure_has_the_interval_of_its_own_scheme():
    arm = [_counts(s, 0.2) for s in range(3)]
    found = bootstrap_all(arm)
    assert list(found) == list(MEASURES)
    for name, scheme in (("f1", "typed"), ("boundary_f1", "boundary")):
        alone = bootstrap(arm, scheme=scheme)
        assert found[name].f1 == alone.f1
        assert (found[name].lo, found[name].hi) == pytest.approx((alone.lo, alone.hi), abs=0.004)
    recalls = [columns[0] / columns[2] for columns in (c.of("boundary").sum(axis=1) for c in arm)]
    assert found["entity_span_accuracy"].f1 == pytest.approx(np.mean(recalls))
    for one in found.values():
        assert one.lo < one.f1 < one.hi
        assert one[3:] == found["f1"][3:], "the same resamples"


@given(gold=TAGGED, data=st.data())
def test_with_one_type_boundary_f1_is_typed_f1(gold, data):
    pred = [data.draw(st.lists(st.integers(0, 2), min_size=len(s), max_size=len(s))) for s in gold]
    found = bootstrap_all([score(gold, each, ONE_TYPE).counts for each in (pred, gold)], resamples=50)
    assert found["boundary_f1"] == found["f1"]


def test_patterns_hold_every_sentence():
    counts = _counts(0, 0.3)
    patterns = patterns_of([counts])
    assert patterns.sentences == counts.sentences
    assert len(patterns.times) < counts.sentences / 2
    total = (patterns.values * patterns.times[:, None, None, None]).sum(axis=0)[0, 0]
    assert (total == counts.of().sum(axis=1)).all()


@given(rows=arrays(np.int64, st.tuples(st.integers(1, 30), st.integers(1, 5)), elements=st.integers(0, 3)))
def test_distinct_rows(rows):
    _same_as_numpy(rows)


@given(rows=arrays(np.int64, st.tuples(st.integers(1, 9), st.just(4)), elements=st.integers(0, 2**40)))
def test_distinct_rows_too_wide_for_one_number(rows):
    _same_as_numpy(rows)


def _same_as_numpy(rows):
    expected, times = np.unique(rows, axis=0, return_counts=True)
    ours, our_times = unique_rows(rows)
    order = np.lexsort(ours.T[::-1])
    assert (ours[order] == expected).all()
    assert (our_times[order] == times).all()
