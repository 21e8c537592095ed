"""Learning curves: monotone, inverted, carried on; and what the published figures say of both."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.errors import DataError
from spanloom_cli.published import published_f1
from spanloom_evaluator.advise.curves import (
    ABOVE,
    BELOW,
    equivalent,
    fitted_power_law,
    missing_sizes,
    monotone,
    power_law,
)

SIZES = [100, 250, 500, 1000]
curves = st.lists(st.floats(0, 1), min_size=4, max_size=4).map(np.array)


@given(curves)
def test_a_monotone_curve_never_falls_and_keeps_its_mean(f1: np.ndarray) -> None:
    made = monotone(f1)
    assert (np.diff(made) >= -1e-12).all()
    assert made.mean() == pytest.approx(f1.mean())
    assert np.array_equal(monotone(np.stack([f1, f1]))[1], made)


@given(curves, st.floats(0, 1), st.floats(0, 1))
def test_more_f1_is_never_worth_fewer_sentences(f1: np.ndarray, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert equivalent(SIZES, f1, low) <= equivalent(SIZES, f1, high)


@given(curves)
def test_the_equivalent_of_a_point_on_the_curve_is_its_size_or_fewer(f1: np.ndarray) -> None:
    made = monotone(f1)
    for size, value in zip(SIZES, made, strict=True):
        found = float(equivalent(SIZES, f1, value))
        assert found == BELOW or found <= size * (1 + 1e-9)


def test_an_equivalent_lies_between_its_neighbours_on_the_logarithm_of_the_size() -> None:
    f1 = np.array([0.4, 0.6, 0.7, 0.8])
    assert equivalent(SIZES, f1, 0.5) == pytest.approx(np.sqrt(100 * 250))
    assert equivalent(SIZES, f1, 0.6) == pytest.approx(250)
    assert equivalent(SIZES, f1, 0.39) == BELOW
    assert equivalent(SIZES, f1, 0.81) == ABOVE
    assert list(equivalent(SIZES, np.stack([f1, f1]), np.array([0.4, 0.9]))) == [100, ABOVE]


def test_a_power_law_is_found_again() -> None:
    n = np.array(SIZES, float)
    f1 = 1 - 3 * n**-0.4
    assert power_law(SIZES, f1, [1500, 2000]) == pytest.approx(1 - 3 * np.array([1500.0, 2000.0]) ** -0.4)
    falling = np.array([0.8, 0.7, 0.6, 0.5])
    assert power_law(SIZES, falling, [2000]) == pytest.approx(1 - np.exp(np.log(1 - falling).mean()))


def test_a_curve_is_not_carried_on_from_too_few_sizes_nor_too_far() -> None:
    with pytest.raises(DataError, match="it takes 4"):
        power_law(SIZES[:3], np.array([0.1, 0.2, 0.3]), [600])
    with pytest.raises(DataError, match="more than 2 times the largest size"):
        power_law(SIZES, np.array([0.1, 0.2, 0.3, 0.4]), [2001])
    with pytest.raises(DataError, match="positive, ascending"):
        equivalent([0, 100], np.array([0.1, 0.2]), 0.1)
    assert missing_sizes([100, 1000]) == [500, 250]
    assert missing_sizes([]) == []


def published() -> dict[tuple[str, str, str], dict[int, float]]:
    """Figure 2's F1 by (language, setting, source) and size."""
    out: defaultdict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
    for point in published_f1():
        if point.table == "figure2" and point.size:
            out[(point.language, point.setting, point.source)][point.size] = point.f1
    return dict(out)


@pytest.mark.parametrize(("setting", "most"), [("fine_tuning", 0.017), ("from_scratch", 0.06)])
def test_published_curves_up_to_1000_foretell_the_largest_size(setting: str, most: float) -> None:
    missed = []
    for (_, of, source), by_size in published().items():
        if (of, source) != (setting, "organic"):
            continue
        sizes = sorted(size for size in by_size if size <= 1000)
        largest = max(by_size)
        assert (len(sizes), largest > 4000) == (4, True)
        f1 = np.array([by_size[size] for size in sizes])
        missed.append(abs(float(fitted_power_law(np.array(sizes), f1, np.array([largest]))[0]) - by_size[largest]))
    assert len(missed) == 11
    assert np.mean(missed) <= most


WORTH_AT_MOST = {
    **dict.fromkeys(("kn", "ml", "ta", "te"), 100),
    **dict.fromkeys(("ibo", "kin", "sk", "swa", "yor"), 250),
    **dict.fromkeys(("da", "sv"), 500),
}


def test_gold_equivalents_of_the_published_gpt_4_1_from_scratch() -> None:
    curves = published()
    found = {}
    for (language, setting, source), by_size in curves.items():
        if setting == "from_scratch" and source.startswith("gpt"):
            organic = curves[(language, setting, "organic")]
            sizes = sorted(organic)
            found[language] = float(equivalent(sizes, np.array([organic[n] for n in sizes]), max(by_size.values())))
    assert set(found) == set(WORTH_AT_MOST)
    assert {language: worth for language, worth in found.items() if worth > WORTH_AT_MOST[language]} == {}
    assert sum(worth > 100 for worth in found.values()) == 7
