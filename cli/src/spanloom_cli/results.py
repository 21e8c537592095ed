"""Commands over what runs made: `results` and `samples`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from spanloom.data.rows import DISTINGUISHING, LACKS_MEASURES, lacks_measures
from spanloom.data.whole import write_whole
from spanloom.errors import SpanloomError
from spanloom.ner.spans import spans_of
from spanloom_cli.client import Client
from spanloom_cli.options import Limit, Url, client, print_json, show

DRAWN = (".png", ".svg")
MOST_DRAWN = 100_000
"""Rows that the service draws at most."""
ENOUGH_UPDATES = 200
"""Updates below which a pretrained encoder with a new head may not have learned anything: where the collapse guard of
`recipe.guard_after` begins to look."""


class View(StrEnum):
    """What `results` shows."""

    evaluations = "evaluations"
    f1_by_size = "f1_by_size"
    collapse_by_source = "collapse_by_source"
    source_comparison = "source_comparison"
    transfer_comparison = "transfer_comparison"
    yield_by_source = "yield_by_source"
    rejection_reasons = "rejection_reasons"
    run_summary = "run_summary"
    leaderboard = "leaderboard"
    significance = "significance"
    gold_equivalents = "gold_equivalents"
    failures = "failures"
    mentions = "mentions"
    entities_by_source = "entities_by_source"
    audit_findings = "audit_findings"


class Axis(StrEnum):
    """What F1 is drawn against."""

    size = "size"
    gold_used = "gold_used"


class Paper(StrEnum):
    """What results are compared with."""

    paper = "paper"


class Form(StrEnum):
    """How rows are written."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"


# Columns of the views beside those of typed F1, which they are named after.
_ENDS = ("_lo", "_hi")
_MEASURES = ("boundary_f1", "entity_span_accuracy")
_MEASURES_BY_SETTING = tuple(
    f"{name}{end}_{setting}"
    for name in _MEASURES
    for setting in ("from_scratch", "fine_tuning")
    for end in ("", *_ENDS)
)
_MEASURES_OVER_ZERO_SHOT = tuple(
    f"{name}{end}" for name in _MEASURES for end in ("", *_ENDS, "_over_zero_shot", "_p_zero_shot")
)
_MEASURES_TESTED = tuple(f"{name}_{what}" for name in _MEASURES for what in ("difference", "lo", "hi", "p_holm"))
SHORT: Mapping[View, tuple[str, ...]] = {
    View.evaluations: (
        "language", "source", "setting", "size", "training_seed", "f1", "lo", "hi", "precision", "recall",
        "boundary_f1", "boundary_f1_lo", "boundary_f1_hi", "entity_span_accuracy", "entity_span_accuracy_lo",
        "entity_span_accuracy_hi", "recall_seen", "recall_unseen", "dev", "dev_sentences", "gold_used", "text_used",
        "collapsed",
    ),
    View.f1_by_size: (
        "language", "setting", "source", "size", "size_asked", "gold_used", "text_used", "seeds", "f1", "lo", "hi",
        "collapse_rate", "f1_with_restarts",
    ),
    View.collapse_by_source: (
        "setting", "source", "trainings", "collapsed", "still_collapsed", "few_updates", "collapse_rate", "f1",
        "f1_with_restarts",
    ),
    View.source_comparison: (
        "language", "size", "source", "f1_from_scratch", "lo_from_scratch", "hi_from_scratch", "f1_fine_tuning",
        "lo_fine_tuning", "hi_fine_tuning", *_MEASURES_BY_SETTING,
    ),
    View.transfer_comparison: (
        "language", "related", "distance", "source", "setting", "size", "gold_used", "text_used", "seeds", "f1", "lo",
        "hi", "collapse_rate", "over_zero_shot", "p_zero_shot", "over_organic", *_MEASURES_OVER_ZERO_SHOT,
        "tokens_out", "seconds", "cost",
    ),
    View.yield_by_source: (
        "language", "source", "calls_judged", "tokens_in", "tokens_out", "seconds", "cost", "currency", "candidates",
        "accepted", "distinct_accepted", "accepted_per_1000_tokens", "share_damaged",
    ),
    View.entities_by_source: (
        "language", "source", "split", "version", "samples", "mentions", "entities", "per_1000", "novel", "share_novel",
        "share_of_ten",
    ),
    View.audit_findings: (
        "dataset", "call_index", "candidate_index", "kind", "given", "proposed", "suspicion", "flagged",
    ),
    View.leaderboard: (
        "language", "place", "source", "setting", "size", "training_seed", "f1", "lo", "hi", "gold_used", "text_used",
    ),
    View.significance: (
        "language", "setting", "size", "source", "other", "f1", "other_f1", "difference", "lo", "hi", "p", "p_holm",
        *_MEASURES_TESTED,
    ),
}  # fmt: skip
"""The columns that people read; JSON and CSV hold all."""
HEADINGS: Mapping[str, str] = {
    "calls_judged": "calls",
    "tokens_in": "tokens in",
    "tokens_out": "tokens out",
    "candidates": "objects",
    "distinct_accepted": "unique",
    "accepted_per_1000_tokens": "per 1000 tokens",
    "share_damaged": "damaged",
    "boundary_f1": "boundary F1",
    "entity_span_accuracy": "span accuracy",
    **{f"boundary_f1{end}": end[1:] for end in _ENDS},
    **{f"entity_span_accuracy{end}": end[1:] for end in _ENDS},
    "boundary_f1_difference": "boundary F1 difference",
    "entity_span_accuracy_difference": "span accuracy difference",
    "boundary_f1_p_holm": "p_holm",
    "entity_span_accuracy_p_holm": "p_holm",
    "boundary_f1_over_zero_shot": "boundary F1 over_zero_shot",
    "entity_span_accuracy_over_zero_shot": "span accuracy over_zero_shot",
    "boundary_f1_p_zero_shot": "p_zero_shot",
    "entity_span_accuracy_p_zero_shot": "p_zero_shot",
}
"""Shorter names for the terminal's table; all other forms keep the view's."""
SPARE: Mapping[View, tuple[str, ...]] = {
    View.evaluations: (
        *(f"{name}{end}" for name in _MEASURES for end in _ENDS), "entity_span_accuracy", "boundary_f1", "recall_seen",
        "recall_unseen", "dev_sentences", "dev", "text_used", "gold_used", "collapsed", "precision", "recall",
        "training_seed",
    ),
    View.f1_by_size: ("size_asked", "text_used", "f1_with_restarts", "gold_used", "collapse_rate", "seeds"),
    View.leaderboard: ("text_used", "gold_used", "training_seed"),
    View.source_comparison: _MEASURES_BY_SETTING[::-1],
    View.transfer_comparison: (
        "text_used", "distance", "cost", "tokens_out", "seconds",
        *(name for name in _MEASURES_OVER_ZERO_SHOT if name not in _MEASURES), "boundary_f1", "collapse_rate",
        "seeds", "gold_used", "related", "p_zero_shot",
    ),
    View.yield_by_source: ("currency", "seconds", "tokens_in", "calls_judged", "distinct_accepted", "cost"),
    View.significance: _MEASURES_TESTED[::-1],
}  # fmt: skip
"""What a terminal that is too narrow is not shown, in this order."""


def results(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's id; without it, all runs.")] = None,
    view: Annotated[View, typer.Option(help="What to show.")] = View.f1_by_size,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.table,
    plot: Annotated[Path | None, typer.Option(help="Draw the view into this file, .png or .svg, as well.")] = None,
    by: Annotated[Axis, typer.Option(help="What F1 is drawn against, for --view f1_by_size.")] = Axis.size,
    compare: Annotated[
        Paper | None, typer.Option(help="Published numbers beside measured: yields exactly, F1 with intervals.")
    ] = None,
    distances: Annotated[
        Path | None,
        typer.Option(
            help="A table of distances (CSV or TSV: two ISO 639 codes and a number a line) for --view "
            "transfer_comparison and its plot, in place of the specification's."
        ),
    ] = None,
    limit: Limit = 1000,
    url: Url = None,
) -> None:
    """Results as a table, JSON, CSV, Markdown or LaTeX, and as a plot, which the service draws."""
    if compare is not None:
        _compare(run, form, limit, url)
        return
    if plot is not None and plot.suffix.lower() not in DRAWN:
        raise SpanloomError(f"{plot}: a plot is drawn as {' or '.join(DRAWN)}; name the file so")
    if distances is not None and view is not View.transfer_comparison:
        raise SpanloomError("--distances is for --view transfer_comparison")
    with client(url) as api:
        rows = api.results(view, run=run, limit=limit)
        if plot is not None:
            drawn = _drawn(api, view, plot.suffix.lower()[1:], run, by, distances)
            write_whole(plot, lambda part: part.write_bytes(drawn))
            typer.echo(f"wrote {plot}", err=True)
    if distances is not None:
        rows = by_own_distances(rows, distances)
    if not rows and form is Form.table:
        typer.echo("no results yet", err=True)
        return
    if form in (Form.json, Form.csv):
        show(rows, form)
    else:
        # A seed is a name, not an amount.
        named = [{**row, "training_seed": str(row["training_seed"])} if "training_seed" in row else row for row in rows]
        if view is View.yield_by_source:
            named = [{**row, "seconds": _whole(row.get("seconds"))} for row in named]
        columns = columns_for(view, rows)
        if form is Form.table:
            show(named, form, columns=columns, headings=HEADINGS, spare=SPARE.get(view, ()))
            if lacks_measures(rows):
                typer.secho(f"- {LACKS_MEASURES.format(run=run or 'RUN')}", fg="yellow", err=True)
            if run is not None:
                tell_zeros(run, rows, url)
        else:
            show(named, form, columns=columns)


def _drawn(api: Client, view: View, kind: str, run: str | None, by: Axis, distances: Path | None) -> bytes:
    """The view as the service draws it, by a table of distances where one is given. Raises DataError for its lines."""
    from spanloom.data.distances import lines_of, read_distances

    lines = (
        [] if distances is None else lines_of(api.results(view, run=run, limit=MOST_DRAWN), read_distances(distances))
    )
    if lines:
        return api.drawing_by_distances(kind, lines, run=run)
    return api.drawing(view, kind, by=by.value, **({"run": run} if run else {}))


def by_own_distances(rows: Iterable[Mapping[str, Any]], path: Path) -> list[dict[str, Any]]:
    """Rows of `transfer_comparison` with the distances of a table; what it lacks is told. Raises DataError."""
    from spanloom.data.distances import read_distances, with_distances

    found, lacking = with_distances(rows, read_distances(path))
    if lacking:
        typer.secho(f"- {path} has no distance of {', '.join(lacking)}", fg="yellow", err=True)
    return found


def tell_zeros(run: str, rows: Iterable[Mapping[str, Any]], url: str | None) -> None:
    """Where every F1 of a run is 0: why that may be, and what to do."""
    scored = [row["f1"] for row in rows if row.get("f1") is not None and row.get("size")]
    if scored and not any(scored):
        with client(url) as api:
            told = zero_advice(api.results("evaluations", run=run, limit=1000))
        if told:
            typer.secho(told, fg="yellow", err=True)


def zero_advice(evaluations: Iterable[Mapping[str, Any]]) -> str | None:
    """What to do about trained models of which none finds anything; None where one does, or none is scored.

    >>> row = {"size": 40, "f1": 0.0, "updates": 20, "encoder": "e5-small", "few_updates": True}
    >>> zero_advice([row]).partition(";")[0]
    'Every F1 is 0: too few updates for this encoder: 20 of e5-small'
    """
    rows = [row for row in evaluations if row.get("size") and row.get("f1") is not None]
    if not rows or any(row["f1"] for row in rows):
        return None
    most = max(rows, key=lambda row: row.get("updates") or 0)
    updates, encoder = most.get("updates") or 0, most.get("encoder")
    if updates < ENOUGH_UPDATES or all(row.get("few_updates") for row in rows):
        factor = -(-ENOUGH_UPDATES // max(updates, 1))
        return (
            f"Every F1 is 0: too few updates for this encoder: {updates:,} of {encoder}; try {factor} times the epochs "
            "(training.recipe.epochs), a higher training.recipe.learning_rate (1e-4), or more sentences (sizes)"
        )
    return (
        f"Every F1 is 0 after {updates:,} updates of {encoder}; look at what it learns from (`spanloom samples "
        "DATASET`), whether the labels of train and test are the same, and at the collapses (`--view "
        "collapse_by_source`); try more training_seeds, or another training.recipe.learning_rate"
    )


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _compare(run: str | None, form: Form, limit: int, url: str | None) -> None:
    """The paper's yields and F1 beside those of a run, with the difference (measured minus published)."""
    from spanloom_cli.published import compare_f1, compare_yields

    with client(url) as api:
        yields = compare_yields(api.results("yield_by_source", run=run, limit=limit))
        points = compare_f1(api.results("f1_by_size", run=run, limit=limit))
    if form is Form.json:
        print_json({"yields": yields, "f1": points})
        return
    if not yields and not points:
        typer.echo("nothing to compare: no language, source and size that the paper has", err=True)
    for rows in (yields, points):
        if rows:
            show(rows, form)


def holds_anything(rows: Iterable[Mapping[str, Any]], column: str) -> bool:
    """Whether a column says something of any row; unlabelled text that nobody used says nothing.

    >>> holds_anything([{"text_used": 0, "cost": 0}], "text_used"), holds_anything([{"cost": 0}], "cost")
    (False, True)
    """
    said = (None, 0) if column == "text_used" else (None,)
    return any(row.get(column) not in said for row in rows)


def columns_for(view: View, rows: Iterable[Mapping[str, Any]]) -> list[str] | None:
    """What people read of a view: its short columns that hold anything, and those that tell rows apart."""
    if view not in SHORT:
        return None
    rows = list(rows)
    telling = [name for name in DISTINGUISHING if len({row.get(name) for row in rows}) > 1]
    return [*telling, *(name for name in SHORT[view] if holds_anything(rows, name))]


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
