"""Commands over what runs made: `results` and `samples`."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from spanloom.cli.options import Limit, Url, client, show
from spanloom.errors import EnvironmentMissing
from spanloom.ner.spans import spans_of

PLOTS = "spanloom.plots"
"""Entry points: by view a function from rows to a chart, and `save(chart, path)`, which writes PNG or SVG."""


class View(StrEnum):
    """What `results` shows."""

    evaluations = "evaluations"
    f1_by_size = "f1_by_size"
    source_comparison = "source_comparison"
    yield_by_source = "yield_by_source"
    rejection_reasons = "rejection_reasons"
    run_summary = "run_summary"
    leaderboard = "leaderboard"


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
        draw(rows)
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
        tags = api.dataset(dataset)["tags"]
    if form in (Form.json, Form.csv):
        show(rows, form)
    elif rows:
        shown = [
            {
                "call": f"{row.get('call_index')}.{row.get('candidate_index')}",
                "sentence": bracketed(row["tokens"], row["ner_tags"], tags),
            }
            for row in rows
        ]
        show(shown, form)
    else:
        typer.echo("no samples yet", err=True)


def bracketed(tokens: list[str], ner_tags: list[int], names: list[str]) -> str:
    """A sentence as one line of text with its entities in brackets.

    >>> bracketed(["Anna", "Li", "bor", "i", "Aarhus"], [1, 2, 0, 0, 3], ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
    '[Anna Li](PER) bor i [Aarhus](LOC)'
    """
    out = list(tokens)
    for kind, start, end in spans_of(ner_tags):
        out[start] = f"[{out[start]}"
        out[end - 1] += f"]({names[2 * kind + 1].partition('-')[2]})"
    return " ".join(out)


def _plotter(view: View, path: Path) -> Callable[[list[dict[str, Any]]], object]:
    """What draws rows of this view into the file; found before the service is asked for rows."""
    points = {point.name: point for point in entry_points(group=PLOTS)}
    if view.value not in points or "save" not in points:
        known = ", ".join(sorted(points.keys() - {"save"})) or "none"
        raise EnvironmentMissing(
            f"there is no plot of {view.value} here; installed plots: {known} (they come with spanloom-evaluator)"
        )
    chart, save = points[view.value].load(), points["save"].load()
    return lambda rows: save(chart(rows), path)
