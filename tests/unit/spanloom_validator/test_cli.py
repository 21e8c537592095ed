"""`spanloom validate` on files of one's own: what it prints, writes and refuses."""

import gzip
import json

import pytest
import typer
from typer.testing import CliRunner

from spanloom.contracts.rules import Reason, Repair
from spanloom.errors import DataError, SpanloomError, SpecError
from spanloom_validator.cli import validate

GOOD = {"tokens": ["Anna", "bor", "i", "Oslo"], "ner_tags": [2, 0, 0, 5]}
BAD = {"tokens": ["Anna", "bor"], "ner_tags": [1]}


@pytest.fixture
def run():
    app = typer.Typer()
    app.command("validate")(validate)

    def call(*arguments):
        result = CliRunner().invoke(app, [*map(str, arguments)])
        if isinstance(result.exception, SpanloomError):
            raise result.exception
        return result

    return call


@pytest.fixture
def recorded(tmp_path):
    path = tmp_path / "da.jsonl.gz"
    completions = [
        "\n".join(map(json.dumps, [GOOD, BAD])),
        "I cannot help with that.",
        json.dumps(GOOD) + ' {"tokens": ["Per',
    ]
    lines = [{"call_idx": i, "raw_output": text} for i, text in enumerate(completions)]
    lines.append({"response": None, "error": {"message": "expired"}})
    path.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    return path


def test_json(run, recorded):
    result = run(recorded, "--labels", "PER,ORG,LOC", "--json")
    assert json.loads(result.stdout) == {
        "calls": 4,
        "calls_without_object": 1,
        "calls_failed": 1,
        "drafts": 0,
        "candidates": 4,
        "accepted": 1,
        "rejected": {"truncated": 1, "length_mismatch": 1, "duplicate": 1},
        "repaired": {"iob": 2},
        "marked": {},
    }


def test_paper_is_chosen_and_its_marks_are_counted(run, recorded):
    result = run(recorded, "--labels", "PER,ORG,LOC", "--rules", "paper", "--format", "tag_ids", "--json")
    counts = json.loads(result.stdout)
    assert (counts["candidates"], counts["accepted"], counts["rejected"]) == (3, 2, {"length_mismatch": 1})
    assert counts["marked"] == {"duplicate": 1, "iob_violation": 2}


def test_a_table_for_people(run, recorded, tmp_path):
    second = tmp_path / "sv.jsonl"
    second.write_text(json.dumps({"raw_output": json.dumps(GOOD)}) + "\n")
    result = run(recorded, second, "--labels", "PER,ORG,LOC")
    assert "da.jsonl.gz" in result.stdout
    assert "total" in result.stdout
    assert "rejected: length_mismatch" in result.stdout
    assert "rejected: duplicate" in result.stdout  # the files are one dataset


def test_samples_and_verdicts_are_written_whole_or_not_at_all(run, recorded, tmp_path):
    samples, verdicts = tmp_path / "samples.jsonl", tmp_path / "verdicts.jsonl"
    run(recorded, "--labels", "PER,ORG,LOC", "--samples", samples, "--verdicts", verdicts, "--json")
    (sample,) = map(json.loads, samples.read_text().splitlines())
    assert sample["tokens"] == GOOD["tokens"]
    assert sample["ner_tags"] == [1, 0, 0, 5]
    assert sample["repairs"] == ["iob"]
    rows = list(map(json.loads, verdicts.read_text().splitlines()))
    assert [row.get("reason") for row in rows] == [None, "length_mismatch", "duplicate", "truncated", None]
    assert rows[1]["delta"] == 1
    assert rows[-1]["error"] == "expired"
    recorded.write_text('{"raw_output": "x", "call_idx": 0}\n' * 2)
    samples.unlink()
    with pytest.raises(DataError, match=r"da\.jsonl\.gz:2"):
        run(recorded, "--labels", "PER,ORG,LOC", "--samples", samples)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["da.jsonl.gz", "verdicts.jsonl"]


def test_gold_evaluation_sentences_are_rejected_and_letters_learned(run, tmp_path):
    gold = tmp_path / "test.iob2"
    gold.write_text("anna\tB-PER\nbor\tO\nć\tO\n")
    path = tmp_path / "x.jsonl"
    texts = [
        {"tokens": ["Anna", "bor", "Ć"], "ner_tags": [1, 0, 0]},
        {"tokens": ["Babi\x0107", "a"], "ner_tags": [0, 0]},
    ]
    path.write_text(json.dumps({"raw_output": "\n".join(map(json.dumps, texts))}) + "\n")
    counts = json.loads(run(path, "--labels", "PER,ORG,LOC", "--gold-eval", gold, "--json").stdout)
    assert counts["rejected"] == {"in_gold_eval": 1}
    assert counts["repaired"] == {"split_escape": 1}
    counts = json.loads(run(path, "--labels", "PER,ORG,LOC", "--json").stdout)
    assert counts["rejected"] == {"broken_escape": 1}


def test_rules_from_a_file_and_single_changes(run, recorded, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  base: default\n  duplicate: off\n")
    counts = json.loads(
        run(recorded, "--labels", "PER,ORG,LOC", "--rules", rules, "--rule", "iob=off", "--json").stdout
    )
    assert counts["accepted"] == 2
    assert counts["marked"] == {"iob_violation": 2}


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["--rule", "syntax=mark"], SpecError, "can only be 'reject'"),
        (["--rule", "broken_escape"], SpecError, "has no '='"),
        (["--rules", "nowhere.yaml"], SpecError, "neither `paper` nor `default`"),
        (["--format", "xml"], SpecError, "allowed: tag_ids"),
        (["--script", "Zzzy"], SpecError, "ISO 15924"),
        (["--labels", "PER,PER"], SpanloomError, "twice"),
    ],
)
def test_mistakes_are_told(run, recorded, arguments, error, says):
    with pytest.raises(error, match=says):
        run(recorded, *(["--labels", "PER"] if "--labels" not in arguments else []), *arguments)


def test_a_missing_file_is_named(run, tmp_path):
    with pytest.raises(DataError, match="no such file"):
        run(tmp_path / "none.jsonl", "--labels", "PER")


def test_every_reason_and_repair_is_documented():
    """The docstring under each member says what it means, for docs and for people."""
    import ast
    import inspect

    from spanloom.contracts import rules

    tree = ast.parse(inspect.getsource(rules))
    for enum in (Reason, Repair):
        (node,) = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == enum.__name__]
        body = node.body[1:]
        assert [type(n) for n in body] == [ast.Assign, ast.Expr] * len(enum)
