"""JSON in files: one object a line, an array, or one object of the whole file; each record with where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from spanloom.data.lines import open_binary, read_byte_lines
from spanloom.errors import DataError

MAX_WHOLE_BYTES = 512_000_000
"""Bytes of a file that is one JSON value; JSONL has no such bound."""

Record = tuple[int, Any]
"""(1-based line, or number of the element in an array, value)."""


def read_records(path: Path) -> list[Record]:
    """The records of a JSON or JSONL file. Raises DataError with the line that is no JSON, or for none at all."""
    lines = ((number, line) for number, line in read_byte_lines(path) if line.strip())
    first = next(lines, None)
    if first is None:
        raise DataError("holds no sentence; expected one JSON object a line", path=str(path))
    if first[1].lstrip()[:1] == b"[" or not _is_json(first[1]):
        second = next(lines, None)
        if second is not None and _is_json(first[1]) and _is_json(second[1]):
            return list(_json_lines(path))
        try:
            whole = list(_whole(path))
        except DataError:
            # `{...}` on the first line, broken: the line is to blame, not the file
            if first[1].rstrip().endswith((b"}", b"]")) or (second is not None and second[1][:1] == b"{"):
                return list(_json_lines(path))
            raise
        return whole
    alone = next(lines, None) is None  # an object of the whole file on one line, which may hold the records
    return list(_whole(path) if alone else _json_lines(path))


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _json_lines(path: Path) -> Iterator[Record]:
    for number, line in read_byte_lines(path):
        if line.strip():
            try:
                yield number, orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise DataError(f"not JSON: {error}; expected one object a line", path=str(path), line=number) from None


def _whole(path: Path) -> Iterator[Record]:
    with open_binary(path) as stream:
        data = stream.read(MAX_WHOLE_BYTES + 1)
    if len(data) > MAX_WHOLE_BYTES:
        raise DataError(
            f"is one JSON value of more than {MAX_WHOLE_BYTES:,} bytes; write one object a line (`jq -c '.[]'`)",
            path=str(path),
        )
    try:
        value = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise DataError(f"not JSON: {error}; expected an array of objects, or one a line", path=str(path)) from None
    for inner in ("annotations", "data", "rows", "examples"):
        if isinstance(value, dict) and isinstance(value.get(inner), list) and "text" not in value:
            value = [row.get("row", row) if isinstance(row, dict) else row for row in value[inner] if row is not None]
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not value:
        raise DataError("holds no sentence; expected an array of JSON objects, or one a line", path=str(path))
    yield from enumerate(value, 1)
