"""Charts: what is drawn where, and that a file comes out whole."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from spanloom.errors import DataError
from spanloom_evaluator.report import figures
from spanloom_evaluator.report.plots import ZERO_SHOT, f1_by_size, save_plot, svg

pytestmark = pytest.mark.slow
SIZES = (100, 250, 1000)


def _row(source="organic", size=100, f1=0.5, **more):
    row = {
        "run": "r1",
        "control": "epochs",
        "language": "da",
        "setting": "from_scratch",
        "source": source,
        "size": size,
    }
    return {**row, "f1": f1, "lo": f1 - 0.02, "hi": f1 + 0.02, **more}


ROWS = [
    *(_row(source, size, 0.4 + 0.0001 * size, language=language)
      for source in ("organic", "synthetic") for size in SIZES for language in ("da", "sv")),
    _row("organic", 0, 0.3, setting="fine_tuning"),
]  # fmt: skip
VIEWS = {
    "f1_by_size": ROWS,
    "source_comparison": [
        {"run": "r1", "language": "da", "source": s, "size": n, "f1_from_scratch": 0.4, "f1_fine_tuning": f}
        for s, f in (("organic", 0.6), ("synthetic", None)) for n in SIZES
    ],
    "transfer_comparison": [
        _row(source, 100, f1, setting=setting, f1_zero_shot=0.3, over_zero_shot=f1 - 0.3)
        for source, f1 in (("organic", 0.6), ("translated", 0.5)) for setting in ("from_scratch", "fine_tuning")
    ] + [_row("organic", 0, 0.3, setting="fine_tuning", f1_zero_shot=0.3)],
    "yield_by_source": [
        {"run": "r1", "language": "da", "source": "llm", "split": split, "accepted": 90, "rejected": 10}
        for split in ("train", "dev")
    ],
    "rejection_reasons": [
        {"language": "da", "source": "llm", "split": "train", "reason": reason, "share_of_candidates": share}
        for reason, share in (("truncated", 0.2), ("syntax", None))
    ],
    "leaderboard": ROWS,
    "significance": [
        {"language": "da", "setting": "fine_tuning", "size": 100, "source": "organic", "other": "llm",
         "difference": 0.1, "lo": 0.05, "hi": 0.15, "p_holm": p} for p in (0.01, 0.2)
    ],
    "gold_equivalents": [
        {"language": "da", "setting": "fine_tuning", "control": "epochs", "source": "llm", "version": 1,
         "method": "direct", "size": size, "f1": 0.4, "f1_lo": 0.3, "f1_hi": 0.5, **worth}
        for size, worth in (
            (100, {"sentences": 56.2, "interval": "41 to 82", "outside": None}),
            (20, {"sentences": None, "interval": "less than 30 to 31", "outside": "less than the smallest"}),
        )
    ],
}  # fmt: skip


def _values(chart):
    spec = chart.to_dict()
    return spec["data"]["values"] if "values" in spec["data"] else spec["datasets"][spec["data"]["name"]]


def _texts(chart):
    root = ElementTree.fromstring(svg(chart.to_dict()))
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_panel_for_each_language_and_setting_a_line_for_each_source():
    texts = _texts(f1_by_size(ROWS))
    for label in ("da", "sv", "from scratch", "fine tuning", "organic", "synthetic", ZERO_SHOT, "training sentences"):
        assert label in texts
    assert {"0", "100", "250", "1,000"} <= set(texts)


def test_zero_shot_is_a_point_at_zero_and_no_line_of_its_source():
    zero = [point for point in _values(f1_by_size(ROWS)) if point["zero"]]
    assert [(p["source"], p["x"], p["f1"]) for p in zero] == [(ZERO_SHOT, 0, 0.3)]


def test_without_zero_shot_there_is_no_such_key():
    assert ZERO_SHOT not in _texts(f1_by_size([_row()]))


def test_against_gold_used():
    chart = f1_by_size([_row(size=500, gold_used=10), _row(size=1000, gold_used=20)], by="gold_used")
    assert [p["x"] for p in _values(chart)] == [10, 20]
    assert {"gold sentences used", "F1 by gold sentences used"} <= set(_texts(chart))
    zero = f1_by_size([_row(gold_used=20), _row("related", 0, 0.3)], by="gold_used")
    assert [p["x"] for p in _values(zero)] == [20, 0]
    with pytest.raises(DataError, match="lacks gold_used"):
        f1_by_size([_row(gold_used=None)], by="gold_used")


def test_a_missing_interval_is_a_point():
    (point,) = _values(f1_by_size([_row(lo=None, hi=None)]))
    assert point["lo"] == point["hi"] == point["f1"]


def test_several_runs_versions_and_methods_are_lines_of_their_own():
    def named(*rows):
        return {p["source"] for p in _values(f1_by_size(rows))}

    assert named(_row(), _row(run="r2")) == {"organic, r1", "organic, r2"}
    assert named(_row("llm", version=1), _row("llm", version=2), _row(version=1)) == {"llm, v1", "llm, v2", "organic"}
    assert named(_row(method="direct"), _row(method="nllb")) == {"organic, direct", "organic, nllb"}


def test_step_matched_arms_are_drawn_apart_with_the_zero_shot_point_beside_both():
    zero = _row("related", 0, 0.3, setting="fine_tuning")
    rows = [zero, *(_row(control=c, setting="fine_tuning") for c in ("epochs", "step_matched"))]
    points = {(p["setting"], p["source"]) for p in _values(f1_by_size(rows))}
    columns = ("fine tuning", "fine tuning, equal number of updates")
    assert points == {(column, source) for column in columns for source in ("organic", ZERO_SHOT)}
    assert set(columns) <= set(_texts(f1_by_size(rows)))


def test_labels_of_sizes_do_not_run_into_each_other():
    texts = _texts(f1_by_size([_row(size=size) for size in (100, 4890, 4944, 5000)]))
    drawn = [text for text in texts if re.fullmatch(r"[\d,]+", text)]
    assert "100" in drawn
    assert len({"4,890", "4,944", "5,000"} & set(drawn)) == 1


def test_names_from_a_specification_are_text():
    hostile = '<script>alert("x")</script>'
    drawn = svg(f1_by_size([_row(hostile)]).to_dict())
    assert "<script>" not in drawn
    assert hostile in _texts(f1_by_size([_row(hostile)]))


@pytest.mark.parametrize("field", ["language", "source", "setting", "size", "f1"])
def test_a_row_that_lacks_a_value_is_named(field):
    with pytest.raises(DataError, match=f"lacks {field}"):
        f1_by_size([{**_row(), field: None}])


@pytest.mark.parametrize("view", figures.CHARTS)
def test_every_view_is_drawn(view, tmp_path):
    chart = figures.CHARTS[view](VIEWS[view])
    assert "vega-lite" in chart.to_dict()["$schema"]
    assert save_plot(chart, tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    drawn = save_plot(chart, tmp_path / "plot.svg").read_text()
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert "da" in _texts(chart)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plot.png", "plot.svg"]


@pytest.mark.parametrize("view", figures.CHARTS)
def test_nothing_to_draw(view):
    with pytest.raises(DataError, match="no results to draw"):
        figures.CHARTS[view]([])


def test_what_a_way_is_worth_is_told_beside_its_f1():
    texts = _texts(figures.gold_equivalents(VIEWS["gold_equivalents"]))
    assert {"56 sentences [41 to 82]", "less than the smallest [less than 30 to 31]"} <= set(texts)
    assert "llm, fine tuning, 100" in texts


def test_a_comparison_without_any_f1():
    with pytest.raises(DataError, match="hold no F1"):
        figures.source_comparison([{**VIEWS["source_comparison"][0], "f1_from_scratch": None, "f1_fine_tuning": None}])


def test_another_ending_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(DataError, match=r"plot\.pdf: a plot is drawn as \.png or \.svg"):
        save_plot(f1_by_size(ROWS), tmp_path / "plot.pdf")
    assert list(tmp_path.iterdir()) == []


def test_transfer_is_drawn_from_the_nearest_related_language_to_the_farthest():
    """And each panel says what is known of the pair; what nobody knows stands last and is left out."""
    known = {
        "ru": {"related": "en", "distance": 0.3, "family": "Indo-European", "script": "Cyrl", "in_xlmr": True},
        "kin": {"related": "swa", "distance": 0.05, "family": "Niger-Congo", "script": "Latn", "in_xlmr": False},
        "xx": {},
    }
    rows = [_row("mix", 100, 0.5, language=code, f1_zero_shot=0.3, **what) for code, what in known.items()]
    panels = list(dict.fromkeys(point["language"] for point in _values(figures.transfer_comparison(rows))))
    assert panels == [
        "kin from swa (0.05), Niger-Congo, Latn, unseen by the encoder",
        "ru from en (0.30), Indo-European, Cyrl",
        "xx",
    ]
