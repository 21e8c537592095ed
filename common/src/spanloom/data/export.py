"""Datasets as files that others read: JSONL, IOB2, parquet, Hugging Face `save_to_disk`. A file appears whole."""

from __future__ import annotations

import json
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from spanloom.data.whole import write_whole
from spanloom.errors import DataError, EnvironmentMissing
from spanloom.ner.schema import LabelSchema


@dataclass(frozen=True)
class ExportedSample:
    """One sample to be written; `name` is how an error calls it: the call and candidate it came from."""

    name: str
    tokens: Sequence[str]
    tags: Sequence[int]
    repairs: Sequence[str] = ()
    marks: Sequence[str] = ()

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> ExportedSample:
        """From a row of the samples route or table."""
        name = f"{row['call_index']}.{row['candidate_index']}"
        return cls(name, row["tokens"], row["ner_tags"], row.get("repairs") or (), row.get("marks") or ())


def write_jsonl(path: Path, samples: Iterable[ExportedSample], schema: LabelSchema) -> None:
    """One object a line: tokens, tag names, and what was repaired or marked. Every character is carried."""

    def write(part: Path) -> None:
        with part.open("wb") as file:
            for sample in samples:
                item = {"id": sample.name, "tokens": sample.tokens, "ner_tags": schema.names(sample.tags)}
                item |= {"repairs": sample.repairs} if sample.repairs else {}
                item |= {"marks": sample.marks} if sample.marks else {}
                file.write(orjson.dumps(item) + b"\n")

    write_whole(path, write)


def write_iob2(path: Path, samples: Iterable[ExportedSample], schema: LabelSchema) -> None:
    """Token, tab, tag; a blank line after each sentence.

    Raises DataError naming the sample whose token holds whitespace or a control character: a reader would split or
    lose it. JSONL and parquet carry such tokens.
    """

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for sample in samples:
                for token, tag in zip(sample.tokens, schema.names(sample.tags), strict=True):
                    bad = next((c for c in token if c.isspace() or unicodedata.category(c) in ("Cc", "Cs")), None)
                    if bad is not None or not token or token == "-DOCSTART-":  # noqa: S105
                        what = f"U+{ord(bad):04X}" if bad else "nothing a reader would keep"
                        raise DataError(
                            f"sample {sample.name}: token {token!r} holds {what}, which IOB2 cannot carry; "
                            "export as jsonl or parquet, or reject such samples by a rule"
                        )
                    file.write(f"{token}\t{tag}\n")
                file.write("\n")

    write_whole(path, write)


def write_parquet(path: Path, samples: Iterable[ExportedSample], schema: LabelSchema) -> None:
    """`id`, `tokens` and `ner_tags` as integers, with the tag names where `datasets` looks for them."""
    pa = _import("pyarrow")
    pq = _import("pyarrow.parquet")
    rows = list(samples)
    strings, integers = pa.list_(pa.string()), pa.list_(pa.int64())
    table = pa.table(
        {
            "id": pa.array([s.name for s in rows], pa.string()),
            "tokens": pa.array([list(s.tokens) for s in rows], strings),
            "ner_tags": pa.array([list(s.tags) for s in rows], integers),
            "repairs": pa.array([list(s.repairs) for s in rows], strings),
            "marks": pa.array([list(s.marks) for s in rows], strings),
        }
    )
    meta = {b"huggingface": json.dumps({"info": {"features": features_of(schema)}}).encode()}
    write_whole(path, lambda part: pq.write_table(table.replace_schema_metadata(meta), part))


def write_saved(folder: Path, splits: Mapping[str, Iterable[ExportedSample]], schema: LabelSchema) -> None:
    """A `DatasetDict.save_to_disk` folder, written by `datasets`; the folder must not exist yet."""
    datasets = _import("datasets")
    if folder.exists():
        raise DataError("exists already; name a folder that does not", path=str(folder))
    features = datasets.Features.from_dict(features_of(schema))
    parts = {}
    for split, samples in splits.items():
        rows = [
            {
                "id": s.name,
                "tokens": list(s.tokens),
                "ner_tags": list(s.tags),
                "repairs": list(s.repairs),
                "marks": list(s.marks),
            }
            for s in samples
        ]
        parts[split] = datasets.Dataset.from_list(rows, features=features)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        datasets.DatasetDict(parts).save_to_disk(str(staging / "whole"))
        (staging / "whole").rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def features_of(schema: LabelSchema) -> dict[str, Any]:
    """The columns as `datasets` describes them."""
    strings = {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"}
    return {
        "id": {"dtype": "string", "_type": "Value"},
        "tokens": strings,
        "ner_tags": {"feature": {"names": list(schema.tags), "_type": "ClassLabel"}, "_type": "List"},
        "repairs": strings,
        "marks": strings,
    }


WRITERS: Mapping[str, Callable[[Path, Iterable[ExportedSample], LabelSchema], None]] = {
    "jsonl": write_jsonl,
    "iob2": write_iob2,
    "parquet": write_parquet,
}
"""The formats of one file, by name."""


def _import(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EnvironmentMissing(f"this format needs {error.name}; pip install 'spanloom[export]'") from error
