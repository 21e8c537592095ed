"""Rows of a view as a table for people, or as JSON, CSV, Markdown or LaTeX for their papers and programs.

Machines get full precision; people get three digits, and `lo` to `hi` beside F1 where a row has them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from spanloom.errors import SpanloomError

Row = Mapping[str, Any]

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
    }
)


def columns_of(rows: Iterable[Row]) -> list[str]:
    """Column names in order of first appearance, over all rows."""
    return list(dict.fromkeys(name for row in rows for name in row))


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
        table.add_column(heading, justify="right" if _numeric(rows, name) else "left", overflow="fold")
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


def as_json(rows: Sequence[Row], *, columns: Sequence[str] | None = None) -> str:
    """A JSON array of objects."""
    columns = list(columns or columns_of(rows))
    objects = [{name: row.get(name) for name in columns} for row in rows]
    return json.dumps(objects, ensure_ascii=False, indent=2, default=str)


def as_csv(rows: Sequence[Row], *, columns: Sequence[str] | None = None) -> str:
    """CSV as RFC 4180 has it, with a header; an absent value is an empty field, lists and objects are JSON."""
    columns = list(columns or columns_of(rows))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_flat(row.get(name)) for name in columns] for row in rows)
    return out.getvalue()


def as_markdown(rows: Sequence[Row], *, columns: Sequence[str] | None = None) -> str:
    """A GitHub-flavoured Markdown table."""
    columns = list(columns or columns_of(rows))
    escaped = [[_markdown(name) for name in columns]]
    escaped += [[_markdown(cell(row.get(name))) for name in columns] for row in rows]
    rule = ["---:" if _numeric(rows, name) else "---" for name in columns]
    return "".join("| " + " | ".join(line) + " |\n" for line in [escaped[0], rule, *escaped[1:]])


def as_latex(rows: Sequence[Row], *, columns: Sequence[str] | None = None) -> str:
    """A LaTeX tabular with the rules of the booktabs package."""
    columns = list(columns or columns_of(rows))
    lines = [" & ".join(cell(row.get(name)).translate(_LATEX) for name in columns) + r" \\" for row in rows]
    spec = "".join("r" if _numeric(rows, name) else "l" for name in columns)
    head = " & ".join(name.translate(_LATEX) for name in columns) + r" \\"
    body = [rf"\begin{{tabular}}{{{spec}}}", r"\toprule", head, r"\midrule", *lines, r"\bottomrule", r"\end{tabular}"]
    return "\n".join(body) + "\n"


TEXT_FORMATS: Mapping[str, Callable[..., str]] = {
    "json": as_json,
    "csv": as_csv,
    "markdown": as_markdown,
    "latex": as_latex,
}
FORMATS = ("table", *TEXT_FORMATS)


def render(
    rows: Sequence[Row], form: str, *, columns: Sequence[str] | None = None, title: str | None = None
) -> Table | str:
    """Rows in one of `FORMATS`: a rich table for `table`, text for the others. Raises SpanloomError for another."""
    if form == "table":
        return as_table(rows, columns=columns, title=title)
    if form not in TEXT_FORMATS:
        raise SpanloomError(f"format {form!r} is unknown; formats are {', '.join(FORMATS)}")
    return TEXT_FORMATS[form](rows, columns=columns)


def cell(value: Any) -> str:
    """A value as people read it: floats with three digits (small p values as `<0.001`), integers with commas."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return "<0.001" if 0 < value < 0.0005 else f"{round(value, 3) + 0.0:.3f}"  # + 0.0: no -0.000
    # A name from a specification or a file could carry terminal control codes.
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value))


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value


def _numeric(rows: Sequence[Row], name: str) -> bool:
    values = [row[name] for row in rows if row.get(name) is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _markdown(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(text.split())
