"""Scores checked against seqeval and nervaluate, and files of gold and predictions as people have them."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom_cli.app import app
from spanloom_evaluator.score.check import check
from spanloom_evaluator.score.schemes import score
from support.common import ROOT, shared_data

SCHEMA = LabelSchema.of(["PER", "LOC"])
TAGS = st.lists(st.integers(0, 4), min_size=1, max_size=8)


def test_what_checks_every_stored_score_comes_with_the_evaluator() -> None:
    """The tests' own environment has it in any case, a user's only by this."""
    member = tomllib.loads((ROOT / "evaluator-svc" / "pyproject.toml").read_text("utf-8"))
    assert any(one.startswith("seqeval") for one in member["project"]["dependencies"])


@settings(max_examples=40)
@given(st.lists(st.tuples(TAGS, TAGS).map(lambda pair: [side[: min(map(len, pair))] for side in pair]), min_size=1))
def test_seqeval_says_the_same(pairs: list[list[list[int]]]) -> None:
    gold, pred = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    names = [[SCHEMA.names(tags) for tags in side] for side in (gold, pred)]
    assert check("seqeval", names[0], names[1], score(gold, pred, SCHEMA)).by.startswith("seqeval 1.2")


def test_a_difference_tells_both_figures() -> None:
    gold = [["B-PER", "O"]]
    good, bad = score([[1, 0]], [[1, 0]], SCHEMA), score([[1, 0]], [[0, 3]], SCHEMA)
    assert check("nervaluate", gold, gold, good).figures.keys() == {"typed", "boundary", "partial", "type"}
    for library in ("seqeval", "nervaluate"):
        with pytest.raises(DataError, match=rf"precision .* is 0\.0 here and 1\.0 by {library} .* same tags"):
            check(library, gold, gold, bad)
    off = replace(good, counts=replace(good.counts, array=good.counts.array + np.int32(0)))
    assert check("seqeval", gold, gold, off).figures["typed"].f1 == 1.0
    with pytest.raises(DataError, match="allowed are seqeval, nervaluate"):
        check("conlleval", gold, gold, good)


def run(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["score", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_strict_of_iob1_gold_is_that_of_its_iob2() -> None:
    iob1, same = (str(shared_data("cases", "gold", name)) for name in ("s-gold-iob1.txt", "s-same.txt"))
    found = run("--gold", iob1, "--pred", same, "--check", "seqeval")
    assert found["strict"]["f1"] == found["typed"]["f1"] == 1.0
    assert found["strict"]["gold"] == 5
    assert any("strict is computed on its IOB2" in note for note in found["notes"])
    assert found["checked_by"].startswith("seqeval")


def test_gold_and_predictions_side_by_side() -> None:
    both, gold = (str(shared_data("cases", "gold", name)) for name in ("s-goldpred.txt", "s-same.txt"))
    for arguments in (
        ["--pred", both],
        ["--gold", both],
        ["--gold", both, "--pred", both],
        ["--gold", gold, "--pred", both],
    ):
        found = run(*arguments, "--check", "nervaluate")
        assert [found["typed"][name] for name in ("tp", "pred", "gold")] == [1, 3, 5]
        assert any("holds gold and predictions" in note for note in found["notes"])


def test_nothing_is_scored_against_itself(tmp_path: Path) -> None:
    path, other = tmp_path / "x.txt", tmp_path / "y.txt"
    path.write_text("Anna B-PER\nbor O\n")
    refused = CliRunner().invoke(app, ["score", "--gold", str(path), "--pred", str(path)])
    assert (refused.exit_code, "scored against itself" in refused.output) == (2, True)
    other.write_text("Anna O B-PER\nbor B-LOC O\n")
    refused = CliRunner().invoke(app, ["score", "--gold", str(path), "--pred", str(other)])
    assert (refused.exit_code, "--pred-columns 0,2" in refused.output) == (2, True)
    assert run("--gold", str(path), "--pred", str(other), "--pred-columns", "0,2")["typed"]["f1"] == 1.0


def test_orphans_of_a_model_stay_orphans_and_foreign_types_are_told(tmp_path: Path) -> None:
    gold, pred = tmp_path / "g.txt", tmp_path / "p.txt"
    gold.write_text("Anna B-PER\nbor O\ni O\nOslo B-PER\n")
    pred.write_text("Anna I-PER\nbor O\ni O\nOslo I-ORG\n")
    found = run("--gold", str(gold), "--pred", str(pred))
    assert (found["typed"]["tp"], found["strict"]["tp"], found["strict"]["pred"]) == (1, 0, 0)
    assert any("'ORG' (1 spans) does not occur in gold" in note for note in found["notes"])


def test_parquet_as_gold_and_columns(tmp_path: Path) -> None:
    gold = str(shared_data("cases", "gold", "pq-bioes.parquet"))
    pred = tmp_path / "p.tsv"
    pred.write_text("Anna\tB-PER\tx\nBerg\tI-PER\tx\nbor\tO\tx\ni\tO\tx\nKiruna\tO\tx\n")
    assert run("--gold", gold, "--pred", str(pred), "--pred-columns", "0,1")["typed"]["recall"] == 0.5
