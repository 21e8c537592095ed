"""LanguageAdvice from scored arms: counts made so that the right answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from spanloom.errors import DataError
from spanloom_evaluator.advise.advice import advise
from spanloom_evaluator.advise.figures import LanguageAdvice, ScoredArm
from spanloom_evaluator.advise.resamples import joint_f1
from spanloom_evaluator.score.intervals import bootstrap
from spanloom_evaluator.score.schemes import ALL
from spanloom_evaluator.stored import SchemeCounts

SENTENCES = 400


def counts(f1: float, *, seed: int = 0, sentences: int = SENTENCES) -> SchemeCounts:
    """Counts of a model that finds a share of one entity a sentence, and predicts as many."""
    found = np.random.default_rng(seed).permutation(sentences) < round(f1 * sentences)
    ones = np.ones(sentences, np.int32)
    return SchemeCounts(ALL, {"typed": np.stack([found.astype(np.int32), ones, ones])})


def arm(
    source: str, size: int, *f1: float, kind: str | None = None, setting: str = "from_scratch", **more: object
) -> ScoredArm:
    made = [counts(value, seed=place) for place, value in enumerate(f1)]
    return ScoredArm(setting, source, kind or source, size, made, **more)  # type: ignore[arg-type]


ORGANIC = [
    arm("organic", n, f1, f1 + 0.01, gold_used=n) for n, f1 in ((50, 0.3), (100, 0.45), (200, 0.57), (400, 0.66))
]


def made(*more: ScoredArm) -> LanguageAdvice:
    return advise([*ORGANIC, *more], resamples=500)


def test_joint_resamples_agree_with_the_bootstrap_of_one_arm() -> None:
    arms = [[counts(0.4, seed=1), counts(0.5, seed=2)], [counts(0.7, seed=3)]]
    point, draws = joint_f1(arms, resamples=2000, rng_seed=1)
    assert point == pytest.approx([0.45, 0.7])
    alone = bootstrap(arms[1], resamples=2000)
    assert np.percentile(draws[:, 1], [2.5, 97.5]) == pytest.approx([alone.lo, alone.hi], abs=0.01)
    with pytest.raises(DataError, match="one test set alone"):
        joint_f1([[counts(0.4)], [counts(0.4, sentences=10)]], resamples=10, rng_seed=1)


def test_a_weak_llm_is_worth_few_sentences_and_annotation_is_advised() -> None:
    advice = made(arm("llm", 400, 0.38, 0.39, kind="synthetic"))
    (worth,) = advice.equivalents
    assert worth.sentences == pytest.approx(73, abs=5)
    assert (worth.outside, worth.smallest, worth.largest) == (None, 50, 400)
    low, high = (float(end) for end in worth.interval.removeprefix("less than ").split(" to "))
    assert low < worth.sentences < high
    assert advice.sentence.startswith("Annotate more: with 800 annotated sentences in place of 400, ")
    assert " F1 more are expected; " in advice.sentence
    assert "llm (400, from_scratch) stays 28.0 F1 behind annotated sentences (400, from_scratch)" in advice.sentence
    assert any("is worth 7" in line for line in advice.evidence)


def test_a_strong_source_is_advised_and_lies_outside_the_curve() -> None:
    advice = made(arm("llm", 400, 0.9, 0.9, kind="synthetic"))
    assert advice.sentence.startswith("Best now: use llm (400, from_scratch), 23.")
    assert (advice.equivalents[0].sentences, advice.equivalents[0].outside) == (None, "more than measured")
    below = made(arm("llm", 400, 0.05, 0.06, kind="synthetic")).equivalents[0]
    assert (below.sentences, below.outside, below.interval) == (
        None, "less than the smallest", "less than 50 to less than 50"
    )  # fmt: skip


def test_zero_shot_transfer_is_named() -> None:
    zero = arm("related", 0, 0.85, 0.86, kind="zero_shot", setting="fine_tuning")
    tuned = [arm("organic", n, 0.8, 0.8, setting="fine_tuning", gold_used=n) for n in (50, 100)]
    advice = made(zero, *tuned)
    assert advice.sentence.startswith("Best now: transfer zero-shot transfer (related), 5.5 F1 above")
    (refused, _) = (item for item in advice.next_sentences if item.setting == "fine_tuning")
    assert refused.refused == "2 annotated sizes were measured, and a curve takes 4: add 12, 25 to training.sizes"
    assert refused.f1 is None


def test_equal_ways_cannot_be_told_apart() -> None:
    flat = [arm("organic", n, 0.6, gold_used=n) for n in (50, 100, 200, 400)]
    advice = advise([*flat, ScoredArm("from_scratch", "llm", "synthetic", 400, [counts(0.61, seed=9)])], resamples=500)
    assert "cannot be told apart" in advice.sentence
    assert "no gain of further annotation is shown" in advice.sentence
    assert "more than one training seed an arm" in advice.would_change


def test_without_annotated_arms_nothing_is_said_of_them() -> None:
    advice = advise([arm("llm", 400, 0.61, kind="synthetic")], resamples=100)
    assert advice.sentence.startswith("It cannot be told")
    assert advice.equivalents == advice.next_sentences == []
    assert advise([]).sentence == "Nothing has been scored yet."


def test_costs_are_per_point_above_the_settings_start() -> None:
    zero = arm("related", 0, 0.3, kind="zero_shot", setting="fine_tuning")
    tuned = arm("llm", 400, 0.5, kind="synthetic", setting="fine_tuning", tokens=40_000, cost=2.0, seconds=60.0)
    cost = made(zero, tuned).costs[-1]
    assert cost.points == pytest.approx(20)
    assert (cost.tokens_per_point, cost.price_per_point) == (pytest.approx(2000), pytest.approx(0.1))
    assert cost.seconds_per_point == pytest.approx(3)
