"""Which orderings hold in a run, told from intervals and paired tests."""

from __future__ import annotations

from typing import Any

import pytest
from experiments.orderings import orderings


def score(source: str, size: int, f1: float, width: float = 0.02, setting: str = "from_scratch") -> dict[str, Any]:
    return {
        "language": "da", "setting": setting, "source": source, "size": size, "method": "direct",
        "f1": f1, "lo": f1 - width, "hi": f1 + width,
    }  # fmt: skip


def test_each_ordering_is_yes_no_or_cannot_be_told() -> None:
    rows = [
        score("organic", 100, 0.70), score("gpt-4.1", 100, 0.62), score("gpt-4.1", 500, 0.68),
        score("llama-3.1-8b", 500, 0.16), score("related", 0, 0.55, setting="fine_tuning"),
    ]  # fmt: skip
    found = {row["ordering"]: row["holds"] for row in orderings(rows, [])}
    assert found == {
        "organic 100 above the best synthetic": "cannot be told",
        "zero-shot above the best synthetic from scratch": "no",
        "GPT-4.1 above Llama at equal size": "yes",
        "more of gpt-4.1 is not better": "no",
    }


@pytest.mark.parametrize(("p", "holds"), [(0.001, "yes"), (0.2, "cannot be told")])
def test_sources_of_one_size_are_told_apart_by_their_paired_test(p: float, holds: str) -> None:
    rows = [score("gpt-4.1", 500, 0.68, 0.1), score("llama-3.1-8b", 500, 0.60, 0.1)]
    test = {
        "language": "da", "setting": "from_scratch", "size": 500, "source": "llama-3.1-8b", "other": "gpt-4.1",
        "method": "direct", "other_method": "direct", "p_holm": p,
    }  # fmt: skip
    assert [row["holds"] for row in orderings(rows, [test])] == [holds]


def test_the_published_figures_stand_beside() -> None:
    rows = [score("organic", 100, 0.7), score("gpt-4.1", 100, 0.6), score("gpt-4.1", 1500, 0.65)]
    paper = [{**row, "published": f1} for row, f1 in zip(rows, (0.55, 0.66, None), strict=True) if f1 is not None]
    found = {row["ordering"]: row["published"] for row in orderings(rows, [], paper)}
    assert found == {"organic 100 above the best synthetic": "-", "more of gpt-4.1 is not better": "-"}
    found = {row["ordering"]: row["published"] for row in orderings(rows[:2], [], paper)}
    assert found == {"organic 100 above the best synthetic": "no: 0.550, 0.660"}


def test_nothing_is_said_of_arms_that_are_not_there() -> None:
    assert orderings([score("organic", 100, 0.7)], []) == []
