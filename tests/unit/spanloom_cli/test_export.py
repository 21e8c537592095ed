"""`spanloom export` and `spanloom results --compare paper`, over a service that answers from lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest
from typer.testing import Result

from spanloom.contracts.spec import check_spec

SPEC = check_spec(
    {"name": "x", "languages": [{"code": "da", "gold": {"demo": "da"}}], "sources": [{"kind": "organic"}],
     "training": {"settings": ["from_scratch"]}}
).model_dump(mode="json")  # fmt: skip
PLACE = {"language": "da", "source": "gold", "split": "train", "version": 1}


class Answers:
    """What the client would get."""

    def __init__(self) -> None:
        self.samples_: list[dict[str, Any]] = [
            {"call_index": 0, "candidate_index": 4, "tokens": ["Anna", "bor"], "ner_tags": [1, 0]}
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def dataset(self, _: str) -> dict[str, Any]:
        tags = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
        return PLACE | {"run": "r", "tags": tags, "state": "complete", "accepted": 1, "candidates": 1, "rules": None}

    def run(self, _: str) -> dict[str, Any]:
        return {"spec": SPEC}

    def samples(self, _: str, *, limit: int) -> list[dict[str, Any]]:
        return self.samples_[:limit]

    def results(self, view: str, *, run: str | None, limit: int) -> list[dict[str, Any]]:
        return {
            "rejection_reasons": [PLACE | {"reason": "empty", "rejected": 3}, PLACE | {"version": 2, "reason": "x"}],
            "yield_by_source": [{"language": "da", "source": "gpt-4.1", "split": "train", "accepted": 4112}],
            "f1_by_size": [{"language": "da", "setting": "from_scratch", "source": "organic", "size": 100, "f1": 0.6}],
        }[view]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    given = Answers()
    monkeypatch.setattr("spanloom_cli.export.client", lambda _: given)
    monkeypatch.setattr("spanloom_cli.results.client", lambda _: given)
    return given


@pytest.mark.parametrize(("name", "wrote"), [("x.jsonl", "x.jsonl"), ("x.iob2", "x.iob2"), ("x.parquet", "x.parquet")])
def test_files_with_a_card(
    answers: Answers, spanloom: Callable[..., Result], tmp_path: Path, name: str, wrote: str
) -> None:
    result = spanloom("export", "d", str(tmp_path / name))
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in tmp_path.iterdir()) == [wrote, f"{wrote}.README.md"]
    assert "| empty | 3 |" in (tmp_path / f"{wrote}.README.md").read_text()


def test_save_to_disk(answers: Answers, spanloom: Callable[..., Result], tmp_path: Path) -> None:
    assert spanloom("export", "d", str(tmp_path / "x"), "--no-card").exit_code == 0
    assert (tmp_path / "x" / "dataset_dict.json").is_file()
    assert not (tmp_path / "x" / "README.md").exists()


def test_mistakes(answers: Answers, spanloom: Callable[..., Result], tmp_path: Path) -> None:
    result = spanloom("export", "d", str(tmp_path / "x.xml"))
    assert (result.exit_code, "no format has the suffix" in result.output) == (2, True)
    answers.samples_ = []
    result = spanloom("export", "d", str(tmp_path / "x.jsonl"))
    assert (result.exit_code, "holds no sample" in result.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_compare_with_the_paper(answers: Answers, spanloom: Callable[..., Result]) -> None:
    result = spanloom("results", "r", "--compare", "paper", "--format", "json")
    assert result.exit_code == 0, result.output
    shown = json.loads(result.output)
    assert [row["difference"] for row in shown["yields"]] == [0]
    assert [(row["published"], row["measured"]) for row in shown["f1"]] == [(0.5512010113780025, 0.6)]
    table = spanloom("results", "r", "--compare", "paper").output
    assert "4,112" in table or "4112" in table
