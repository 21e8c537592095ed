"""`spanloom score` on files, through the command itself."""

from __future__ import annotations

import gzip
import json

import pytest
from typer.testing import CliRunner

from spanloom_cli.app import app
from spanloom_evaluator.score.schemes import SCHEMES

GOLD = "Ann B-PER\nLee I-PER\nsaw O\nOslo B-LOC\n\n# O\nRome B-LOC\n. O\n\nBo B-PER\nran O\n"
GOOD = GOLD.replace("Rome B-LOC", "Rome O")
BAD = GOLD.replace("B-LOC", "B-PER").replace("Bo B-PER", "Bo O")
PRF = {"precision", "recall", "f1", "tp", "pred", "gold"}


@pytest.fixture
def files(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        return [str(tmp_path / f"{name}.txt") for name in texts]

    return write


def _score(*arguments: str):
    return CliRunner().invoke(app, ["score", *arguments])


def _json(*arguments: str) -> dict:
    result = _score(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_one_json_object_with_every_reading(files):
    gold, pred = files(gold=GOLD, pred=GOOD)
    result = _json("--gold", gold, "--pred", pred)
    for reading in (*SCHEMES, "macro", "weighted"):
        assert set(result[reading]) == PRF
    assert result["typed"]["f1"] == pytest.approx(6 / 7)
    assert [result["typed"][name] for name in ("precision", "recall", "tp", "pred", "gold")] == [1.0, 0.75, 3, 3, 4]
    assert set(result["labels"]) == {"LOC", "PER"}
    assert result["labels"]["LOC"]["recall"] == 0.5
    assert result["labels"]["LOC"]["strict"]["recall"] == 0.5
    assert (result["sentences"], result["tokens"], result["missing_tokens"]) == (3, 9, 0)
    assert result["interval"]["lo"] <= result["typed"]["f1"] <= result["interval"]["hi"]
    assert result["interval"]["varies"] == "test sampling only"
    points = {"f1": result["typed"]["f1"], "boundary_f1": result["boundary"]["f1"]}
    points["entity_span_accuracy"] = result["entity_span_accuracy"]
    assert {name: one["value"] for name, one in result["intervals"].items()} == pytest.approx(points)
    assert all(one["lo"] <= one["value"] <= one["hi"] for one in result["intervals"].values())
    assert "comparison" not in result


def test_two_predictions_are_compared(files):
    gold, good, bad = files(gold=GOLD, good=GOOD, bad=BAD)
    result = _json("--gold", gold, "--pred", good, "--pred", bad)
    comparison = result["comparison"]
    assert result["pred"] == good
    assert comparison["pred"] == bad
    assert comparison["difference"] == pytest.approx(result["typed"]["f1"] - comparison["typed"]["f1"])
    assert 0 < comparison["p"] <= 1
    assert comparison["p_holm"] == comparison["p"]
    assert comparison["difference_interval"]["lo"] <= comparison["difference"]
    spans = comparison["differences"]["entity_span_accuracy"]
    assert spans["difference"] == result["entity_span_accuracy"] - comparison["entity_span_accuracy"]
    assert comparison["differences"]["f1"]["p"] == comparison["p"]
    assert _json("--gold", gold, "--pred", good, "--pred", bad) == result


def test_jsonl_gzip_and_tag_ids(tmp_path, files):
    (gold,) = files(gold=GOLD)
    rows = [(["Ann", "Lee", "saw", "Oslo"], [1, 2, 0, 3]), (["#", "Rome", "."], [0, 0, 0]), (["Bo", "ran"], [1, 0])]
    pred = tmp_path / "pred.jsonl.gz"
    with gzip.open(pred, "wt") as out:
        out.writelines(json.dumps({"tokens": tokens, "ner_tags": tags}) + "\n" for tokens, tags in rows)
    result = _json("--gold", gold, "--pred", str(pred), "--labels", "PER,LOC")
    assert result["typed"]["f1"] == pytest.approx(6 / 7)
    refused = _score("--gold", gold, "--pred", str(pred))
    assert refused.exit_code == 2
    assert "tag names by id are not given" in refused.output
    assert "--labels" in refused.output


def test_lost_tokens_are_scored_as_outside_and_reported(files):
    gold, pred = files(gold=GOLD, pred="Ann B-PER\nLee I-PER\n\n# O\nRome B-LOC\n")
    result = _json("--gold", gold, "--pred", pred)
    assert (result["missing_tokens"], result["missing_sentences"]) == (5, 1)
    assert result["typed"]["recall"] == 0.5
    assert "5 tokens have no prediction and are scored as O" in _score("--gold", gold, "--pred", pred).output


def test_another_sentence_is_an_error_that_names_the_line(files):
    gold, pred = files(gold=GOLD, pred=GOLD.replace("Rome", "Paris"))
    result = _score("--gold", gold, "--pred", pred, "--json")
    assert result.exit_code == 2
    assert f"{pred}:7: sentence 2 does not match its gold ({gold}:6)" in result.output
    assert result.stdout == ""


def test_training_data_adds_recall_by_novelty(files):
    gold, pred, train = files(gold=GOLD, pred=GOOD, train="Ann B-PER\nLee I-PER\n\nBo B-PER\nran O\n")
    result = _json("--gold", gold, "--pred", pred, "--train", train)
    (recall,) = result["train"]["recall"]
    assert recall["seen"] == {"found": 2, "gold": 2, "recall": 1.0}
    assert recall["unseen"] == {"found": 1, "gold": 2, "recall": 0.5}
    assert result["train"]["overlap"] == {"overlapping": 1, "sentences": 3}


def test_people_get_tables(files):
    gold, good, bad, train = files(gold=GOLD, good=GOOD, bad=BAD, train=GOLD)
    output = _score("--gold", gold, "--pred", good, "--pred", bad, "--train", train).output
    for text in (*SCHEMES, "typed, macro", "LOC", "PER", "0.857", "95% interval", "paired approximate randomisation",
                 "boundary F1 0.", "difference in span accuracy",
                 "3 of 3 test sentences are in the training data", "unseen"):  # fmt: skip
        assert text in output


def test_files_that_are_not_there_and_too_many_of_them(files):
    (gold,) = files(gold=GOLD)
    missing = _score("--gold", gold, "--pred", "nowhere.txt")
    assert missing.exit_code == 2
    assert "nowhere.txt: no such file" in missing.output
    many = _score("--gold", gold, "--pred", gold, "--pred", gold, "--pred", gold)
    assert many.exit_code == 2
    assert "3 files of predictions; give one" in many.output
