"""Parquet and save_to_disk, written by `datasets` itself."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Sequence, Value

from spanloom.contracts.gold import GoldSpec
from spanloom.data.gold import load_gold
from spanloom.data.roots import only_beneath
from spanloom.data.tables import read_parquet, read_saved
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema

NEWS = LabelSchema.of(["PER", "ORG", "LOC"])
# not the run's order: the file's names must count, not its numbers
FEATURES = Features(
    {
        "tokens": Sequence(Value("string")),
        "ner_tags": Sequence(ClassLabel(names=["O", "B-LOC", "I-LOC", "B-PER", "I-PER"])),
    }
)


def rows(*tags: list[int]) -> Dataset:
    return Dataset.from_dict(
        {"tokens": [[f"t{i}" for i in range(len(t))] for t in tags], "ner_tags": list(tags)}, features=FEATURES
    )


def test_save_to_disk(tmp_path: Path) -> None:
    DatasetDict({"train": rows([3, 4, 0], [1]), "validation": rows([0, 1]), "test": rows([3])}).save_to_disk(
        tmp_path / "d"
    )
    data = load_gold(GoldSpec(path=str(tmp_path / "d")), NEWS, language="da", roots=[tmp_path], hub=False)
    assert [s.tags for s in data["train"]] == [(1, 2, 0), (5,)]
    assert [s.tags for s in data["dev"]] == [(0, 5)]
    assert data.missing_types == ("ORG",)


def test_saved_in_shards(tmp_path: Path) -> None:
    DatasetDict({"train": rows(*[[3]] * 10)}).save_to_disk(tmp_path / "d", num_shards={"train": 3})
    assert [s.line for s in read_saved(tmp_path / "d")["train"]] == list(range(1, 11))


def test_parquet_in_shards(tmp_path: Path) -> None:
    for name, table in {
        "train-00000-of-00002.parquet": rows([3, 4]),
        "train-00001-of-00002.parquet": rows([0, 1]),
        "validation-00000-of-00001.parquet": rows([1]),
        "test-00000-of-00001.parquet": rows([3]),
    }.items():
        table.to_parquet(tmp_path / name)
    data = load_gold(GoldSpec(path=str(tmp_path)), NEWS, language="da", roots=[tmp_path], hub=False)
    assert [s.tags for s in data["train"]] == [(1, 2), (0, 5)]


def test_parquet_without_names(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"tokens": [["a"]], "ner_tags": [[1]]}), path)
    with pytest.raises(DataError, match=r"x\.parquet:1: tag id 1; allowed are none"):
        read_parquet(path)
    assert read_parquet(path, ["O", "B-PER"])[0].tags == ("B-PER",)


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ({"tokens": [["a"]]}, "columns are tokens; expected tokens and ner_tags"),
        ({"tokens": ["a"], "ner_tags": [[0]]}, "must be a list of strings"),
        ({"tokens": [["a", "b"]], "ner_tags": [[0]]}, "2 tokens but 1 tags"),
        ({"tokens": [["a"], None], "ner_tags": [[0], [0]]}, "must be a list of strings"),
    ],
)
def test_bad_parquet(tmp_path: Path, table: dict[str, list[object]], what: str) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table(table), path)
    with pytest.raises(DataError, match=what):
        read_parquet(path, ["O"])


@pytest.mark.parametrize("file", ["dataset_dict.json", "train/state.json", "train/dataset_info.json"])
@pytest.mark.parametrize(
    "content",
    ["[]", "{", '{"splits": 5, "_data_files": {"a": 1}}', '{"_data_files": [5], "splits": [[1]]}', "[" * 2000],
)
def test_odd_parts_of_what_was_saved_are_told(tmp_path: Path, file: str, content: str) -> None:
    DatasetDict({"train": rows([3])}).save_to_disk(tmp_path / "d")
    (tmp_path / "d" / file).write_text(content)
    with contextlib.suppress(DataError):  # told, or not needed
        read_saved(tmp_path / "d")


def test_nothing_that_was_saved_blocks_or_leads_out(tmp_path: Path) -> None:
    DatasetDict({"train": rows([3])}).save_to_disk(tmp_path / "d")
    shard = next((tmp_path / "d" / "train").glob("*.arrow"))
    shard.rename(tmp_path / "elsewhere.arrow")
    shard.symlink_to(tmp_path / "elsewhere.arrow")
    assert len(read_saved(tmp_path / "d")["train"]) == 1
    with only_beneath([tmp_path / "d"]), pytest.raises(DataError, match="leads out"):
        read_saved(tmp_path / "d")
    for place in (shard, tmp_path / "d" / "dataset_dict.json"):
        place.unlink()
        os.mkfifo(place)
        with pytest.raises(DataError, match=r"a device or a pipe|no such file"):
            read_saved(tmp_path / "d")


def test_damaged_files(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(DataError, match="is no parquet file"):
        read_parquet(path)
    DatasetDict({"train": rows([3])}).save_to_disk(tmp_path / "d")
    next((tmp_path / "d" / "train").glob("*.arrow")).write_bytes(b"junk")
    with pytest.raises(DataError, match="is no Arrow stream"):
        read_saved(tmp_path / "d")
    (tmp_path / "d" / "train" / "state.json").unlink()
    with pytest.raises(DataError, match=r"state\.json: no such file"):
        read_saved(tmp_path / "d")
