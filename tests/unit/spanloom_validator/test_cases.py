"""Completions in the shapes of public bug reports: each is judged as it should be, by the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from spanloom.data.completions import read_completions
from spanloom_cli.app import app
from support.common import shared_data


def _names() -> list[str]:
    try:
        folder = shared_data("cases", "completions")
    except pytest.skip.Exception:
        return []
    return sorted(path.name.removesuffix(".expected.json") for path in folder.glob("*.expected.json"))


def _judged(path: Path, case: dict[str, Any], folder: Path) -> tuple[Any, list[Any]]:
    arguments = [
        "validate",
        str(path),
        "--format",
        case["format"],
        "--labels",
        case["labels"],
        "--rules",
        case["rules"],
    ]
    samples = folder / "samples.jsonl"
    result = CliRunner().invoke(app, [*arguments, *case["extra"], "--samples", str(samples), "--json"])
    assert result.exit_code == case["expected"]["exit"], result.output
    return json.loads(result.stdout), [json.loads(line) for line in samples.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", [name for name in _names() if not name.startswith("replay_")])
def test_each_case_is_judged_as_it_should_be(name: str, tmp_path: Path) -> None:
    folder = shared_data("cases", "completions")
    case = json.loads((folder / f"{name}.expected.json").read_text("utf-8"))
    counts, samples = _judged(folder / f"{name}.jsonl", case, tmp_path)
    expected = case["expected"]
    if "samples" in expected:
        assert [[sample["tokens"], sample["ner_tags"]] for sample in samples] == expected["samples"]
    if "accepted" in expected:
        assert counts["accepted"] == expected["accepted"]
    if "reasons" in expected:
        assert sorted(counts["rejected"]) == sorted(expected["reasons"])
    assert counts["calls_failed"] == expected.get("calls_failed", 0)


@pytest.mark.parametrize("name", [name for name in _names() if name.startswith("replay_")])
def test_the_custom_id_names_the_call(name: str) -> None:
    folder = shared_data("cases", "completions")
    calls = {f"call {call.call_index}": call.text for call in read_completions(folder / f"{name}.jsonl")}
    assert calls == json.loads((folder / f"{name}.expected.json").read_text("utf-8"))
