"""`spanloom prompt`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spanloom_cli.app import app

SPEC = """
name: x
languages: [{code: da, gold: {demo: da}}]
sources:
  - {kind: organic}
  - {kind: synthetic, name: one, engine: {kind: toy}, n: 3}
  - {kind: synthetic, name: two, engine: {kind: toy}, format: inline, constrain: aligned, dev_calls: 2}
training: {dev: own}
"""


def call(tmp_path: Path, *arguments: str, code: int = 0) -> str:
    (tmp_path / "spec.yaml").write_text(SPEC)
    result = CliRunner().invoke(app, ["prompt", str(tmp_path / "spec.yaml"), *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_prompt(tmp_path: Path) -> None:
    shown = call(tmp_path, "--call", "3")
    assert "Write 3 new sentences in Danish" in shown
    assert "sampling: temperature 0.8, top-p 0.8, at most 8192 tokens, seed" in shown
    assert "grammar" not in shown


def test_prompt_as_json(tmp_path: Path) -> None:
    shown = json.loads(call(tmp_path, "--source", "two", "--dev", "--call", "1", "--json"))
    assert shown["grammar"].startswith("root ::= ")
    assert (shown["call_index"], shown["source"], shown["extra"]["split"]) == (1, "two", "dev")
    assert len(shown["seed_indices"]) == 10


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--source", "organic"], "no synthetic source organic; there are: one, two"),
        (["--language", "sv"], "no 'sv' of source one; there are da"),
        (["--source", "two", "--dev", "--call", "2"], "2 is past the last dev call; two makes 2"),
    ],
)
def test_mistakes(tmp_path: Path, arguments: list[str], what: str) -> None:
    assert what in " ".join(call(tmp_path, *arguments, code=2).split())
