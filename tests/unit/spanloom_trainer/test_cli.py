from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.cli import tag
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.models.card import Card
from spanloom_trainer.models.export import export

app = typer.Typer()
app.command("tag")(tag)


@pytest.fixture(scope="module")
def model(
    base: Base, schema: LabelSchema, toy: dict[str, list[Sentence]], tmp_path_factory: pytest.TempPathFactory
) -> str:
    recipe = Recipe(learning_rate=5e-3, epochs=30, warmup=0.1)
    outcome = fine_tune(toy["train"], toy["dev"], [], recipe, base=base, schema=schema, seed=1)
    return str(export(outcome, tmp_path_factory.mktemp("models") / "1", card=Card("toy"), recipe=recipe))


def test_text_in_iob2_out(model: str) -> None:
    result = CliRunner().invoke(app, [model], input="hr anna er nu i oslo.\n\nhr bo\n")
    assert result.exit_code == 0, result.output
    blocks = [block.splitlines() for block in result.output.strip().split("\n\n")]
    assert [len(block) for block in blocks] == [7, 2]
    assert blocks[0][1] == "anna\tB-PER"
    assert blocks[0][5] == "oslo\tB-LOC"


def test_json_has_entities(model: str) -> None:
    result = CliRunner().invoke(app, [model, "--json", "--words"], input="hr anna er i oslo .\n")
    row = json.loads(result.output)
    assert row["tokens"] == ["hr", "anna", "er", "i", "oslo", "."]
    assert {"type": "PER", "start": 1, "end": 2, "text": "anna"} in row["entities"]


def test_a_folder_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path)], input="hr anna\n")
    assert result.exit_code == 1
    assert "cannot be loaded" in result.output


@pytest.mark.parametrize("module", ["cli", "process.slot", "process.payload", "models.words", "errors"])
def test_light_modules_load_no_torch(module: str) -> None:
    code = f"import sys, spanloom_trainer.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
