"""Tables in every format, with cells that try to break them."""

from __future__ import annotations

import csv
import io
import json

import pytest
from rich.console import Console

from spanloom.errors import SpanloomError
from spanloom_cli.tables import FORMATS, cell, render

ROWS = [
    {"source": "organic", "size": 5000, "f1": 0.83871234, "lo": None},
    {"source": "a|b & 50%_[red]x[/red] \x1b[31m", "size": 100, "f1": 0.00002, "lo": 0.1, "note": "=1+1"},
]


def _text(form: str) -> str:
    shown = render(ROWS, form)
    if isinstance(shown, str):
        return shown
    console = Console(width=200, file=io.StringIO(), force_terminal=False)
    console.print(shown)
    return console.file.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_every_row_and_column(form):
    text = _text(form)
    for word in ("source", "size", "f1", "lo", "note", "organic"):
        assert word in text


def test_json_and_csv_keep_full_precision():
    rows = json.loads(_text("json"))
    assert [row["f1"] for row in rows] == [0.83871234, 0.00002]
    assert rows[0] == {"source": "organic", "size": 5000, "f1": 0.83871234, "lo": None, "note": None}
    read = list(csv.DictReader(io.StringIO(_text("csv"))))
    assert read[0] == {"source": "organic", "size": "5000", "f1": "0.83871234", "lo": "", "note": ""}
    assert read[1]["source"] == ROWS[1]["source"]


def test_people_get_three_digits():
    text = _text("table")
    assert "0.839" in text
    assert "5,000" in text
    assert "<0.001" in text
    assert "[red]x[/red]" in text
    assert "\x1b" not in text


def test_markdown_keeps_its_columns():
    lines = _text("markdown").splitlines()
    assert lines[1] == "| --- | ---: | ---: | ---: | --- |"
    assert {line.replace("\\|", "").count("|") for line in lines} == {6}


def test_latex_is_escaped():
    text = _text("latex")
    assert r"a|b \& 50\%\_[red]" in text
    assert r"\begin{tabular}{lrrrl}" in text
    assert text.count(r"\\") == 3


def test_chosen_columns_and_no_rows():
    assert render(ROWS, "csv", columns=["size"]) == "size\r\n5000\r\n100\r\n"
    assert json.loads(render([], "json")) == []


def test_an_unknown_format_is_named_with_those_there_are():
    with pytest.raises(SpanloomError, match="'xml' is unknown; formats are table, json, csv, markdown, latex"):
        render(ROWS, "xml")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        (True, "yes"),
        (0.0, "0.000"),
        (12345, "12,345"),
        (0.0004, "<0.001"),
        (-0.5, "-0.500"),
        (-1e-9, "0.000"),
    ],
)
def test_cells(value, shown):
    assert cell(value) == shown
