"""Gold data in Arrow files: parquet, and what Hugging Face `save_to_disk` writes. Read with pyarrow alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from spanloom.contracts.beneath import read_regular
from spanloom.data.formats.raw import AS_IT_IS, Layout, RawFile, RawSentence
from spanloom.data.formats.tokens import TAG_KEYS, TOKEN_KEYS, find_keys, sentence_of
from spanloom.data.lines import charge
from spanloom.data.reading import in_iob2
from spanloom.data.roots import admitted, open_regular
from spanloom.errors import DataError, EnvironmentMissing

MOST_JSON_BYTES = 10_000_000


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError as error:
        raise EnvironmentMissing("parquet and save_to_disk need pyarrow; pip install 'spanloom[hub]'") from error
    return pyarrow


def read_parquet(path: Path, names: Sequence[str] | None = None) -> list[RawSentence]:
    """Sentences of a parquet file in IOB2; see `read_table`."""
    return in_iob2({"": [read_table(path, Layout(tags=names))]})[""].sentences


def read_table(path: Path, layout: Layout = AS_IT_IS) -> RawFile:
    """A parquet file with tokens and tags; the line of a sentence is its row, from 1.

    Tag names by id are `layout.tags` where given, else those that `datasets` left in the file's metadata.
    Raises DataError for a file that is no such table.
    """
    pa = _pyarrow()
    try:
        with open_regular(path) as source:
            about = pa.parquet.ParquetFile(source).metadata
            groups = [about.row_group(i) for i in range(about.num_row_groups)]
            columns = [group.column(i) for group in groups for i in range(group.num_columns)]
            charge(path, sum(group.total_byte_size for group in groups) + 4 * sum(each.num_values for each in columns))
            texts = {each.path_in_schema for each in columns if each.physical_type == "BYTE_ARRAY"}
            source.seek(0)
            # One text that stands in a million places is kept once, until it is known what all of them come to.
            table = pa.parquet.read_table(source, read_dictionary=sorted(texts))
            charge(path, sum(_text_bytes(pa, chunk) for column in table.columns for chunk in column.chunks), "texts")
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"is no parquet file that can be read: {error}", path=str(path)) from error
    return _from_table(path, table, layout, _metadata(table))


def _text_bytes(pa: Any, array: Any) -> int:
    """Bytes of an array's texts, each counted wherever it stands."""
    if pa.types.is_struct(array.type):
        return sum(_text_bytes(pa, field) for field in array.flatten())
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return _text_bytes(pa, array.flatten())
    if not pa.types.is_dictionary(array.type):
        return 0
    lengths = pa.compute.binary_length(array.dictionary).take(array.indices)
    return int(pa.compute.sum(lengths, min_count=0).as_py() or 0)


def read_saved(folder: Path, names: Sequence[str] | None = None) -> dict[str, list[RawSentence]]:
    """Splits of a `save_to_disk` folder in IOB2, by the names they have there; see `read_saved_raw`."""
    parts = read_saved_raw(folder, Layout(tags=names))
    return {split: found.sentences for split, found in in_iob2(parts).items()}


def read_saved_raw(folder: Path, layout: Layout = AS_IT_IS) -> dict[str, list[RawFile]]:
    """Splits of a `DatasetDict.save_to_disk` folder, by the names they have there.

    Raises DataError where a part that `dataset_dict.json` or `state.json` names is missing or unreadable.
    """
    pa = _pyarrow()
    splits = _listed(folder / "dataset_dict.json", "splits")
    out: dict[str, list[RawFile]] = {}
    for split in splits:
        part = admitted(folder / str(split), [folder])
        features = _mapping(_json(part / "dataset_info.json").get("features"))
        shards: list[RawFile] = []
        rows = 0
        for item in _listed(part / "state.json", "_data_files"):
            path = part / Path(str(item.get("filename") if isinstance(item, dict) else item)).name
            try:
                with open_regular(path) as source:
                    charge(path, os.fstat(source.fileno()).st_size)
                    table = pa.ipc.open_stream(source).read_all()
            except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
                raise DataError(f"is no Arrow stream that can be read: {error}", path=str(path)) from error
            shards.append(_from_table(path, table, layout, features, start=rows))
            rows += table.num_rows
        out[str(split)] = shards
    return out


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DataError("no such file; a folder written by `save_to_disk` has it", path=str(path))
    try:
        data = json.loads(read_regular(path, MOST_JSON_BYTES))
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON: {error}", path=str(path)) from None
    if not isinstance(data, dict):
        raise DataError("holds no JSON object", path=str(path))
    return data


def _listed(path: Path, key: str) -> list[Any]:
    """What a list of a JSON file holds, nothing where it has none. Raises DataError for what is no list."""
    found = _json(path).get(key) or []
    if not isinstance(found, list):
        raise DataError(f"`{key}` is {type(found).__name__}, a list is expected", path=str(path))
    return found


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _metadata(table: Any) -> dict[str, Any]:
    """The `datasets` features in a table's schema metadata, empty where there are none."""
    raw = (table.schema.metadata or {}).get(b"huggingface")
    try:
        known = _mapping(json.loads(raw)) if raw else {}
    except (ValueError, RecursionError):  # another writer's
        known = {}
    return _mapping(_mapping(known.get("info")).get("features"))


def _class_names(feature: Any) -> list[str] | None:
    """Names of a column's ClassLabel, as `datasets` writes it: Sequence/List/[...] of ClassLabel."""
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

    for names in walk(feature):
        found = names
    return found


def _from_table(path: Path, table: Any, layout: Layout, features: Mapping[str, Any], start: int = 0) -> RawFile:
    if not table.num_rows:
        raise DataError("holds no sentence", path=str(path))
    first = {name: table.column(name)[0].as_py() for name in table.column_names}
    keys = find_keys(first, layout) or _by_name(table.column_names, layout)
    if keys is None or any(key not in table.column_names for key in keys):
        raise DataError(
            f"columns are {', '.join(table.column_names)}; expected tokens and ner_tags (or tags); "
            "`keys: {tokens: NAME, tags: NAME}` names others",
            path=str(path),
        )
    names = layout.tags or _class_names(features.get(keys[1]))
    pairs = zip(*(table.column(key).to_pylist() for key in keys), strict=True)
    rows = [sentence_of(path, row, tokens, tags, names, keys) for row, (tokens, tags) in enumerate(pairs, start + 1)]
    return RawFile(str(path), "parquet", rows, columns=keys, declared=tuple(names or ()))


def _by_name(columns: Sequence[str], layout: Layout) -> tuple[str, str] | None:
    """Columns by their names alone, where the first row does not tell."""
    tokens = next((key for key in TOKEN_KEYS if key in columns), None)
    tags = next((key for key in TAG_KEYS if key in columns), None)
    return (tokens, tags) if tokens and tags and not layout.keys else None
