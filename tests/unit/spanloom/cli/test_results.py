"""`spanloom results`: which columns people see, and plots that the service draws."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from fake_service import FakeService
from spanloom.cli.results import SHORT, View, columns_for

Command = Callable[..., Result]


def test_people_see_what_tells_rows_apart_and_what_holds_anything() -> None:
    row = {"run": "r1", "control": "epochs", "source": "organic", "size": 30, "f1": 0.5, "gold_used": None}
    assert columns_for(View.f1_by_size, [row]) == ["source", "size", "f1"]
    both = columns_for(View.f1_by_size, [row, {**row, "control": "step_matched", "gold_used": 9}])
    assert both == ["control", "source", "size", "gold_used", "f1"]
    assert columns_for(View.run_summary, [row]) is None
    assert set(SHORT) == set(View) - {View.run_summary, View.yield_by_source, View.rejection_reasons}


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
