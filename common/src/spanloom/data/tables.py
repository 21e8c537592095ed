"""Gold data in Arrow files: parquet, and what Hugging Face `save_to_disk` writes. Read with pyarrow alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spanloom.data.readers import RawSentence, checked, tag_names
from spanloom.data.roots import admitted, open_regular
from spanloom.errors import DataError, EnvironmentMissing


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise EnvironmentMissing("parquet and save_to_disk need pyarrow; pip install 'spanloom[hub]'") from error
    return pyarrow


def read_parquet(path: Path, names: Sequence[str] | None = None) -> list[RawSentence]:
    """Sentences of a parquet file with `tokens` and `ner_tags`; the line of a sentence is its row, from 1.

    Tag names by id are `names` where given, else those that `datasets` left in the file's metadata.
    Raises DataError for a file that is no such table.
    """
    pa = _pyarrow()
    try:
        with open_regular(path) as source:
            table = pa.parquet.read_table(source)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"is no parquet file that can be read: {error}", path=str(path)) from error
    return _from_table(path, table, names or _class_names(_metadata(table)))


def read_saved(folder: Path, names: Sequence[str] | None = None) -> dict[str, list[RawSentence]]:
    """Splits of a `DatasetDict.save_to_disk` folder, by the names they have there.

    Raises DataError where a part that `dataset_dict.json` or `state.json` names is missing or unreadable.
    """
    pa = _pyarrow()
    splits = _json(folder / "dataset_dict.json").get("splits") or []
    out: dict[str, list[RawSentence]] = {}
    for split in splits:
        part = admitted(folder / str(split), [folder])
        features = _json(part / "dataset_info.json").get("features") or {}
        rows: list[RawSentence] = []
        for item in _json(part / "state.json").get("_data_files") or []:
            path = part / Path(str(item["filename"])).name
            try:
                with open_regular(admitted(path, [folder])) as source:
                    table = pa.ipc.open_stream(source).read_all()
            except (pa.ArrowException, OSError) as error:
                raise DataError(f"is no Arrow stream that can be read: {error}", path=str(path)) from error
            rows += _from_table(path, table, names or _class_names(features), start=len(rows))
        out[str(split)] = rows
    return out


def _json(path: Path) -> dict[str, Any]:
    try:
        with open_regular(path) as source:
            data = json.loads(source.read())
    except ValueError as error:
        raise DataError(f"not JSON: {error}", path=str(path)) from None
    if not isinstance(data, dict):
        raise DataError("holds no JSON object", path=str(path))
    return data


def _metadata(table: Any) -> dict[str, Any]:
    """The `datasets` features in a table's schema metadata, empty where there are none."""
    raw = (table.schema.metadata or {}).get(b"huggingface")
    features = json.loads(raw).get("info", {}).get("features", {}) if raw else {}
    return features if isinstance(features, dict) else {}


def _class_names(features: dict[str, Any]) -> list[str] | None:
    """Names of the ClassLabel of `ner_tags`, as `datasets` writes it: Sequence/List/[...] of ClassLabel."""
    found: list[str] | None = None

    def walk(node: Any) -> Iterator[list[str]]:
        if isinstance(node, dict):
            if node.get("_type") == "ClassLabel" and isinstance(node.get("names"), list):
                yield [str(name) for name in node["names"]]
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    for names in walk(features.get("ner_tags", features.get("tags"))):
        found = names
    return found


def _from_table(path: Path, table: Any, names: Sequence[str] | None, start: int = 0) -> list[RawSentence]:
    column = next((name for name in ("ner_tags", "tags") if name in table.column_names), None)
    if "tokens" not in table.column_names or column is None:
        raise DataError(
            f"columns are {', '.join(table.column_names)}; expected tokens and ner_tags (or tags)", path=str(path)
        )
    out = []
    pairs = zip(table.column("tokens").to_pylist(), table.column(column).to_pylist(), strict=True)
    for row, (tokens, tags) in enumerate(pairs, start + 1):
        if not isinstance(tokens, list) or not isinstance(tags, list) or not all(isinstance(t, str) for t in tokens):
            raise DataError("tokens must be a list of strings, ner_tags a list", path=str(path), line=row)
        if len(tokens) != len(tags):
            raise DataError(f"{len(tokens)} tokens but {len(tags)} tags", path=str(path), line=row)
        out.append(checked(path, row, tokens, tag_names(path, row, tags, names)))
    if not out:
        raise DataError("holds no sentence", path=str(path))
    return out
