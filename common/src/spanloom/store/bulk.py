"""Many rows in one statement, as one JSON text: a VALUES list of rows with arrays costs several times as much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.dialects import postgresql

from spanloom.store.db import to_json
from spanloom.store.tables import Table

CHUNK = 2000
CHUNK_TEXT = 4_000_000
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(
    connection: Connection, model: type[Table], rows: Iterable[Mapping[str, Any]], *, skip_present: bool = False
) -> int:
    """Insert rows that all name the same columns; those left out get their defaults. Returns how many were given.

    Rows are taken as they are sent, at most `CHUNK` or about `CHUNK_TEXT` characters at a time, so that memory does not
    grow with their number. `skip_present` leaves rows as they are whose key is there already. Raises ValueError when
    columns differ or are none of the table's, TypeError for what JSON cannot hold (lone surrogates among it),
    IntegrityError and DataError as the database does.
    """
    columns: tuple[str, ...] | None = None
    given = 0
    for chunk in _chunks(rows):
        columns = columns or tuple(chunk[0])
        if wrong := next((row for row in chunk if row.keys() != set(columns)), None):
            raise ValueError(f"rows name different columns: {sorted(columns)} and {sorted(wrong)}")
        connection.execute(_insert(model, columns, skip_present), {"rows": to_json(chunk)})
        given += len(chunk)
    return given


def _chunks(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    chunk: list[Mapping[str, Any]] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(chunk) == CHUNK or size >= CHUNK_TEXT:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@cache
def _insert(model: type[Table], columns: tuple[str, ...], skip_present: bool) -> TextClause:
    table = model.metadata.tables[model.__tablename__]
    if unknown := set(columns) - {column.name for column in table.columns}:
        raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))}")
    names = ", ".join(columns)
    typed = ", ".join(f"{name} {table.columns[name].type.compile(dialect=_DIALECT)}" for name in columns)
    conflict = "ON CONFLICT DO NOTHING" if skip_present else ""
    return text(
        f"INSERT INTO {table.name} ({names}) "  # noqa: S608  names of our own tables and columns
        f"SELECT {names} FROM json_to_recordset(CAST(:rows AS json)) AS r ({typed}) {conflict}"
    )
