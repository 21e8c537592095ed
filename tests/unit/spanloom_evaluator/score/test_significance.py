"""The randomisation test against all swaps there are, and Holm's adjustment by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom_evaluator.score.intervals import MEASURES, Measure, f1_of
from spanloom_evaluator.score.schemes import SentenceCounts, score
from spanloom_evaluator.score.significance import compare, compare_all, holm, told_apart

SCHEMA = LabelSchema.of(["PER", "LOC"])


def _counts(rng_seed: int, noise: float, sentences: int) -> SentenceCounts:
    gold = np.random.default_rng(1).choice([0, 0, 1, 3], (sentences, 6))
    rng = np.random.default_rng(rng_seed)
    pred = np.where(rng.random(gold.shape) < noise, rng.integers(0, 4, gold.shape), gold)
    return score(gold.tolist(), pred.tolist(), SCHEMA).counts


def _exact_p(first: list[SentenceCounts], second: list[SentenceCounts], measure: Measure) -> float:
    """Share of all 2**n swaps whose difference is at least the observed one."""

    def mean(columns: np.ndarray) -> float:
        return float(measure.of(columns.sum(axis=-1)).mean())

    a, b = (np.stack([c.of(measure.scheme) for c in side]) for side in (first, second))  # (seeds, 3, sentences)
    observed = abs(mean(a) - mean(b))
    swaps = [np.array(s, bool) for s in product([False, True], repeat=a.shape[-1])]
    extreme = [abs(mean(np.where(s, b, a)) - mean(np.where(s, a, b))) >= observed - 1e-12 for s in swaps]
    return float(np.mean(extreme))


@pytest.mark.parametrize("seeds", [1, 2])
@pytest.mark.parametrize("noise", [0.3, 0.5])
def test_p_is_that_of_all_swaps(seeds, noise):
    first = [_counts(10 + s, 0.15, 10) for s in range(seeds)]
    second = [_counts(20 + s, noise, 10) for s in range(seeds)]
    exact = _exact_p(first, second, Measure("typed", f1_of))
    assert 0 < exact < 1
    assert compare(first, second).p == pytest.approx(exact, abs=0.02)
    found = compare_all(first, second)
    expected = {name: _exact_p(first, second, measure) for name, measure in MEASURES.items()}
    assert {name: one.p for name, one in found.items()} == pytest.approx(expected, abs=0.02)


def test_the_other_way_round_every_difference_has_the_other_sign():
    good, bad = [_counts(s, 0.15, 200) for s in (1, 2)], [_counts(s, 0.2, 200) for s in (3, 4, 5)]
    there, back = compare_all(good, bad), compare_all(bad, good)
    for name, one in there.items():
        other = back[name]
        assert (other.difference, other.f1, other.other_f1) == pytest.approx((-one.difference, one.other_f1, one.f1))
        assert (other.lo, other.hi) == pytest.approx((-one.hi, -one.lo), abs=0.01)
        assert other.p == pytest.approx(one.p, abs=0.02)
        assert one.lo < one.difference < one.hi
    for name, scheme in (("f1", "typed"), ("boundary_f1", "boundary")):
        assert there[name].p == pytest.approx(compare(good, bad, scheme=scheme).p, abs=0.02)


def test_with_one_type_boundary_f1_is_tested_as_typed_f1():
    one = LabelSchema.of(["PER"])
    rng = np.random.default_rng(7)
    gold, *tagged = rng.integers(0, 3, (3, 60, 5)).tolist()
    found = compare_all(*([score(gold, pred, one).counts] for pred in tagged), swaps=500)
    assert found["boundary_f1"] == found["f1"]


def test_a_clear_difference_is_found_and_its_sign_is_first_less_second():
    good, bad = [_counts(1, 0.05, 300)], [_counts(2, 0.4, 300)]
    better = compare(good, bad)
    assert better.p == pytest.approx(1 / 10_001)
    assert better.difference == pytest.approx(better.f1 - better.other_f1)
    assert 0 < better.lo < better.difference < better.hi
    assert compare(bad, good).difference == pytest.approx(-better.difference)


def test_p_of_equal_arms_is_uniform():
    """Under the null hypothesis small p values are as rare as they claim."""
    p = [compare([_counts(2 * i, 0.2, 60)], [_counts(2 * i + 1, 0.2, 60)], swaps=400).p for i in range(150)]
    assert 0.01 <= np.mean(np.array(p) <= 0.1) <= 0.2
    assert 0.35 <= np.mean(np.array(p) <= 0.5) <= 0.65


def test_an_arm_against_itself():
    arm = [_counts(1, 0.2, 50), _counts(2, 0.2, 50)]
    same = compare(arm, arm)
    assert (same.difference, same.p) == (0.0, 1.0)
    alone = compare(arm[:1], arm[:1])
    assert (alone.difference, alone.lo, alone.hi, alone.p) == (0.0, 0.0, 0.0, 1.0)


def test_different_numbers_of_seeds():
    first, second = [_counts(s, 0.1, 200) for s in range(2)], [_counts(10 + s, 0.3, 200) for s in range(3)]
    result = compare(first, second)
    assert result.f1 == pytest.approx(np.mean([compare([c], [c], swaps=10).f1 for c in first]))
    assert result.other_f1 == pytest.approx(np.mean([compare([c], [c], swaps=10).f1 for c in second]))
    assert result.p < 0.001
    assert compare(first, first * 2).p == 1.0


def test_different_test_sets_are_refused():
    with pytest.raises(DataError, match="50 and 60 sentences"):
        compare([_counts(1, 0.1, 50)], [_counts(1, 0.1, 60)])
    with pytest.raises(DataError, match="at least one scored training seed"):
        compare([], [_counts(1, 0.1, 60)])


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


@given(p=st.lists(st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_never_lowers(p):
    adjusted = holm(p)
    assert all(raw <= new <= raw * len(p) for raw, new in zip(p, adjusted, strict=True))
    assert all(new <= 1.0 for new in adjusted)
    ranked = [new for _, new in sorted(zip(p, adjusted, strict=True))]
    assert ranked == sorted(ranked)


@pytest.mark.parametrize(
    ("p", "lo", "hi", "apart"),
    [
        (0.049, 0.01, 0.2, True),
        (0.049, -0.2, -0.01, True),
        (0.05, 0.01, 0.2, False),
        (0.001, -0.01, 0.2, False),
        (0.001, 0.0, 0.2, False),
        (None, 0.01, 0.2, False),
        (0.001, None, None, False),
    ],
)
def test_a_verdict_wants_a_small_p_and_an_interval_without_0(
    p: float | None, lo: float | None, hi: float | None, apart: bool
) -> None:
    assert told_apart(p, lo, hi) is apart
