"""`spanloom init` writes what `spanloom run` accepts, whatever is answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import Result

from spanloom.contracts.spec import RunSpec, parse_spec
from spanloom.data.languages import complete_spec
from spanloom.ner.common_types import COMMON_TYPES
from spanloom_cli.init import specification

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def _no_encoder_at_hand(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLOOM_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "gold"
    place.mkdir()
    for split in ("train", "test"):
        (place / f"{split}.iob2").write_text("Anna\tB-PER\n\n" * 20)
    return place


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "my file.iob2"
    path.write_text("Anna\tB-PER\nascorbic\tB-DRUG\nacid\tI-DRUG\n\n" * 200)
    return path


def read(path: Path) -> RunSpec:
    return parse_spec(path.read_text("utf-8"), complete_spec)


def test_four_questions(spanloom: Command, mine: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    answers = f"sw\n{mine}\nhttp://127.0.0.1:8080/v1\nmy model: 7b\n\n"
    result = spanloom("init", str(out), input=answers)
    assert result.exit_code == 0, result.stderr
    spec = read(out)
    assert (spec.languages[0].code, spec.languages[0].gold.file) == ("sw", str(mine))
    assert [source.name for source in spec.sources] == ["organic", "llm"]
    assert dict(spec.labels) == {"PER": COMMON_TYPES["PER"], "DRUG": "DRUG"}
    assert spec.training.sizes == (50, 100, 250)
    assert "200 sentences; entities: DRUG 200, PER 200" in result.stderr
    assert spec.sources[1].engine.model == "my model: 7b"
    assert spec.training.encoder.name == "xlm-roberta-base"
    assert len(spec.training.training_seeds) == 3
    assert f"spanloom plan {out}" in result.stderr


def test_without_a_server_and_with_options(spanloom: Command, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.yaml"
    given_all = ("--language", "rw", "--gold", str(folder), "--server", "", "--encoder", "e5-small")
    assert spanloom("init", str(out), *given_all).exit_code == 0
    spec = read(out)
    assert (spec.languages[0].gold.path, len(spec.sources)) == (str(folder), 1)
    again = spanloom("init", str(out), *given_all)
    assert again.exit_code == 1
    assert "is there already" in again.stderr
    assert spanloom("init", str(out), *given_all, "--force").exit_code == 0


def test_what_cannot_be_written_is_refused_and_nothing_is_left(spanloom: Command, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.yaml"
    nowhere = spanloom("init", str(out), "--language", "sw", "--gold", "nowhere.iob2", "--server", "", "--encoder", "x")
    assert "neither a file, nor a folder" in nowhere.stderr
    odd = spanloom("init", str(out), "--language", "Swahili!", "--gold", str(folder), "--server", "", "--encoder", "x")
    assert odd.exit_code == 2
    assert "languages.0.code" in odd.stderr
    empty = tmp_path / "gold" / "none.iob2"
    empty.write_text("Anna\tO\n\n")
    none = spanloom("init", str(out), "--language", "sw", "--gold", str(empty), "--server", "", "--encoder", "x")
    assert "no entity" in none.stderr
    assert list(tmp_path.iterdir()) == [folder]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=40))
def test_any_model_name_survives(name: str) -> None:
    text = specification("sw", "{name: universal_ner/sw}", "http://127.0.0.1:1/v1", name, "x")
    spec = parse_spec(text, complete_spec)
    assert spec.sources[1].engine.model == name
