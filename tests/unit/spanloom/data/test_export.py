"""Datasets as files: what is written is read back; what a format cannot carry is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import load_dataset, load_from_disk
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.spec import check_spec
from spanloom.data.card import card
from spanloom.data.export import WRITERS, ExportedSample, write_iob2, write_jsonl, write_parquet, write_saved
from spanloom.data.languages import complete_spec
from spanloom.data.readers import RawSentence, read_conll, read_jsonl
from spanloom.data.tables import read_parquet, read_saved
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema

SCHEMA = LabelSchema.of(["PER", "LOC"])
SAMPLES = [
    ExportedSample("0.0", ["#", "Anna", "bor", "på", "Ærø"], [0, 1, 0, 0, 3], repairs=["iob"]),
    ExportedSample("0.1", ["O", "B-PER", "-"], [0, 0, 0], marks=["too_long"]),
]
TOKENS = [["#", "Anna", "bor", "på", "Ærø"], ["O", "B-PER", "-"]]
NAMES = [["O", "B-PER", "O", "O", "B-LOC"], ["O", "O", "O"]]


def parts(rows: list[RawSentence]) -> tuple[list[list[str]], list[list[str]]]:
    return [list(row.tokens) for row in rows], [list(row.tags) for row in rows]


def test_read_back(tmp_path: Path) -> None:
    for form, write in WRITERS.items():
        write(tmp_path / f"x.{form}", SAMPLES, SCHEMA)
    assert parts(read_jsonl(tmp_path / "x.jsonl")) == (TOKENS, NAMES)
    assert parts(read_conll(tmp_path / "x.iob2")) == (TOKENS, NAMES)
    assert parts(read_parquet(tmp_path / "x.parquet")) == (TOKENS, NAMES)
    write_saved(tmp_path / "saved", {"train": SAMPLES, "test": SAMPLES[:1]}, SCHEMA)
    saved = read_saved(tmp_path / "saved")
    assert parts(saved["train"]) == (TOKENS, NAMES)
    assert len(saved["test"]) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["saved", "x.iob2", "x.jsonl", "x.parquet"]


def test_datasets_reads_it(tmp_path: Path) -> None:
    write_parquet(tmp_path / "x.parquet", SAMPLES, SCHEMA)
    write_saved(tmp_path / "saved", {"train": SAMPLES}, SCHEMA)
    loaded = load_dataset(
        "parquet", data_files=str(tmp_path / "x.parquet"), split="train", cache_dir=str(tmp_path / "c")
    )
    for rows in (loaded, load_from_disk(str(tmp_path / "saved"))["train"]):
        assert rows["tokens"][:] == TOKENS
        assert rows.features["ner_tags"].feature.names == list(SCHEMA.tags)
        assert rows[0]["repairs"] == ["iob"]


@pytest.mark.parametrize("token", ["a b", "a\tb", "a\nb", "\x01", "a\u2028b", "a\x85", "-DOCSTART-", ""])
def test_iob2_refuses_by_name_and_leaves_nothing(tmp_path: Path, token: str) -> None:
    (tmp_path / "x.iob2").write_text("before")
    with pytest.raises(DataError, match=r"sample 7\.3: token .* which IOB2 cannot carry; export as jsonl or parquet"):
        write_iob2(tmp_path / "x.iob2", [SAMPLES[0], ExportedSample("7.3", ["ok", token], [0, 0])], SCHEMA)
    assert [p.read_text() for p in tmp_path.iterdir()] == ["before"]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=1),
        min_size=1,
    )
)
def test_jsonl_and_parquet_carry_every_character(
    tmp_path_factory: pytest.TempPathFactory, tokens: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("export")
    samples = [ExportedSample(str(i), sentence, [0] * len(sentence)) for i, sentence in enumerate(tokens)]
    write_jsonl(folder / "x.jsonl", samples, SCHEMA)
    write_parquet(folder / "x.parquet", samples, SCHEMA)
    assert parts(read_jsonl(folder / "x.jsonl"))[0] == tokens
    assert parts(read_parquet(folder / "x.parquet"))[0] == tokens


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="exists already"):
        write_saved(tmp_path, {"train": SAMPLES}, SCHEMA)


DATASET: dict[str, Any] = {
    "run": "r1",
    "language": "swa",
    "source": "llm",
    "split": "train",
    "version": 1,
    "tags": ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-DATE", "I-DATE"],
    "rules": {"base": "default"},
    "accepted": 2619,
    "candidates": 4800,
    "calls_expected": 250,
    "calls_judged": 250,
    "calls_failed": 0,
    "calls_without_object": 3,
    "info": {"origin": "here"},
}


def test_card() -> None:
    labels = {"PER": None, "ORG": None, "LOC": None, "DATE": "days and years"}
    engine = {"kind": "openai", "base_url": "http://x/v1", "model": "some-llm"}
    sources = [{"kind": "organic"}, {"kind": "synthetic", "name": "llm", "engine": engine}]
    spec = check_spec(complete_spec({"name": "x", "labels": labels, "languages": ["swa"], "sources": sources}))
    text = card(DATASET, spec, [{"reason": "empty", "rejected": 5}, {"reason": "length_mismatch", "rejected": 1500}])
    head, body = text.removeprefix("---\n").split("\n---\n", 1)
    meta = yaml.safe_load(head)
    assert meta["language"] == ["sw"]
    assert meta["size_categories"] == ["1K<n<10K"]
    assert "CC BY-NC 4.0 (masakhaner2/swa)" in meta["license_name"]
    for part in ("Swahili", "some-llm (engine openai)", "- DATE: days and years", "| 7 | B-DATE |", "temperature 0.8"):
        assert part in body
    assert body.index("| length_mismatch | 1,500 |") < body.index("| empty | 5 |")
    assert "Read from here." in card(DATASET | {"source": "gold"}, spec)
