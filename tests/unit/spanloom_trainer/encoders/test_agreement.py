"""Whether two gradings rank alike: laws of Spearman's correlation, and what is compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom_trainer.encoders.agreement import rank_agreement, zero_shot_by_related

GRADES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=7)
ZERO: dict[str, Any] = {
    "language": "es",
    "source": "related",
    "method": "direct",
    "size": 0,
    "related": "en",
    "f1": 0.5,
}


@given(GRADES)
def test_any_rising_scale_of_the_same_grades_agrees_wholly_and_its_opposite_not_at_all(grades: list[float]) -> None:
    same, opposite = rank_agreement(grades, [x**3 for x in grades]), rank_agreement(grades, [-x for x in grades])
    if len(set(grades)) == 1:
        assert same is opposite is None
        return
    assert same is not None
    assert opposite is not None
    assert (same.rho, opposite.rho, opposite.p) == (pytest.approx(1), pytest.approx(-1), pytest.approx(1))


@given(GRADES, st.randoms(use_true_random=False))
def test_the_order_of_items_and_of_gradings_is_of_no_account(first: list[float], random: Any) -> None:
    second = random.sample(first, len(first))
    found, turned = rank_agreement(first, second), rank_agreement(second, first)
    order = random.sample(range(len(first)), len(first))
    moved = rank_agreement([first[i] for i in order], [second[i] for i in order])
    for other in (turned, moved):
        assert (other is None) == (found is None)
        if found is not None:
            assert other == pytest.approx(found)


@given(st.permutations(range(6)))
def test_without_ties_it_is_the_formula_of_squared_differences(order: list[int]) -> None:
    found = rank_agreement(range(6), order)
    assert found is not None
    assert found.rho == pytest.approx(1 - 6 * sum((i - x) ** 2 for i, x in enumerate(order)) / (6 * 35))


def test_equal_grades_share_their_rank() -> None:
    found = rank_agreement([1, 2, 2, 4], [1, 2, 3, 4])
    assert found is not None
    assert found.rho == pytest.approx(np.corrcoef([1, 2.5, 2.5, 4], [1, 2, 3, 4])[0, 1])


@pytest.mark.parametrize(("n", "p"), [(2, 1 / 2), (3, 1 / 6), (8, 1 / 40320), (9, 1 / 20_000)])
def test_p_is_the_share_of_orders_that_agree_as_well(n: int, p: float) -> None:
    found = rank_agreement(range(n), range(n))
    assert found is not None
    assert found.p == pytest.approx(p)


def test_zero_shot_is_of_the_target_by_related_language_over_runs() -> None:
    rows = [
        ZERO, {**ZERO, "language": "spa", "related": "eng", "f1": 0.7}, {**ZERO, "related": "it", "f1": 0.2},
        {**ZERO, "language": "nl", "f1": 0.9}, {**ZERO, "size": 100, "f1": 0.9}, {**ZERO, "source": "mix"},
        {**ZERO, "source": "translate_test", "method": "translate_test"}, {**ZERO, "related": "fr", "f1": None},
    ]  # fmt: skip
    assert zero_shot_by_related(rows, "es") == pytest.approx({"eng": 0.6, "ita": 0.2})
