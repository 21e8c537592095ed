"""Values as people read them: numbers, shares, F1 with its interval, durations, money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

NOTHING = "\N{EN DASH}"


def count(value: int | None) -> str:
    """An integer with thin separators.

    >>> count(12345)
    '12,345'
    """
    return NOTHING if value is None else f"{value:,}"


def share(part: float | None, whole: float | None = 1) -> str:
    """A share in per cent.

    >>> share(1, 8)
    '12.5%'
    """
    return NOTHING if part is None or not whole else f"{100 * part / whole:.1f}%".replace(".0%", "%")


def score(value: float | Decimal | None) -> str:
    """An F1, or the like, with three digits."""
    return NOTHING if value is None else f"{round(float(value), 3) + 0.0:.3f}"


def money(value: float | Decimal | None, currency: str | None) -> str:
    """An amount in its currency; small ones with more digits."""
    if value is None:
        return NOTHING
    amount = float(value)
    return f"{amount:,.2f} {currency or ''}".strip() if amount >= 1 or amount == 0 else f"{amount:.4f} {currency or ''}"


def duration(seconds: float | None) -> str:
    """A time span, as coarse as one would say it.

    >>> duration(42), duration(600), duration(7500)
    ('42 s', '10 min', '2 h 5 min')
    """
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{round(hours / 24)} days"


def ago(moment: datetime) -> str:
    """A moment as text that a browser can read; the page's script shows it in the reader's zone."""
    return moment.isoformat(timespec="seconds")


def plain(value: object) -> str:
    """A name from the tables as words: underscores are spaces."""
    return str(value).replace("_", " ")


def numbers(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with PostgreSQL's exact decimals as floats."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
