"""Plots: plain rows to one Vega-Lite specification per view, drawn to PNG or SVG without a browser.

`f1_by_size(rows).to_dict()` is the specification that a page can embed; `save_plot` draws the same one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log1p
from pathlib import Path
from typing import Any, TypeAlias

import altair as alt
import vl_convert

from spanloom.data.whole import write_whole
from spanloom.errors import DataError

Row = Mapping[str, Any]
Chart: TypeAlias = alt.FacetChart

FORMATS = (".png", ".svg")
# Okabe and Ito's colours, which people with colour blindness can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#000000")
SHAPES = ("circle", "square", "triangle-up", "triangle-down", "cross", "triangle-right", "triangle-left", "wedge")
GREY = "#6B6B6B"
ZERO_SHOT = "zero-shot"
FONT = "DejaVu Sans, Helvetica, Arial, sans-serif"
AXES = {"size": "training sentences", "gold_used": "gold sentences used"}
TITLES = {"size": "F1 by training size", "gold_used": "F1 by gold sentences used"}
SERIES = {"version": "v{}", "method": "{}", "control": "{}"}
"""What makes several lines of one source, and how its name says so."""
STEP_MATCHED = "equal number of updates"


def f1_by_size(rows: Iterable[Row], *, title: str | None = None, by: str = "size") -> Chart:
    """F1 against training size: a row of panels per language, a column per setting, a line per source.

    `rows` hold language, source, setting, size, f1 (a fraction), and lo, hi (the interval, or None). Step-matched arms
    have a column of their own; several runs, dataset versions or methods are lines of their own. A row of size 0 is a
    zero-shot score, of a model that was not trained on the target: a point at 0, its level carried across the panel as
    a dashed line. `by` names the column of the x
    axis, `size` or `gold_used`. Raises DataError when there is nothing to draw or a value is missing.
    """
    title = TITLES[by] if title is None else title
    points = [_point(row, by) for row in in_every_control(with_series(rows, apart=("control",)))]
    sources = order(p["source"] for p in points if not p["zero"])
    sources += order(p["source"] for p in points if p["zero"] and p["source"] != ZERO_SHOT)
    names = [*sources, *([ZERO_SHOT] if any(p["source"] == ZERO_SHOT for p in points) else [])]
    palette = [*(COLOURS[i % len(COLOURS)] for i in range(len(sources))), GREY][: len(names)]
    marks = [*(SHAPES[i % len(SHAPES)] for i in range(len(sources))), "diamond"][: len(names)]
    legend = alt.Legend(title=None, orient="bottom", symbolSize=90, symbolOpacity=1, columns=4, labelLimit=300)
    colour = alt.Color("source:N", scale=alt.Scale(domain=names, range=palette), legend=legend)
    shape = alt.Shape("source:N", scale=alt.Scale(domain=names, range=marks), legend=legend)
    x, y = _size_axis(points, by), _f1_axis(points)
    tooltip = [
        *(alt.Tooltip(f"{field}:N") for field in ("language", "setting", "source")),
        alt.Tooltip("x:Q", title=AXES[by], format=","),
        *(alt.Tooltip(f"{field}:Q", format=".3f") for field in ("f1", "lo", "hi")),
    ]
    base = alt.Chart(alt.Data(values=points))
    trained, zero = base.transform_filter("!datum.zero"), base.transform_filter("datum.zero")
    layers = alt.layer(
        trained.mark_area(opacity=0.15).encode(x=x, y=_f1_axis(points, "mean(lo)"), y2="mean(hi):Q", color=colour),
        zero.mark_rule(strokeDash=[4, 3]).encode(y=y, color=colour),
        zero.mark_rule(strokeWidth=2).encode(x=x, y=_f1_axis(points, "lo"), y2="hi:Q", color=colour),
        trained.mark_line(strokeWidth=2).encode(x=x, y=_f1_axis(points, "mean(f1)"), color=colour),
        base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip),
    )
    languages = order(p["language"] for p in points)
    return styled(
        layers.properties(width=330, height=220 if len(languages) <= 4 else 140).facet(
            row=alt.Row("language:N", sort=languages, header=header(-90)),
            column=alt.Column("setting:N", sort=_settings(p["setting"] for p in points), header=header(0)),
            spacing=20,
        ),
        title,
    )


def save_plot(chart: alt.TopLevelMixin, path: Path | str, *, scale: float = 2.0) -> Path:
    """Draw a chart to a .png (`scale` pixels a unit) or .svg file, without a browser or a network.

    Raises DataError for another ending, naming those that are drawn.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise DataError(f"a plot is drawn as {' or '.join(FORMATS)}; name the file so", path=str(path))
    data = draw(chart, kind[1:], scale=scale)
    write_whole(path, lambda part: part.write_bytes(data))
    return path


def draw(chart: alt.TopLevelMixin, kind: str, *, scale: float = 2.0) -> bytes:
    """A chart as `png` (`scale` pixels a unit), `svg`, or `json`: its Vega-Lite specification."""
    spec = chart.to_dict()
    if kind == "json":
        return json.dumps(spec, ensure_ascii=False).encode()
    if kind == "svg":
        return svg(spec).encode()
    return bytes(vl_convert.vegalite_to_png(spec, scale=scale, allowed_base_urls=[]))


def svg(spec: Mapping[str, Any]) -> str:
    """A Vega-Lite specification as SVG text."""
    return str(vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[]))


def with_series(rows: Iterable[Row], *, apart: Iterable[str] = ()) -> list[Row]:
    """Rows whose source also says the dataset version, method, control and run, where it has more than one of them.

    What is drawn `apart` is left out. Raises DataError when there are no rows.
    """
    rows = list(rows)
    if not rows:
        raise DataError("there are no results to draw yet")
    known: dict[str, dict[str, set[Any]]] = {}
    for row in rows:
        for name in SERIES:
            known.setdefault(str(row.get("source")), {}).setdefault(name, set()).add(row.get(name))
    runs = {row.get("run") for row in rows}
    out = []
    for row in rows:
        has = known[str(row.get("source"))]
        said = [SERIES[name].format(row.get(name)) for name in SERIES if len(has[name]) > 1 and name not in apart]
        said += [str(row.get("run"))] if len(runs) > 1 else []
        out.append({**row, "source": ", ".join([str(row["source"]), *said])} if said else row)
    return out


def in_every_control(rows: Sequence[Row]) -> list[Row]:
    """Zero-shot rows once for each control that is drawn: they have no updates on the target to be matched."""
    controls = order(str(row.get("control") or "epochs") for row in rows if int(row.get("size") or 0))
    out: list[Row] = []
    for row in rows:
        zero = row.get("size") is not None and int(row["size"]) == 0
        out += [{**row, "control": control} for control in controls] if zero and controls else [row]
    return out


def _point(row: Row, by: str) -> dict[str, Any]:
    missing = [name for name in ("language", "source", "setting", "size", "f1") if row.get(name) is None]
    zero = not missing and int(row["size"]) == 0
    if row.get(by) is None and not zero:
        missing += [] if by in missing else [by]
    if missing:
        raise DataError(f"a result to draw lacks {', '.join(missing)}: {dict(row)}")
    matched = f", {STEP_MATCHED}" if row.get("control") == "step_matched" else ""
    f1 = float(row["f1"])
    lo, hi = (f1 if row.get(name) is None else float(row[name]) for name in ("lo", "hi"))
    return {
        "language": str(row["language"]),
        "setting": str(row["setting"]).replace("_", " ") + matched,
        "source": ZERO_SHOT if zero and row.get("method", "direct") == "direct" else str(row["source"]),
        # Nothing was trained, but an LLM that tags was shown annotated sentences.
        "x": int(row.get(by) or 0) if zero else int(row[by]),
        "zero": zero,
        "f1": f1,
        "lo": lo,
        "hi": hi,
    }


def order(names: Iterable[str]) -> list[str]:
    """Distinct names in order of first appearance."""
    return list(dict.fromkeys(names))


def _settings(names: Iterable[str]) -> list[str]:
    """From scratch first, as it has seen less; equal numbers of updates last."""
    return sorted(set(names), key=lambda name: (STEP_MATCHED in name, not name.startswith("from scratch"), name))


def _size_axis(points: Sequence[Row], by: str) -> alt.X:
    # A symmetric log axis has a place for 0, where the zero-shot point stands.
    positive = [p["x"] for p in points if p["x"] > 0]
    constant = min(positive, default=100) / 2
    scale = alt.Scale(type="symlog", constant=constant, nice=False, padding=12)
    axis = alt.Axis(values=_ticks([p["x"] for p in points], constant), format=",d", grid=False)
    return alt.X("x:Q", scale=scale, axis=axis, title=AXES[by])


def _ticks(sizes: Sequence[int], constant: float) -> list[int]:
    """The sizes that occur, as far as their labels fit side by side: the most frequent ones, then the larger ones.

    A yield below the size asked for is often close to it, and less to be remembered.
    """
    place = {size: log1p(size / constant) for size in sizes}
    apart = 0.1 * (max(place.values()) - min(place.values()))
    ticks: list[int] = []
    for size, _ in sorted(Counter(sizes).items(), key=lambda item: (-item[1], -item[0])):
        if all(abs(place[size] - place[other]) >= apart for other in ticks):
            ticks.append(size)
    return sorted(ticks)


def _f1_axis(points: Sequence[Row], field: str = "f1") -> alt.Y:
    low, high = min(p["lo"] for p in points), max(p["hi"] for p in points)
    domain = [max(0.0, low - 0.03), min(1.0, high + 0.03)]
    return alt.Y(
        f"{field}:Q", title="F1", scale=alt.Scale(domain=domain, nice=True), axis=alt.Axis(format=".2f", tickCount=6)
    )


def header(angle: int = 0) -> alt.Header:
    """The heading of a row (turned by -90 degrees) or a column of panels."""
    return alt.Header(title=None, labelFontSize=13, labelFontWeight="bold", labelAngle=angle, labelPadding=8)


def styled(chart: Chart, title: str) -> Chart:
    """The look that all charts share."""
    return (
        chart.properties(title=alt.TitleParams(title, fontSize=16, anchor="start", offset=14))
        .configure(font=FONT, background="white", padding=16)
        .configure_view(stroke="#DDDDDD")
        .configure_axis(
            labelFontSize=11, titleFontSize=12, titleFontWeight="normal", gridColor="#EEEEEE", domainColor="#999999"
        )
        .configure_legend(labelFontSize=12)
    )
