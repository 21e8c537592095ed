"""Commands over what runs made: `results` and `samples`."""

from __future__ import annotations

from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from spanloom.cli.options import Limit, Url, client, show
from spanloom.errors import EnvironmentMissing, SpanloomError

PLOTS = "spanloom.plots"
"""Entry points by view: `plot(rows, path)` draws the rows into a PNG or SVG file."""


class View(StrEnum):
    """What `results` shows."""

    evaluations = "evaluations"
    f1_by_size = "f1_by_size"
    source_comparison = "source_comparison"
    yield_by_source = "yield_by_source"
    rejection_reasons = "rejection_reasons"
    run_summary = "run_summary"
    leaderboard = "leaderboard"
    significance = "significance"


class Form(StrEnum):
    """How rows are written."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"


SHORT = ("language", "source", "setting", "size", "training_seed", "f1", "lo", "hi", "precision", "recall")
"""The columns of `evaluations` that people read; JSON and CSV hold all."""


def results(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's id; without it, all runs.")] = None,
    view: Annotated[View, typer.Option(help="What to show.")] = View.f1_by_size,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.table,
    plot: Annotated[Path | None, typer.Option(help="Draw the view into this file, .png or .svg, as well.")] = None,
    limit: Limit = 1000,
    url: Url = None,
) -> None:
    """Results as a table, JSON, CSV, Markdown or LaTeX, and as a plot."""
    draw = _plotter(view, plot) if plot is not None else None
    with client(url) as api:
        rows = api.results(view, run=run, limit=limit)
    if plot is not None and draw is not None:
        draw(rows, plot)
        typer.echo(f"wrote {plot}", err=True)
    if not rows and form is Form.table:
        typer.echo("no results yet", err=True)
        return
    people = view is View.evaluations and form not in (Form.json, Form.csv)
    show(rows, form, columns=SHORT if people else None)


def samples(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's id; `spanloom show RUN` lists them.")],
    form: Annotated[Form, typer.Option("--format", help="How to write them.")] = Form.table,
    limit: Limit = 20,
    url: Url = None,
) -> None:
    """Samples of a dataset: the sentence with its entities, or whole as JSON."""
    with client(url) as api:
        rows = api.samples(dataset, limit=limit)
    if form in (Form.json, Form.csv):
        show(rows, form)
    elif rows:
        shown = [
            {"call": f"{row.get('call_index')}.{row.get('candidate_index')}", "sentence": bracketed(row)}
            for row in rows
        ]
        show(shown, form)
    else:
        typer.echo("no samples yet", err=True)


def bracketed(row: dict[str, Any]) -> str:
    """A sample as one line of text with its entities in brackets: `[Anna](PER) bor i [Aarhus](LOC)`.

    Tags may be ids over the row's `tags`, or names. Ids without names show as their number.
    """
    names = row.get("tags")
    out: list[str] = []
    open_type = ""
    for token, tag in zip(row.get("tokens", []), row.get("ner_tags", []), strict=False):
        name = str(names[tag]) if isinstance(tag, int) and names else _named(tag)
        prefix, _, kind = name.partition("-")
        if open_type and not (prefix == "I" and kind == open_type):
            out[-1] += f"]({open_type})"
            open_type = ""
        if prefix in ("B", "I") and not open_type:
            out.append(f"[{token}")
            open_type = kind
        else:
            out.append(str(token))
    if open_type:
        out[-1] += f"]({open_type})"
    return " ".join(out)


def _named(tag: Any) -> str:
    """A tag id as IOB2 with a numbered type: odd ids begin an entity, even ones go on (0 is O)."""
    if not isinstance(tag, int):
        return str(tag)
    return "O" if tag == 0 else f"{'B' if tag % 2 else 'I'}-{(tag + 1) // 2}"


def _plotter(view: View, path: Path) -> Any:
    if path.suffix not in (".png", ".svg"):
        raise SpanloomError(f"{path}: plots are .png or .svg")
    found = [point for point in entry_points(group=PLOTS) if point.name == view.value]
    if not found:
        known = ", ".join(sorted({point.name for point in entry_points(group=PLOTS)})) or "none"
        raise EnvironmentMissing(
            f"there is no plot of {view.value} here; installed plots: {known} (they come with spanloom-evaluator)"
        )
    return found[0].load()
