"""What each way adds to zero-shot by what targets and their related languages have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

Row = Mapping[str, Any]

PROPERTIES = ("family", "script", "in_xlmr", "distance")
"""What rows of `transfer_comparison` say of a target, and of how far it lies from its related language."""


def by_kinship(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Mean F1 and mean difference from zero-shot of each source, setting and method, by each property of the languages.

    `rows` as in the view `transfer_comparison`. Means are over arms of all sizes, in the rows' order; a distance is
    rounded to a tenth. A property that is the same of all languages, or known of none, tells nothing and is left out.
    """
    scored = [row for row in rows if row.get("f1") is not None]
    out = []
    for name in PROPERTIES:
        if len({_value(row, name) for row in scored} - {None}) < 2:
            continue
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in scored:
            key = (_value(row, name), *(row.get(part) for part in ("source", "setting", "method")))
            groups.setdefault(key, []).append(row)
        for (value, source, setting, method), arms in groups.items():
            if value is not None:
                out.append(
                    {
                        "by": name,
                        "value": value,
                        "source": source,
                        "setting": setting,
                        "method": method,
                        "languages": len({arm["language"] for arm in arms}),
                        "arms": len(arms),
                        "f1": fmean(arm["f1"] for arm in arms),
                        "over_zero_shot": _mean([arm.get("over_zero_shot") for arm in arms]),
                    }
                )
    return out


def _value(row: Row, name: str) -> str | None:
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return None if value is None else "yes" if value else "no"
    return f"{value:.1f}" if name == "distance" else str(value)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
