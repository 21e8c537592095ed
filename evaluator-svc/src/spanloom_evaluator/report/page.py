"""`report.html`: one self-contained page about a run, from plain data.

It loads nothing: styles and drawings are in the page, and its policy forbids everything else. All text comes from
specifications and LLMs, so it is escaped, and control characters in it are shown as U+FFFD.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from spanloom.contracts.arm import RELATED
from spanloom.data.rows import DISTINGUISHING, LACKS_MEASURES, cell, columns_of, lacks_measures
from spanloom.data.whole import write_whole
from spanloom.ner.spans import spans_of
from spanloom_evaluator.report import figures
from spanloom_evaluator.report.kinship import by_kinship
from spanloom_evaluator.report.plots import ZERO_SHOT, f1_by_size, svg
from spanloom_evaluator.score.significance import ALPHA, told_apart

Row = Mapping[str, Any]

SECTIONS = (
    ("curves", "Curves"),
    ("comparison", "Comparison"),
    ("transfer", "Transfer"),
    ("advice", "What to do next"),
    ("yields", "Yields"),
    ("failures", "Failures"),
    ("samples", "Samples"),
    ("collapse", "Collapse"),
    ("specification", "Specification"),
    ("provenance", "Provenance"),
)
HEADINGS = {
    "f1": "F1",
    "lo": "from",
    "hi": "to",
    "size_asked": "size asked",
    "f1_from_scratch": "F1 from scratch",
    "lo_from_scratch": "from",
    "hi_from_scratch": "to",
    "f1_fine_tuning": "F1 fine tuning",
    "lo_fine_tuning": "from",
    "hi_fine_tuning": "to",
    "f1_with_restarts": "F1 with restarts",
    "recall_seen": "recall, seen entities",
    "recall_unseen": "recall, unseen entities",
    "other_f1": "F1 of other",
    "p_holm": "p (Holm)",
    "lo_over_zero_shot": "from",
    "hi_over_zero_shot": "to",
    "in_xlmr": "seen by XLM-R",
    "share_of_candidates": "share",
    "share_accepted": "share accepted",
} | {
    f"{start}{column}": heading.format(name)
    for start, name in (("boundary_f1", "boundary F1"), ("entity_span_accuracy", "span accuracy"))
    for column, heading in (
        ("", "{}"), ("_lo", "from"), ("_hi", "to"), ("_difference", "{}: difference"), ("_p", "p"),
        ("_p_holm", "p (Holm)"), ("_from_scratch", "{} from scratch"), ("_lo_from_scratch", "from"),
        ("_hi_from_scratch", "to"), ("_fine_tuning", "{} fine tuning"), ("_lo_fine_tuning", "from"),
        ("_hi_fine_tuning", "to"), ("_over_zero_shot", "{} over zero-shot"), ("_lo_over_zero_shot", "from"),
        ("_hi_over_zero_shot", "to"), ("_p_zero_shot", "p"),
    )
}  # fmt: skip
F1_COLUMNS = (
    "language", "setting", "source", "size", "size_asked", "control", "gold_used", "text_used", "seeds", "f1", "lo",
    "hi", "boundary_f1", "boundary_f1_lo", "boundary_f1_hi", "entity_span_accuracy", "entity_span_accuracy_lo",
    "entity_span_accuracy_hi", "collapse_rate", "f1_with_restarts", "recall_seen", "recall_unseen",
)  # fmt: skip
COMPARISON_COLUMNS = (
    "language", "control", "size", "source", "version", "method", "f1_from_scratch", "lo_from_scratch",
    "hi_from_scratch", "f1_fine_tuning", "lo_fine_tuning", "hi_fine_tuning",
)  # fmt: skip
TRANSFER_COLUMNS = (
    "language", "related", "distance", "source", "setting", "control", "version", "method", "size", "gold_used",
    "text_used", "seeds", "f1", "lo", "hi", "boundary_f1", "boundary_f1_lo", "boundary_f1_hi",
    "entity_span_accuracy", "entity_span_accuracy_lo", "entity_span_accuracy_hi", "over_zero_shot",
    "lo_over_zero_shot", "hi_over_zero_shot", "p_zero_shot", "over_organic", "tokens_in", "tokens_out", "seconds",
    "cost", "currency",
)  # fmt: skip
SIGNIFICANCE_COLUMNS = (
    "language", "setting", "size", "source", "other", "f1", "other_f1", "difference", "lo", "hi", "p", "p_holm"
)  # fmt: skip
SPANS = ("boundary_f1", "entity_span_accuracy")
COMPARISON_SPANS = (
    "language", "control", "size", "source", "version", "method",
    *(f"{name}{end}_{setting}" for name in SPANS for setting in ("from_scratch", "fine_tuning")
      for end in ("", "_lo", "_hi")),
)  # fmt: skip
TRANSFER_SPANS = (
    "language", "source", "setting", "control", "version", "method", "size", "seeds",
    *(f"{name}_{what}_zero_shot" for name in SPANS for what in ("over", "lo_over", "hi_over", "p")),
)  # fmt: skip
SIGNIFICANCE_SPANS = (
    "language", "setting", "size", "source", "other",
    *(f"{name}_{what}" for name in SPANS for what in ("difference", "lo", "hi", "p", "p_holm")),
)  # fmt: skip
EQUIVALENT_COLUMNS = (
    "setting", "source", "size", "seeds", "f1", "f1_lo", "f1_hi", "sentences", "interval", "outside", "smallest",
    "largest",
)  # fmt: skip
NEXT_COLUMNS = (
    "setting",
    "annotated",
    "sentences",
    "f1",
    "lo",
    "hi",
    "isotonic",
    "gain",
    "gain_lo",
    "gain_hi",
    "refused",
)
YIELD_COLUMNS = (
    "language", "source", "split", "calls_judged", "calls_failed", "calls_without_object", "candidates", "accepted",
    "rejected", "share_accepted",
)  # fmt: skip
REASON_COLUMNS = ("language", "source", "split", "reason", "rejected", "share_of_candidates")
# Joiners that Indic and Arabic scripts are written with, though Unicode counts them among the invisible.
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class ReportSample:
    """A sample to show: tag ids over `types` (IOB2; type = (id - 1) // 2), what group it is in, and remarks."""

    group: str
    tokens: Sequence[str]
    tags: Sequence[int]
    types: Sequence[str]
    notes: str = ""


@dataclass(frozen=True)
class ReportData:
    """What a report says, as plain data. Rows have the columns of the views of the same name."""

    title: str
    specification: str
    """The run's specification as YAML."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Shown under the title: run id, state, begun, ended."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Code version, models, hashes of gold and test sets, seeds, machine."""
    f1_by_size: Sequence[Row] = ()
    source_comparison: Sequence[Row] = ()
    transfer_comparison: Sequence[Row] = ()
    significance: Sequence[Row] = ()
    failures: Sequence[Row] = ()
    advice: Sequence[Row] = ()
    """Advice for each language, as `GET /v1/results/advice` has it."""
    yield_by_source: Sequence[Row] = ()
    rejection_reasons: Sequence[Row] = ()
    samples: Sequence[ReportSample] = ()
    trainings: Sequence[Row] = ()
    """One row a training: language, source, setting, collapsed (bool), restarts."""


class ReportPiece(NamedTuple):
    """A stretch of a sentence: an entity with its type, or the text between (type empty)."""

    text: str
    type: str


def render_report(data: ReportData) -> str:
    """The page as HTML text."""
    folder = files("spanloom_evaluator") / "templates"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "report.html.j2").read_text(encoding="utf-8"))
    transfer = data.transfer_comparison
    groups: dict[str, list[dict[str, Any]]] = {}
    for sample in data.samples:
        shown = {"pieces": pieces_of(sample.tokens, sample.tags, sample.types), "notes": sample.notes}
        groups.setdefault(sample.group, []).append(shown)
    return template.render(
        data=data,
        style=Markup((folder / "report.css").read_text(encoding="utf-8")),  # noqa: S704, our own file
        sections=SECTIONS,
        cards=_cards(data),
        curves=_drawing(f1_by_size, data.f1_by_size),
        by_gold=_drawing(partial(f1_by_size, by="gold_used"), data.f1_by_size) if _gold_known(data) else None,
        transfer=_drawing(figures.transfer_comparison, transfer) if figures.beside_zero_shot(transfer) else None,
        kinship=[{**row, "by": HEADINGS.get(row["by"], row["by"])} for row in by_kinship(transfer)],
        significance=_drawing(figures.significance, data.significance),
        yields=_drawing(figures.yield_by_source, data.yield_by_source),
        reasons=_drawing(figures.rejection_reasons, data.rejection_reasons),
        galleries=list(groups.items()),
        types=list(dict.fromkeys(name for sample in data.samples for name in sample.types)),
        collapse=collapse_rows(data.trainings),
        alpha=ALPHA,
        told_apart=told_apart,
        f1_columns=_present(data.f1_by_size, F1_COLUMNS),
        comparison_columns=_present(data.source_comparison, COMPARISON_COLUMNS),
        transfer_columns=_present(transfer, TRANSFER_COLUMNS),
        significance_columns=_present(data.significance, SIGNIFICANCE_COLUMNS),
        comparison_spans=_spans(data.source_comparison, COMPARISON_SPANS),
        transfer_spans=_spans(transfer, TRANSFER_SPANS),
        significance_spans=_spans(data.significance, SIGNIFICANCE_SPANS),
        lacking=LACKS_MEASURES.format(run=data.facts.get("run", "RUN"))
        if lacks_measures([*data.f1_by_size, *transfer, *data.significance])
        else None,
        equivalent_columns=EQUIVALENT_COLUMNS,
        next_columns=NEXT_COLUMNS,
        yield_columns=_present(data.yield_by_source, YIELD_COLUMNS),
        failure_columns=("what", "language", "source", "failed", "reason", "example"),
        reason_columns=_present(data.rejection_reasons, REASON_COLUMNS),
        shown=_shown,
        clean=clean,
        columns_of=columns_of,
        heading=lambda name: HEADINGS.get(name, name.replace("_", " ")),
        numeric=_numeric,
    )


def write_report(data: ReportData, path: Path | str) -> Path:
    """Write the page to a file, whole or not at all."""
    path = Path(path)
    write_whole(path, lambda part: part.write_text(render_report(data), encoding="utf-8"))
    return path


def pieces_of(tokens: Sequence[str], tags: Sequence[int], types: Sequence[str]) -> list[ReportPiece]:
    """The sentence cut into entities and the text between them."""
    out: list[ReportPiece] = []
    at = 0
    for span in spans_of(tags):
        if span.start > at:
            out.append(ReportPiece(" ".join(tokens[at : span.start]), ""))
        out.append(ReportPiece(" ".join(tokens[span.start : span.end]), types[span.type]))
        at = span.end
    if at < len(tokens):
        out.append(ReportPiece(" ".join(tokens[at:]), ""))
    return out


def collapse_rows(trainings: Iterable[Row]) -> list[dict[str, Any]]:
    """How many trainings of each language, source and setting collapsed at their first try, and were restarted."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in trainings:
        groups.setdefault(tuple(str(row[name]) for name in ("language", "source", "setting")), []).append(row)
    return [
        {
            **dict(zip(("language", "source", "setting"), key, strict=True)),
            "trainings": len(rows),
            "collapsed": sum(bool(row["collapsed"]) for row in rows),
            "rate": sum(bool(row["collapsed"]) for row in rows) / len(rows),
            "restarts": sum(int(row.get("restarts") or 0) for row in rows),
        }
        for key, rows in groups.items()
    ]


def clean(text: object, keep: str = "") -> str:
    """Text with control and formatting characters, but for those that scripts need, shown as U+FFFD."""
    shown = str(text)
    if shown.isprintable():  # most is
        return shown
    return "".join(
        char if char in keep or char in JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else "\ufffd"
        for char in shown
    )


def _drawing(chart: Callable[..., alt.TopLevelMixin], rows: Sequence[Row]) -> Markup | None:
    """A view's chart as SVG for the page; vl-convert escapes the text in it."""
    return Markup(svg(chart(rows, title="").to_dict())) if rows else None  # noqa: S704


def _gold_known(data: ReportData) -> bool:
    """Whether F1 against the gold sentences used says more than F1 against size: known of all, and not the size."""
    trained = [row for row in data.f1_by_size if int(row["size"])]
    known = [row for row in trained if row.get("gold_used") is not None]
    return bool(known) and len(known) == len(trained)


def _cards(data: ReportData) -> list[dict[str, str]]:
    cards = []
    if data.f1_by_size:
        best = max(data.f1_by_size, key=lambda row: float(row["f1"]))
        where = f"{best['language']}, {best['source']}, {str(best['setting']).replace('_', ' ')}, {int(best['size']):,}"
        cards.append({"value": f"{best['f1']:.3f}", "label": f"best F1: {clean(where)}"})
    if data.yield_by_source:
        accepted, candidates = (
            sum(int(row[name] or 0) for row in data.yield_by_source) for name in ("accepted", "candidates")
        )
        share = f" ({accepted / candidates:.0%})" if candidates else ""
        cards.append({"value": f"{accepted:,}", "label": f"samples accepted of {candidates:,} candidates{share}"})
    if data.trainings:
        collapsed = sum(bool(row["collapsed"]) for row in data.trainings)
        cards.append({"value": f"{len(data.trainings):,}", "label": f"trainings, {collapsed:,} collapsed"})
    if data.significance:
        clear = sum(told_apart(row["p_holm"], row["lo"], row["hi"]) for row in data.significance)
        cards.append(
            {"value": f"{clear} of {len(data.significance)}", "label": "differences between sources significant"}
        )
    return cards


def _present(rows: Sequence[Row], columns: Iterable[str]) -> list[str]:
    """Columns that hold anything; those of `DISTINGUISHING` where they tell rows apart."""
    return [
        name
        for name in columns
        if any(row.get(name) not in ((None, 0) if name == "text_used" else (None,)) for row in rows)
        and (name not in DISTINGUISHING or len({row.get(name) for row in rows}) > 1)
    ]


def _spans(rows: Sequence[Row], columns: Iterable[str]) -> list[str]:
    """`_present` of a table of boundary F1 and span accuracy; none where an earlier release scored all of its rows."""
    found = _present(rows, columns)
    return found if any(name.startswith(SPANS) for name in found) else []


def _shown(row: Row, name: str) -> str:
    """A cell of a table; what a model of the related language scores is called what the plots call it."""
    value = row.get(name)
    zero_shot = name in ("source", "other") and value == RELATED and row.get("size") == 0
    return ZERO_SHOT if zero_shot else cell(value)


def _numeric(rows: Sequence[Row], name: str) -> bool:
    values = [row[name] for row in rows if row.get(name) is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
