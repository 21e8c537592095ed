"""`spanloom results`: which columns people see, and plots that the service draws."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import Result

from spanloom_cli.results import HEADINGS, SHORT, SPARE, View, columns_for
from spanloom_cli.tables import as_table, fitting
from support.fake_service import FakeService

Command = Callable[..., Result]


def test_people_see_what_tells_rows_apart_and_what_holds_anything() -> None:
    row = {"run": "r1", "control": "epochs", "source": "organic", "size": 30, "f1": 0.5, "gold_used": None}
    assert columns_for(View.f1_by_size, [row]) == ["source", "size", "f1"]
    both = columns_for(View.f1_by_size, [row, {**row, "control": "step_matched", "gold_used": 9}])
    assert both == ["control", "source", "size", "gold_used", "f1"]
    assert columns_for(View.run_summary, [row]) is None
    whole = {View.run_summary, View.rejection_reasons, View.gold_equivalents, View.failures, View.mentions}
    assert set(SHORT) == set(View) - whole


def test_programs_see_all(service: FakeService, spanloom: Command) -> None:
    service.rows = [{"language": "da", "f1": 0.5, "test_set": "t"}]
    assert json.loads(spanloom("results", "r1", "--format", "json").stdout) == service.rows
    assert spanloom("results", "r1", "--format", "csv").stdout.splitlines() == ["language,f1,test_set", "da,0.5,t"]
    assert "test_set" not in spanloom("results", "r1").stdout


def test_the_service_draws_the_plot(service: FakeService, spanloom: Command, tmp_path: Path) -> None:
    made = tmp_path / "f1.SVG"
    result = spanloom("results", "r1", "--plot", str(made), "--by", "gold_used")
    assert (result.exit_code, f"wrote {made}" in result.stderr) == (0, True)
    assert made.read_text() == "f1_by_size of r1 by gold_used as svg"
    assert [path.name for path in tmp_path.iterdir()] == ["f1.SVG"]


def test_a_plot_that_cannot_be_had_is_an_error_and_leaves_no_file(
    service: FakeService, spanloom: Command, tmp_path: Path
) -> None:
    refused = spanloom("results", "--view", "run_summary", "--plot", str(tmp_path / "a.png"))
    assert refused.exit_code == 4
    assert "run_summary is not drawn" in refused.stderr
    wrong = spanloom("results", "--plot", str(tmp_path / "a.pdf"))
    assert wrong.exit_code != 0
    assert "drawn as .png or .svg" in wrong.stderr
    assert list(tmp_path.iterdir()) == []


LEDGER = {
    "run": "r1", "language": "da", "split": "train", "version": 1, "calls_judged": 250, "tokens_in": 1203450,
    "tokens_out": 980123, "seconds": 12345.678, "cost": 12.345678, "currency": "USD", "candidates": 5018,
    "accepted": 4112, "distinct_accepted": 4001, "accepted_per_1000_tokens": 4.195, "share_damaged": 0.1312,
}  # fmt: skip


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (80, ["currency", "seconds", "tokens_in", "calls_judged", "distinct_accepted"]),
        (100, ["currency", "seconds", "tokens_in"]),
        (120, ["currency"]),
        (400, []),
    ],
)
def test_the_ledger_fits_the_terminal(width: int, left_out: list[str]) -> None:
    rows = [{**LEDGER, "source": source} for source in ("gpt-4.1", "llama-3.1-8b", "aya-expanse-32b")]
    console, spare = Console(width=width, record=True, file=io.StringIO()), SPARE[View.yield_by_source]
    columns = columns_for(View.yield_by_source, rows)
    shown, missing = fitting(rows, columns, console, headings=HEADINGS, spare=spare)
    assert missing == left_out
    console.print(as_table(rows, columns=shown, headings=HEADINGS))
    (line,) = (line for line in console.export_text().splitlines() if "gpt-4.1" in line)
    assert [cell for cell in ("980,123", "12.346", "5,018", "4,112", "4.195", "0.131") if cell not in line] == []


def test_the_ledger_is_shown_whole_where_no_terminal_is(service: FakeService, spanloom: Command) -> None:
    service.rows = [{**LEDGER, "source": "gpt-4.1", "cost": None, "currency": None}]
    shown = spanloom("results", "r1", "--view", "yield_by_source").stdout
    assert "12,346" in shown
    assert "currency" not in shown
    markdown = spanloom("results", "r1", "--view", "yield_by_source", "--format", "markdown").stdout
    assert "accepted_per_1000_tokens" in markdown


def test_boundary_measures_stand_beside_typed_f1_where_the_terminal_is_wide_enough() -> None:
    row = {"language": "da", "setting": "fine_tuning", "size": 100, "source": "organic", "other": "llm", "f1": 0.6}
    row |= {"other_f1": 0.5, "difference": 0.1, "lo": 0.05, "hi": 0.15, "p": 0.01, "p_holm": 0.02}
    tested = [name for name in SHORT[View.significance] if name not in row]
    assert len(tested) == 8
    rows = [{**row, **dict.fromkeys(tested, 0.123)}]
    columns = columns_for(View.significance, rows)
    assert columns == list(SHORT[View.significance])
    for width, left_out in ((400, []), (90, tested[::-1])):
        console, spare = Console(width=width, file=io.StringIO()), SPARE[View.significance]
        assert fitting(rows, columns, console, headings=HEADINGS, spare=spare)[1] == left_out


def test_rows_of_an_earlier_release_say_how_their_intervals_are_had(service: FakeService, spanloom: Command) -> None:
    row = {"language": "da", "source": "organic", "size": 9, "f1": 0.5, "lo": 0.4, "hi": 0.6, "boundary_f1": 0.7}
    service.rows = [{**row, "boundary_f1_lo": None, "boundary_f1_hi": None}]
    said = " ".join(spanloom("results", "r1", "--view", "transfer_comparison").stderr.split())
    assert "`spanloom intervals r1` draws them" in said
    service.rows = [{**row, "boundary_f1_lo": 0.6, "boundary_f1_hi": 0.8}]
    assert "intervals" not in spanloom("results", "r1", "--view", "transfer_comparison").stderr
