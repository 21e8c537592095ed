"""Small curves as SVG paths: the page's policy allows no inline styles, but attributes of SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Curve(NamedTuple):
    """A path over a box of `width` x `height`, and the values at its ends."""

    path: str
    first: float
    last: float
    low: float
    high: float
    x: float
    y: float
    """Where the last point stands."""


def curve(
    looks: Sequence[Mapping[str, Any]], field: str, *, width: float, height: float, top: float | None = None
) -> Curve | None:
    """The values of `field` over `step`, None with fewer than two of them; the box ends at `top`, else the highest.

    >>> curve([{"step": 1, "loss": 2.0}, {"step": 3, "loss": 1.0}], "loss", width=10, height=10).path
    'M0,0 L10,5'
    """
    points = [(float(look["step"]), float(look[field])) for look in looks if look.get(field) is not None]
    if len(points) < 2:
        return None
    values = [y for _, y in points]
    high = top if top is not None else max(values) or 1.0
    begin, end = points[0][0], points[-1][0]
    wide = (end - begin) or 1.0
    placed = [
        (round((x - begin) / wide * width, 1), round(height - min(max(y / high, 0.0), 1.0) * height, 1))
        for x, y in points
    ]
    path = "M" + " L".join(f"{x:g},{y:g}" for x, y in placed)
    return Curve(path, values[0], values[-1], min(values), max(values), *placed[-1])
