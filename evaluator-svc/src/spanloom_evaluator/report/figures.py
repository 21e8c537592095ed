"""One chart for each view of the results: plain rows to a Vega-Lite specification (`f1_by_size` is in plots.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import altair as alt

from spanloom.errors import DataError
from spanloom_evaluator.report.plots import (
    COLOURS,
    FONT,
    GREY,
    ZERO_SHOT,
    Chart,
    Row,
    f1_by_size,
    header,
    order,
    styled,
    with_series,
)
from spanloom_evaluator.score.significance import ALPHA, told_apart

BEST = 25
"""Rows of the leaderboard that are drawn for each language."""
SETTINGS = {"f1_from_scratch": "from scratch", "f1_fine_tuning": "fine tuning"}


def source_comparison(rows: Iterable[Row], *, title: str = "F1 by source at equal sizes") -> Chart:
    """A dot for each setting, a line of dots for each source, a panel for each language and size.

    `rows` as in the view: language, source, size, f1_from_scratch, f1_fine_tuning (either may be None).
    """
    points: list[dict[str, Any]] = [
        {**_pick(row, "language", "source"), "size": int(row["size"]), "setting": name, "f1": float(row[column])}
        for row in with_series(rows)
        for column, name in SETTINGS.items()
        if row.get(column) is not None
    ]
    if not points:
        raise DataError("the rows to draw hold no F1")
    sizes = sorted({p["size"] for p in points})
    colour = alt.Color("setting:N", scale=_scale(order(SETTINGS.values()), COLOURS[:2]), legend=_legend())
    chart = alt.Chart(alt.Data(values=points)).encode(
        y=alt.Y("source:N", title=None, sort=order(p["source"] for p in points), axis=_long_labels()),
        x=alt.X("f1:Q", title="F1", scale=alt.Scale(zero=False, padding=10), axis=alt.Axis(format=".2f", tickCount=4)),
    )
    tooltip = ["language:N", "source:N", "size:Q", "setting:N", alt.Tooltip("f1:Q", format=".3f")]
    layers = alt.layer(
        chart.mark_line(color="#CCCCCC", strokeWidth=2).encode(detail=["language:N", "size:N", "source:N"]),
        chart.mark_point(filled=True, size=80, opacity=1).encode(color=colour, tooltip=tooltip),
    )
    return styled(
        layers.properties(width=max(110, 660 // len(sizes)), height=alt.Step(24)).facet(
            row=alt.Row("language:N", sort=order(p["language"] for p in points), header=header(-90)),
            column=alt.Column("size:O", header=_size_header()),
            spacing=14,
        ),
        title,
    )


def transfer_comparison(rows: Iterable[Row], *, title: str = "What each way adds to zero-shot") -> Chart:
    """A dot for each arm's F1 with its interval, a rule at zero-shot, a panel for each language.

    `rows` as in the view: language, source, setting, size, f1, lo, hi, f1_zero_shot; and, where known, related, family,
    script, in_xlmr, distance. Panels stand from the nearest related language to the farthest, families together, and
    say what the languages have in common.
    """
    points: list[dict[str, Any]] = []
    for row in filter(_is_no_zero_shot, sorted(with_series(rows), key=_kinship)):
        untrained = int(row["size"]) == 0
        between = None if row.get("lo") is None else f"{float(row['lo']):.3f} to {float(row['hi']):.3f}"
        points.append(
            {"language": _pair(row)}
            | {name: None if row.get(name) is None else float(row[name]) for name in ("f1", "lo", "hi", "f1_zero_shot")}
            | {
                "arm": str(row["source"]) if untrained else f"{row['source']}, {row['size']}",
                "setting": str(row["setting"]).replace("_", " "),
                "95%": between,
            }
        )
    if not points:
        raise DataError("the rows to draw hold no F1 beside zero-shot")
    x = alt.X("f1:Q", title="F1", scale=alt.Scale(zero=False, padding=10), axis=alt.Axis(format=".2f", tickCount=5))
    y = alt.Y("arm:N", title=None, sort=order(p["arm"] for p in points), axis=_long_labels())
    colour = alt.Color("setting:N", scale=_scale(order(SETTINGS.values()), COLOURS[:2]), legend=_legend())
    chart = alt.Chart(alt.Data(values=points)).encode(y=y)
    tooltip = ["language:N", "arm:N", "setting:N", alt.Tooltip("f1:Q", format=".3f"), "95%:N"]
    layers = alt.layer(
        chart.mark_rule(strokeDash=[4, 3], color="#777777").encode(
            x=alt.X("f1_zero_shot:Q"), y=alt.value(0), y2=alt.value("height")
        ),
        chart.mark_rule(strokeWidth=2).encode(x=alt.X("lo:Q"), x2="hi:Q", color=colour),
        chart.mark_point(filled=True, size=70, opacity=1).encode(x=x, color=colour, tooltip=tooltip),
    )
    faceted = layers.properties(width=460, height=alt.Step(20)).facet(row=_languages(points), spacing=20)
    return styled(faceted.resolve_scale(y="independent"), title)


def beside_zero_shot(rows: Iterable[Row]) -> bool:
    """Whether any row of `transfer_comparison` is an arm that a zero-shot model stands beside."""
    return any(_is_no_zero_shot(row) and row.get("f1_zero_shot") is not None for row in rows)


def _is_no_zero_shot(row: Row) -> bool:
    return row.get("f1") is not None and (int(row["size"]) > 0 or row.get("method", "direct") != "direct")


def _kinship(row: Row) -> tuple[Any, ...]:
    """Where a language stands among others: the distance from its related one, unknown last, then its family."""
    distance = row.get("distance")
    seen, family, language = bool(row.get("in_xlmr")), str(row.get("family") or ""), str(row["language"])
    return distance is None, distance or 0.0, not seen, family, language


def _pair(row: Row) -> str:
    """A language with what is known of it and of its related one: `es from en (0.21), Indo-European, Latn`."""
    said = str(row["language"])
    if row.get("related"):
        said += f" from {row['related']}"
    if row.get("distance") is not None:
        said += f" ({float(row['distance']):.2f})"
    known = [str(row[name]) for name in ("family", "script") if row.get(name)]
    unseen = ["unseen by the encoder"] if row.get("in_xlmr") is False else []
    return ", ".join([said, *known, *unseen])


def yield_by_source(rows: Iterable[Row], *, title: str = "Samples accepted and rejected, by source") -> Chart:
    """A bar for each dataset that an LLM wrote, its candidates split into accepted and rejected ones.

    `rows` as in the view: language, source, split, accepted, rejected.
    """
    bars: list[dict[str, Any]] = [
        {
            "language": str(row["language"]),
            "dataset": f"{row['source']}, {row['split']}",
            "outcome": outcome,
            "samples": n,
        }
        for row in with_series(rows)
        for outcome, n in (("accepted", int(row["accepted"])), ("rejected", int(row["rejected"])))
    ]
    colour = alt.Color("outcome:N", scale=_scale(["accepted", "rejected"], (COLOURS[0], COLOURS[1])), legend=_legend())
    return _bars(bars, "samples:Q", "dataset:N", "candidates", colour, "outcome", title, ",d")


def rejection_reasons(rows: Iterable[Row], *, title: str = "Why candidates were rejected") -> Chart:
    """A bar for each reason and dataset: the share of its candidates that were refused for it.

    `rows` as in the view: language, source, split, reason, share_of_candidates.
    """
    bars: list[dict[str, Any]] = [
        {
            **_pick(row, "language", "reason"),
            "dataset": f"{row['source']}, {row['split']}",
            "share": float(row["share_of_candidates"] or 0),
        }
        for row in with_series(rows)
    ]
    datasets = order(bar["dataset"] for bar in bars)
    colour = alt.Color("dataset:N", scale=_scale(datasets, COLOURS), legend=_legend())
    totals: dict[str, float] = {}
    for bar in bars:
        totals[bar["reason"]] = totals.get(bar["reason"], 0.0) + bar["share"]
    reasons = sorted(totals, key=lambda reason: -totals[reason])
    chart = (
        alt.Chart(alt.Data(values=bars))
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="share of candidates", axis=alt.Axis(format=".0%", tickCount=5)),
            y=alt.Y("reason:N", title=None, sort=reasons, axis=_long_labels()),
            yOffset=alt.YOffset("dataset:N", sort=datasets),
            color=colour,
            tooltip=["language:N", "dataset:N", "reason:N", alt.Tooltip("share:Q", format=".2%")],
        )
        .properties(width=460, height=alt.Step(max(7, 22 // len(datasets)), **{"for": "offset"}))
    )
    return styled(chart.facet(row=_languages(bars), spacing=20).resolve_scale(y="independent"), title)


def leaderboard(rows: Iterable[Row], *, title: str = "Leaderboard") -> Chart:
    """The best evaluations of each language, with their intervals, best first.

    `rows` as in the view: language, source, setting, size, training_seed, f1, lo, hi.
    """
    points: list[dict[str, Any]] = []
    taken: dict[str, int] = {}
    rows = with_series(rows)
    for row in sorted(rows, key=lambda row: -float(row["f1"])):
        language = str(row["language"])
        taken[language] = taken.get(language, 0) + 1
        if taken[language] <= BEST:
            what = f"{row['source']}, {row['setting']}, {int(row['size']):,}" if int(row["size"]) else ZERO_SHOT
            name = what.replace("_", " ")
            points.append({"language": language, "arm": name, **_interval(row, "f1"), "place": taken[language]})
    chart = alt.Chart(alt.Data(values=points))
    y = alt.Y("arm:N", title=None, sort=alt.EncodingSortField("f1", op="max", order="descending"), axis=_long_labels())
    low, high = min(float(p["lo"]) for p in points), max(float(p["hi"]) for p in points)
    scale = alt.Scale(domain=[max(0.0, low - 0.02), min(1.0, high + 0.02)], nice=False)
    x = alt.X("f1:Q", title="F1", scale=scale, axis=alt.Axis(format=".2f"))
    layers = alt.layer(
        chart.mark_rule(color=COLOURS[0], strokeWidth=2, opacity=0.5)
        .encode(x=x, x2="hi:Q", y=y)
        .transform_calculate(f1="datum.lo"),
        chart.mark_point(filled=True, size=70, opacity=1, color=COLOURS[0]).encode(
            x=x, y=y, tooltip=["arm:N", *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("f1", "lo", "hi"))]
        ),
    )
    faceted = layers.properties(width=460, height=alt.Step(20)).facet(row=_languages(rows), spacing=20)
    return styled(faceted.resolve_scale(y="independent"), title)


def significance(rows: Iterable[Row], *, title: str = "Differences in F1 between sources") -> Chart:
    """Each pair of sources at equal size: the difference with its interval, coloured by whether the two are told apart.

    `rows` as in the view: language, setting, size, source, other, difference, lo, hi, p_holm.
    """
    clear, unclear = f"p < {ALPHA} (Holm), interval without 0", "not told apart"
    points: list[dict[str, Any]] = [
        {
            "language": str(row["language"]),
            "pair": f"{row['source']} vs {row['other']}, {row['setting']}, {int(row['size']):,}".replace("_", " "),
            **_interval(row, "difference"),
            "p_holm": float(row["p_holm"]),
            "verdict": clear if told_apart(row["p_holm"], row["lo"], row["hi"]) else unclear,
        }
        for row in with_series(rows)
    ]
    colour = alt.Color("verdict:N", scale=_scale([clear, unclear], (COLOURS[1], GREY)), legend=_legend())
    chart = alt.Chart(alt.Data(values=points))
    y = alt.Y("pair:N", title=None, sort=order(p["pair"] for p in points), axis=_long_labels())
    x = alt.X(
        "difference:Q",
        title="difference in F1 (first less second)",
        axis=alt.Axis(format="+.2f"),
        scale=alt.Scale(padding=10),
    )
    tooltip = ["pair:N", *(alt.Tooltip(f"{name}:Q", format="+.3f") for name in ("difference", "lo", "hi"))]
    layers = alt.layer(
        chart.mark_rule(color="#BBBBBB").encode(x=alt.datum(0)),
        chart.transform_calculate(difference="datum.lo")
        .mark_rule(strokeWidth=2, opacity=0.5)
        .encode(x=x, x2="hi:Q", y=y, color=colour),
        chart.mark_point(filled=True, size=70, opacity=1).encode(
            x=x, y=y, color=colour, tooltip=[*tooltip, alt.Tooltip("p_holm:Q", format=".4f")]
        ),
    )
    faceted = layers.properties(width=460, height=alt.Step(20)).facet(row=_languages(points), spacing=20)
    return styled(faceted.resolve_scale(y="independent"), title)


def gold_equivalents(rows: Iterable[Row], *, title: str = "What each way is worth in annotated sentences") -> Chart:
    """Each way that is not annotated sentences alone: its F1 with the interval, and beside it what it is worth.

    `rows` as in the view: language, setting, source, size, f1, f1_lo, f1_hi, sentences, interval, outside.
    """
    points: list[dict[str, Any]] = [
        {
            "language": str(row["language"]),
            "way": _way(row),
            "f1": float(row["f1"]),
            "lo": float(row["f1_lo"]),
            "hi": float(row["f1_hi"]),
            "worth": worth_of(row),
        }
        for row in with_series(rows, apart=("control",))
    ]
    chart = alt.Chart(alt.Data(values=points))
    y = alt.Y("way:N", title=None, sort=order(p["way"] for p in points), axis=_long_labels())
    # The padding has room for the words; where it passes the ends of F1, the axis says nothing.
    axis = alt.Axis(format=".2f", labelExpr="datum.value < 0 || datum.value > 1 ? '' : datum.label")
    x = alt.X("f1:Q", title="F1", axis=axis, scale=alt.Scale(padding=90, zero=False))
    layers = alt.layer(
        chart.transform_calculate(f1="datum.lo")
        .mark_rule(strokeWidth=2, opacity=0.5, color=COLOURS[0])
        .encode(x=x, x2="hi:Q", y=y),
        chart.mark_point(filled=True, size=70, opacity=1, color=COLOURS[0]).encode(
            x=x, y=y, tooltip=["way:N", *(alt.Tooltip(f"{n}:Q", format=".3f") for n in ("f1", "lo", "hi")), "worth:N"]
        ),
        chart.mark_text(dy=-11, fontSize=11, font=FONT).encode(x=x, y=y, text="worth:N"),
    )
    faceted = layers.properties(width=460, height=alt.Step(36)).facet(row=_languages(points), spacing=20)
    return styled(faceted.resolve_scale(y="independent"), title)


def _way(row: Row) -> str:
    size = int(row["size"])
    name = f"{row['source']}, {row['setting']}, {size:,}" if size else f"{ZERO_SHOT}, {row['setting']}"
    return name.replace("_", " ")


def worth_of(row: Row) -> str:
    """A way's worth in annotated sentences in words, with its interval.

    >>> worth_of({"sentences": 56.2, "interval": "41 to 82", "outside": None})
    '56 sentences [41 to 82]'
    """
    worth = f"{row['sentences']:,.0f} sentences" if row["sentences"] is not None else row["outside"] or "not known"
    return f"{worth} [{row['interval']}]"


CHARTS: Mapping[str, Callable[..., Chart]] = {
    "f1_by_size": f1_by_size,
    "source_comparison": source_comparison,
    "transfer_comparison": transfer_comparison,
    "yield_by_source": yield_by_source,
    "rejection_reasons": rejection_reasons,
    "leaderboard": leaderboard,
    "significance": significance,
    "gold_equivalents": gold_equivalents,
}
"""The chart of each view that has one."""


def _bars(
    bars: list[dict[str, Any]], x: str, y: str, x_title: str, colour: alt.Color, order_by: str, title: str, form: str
) -> Chart:
    chart = (
        alt.Chart(alt.Data(values=bars))
        .mark_bar()
        .encode(
            x=alt.X(x, title=x_title, axis=alt.Axis(format=form, tickCount=5)),
            y=alt.Y(y, title=None, sort=None, axis=_long_labels()),
            color=colour,
            order=alt.Order(f"{order_by}:N"),
            tooltip=[f"{name}:{'N' if isinstance(value, str) else 'Q'}" for name, value in bars[0].items()],
        )
        .properties(width=460, height=alt.Step(24))
    )
    return styled(chart.facet(row=_languages(bars), spacing=20).resolve_scale(y="independent"), title)


def _pick(row: Row, *names: str) -> dict[str, str]:
    return {name: str(row[name]) for name in names}


def _interval(row: Row, name: str) -> dict[str, float]:
    value = float(row[name])
    lo, hi = (value if row.get(end) is None else float(row[end]) for end in ("lo", "hi"))
    return {name: value, "lo": lo, "hi": hi}


def _scale(names: list[str], colours: tuple[str, ...]) -> alt.Scale:
    return alt.Scale(domain=names, range=[colours[i % len(colours)] for i in range(len(names))])


def _legend() -> alt.Legend:
    return alt.Legend(title=None, orient="bottom", symbolOpacity=1, columns=4, labelLimit=300)


def _long_labels() -> alt.Axis:
    return alt.Axis(labelLimit=380, ticks=False, domain=False, labelPadding=8)


def _languages(rows: Iterable[Row]) -> alt.Row:
    return alt.Row("language:N", sort=order(str(row["language"]) for row in rows), header=header(-90))


def _size_header() -> alt.Header:
    return alt.Header(title=None, labelFontSize=13, labelFontWeight="bold", format=",d", formatType="number")
