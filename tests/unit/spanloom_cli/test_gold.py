"""`spanloom gold` on the small files of public bug reports, and its options, through the command itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from spanloom_cli.app import app
from support.common import shared_data

KEYS = {"sentences", "tokens", "entities", "scheme", "columns", "orphans", "dropped", "first"}
PER_LOC = {"PER": 1, "LOC": 1}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["gold", *arguments])


def gold(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found.keys() >= KEYS
    assert len(found["first"]["tokens"]) == len(found["first"]["ner_tags"])
    return dict(found)


# file: sentences, entities, scheme, columns, tokens of the first sentence, its tags
RIGHT: dict[str, tuple[int, dict[str, int], str, list[int | str], str, str]] = {
    "docstart-no-blank.conll": (3, {"PER": 1, "LOC": 2}, "IOB2", [0, 2], "Dat Anna", "O B-PER"),
    "labelstudio.conll": (2, {"PER": 2}, "IOB2", [0, 3], "Anna bor", "B-PER O"),
    "index-gap.conll": (2, {"PER": 2, "LOC": 1}, "IOB2", [1, 2], "Anna bor Kiruna", "B-PER O B-LOC"),
    "index-mwt.conll": (2, PER_LOC, "IOB2", [1, 2], "de le Paris", "O O B-LOC"),
    "bilou.txt": (2, PER_LOC, "BILOU", [0, 1], "Anna Berg bor i Kiruna", "B-PER I-PER O O B-LOC"),
    "io.txt": (2, PER_LOC, "IO", [0, 1], "Anna Berg bor i Kiruna", "B-PER I-PER O O B-LOC"),
    "lower.txt": (1, PER_LOC, "IOB2", [0, 1], "Anna Berg bor i Kiruna", "B-PER I-PER O O B-LOC"),
    "suffix.txt": (1, PER_LOC, "IOB2", [0, 1], "Anna Berg bor i Kiruna", "B-PER I-PER O O B-LOC"),
    "pq-bioes.parquet": (
        1,
        PER_LOC,
        "BIOES",
        ["tokens", "ner_tags"],
        "Anna Berg bor i Kiruna",
        "B-PER I-PER O O B-LOC",
    ),
    "pq-io.parquet": (
        1,
        {"person": 1, "location": 1},
        "IO",
        ["tokens", "ner_tags"],
        "Anna Berg bor i Kiruna",
        "B-person I-person O O B-location",
    ),
    "six.tsv": (1, {"PER": 1}, "IOB2", [0, 5], "Anna bor", "B-PER O"),
    "conllu-misc.conllu": (1, {"PER": 1}, "IOB2", [1, "9:NER"], "Anna bor", "B-PER O"),
    "json-array.json": (1, {"PER": 1}, "IOB2", ["tokens", "ner_tags"], "Anna bor", "B-PER O"),
    "labelstudio.json": (1, {"PER": 1}, "spans", ["text", "annotations"], "Anna bor", "B-PER O"),
    "doccano.jsonl": (1, {"PER": 1}, "spans", ["text", "label"], "Anna bor", "B-PER O"),
    "prodigy.jsonl": (1, {"PER": 1}, "spans", ["text", "spans"], "Anna bor", "B-PER O"),
    "words-labels.jsonl": (1, {"PER": 1}, "IOB2", ["words", "ner"], "Anna bor", "B-PER O"),
    "ner-not-last.txt": (2, {"PER": 1}, "IOB2", [0, 1], "Anna Berg bor", "B-PER I-PER O"),
    "trail-space-tab.tsv": (2, {"PER": 2}, "IOB2", [0, 1], "Anna bor", "B-PER O"),
    "comment-O.iob2": (1, {"LOC": 1}, "IOB2", [1, 2], "O Canada", "O B-LOC"),
    "cr-only.tsv": (2, {"PER": 2}, "IOB2", [0, 1], "Anna bor", "B-PER O"),
    "s-gold-iob1.txt": (
        3,
        {"PER": 3, "LOC": 1, "ORG": 1},
        "IOB1",
        [0, 1],
        "Anna Berg bor i Kiruna",
        "B-PER I-PER O O B-LOC",
    ),
    "s-same.txt": (
        3,
        {"PER": 3, "LOC": 1, "ORG": 1},
        "IOB2",
        [0, 1],
        "Anna Berg bor i Kiruna",
        "B-PER I-PER O O B-LOC",
    ),
}
REFUSED = {
    "ints-conll-order.jsonl": "`gold.tags: [O, B-PER, I-PER, ...]`",
    "pq-plain-ints.parquet": "`gold.tags: [O, B-PER, I-PER, ...]`",
    "s-goldpred.txt": "columns 1 and 2 hold tags",
}


@pytest.mark.parametrize("name", RIGHT)
def test_files_of_bug_reports(name: str) -> None:
    found = gold(str(shared_data("cases", "gold", name)))
    sentences, entities, scheme, columns, tokens, tags = RIGHT[name]
    assert (found["sentences"], found["entities"], found["scheme"]) == (sentences, entities, scheme)
    assert found["columns"] == columns
    assert found["first"] == {"tokens": tokens.split(), "ner_tags": tags.split()}
    assert (found["orphans"], found["dropped"]) == (0, {})


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_do_not_say_what_they_mean(name: str) -> None:
    result = run(str(shared_data("cases", "gold", name)), "--json")
    assert result.exit_code == 2
    assert REFUSED[name] in result.output


def test_every_case_has_its_value() -> None:
    there = {path.name for path in shared_data("cases", "gold").iterdir()}
    assert there == {*RIGHT, *REFUSED}


def test_the_way_out_of_each_refusal() -> None:
    ints = shared_data("cases", "gold", "ints-conll-order.jsonl")
    tags = "O,B-PER,I-PER,B-ORG,I-ORG,B-LOC,I-LOC"
    assert gold(str(ints), "--tags", tags)["entities"] == {"PER": 3, "ORG": 2, "LOC": 2}
    plain = shared_data("cases", "gold", "pq-plain-ints.parquet")
    assert gold(str(plain), "--tags", "O,PER")["entities"] == {"PER": 2}
    both = shared_data("cases", "gold", "s-goldpred.txt")
    assert gold(str(both), "--columns", "0,1")["entities"] == {"PER": 3, "LOC": 1, "ORG": 1}
    assert gold(str(both), "--columns", "[0, 2]")["entities"] == {"PER": 2, "ORG": 1}


# name of the file, its text, its scheme
SHAPES = {
    "sentence numbers under a name": ("x.csv", "sentence_id,word,label\n1,Anna,B-PER\n1,bor,O\n2,Oslo,B-LOC\n", "IOB2"),
    "sentence numbers without a name": ("x.tsv", "1\tAnna\tB-PER\n1\tbor\tO\n2\tOslo\tB-LOC\n", "IOB2"),
    "full stops": ("x.txt", "Anna B.PER\nbor O\n\nOslo B.LOC\n", "IOB2"),
    "colons": ("x.txt", "Anna B:PER\nbor O\n\nOslo B:LOC\n", "IOB2"),
    "records within an object": (
        "x.json",
        '{"data": [{"tokens": ["Anna", "bor"], "ner_tags": ["B-PER", "O"]}, '
        '{"tokens": ["Oslo"], "ner_tags": ["B-LOC"]}]}',
        "IOB2",
    ),
    "doccano's data": (
        "x.jsonl",
        '{"data": "Anna bor", "label": [[0, 4, "PER"]]}\n{"data": "Oslo", "label": [[0, 4, "LOC"]]}\n',
        "spans",
    ),
    "classes beside annotations": (
        "x.json",
        '{"classes": ["PER"], "annotations": [["Anna bor", {"entities": [[0, 4, "PER"]]}], '
        '["Oslo", {"entities": [[0, 4, "LOC"]]}]]}',
        "spans",
    ),
    "content and tag names": (
        "x.json",
        '[{"content": "Anna bor", "annotations": [{"start": 0, "end": 4, "tag_name": "PER"}]}, '
        '{"content": "Oslo", "annotations": [{"start": 0, "end": 4, "tag_name": "LOC"}]}]',
        "spans",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_further_shapes(shape: str, tmp_path: Path) -> None:
    name, text, scheme = SHAPES[shape]
    (tmp_path / name).write_text(text)
    found = gold(str(tmp_path / name))
    assert (found["sentences"], found["entities"], found["scheme"]) == (2, PER_LOC, scheme)
    assert found["first"] == {"tokens": ["Anna", "bor"], "ner_tags": ["B-PER", "O"]}


def test_utf_16_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes("Anna B-PER\n".encode("utf-16"))
    refused = run(str(tmp_path / "x.txt"))
    assert (refused.exit_code, "is UTF-16" in refused.output) == (2, True)


def test_options_say_what_a_specification_says(tmp_path: Path) -> None:
    six = tmp_path / "six.tsv"
    six.write_text("Anna\tN\tB-PER\ty\tz\tB-NP\nbor\tV\tO\ty\tz\tB-VP\n")
    assert gold(str(six), "--columns", "0 2")["columns"] == [0, 2]
    assert gold(str(six), "--columns", "0,-1")["entities"] == {"NP": 1, "VP": 1}
    misc = tmp_path / "x.conllu"
    misc.write_text("1\tAnna\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No|NE=B-PER|NER=O\n")
    asked = run(str(misc))
    assert (asked.exit_code, "`column: MISC:NE`" in asked.output) == (2, True)
    assert gold(str(misc), "--column", "MISC:NE")["entities"] == {"PER": 1}
    fields = tmp_path / "x.jsonl"
    fields.write_text('{"w": ["Anna"], "y": ["B-PER"], "tags": ["X"]}')
    for keys in ("w,y", "tokens=w,tags=y", "{tokens: w, ner_tags: y}"):
        assert gold(str(fields), "--keys", keys)["entities"] == {"PER": 1}
    refused = run(str(fields))
    assert (refused.exit_code, "`keys: {tokens: NAME, tags: NAME}`" in refused.output) == (2, True)


def test_mapping_and_labels_count_what_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("Anna B-PER\nOslo B-LOC\nMonday B-DAY\n5 I-DAY\n")
    found = gold(str(path), "--mapping", "DAY=,LOC=PLACE")
    assert (found["entities"], found["dropped"]) == ({"PER": 1, "PLACE": 1}, {"DAY": 1})
    assert found["first"]["ner_tags"] == ["B-PER", "B-PLACE", "O", "O"]
    found = gold(str(path), "--labels", "PER")
    assert (found["entities"], found["dropped"]) == ({"PER": 1}, {"LOC": 1, "DAY": 1})


def test_words_and_the_warning_about_punctuation(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("Oslo B-LOC\n, O\nhouses. O\n\nat O\nhome. O\n")
    found = gold(str(path))
    assert found["punctuation"] == {"split": 1, "beside_entities": 1, "glued": 2}
    assert any("glued to its word in 2" in note for note in found["notes"])
    cut = gold(str(path), "--tokens", "words")
    assert (cut["tokens"], cut["notes"]) == (7, [])


def test_for_people(tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / f"{split}.txt").write_text(f"Anna I-PER\n{split} O\n\nBo I-PER\nbor O\n")
    result = run(str(tmp_path))
    assert result.exit_code == 0, result.output
    for part in ("IOB1", "[PER Anna] train", "IOB1 was converted to IOB2", "train", "test", "all"):
        assert part in result.output


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["none.txt"], "no such file"),
        (["x", "--columns", "1"], "give two 0-based columns"),
        (["x", "--keys", "a"], "give WORDS,LABELS"),
        (["x", "--mapping", "DAY"], "write TYPE=OTHER"),
        (["x", "--format", "xml"], "format"),
    ],
)
def test_mistakes(arguments: list[str], what: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert what in result.output


def test_a_plan_has_looked_at_local_gold(tmp_path: Path) -> None:
    gold = tmp_path / "da"
    gold.mkdir()
    for split, count in (("train", 12), ("dev", 2), ("test", 3)):
        (gold / f"{split}.txt").write_text("Bo B-PER\nbor O\n\n" * count)
    data = {
        "name": "x",
        "languages": [{"code": "da", "gold": {"path": str(gold)}}],
        "sources": [{"kind": "organic"}],
        "labels": ["PER"],
        "training": {"settings": ["from_scratch"], "sizes": [5, 100]},
    }
    (tmp_path / "x.json").write_text(json.dumps(data))
    told = json.loads(CliRunner().invoke(app, ["plan", str(tmp_path / "x.json"), "--json"]).stdout)
    assert (told["gold"]["da"]["sentences"], told["gold"]["da"]["entities"]) == (17, {"PER": 17})
    assert not any("not looked at" in note for note in told["notes"])
    shown = CliRunner().invoke(app, ["plan", str(tmp_path / "x.json")]).stdout
    assert "not looked at" not in shown
    assert "gold of da" in shown
