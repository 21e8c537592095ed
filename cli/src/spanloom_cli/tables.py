"""Rows of a view on a terminal: a table as wide as it is; other formats are `spanloom.data.rows`'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from spanloom.data.rows import TEXT_FORMATS, Row, cell, columns_of, is_numeric
from spanloom.errors import SpanloomError

FORMATS = ("table", *TEXT_FORMATS)
IDS = ("id", "run", "dataset", "dataset_id", "job", "model", "test_set", "example_id")
"""Columns of ids, which are never broken."""


def as_table(
    rows: Sequence[Row],
    *,
    columns: Sequence[str] | None = None,
    title: str | None = None,
    headings: Mapping[str, str] | None = None,
) -> Table:
    """A rich table, numbers to the right. Cells are text: square brackets in them mean nothing.

    `headings` are shown in place of columns' names, a word a line.
    """
    columns = list(columns or columns_of(rows))
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in columns:
        heading = Text((headings or {}).get(name, name).replace(" ", "\n"))
        right = is_numeric(rows, name)
        # What is copied from here must stay in one piece.
        table.add_column(heading, justify="right" if right else "left", overflow="fold", no_wrap=name in IDS)
    for row in rows:
        table.add_row(*(Text(cell(row.get(name))) for name in columns))
    return table


def fitting(
    rows: Sequence[Row],
    columns: Sequence[str] | None,
    console: Console,
    *,
    headings: Mapping[str, str] | None = None,
    spare: Sequence[str] = (),
) -> tuple[list[str], list[str]]:
    """The columns that the console is wide enough for, and those of `spare` that it is not, left out in order."""
    shown, left_out = list(columns or columns_of(rows)), []
    for name in spare:
        table = as_table(rows, columns=shown, headings=headings)
        if Measurement.get(console, console.options.update(width=10_000), table).maximum <= console.width:
            break
        if name in shown:
            shown.remove(name)
            left_out.append(name)
    return shown, left_out


def render(
    rows: Sequence[Row], form: str, *, columns: Sequence[str] | None = None, title: str | None = None
) -> Table | str:
    """Rows in one of `FORMATS`: a rich table for `table`, text for the others. Raises SpanloomError for another."""
    if form == "table":
        return as_table(rows, columns=columns, title=title)
    if form not in TEXT_FORMATS:
        raise SpanloomError(f"format {form!r} is unknown; formats are {', '.join(FORMATS)}")
    return TEXT_FORMATS[form](rows, columns=columns)
