"""Means by what languages have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom_evaluator.report.kinship import by_kinship

PLACE = {"source": "mix", "setting": "fine_tuning", "method": "direct"}
LANGUAGES = {
    "es": {"family": "Indo-European", "script": "Latn", "in_xlmr": True, "distance": 0.22},
    "ru": {"family": "Indo-European", "script": "Cyrl", "in_xlmr": True, "distance": 0.41},
    "kin": {"family": "Niger-Congo", "script": "Latn", "in_xlmr": False, "distance": None},
}


def _row(code, f1, over=None, **more):
    return {**PLACE, "language": code, **LANGUAGES[code], "f1": f1, "over_zero_shot": over, **more}


def test_each_property_that_tells_languages_apart_has_its_means():
    rows = [_row("es", 0.5, 0.1), _row("es", 0.7, 0.3), _row("ru", 0.3, None), _row("kin", 0.1, -0.1)]
    found = {(row["by"], row["value"]): row for row in by_kinship(rows)}
    assert set(found) == {
        ("family", "Indo-European"), ("family", "Niger-Congo"), ("script", "Latn"), ("script", "Cyrl"),
        ("in_xlmr", "yes"), ("in_xlmr", "no"), ("distance", "0.2"), ("distance", "0.4"),
    }  # fmt: skip
    whole = found["family", "Indo-European"]
    assert (whole["languages"], whole["arms"]) == (2, 3)
    assert (whole["f1"], whole["over_zero_shot"]) == pytest.approx((0.5, 0.2))
    assert found["script", "Cyrl"]["over_zero_shot"] is None


def test_one_language_alone_and_what_was_not_scored_tell_nothing():
    assert by_kinship([_row("es", 0.5), _row("es", 0.6), _row("kin", None)]) == []


@given(st.lists(st.tuples(st.sampled_from(sorted(LANGUAGES)), st.floats(0, 1), st.sampled_from(["a", "b"]))))
def test_every_arm_is_in_one_group_of_each_property_that_is_known_of_it(arms):
    rows = [_row(code, f1, source=source) for code, f1, source in arms]
    found = by_kinship(rows)
    for name in {row["by"] for row in found}:
        assert sum(row["arms"] for row in found if row["by"] == name) == sum(row[name] is not None for row in rows)
