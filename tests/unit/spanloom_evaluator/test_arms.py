"""Which arms are compared, and what their rows say."""

from __future__ import annotations

import numpy as np
import pytest

from spanloom.ner.schema import LabelSchema
from spanloom_evaluator.arms import Arm, arm_intervals, compare_sources
from spanloom_evaluator.intervals import bootstrap
from spanloom_evaluator.score import SentenceCounts, score
from spanloom_evaluator.significance import holm

SCHEMA = LabelSchema.of(["PER", "LOC"])


def _counts(rng_seed: int, noise: float) -> SentenceCounts:
    gold = np.random.default_rng(1).choice([0, 0, 1, 3], (100, 6))
    rng = np.random.default_rng(rng_seed)
    pred = np.where(rng.random(gold.shape) < noise, rng.integers(0, 4, gold.shape), gold)
    return score(gold.tolist(), pred.tolist(), SCHEMA).counts


def test_sources_are_compared_at_equal_sizes_only():
    good, bad = (_counts(1, 0.05),), (_counts(2, 0.4),)
    arms = [
        Arm("da", "from_scratch", "epochs", 100, "organic", good),
        Arm("da", "from_scratch", "epochs", 100, "synthetic", bad),
        Arm("da", "from_scratch", "epochs", 250, "organic", good),
        Arm("da", "from_scratch", "step_matched", 100, "organic", good),
        Arm("da", "fine_tuning", "epochs", 100, "synthetic", bad),
        Arm("da", "from_scratch", "epochs", 100, "wikiann", good),
        Arm("da", "from_scratch", "epochs", 100, "organic", good, test_set="another"),
        Arm("da", "from_scratch", "epochs", 0, "organic", good),
        Arm("da", "from_scratch", "epochs", 0, "wikiann", good),
    ]
    rows = compare_sources(arms, swaps=500)
    assert [(row["source"], row["other"]) for row in rows] == [
        ("organic", "synthetic"), ("organic", "wikiann"), ("synthetic", "wikiann")
    ]  # fmt: skip
    assert {(row["language"], row["setting"], row["control"], row["size"]) for row in rows} == {
        ("da", "from_scratch", "epochs", 100)
    }
    assert [row["p_holm"] for row in rows] == pytest.approx(holm([row["p"] for row in rows]))
    assert rows[0]["p_holm"] == pytest.approx(3 / 501)
    assert rows[1]["p_holm"] == 1.0
    assert rows[2]["difference"] < 0


def test_nothing_to_compare():
    assert compare_sources([]) == []


def test_intervals_of_arms_over_their_seeds():
    one, two = (_counts(1, 0.1),), (_counts(1, 0.1), _counts(2, 0.3))
    rows = arm_intervals(
        [Arm("da", "fine_tuning", "epochs", 0, "organic", one), Arm("da", "fine_tuning", "epochs", 9, "llm", two)],
        resamples=200,
    )
    assert [(row["source"], row["size"], row["seeds"]) for row in rows] == [("organic", 0, 1), ("llm", 9, 2)]
    assert rows[0]["varies"] == "test sampling only"
    assert rows[1]["f1"] == bootstrap(two, resamples=10).f1
    assert rows[1]["lo"] < rows[1]["f1"] < rows[1]["hi"]
