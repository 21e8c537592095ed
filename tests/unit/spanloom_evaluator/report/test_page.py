"""The report loads nothing, escapes everything, and says what the data say."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from spanloom_evaluator.report.page import (
    ReportData,
    ReportSample,
    clean,
    collapse_rows,
    pieces_of,
    render_report,
    write_report,
)

pytestmark = pytest.mark.slow
HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>"
TYPES = ("PER", "LOC")


def _data(name: str = "llm") -> ReportData:
    place = {"run": "r1", "language": "da", "source": name}
    arm = {**place, "setting": "fine_tuning", "control": "epochs", "size": 100}
    return ReportData(
        title=name,
        specification=f"name: {name}\nlabels: [PER, LOC]\n",
        facts={"state": name},
        provenance={"gold test set": name},
        f1_by_size=[{**arm, "size": size, "f1": 0.5 + size / 1000, "lo": 0.4, "hi": 0.7} for size in (0, 100)],
        source_comparison=[{**place, "size": 100, "f1_from_scratch": None, "f1_fine_tuning": 0.6}],
        significance=[
            {**arm, "other": "organic", "f1": 0.6, "other_f1": 0.5, "difference": 0.1, "lo": 0.05, "hi": 0.15, "p": p,
             "p_holm": p} for p in (0.01, 0.4)
        ],
        yield_by_source=[{**place, "split": "train", "candidates": 500, "accepted": 268, "rejected": 232}],
        rejection_reasons=[
            {**place, "split": "train", "reason": "truncated", "rejected": 40, "share_of_candidates": 0.08}
        ],
        samples=[ReportSample(f"da, {name}", [name, "bor", "i", "Oslo"], [1, 0, 0, 3], TYPES, notes=name)],
        trainings=[{**place, "setting": "fine_tuning", "collapsed": c, "restarts": int(c)} for c in (True, False)],
    )  # fmt: skip


class _Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.split("<body>")[1]).split())


@pytest.mark.parametrize("data", [_data(), _data(HOSTILE), ReportData("empty", "")])
def test_loads_and_runs_nothing(data):
    page = render_report(data)
    elements = _Elements(page).found
    assert not {tag for tag, _ in elements} & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert not re.search(r"url\(|@import", page)
    policy = [a["content"] for tag, a in elements if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_hostile_names_are_shown_as_they_are_written():
    page = render_report(_data(HOSTILE))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert sum(tag == "style" for tag, _ in _Elements(page).found) == 1


def test_says_what_the_data_say():
    text = _text(render_report(_data()))
    for said in (
        "0.600 best F1: da, llm, fine tuning, 100",
        "268 samples accepted of 500 candidates (54%)",
        "2 trainings, 1 collapsed",
        "1 of 2 differences between sources significant",
        "da llm fine_tuning 2 1 0.500 1",
        "truncated 40 0.080",
        "gold test set llm",
        "name: llm labels: [PER, LOC]",
    ):
        assert said in text


def test_rows_that_are_told_apart_are_marked():
    assert render_report(_data()).count('<tr class="significant">') == 1


def test_a_small_p_with_an_interval_that_holds_0_is_no_verdict():
    data = _data()
    unsure = replace(data, significance=[{**row, "lo": -0.01} for row in data.significance])
    page = render_report(unsure)
    assert page.count('<tr class="significant">') == 0
    assert "0 of 2 differences between sources significant" in _text(page)


def test_four_drawings_and_every_section_linked():
    page = render_report(_data())
    elements = _Elements(page).found
    assert sum(tag == "svg" for tag, _ in elements) == 4
    ids = {a["id"] for tag, a in elements if tag == "section" and "id" in a}
    assert {a["href"].removeprefix("#") for tag, a in elements if tag == "a"} == ids


def test_every_way_stands_side_by_side_in_three_readings():
    arm = {"language": "da", "related": "sv", "control": "epochs", "setting": "fine_tuning", "f1_zero_shot": 0.3}
    read = {"boundary_f1": 0.611, "entity_span_accuracy": 0.722, "text_used": 0}
    rows = [
        {**arm, **read, "source": "related", "method": "direct", "size": 0, "f1": 0.3},
        {**arm, **read, "source": "tagger", "method": "tagger", "size": 0, "f1": 0.4},
        {**arm, **read, "source": "mix", "method": "direct", "size": 100, "f1": 0.5, "text_used": 40},
    ]
    page = render_report(replace(_data(), transfer_comparison=rows))
    assert sum(tag == "svg" for tag, _ in _Elements(page).found) == 5
    said = _text(page.partition('id="transfer"')[2].partition("</figure>")[2].join(["<body>", ""]))
    assert "F1 boundary F1 span accuracy" in said
    for row in ("zero-shot fine_tuning direct 0 0 0.300 0.611 0.722", "tagger fine_tuning tagger 0 0 0.400", "mix"):
        assert row in said
    zero_shot_alone = render_report(replace(_data(), transfer_comparison=rows[:1]))
    assert sum(tag == "svg" for tag, _ in _Elements(zero_shot_alone).found) == 4


def test_differences_by_boundary_f1_and_span_accuracy_have_tables_of_their_own():
    names = ("boundary_f1", "entity_span_accuracy")
    tests = [
        {**row, **{f"{name}_{what}": 0.123 for name in names for what in ("difference", "lo", "hi", "p", "p_holm")}}
        for row in _data().significance
    ]
    page = render_report(replace(_data(), significance=tests))
    said = _text(page)
    assert page.count("By boundary F1 and span accuracy") == 1
    assert "boundary F1: difference from to p p (Holm) span accuracy: difference from to p p (Holm)" in said
    assert page.count('<tr class="significant">') == 1, "marked by typed F1 alone"
    assert "spanloom intervals" not in said
    old = [{**row, **dict.fromkeys(row.keys() & {f"{name}_p_holm" for name in names})} for row in tests]
    lacking = replace(_data(), significance=old, facts={"run": "r1"})
    assert "`spanloom intervals r1` draws them" in _text(render_report(lacking))
    assert "By boundary F1" not in render_report(_data())


def test_drawn_against_gold_used_where_that_is_known_of_all():
    known = [{**row, "gold_used": 10} for row in _data().f1_by_size]
    page = render_report(replace(_data(), f1_by_size=known))
    assert sum(tag == "svg" for tag, _ in _Elements(page).found) == 5
    assert "gold sentences used" in page
    one = [*known, {**known[-1], "size": 250, "gold_used": None}]
    assert "gold sentences used" not in render_report(replace(_data(), f1_by_size=one))


def test_columns_that_say_the_same_of_all_rows_are_left_out():
    page = render_report(_data())
    assert "<th>control</th>" not in page
    rows = [{**_data().f1_by_size[1], "control": control} for control in ("epochs", "step_matched")]
    assert "<th>control</th>" in render_report(replace(_data(), f1_by_size=rows))


def test_a_run_without_results_has_a_page():
    text = _text(render_report(ReportData("empty", "")))
    for said in ("No evaluation has ended yet.", "No samples to show.", "No training has ended yet.",
                 "No dataset of this run was written by an LLM.", "there is nothing to test"):  # fmt: skip
        assert said in text


def test_entities_are_highlighted_with_their_type():
    assert pieces_of(["Ann", "Lee", "saw", "Oslo", "."], [1, 2, 0, 3, 0], TYPES) == [
        ("Ann Lee", "PER"), ("saw", ""), ("Oslo", "LOC"), (".", "")
    ]  # fmt: skip
    assert pieces_of([], [], TYPES) == []
    assert '<mark class="t1">Oslo<sub>LOC</sub></mark>' in render_report(_data())


def test_control_characters_are_visible_and_joiners_stay():
    assert clean("K\x00b \u202e\ud800x") == "K\ufffdb \ufffd\ufffdx"
    assert clean("അവന്\u200d ന\u200cമ") == "അവന്\u200d ന\u200cമ"
    assert clean("a\nb", keep="\n") == "a\nb"


def test_collapse_rate_by_language_source_and_setting():
    rows = [
        {"language": "da", "source": "llm", "setting": setting, "collapsed": collapsed, "restarts": None}
        for setting, collapsed in (("fine_tuning", True), ("fine_tuning", False), ("from_scratch", False))
    ]
    shown = [(r["setting"], r["trainings"], r["collapsed"], r["rate"], r["restarts"]) for r in collapse_rows(rows)]
    assert shown == [("fine_tuning", 2, 1, 0.5, 0), ("from_scratch", 1, 0, 0.0, 0)]


def test_written_whole(tmp_path):
    path = write_report(_data(), tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == render_report(_data())
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
