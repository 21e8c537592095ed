"""The published numbers, as they are in the paper's files, and beside measured ones."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from spanloom.data.languages import PAPER_LANGUAGES
from spanloom_cli.published import MODELS, compare_f1, compare_yields, published_f1, published_yields
from support.common import shared_data


def test_figure_2_is_whole() -> None:
    points = [p for p in published_f1() if p.table == "figure2"]
    count = Counter((p.setting, "organic" if p.source == "organic" else "llm") for p in points if p.size)
    assert count == {
        ("from_scratch", "organic"): 66,
        ("fine_tuning", "organic"): 66,
        ("from_scratch", "llm"): 166,
        ("fine_tuning", "llm"): 166,
    }
    assert {p.language for p in points if p.source == "zero_shot"} == set(PAPER_LANGUAGES)
    assert {p.language for p in published_f1()} == set(PAPER_LANGUAGES)
    assert all(0 <= p.f1 <= 1 for p in published_f1())


def test_figure_2_holds_no_more_than_the_yields() -> None:
    yields = published_yields()
    for point in published_f1():
        if point.table == "figure2" and point.source in MODELS:
            assert point.size is not None
            assert point.size <= yields[point.source, point.language]


def test_published_files_are_copied_unchanged() -> None:
    for row in csv.DictReader(shared_data("paper", "yields.csv").read_text().splitlines()):
        assert published_yields()[row["model"], row["language"]] == int(row["usable_train"])
    given = [float(row["f1"]) for row in csv.DictReader(shared_data("paper", "figure2.csv").read_text().splitlines())]
    assert [p.f1 for p in published_f1() if p.table == "figure2"] == given


def test_malayalam_is_stored_as_printed_and_flagged() -> None:
    (point,) = [p for p in published_f1() if p.size == 100_000 and p.setting == "from_scratch"]
    assert (point.language, point.source, point.f1) == ("ml", "wikiann", 0.65)
    assert point.doubt is not None
    assert "10000" in point.doubt
    assert [p for p in published_f1() if p.table == "table3" and p.doubt and p.language != "ml"] == []


def test_mean_yields_of_the_paper() -> None:
    """82.6%, 59.7% and 11.1% of 5,000 (section 4.1)."""
    for model, share in zip(MODELS, (0.826, 0.597, 0.111), strict=True):
        mean = sum(published_yields()[model, code] for code in PAPER_LANGUAGES) / 11 / 5000
        assert mean == pytest.approx(share, abs=0.0006)


def test_f1_beside_measured() -> None:
    rows = [
        {
            "language": "da",
            "setting": "from_scratch",
            "source": "organic",
            "size": 100,
            "f1": 0.6,
            "lo": 0.5,
            "hi": 0.7,
        },
        {"language": "sw", "setting": "from_scratch", "source": "llama-3.1-8b", "size": 2086, "f1": 0.5},
        {"language": "da", "setting": "fine_tuning", "source": "wikiann", "size": 20_000, "f1": 0.7},
        {"language": "da", "setting": "fine_tuning", "source": "mine", "size": 100, "f1": 0.7},
        {"language": "da", "setting": "fine_tuning", "source": "organic", "size": 101, "f1": 0.7},
        {
            "language": "da",
            "setting": "from_scratch",
            "source": "organic",
            "size": 100,
            "f1": 1,
            "control": "step_matched",
        },
    ]
    danish, swahili, wikiann = compare_f1(rows)
    assert danish["published"] == 0.5512010113780025
    assert danish["difference"] == pytest.approx(0.6 - 0.5512010113780025)
    assert (swahili["language"], swahili["source"], swahili["size"]) == ("swa", "llama-3.1-8b", 2086)
    assert wikiann["published"] == 0.713717694


def test_zero_shot_is_compared_with_zero_shot_and_not_with_the_related_languages_own_test() -> None:
    rows = [
        {"language": code, "setting": "fine_tuning", "source": "related", "size": 0, "f1": 0.5}
        for code in ("kin", "da")
    ]
    kinyarwanda, danish = compare_f1(rows)
    assert kinyarwanda["published"] == 0.533936652
    assert danish["published"] == 0.747727273
    (own_test,) = [p for p in published_f1() if (p.table, p.language, p.size) == ("figure2", "kin", 0)]
    assert own_test.f1 > 0.9
    assert own_test.doubt is not None


def test_yields_beside_measured() -> None:
    rows = [
        {"language": "da", "source": "gpt-4.1", "accepted": 4112},
        {"language": "ta", "source": "Llama-3.1-8B-Instruct", "accepted": 3000},
        {"language": "da", "source": "organic", "accepted": 4383},
        {"language": "da", "source": "gpt-4.1", "split": "dev", "accepted": 7},
    ]
    assert [(row["published"], row["difference"]) for row in compare_yields(rows)] == [(4112, 0), (3046, -46)]
