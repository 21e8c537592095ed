"""Rows of a view as JSON, CSV, Markdown or LaTeX, for people's papers and programs.

Machines get full precision; people get three digits.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

DISTINGUISHING = ("run", "split", "control", "version", "method", "label_mapping", "other_version", "other_method")
"""Columns of the views that people see only where they hold more than one value, and so tell rows apart."""

LACKS_MEASURES = (
    "boundary F1 and span accuracy lack intervals or tests, for an earlier release scored some of these arms; "
    "`spanloom intervals {run}` draws them"
)
"""What to tell of rows that lack measures; `run` is a run's id, or RUN."""
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


def lacks_measures(rows: Iterable[Row]) -> bool:
    """Whether rows of a view hold an interval or a test of typed F1 without that of boundary F1.

    >>> lacks_measures([{"lo": 0.4, "boundary_f1_lo": None}]), lacks_measures([{"lo": None, "boundary_f1_lo": None}])
    (True, False)
    """
    return any(
        value is not None and row.get(f"boundary_f1_{name}", value) is None
        for row in rows
        for name, value in row.items()
    )


def columns_of(rows: Iterable[Row]) -> list[str]:
    """Column names in order of first appearance, over all rows."""
    return list(dict.fromkeys(name for row in rows for name in row))


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
    rule = ["---:" if is_numeric(rows, name) else "---" for name in columns]
    return "".join("| " + " | ".join(line) + " |\n" for line in [escaped[0], rule, *escaped[1:]])


def as_latex(rows: Sequence[Row], *, columns: Sequence[str] | None = None) -> str:
    """A LaTeX tabular with the rules of the booktabs package."""
    columns = list(columns or columns_of(rows))
    lines = [" & ".join(cell(row.get(name)).translate(_LATEX) for name in columns) + r" \\" for row in rows]
    spec = "".join("r" if is_numeric(rows, name) else "l" for name in columns)
    head = " & ".join(name.translate(_LATEX) for name in columns) + r" \\"
    body = [rf"\begin{{tabular}}{{{spec}}}", r"\toprule", head, r"\midrule", *lines, r"\bottomrule", r"\end{tabular}"]
    return "\n".join(body) + "\n"


TEXT_FORMATS: Mapping[str, Callable[..., str]] = {
    "json": as_json,
    "csv": as_csv,
    "markdown": as_markdown,
    "latex": as_latex,
}


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


def is_numeric(rows: Sequence[Row], name: str) -> bool:
    """Whether a column holds numbers and nothing else."""
    values = [row[name] for row in rows if row.get(name) is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _markdown(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(text.split())
