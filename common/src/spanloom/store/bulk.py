"""Many rows in one statement, as one JSON text: a VALUES list of rows with arrays costs several times as much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.dialects import postgresql

from spanloom.store.db import to_json
from spanloom.store.models import Table

CHUNK = 2000
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(
    connection: Connection, model: type[Table], rows: Sequence[Mapping[str, Any]], *, skip_present: bool = False
) -> None:
    """Insert rows that all name the same columns; those left out get their defaults.

    `skip_present` leaves rows as they are whose key is there already. Raises ValueError when columns differ or are
    none of the table's, TypeError for what JSON cannot hold (lone surrogates among it), IntegrityError and DataError
    as the database does.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    if wrong := next((row for row in rows if row.keys() != rows[0].keys()), None):
        raise ValueError(f"rows name different columns: {sorted(columns)} and {sorted(wrong)}")
    statement = _insert(model, columns, skip_present)
    for start in range(0, len(rows), CHUNK):
        connection.execute(statement, {"rows": to_json(list(rows[start : start + CHUNK]))})


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
