"""How far languages lie from each other by a table of one's own: two ISO 639 codes and a figure a line."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spanloom.data.languages import iso3_of
from spanloom.data.lines import read_lines
from spanloom.errors import DataError

Distances = Mapping[frozenset[str], float]
"""Distances by the ISO 639-3 codes of a pair; they are the same both ways."""


def read_distances(path: Path) -> Distances:
    """The distances of a file of CSV or, where a line has a tab, TSV: as `parse_distances`."""
    return parse_distances(read_lines(path), str(path))


def parse_distances(lines: Iterable[tuple[int, str]], path: str) -> Distances:
    """The distances of numbered lines: two ISO 639 codes and a number from 0 on a line; `path` is where they stand.

    A heading, empty lines and lines that begin with `#` are left out; a pair may stand again the other way round with
    the same number. Raises DataError with the line for a code that ISO 639 has not, a number that is none, is negative
    or not finite, a pair that is given twice, a language that is apart from itself, and for a file without any pair.
    """
    found: dict[frozenset[str], float] = {}
    given: dict[tuple[str, str], int] = {}
    begun = False
    for number, line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        first, begun = not begun, True
        fields = [field.strip() for field in next(csv.reader([line], delimiter="\t" if "\t" in line else ","))]
        if len(fields) != 3:
            what = f"holds {len(fields)} fields; expected two ISO 639 codes and a distance, such as `es,en,0.21`"
            raise DataError(what, path=path, line=number)
        codes = [iso3_of(code) for code in fields[:2]]
        distance = _number(fields[2])
        if first and distance is None and None in codes:
            continue
        unknown = [name for name, code in zip(fields, codes, strict=False) if code is None]
        if unknown:
            what = f"{unknown[0]!r} is no ISO 639 code of a living language; expected one such as `da` or `dan`"
            raise DataError(what, path=path, line=number)
        if distance is None or not 0 <= distance < math.inf:
            what = f"{fields[2]!r} is no distance; expected a number from 0 on, such as 0.21"
            raise DataError(what, path=path, line=number)
        one, other = (str(code) for code in codes)
        pair, earlier = frozenset((one, other)), given.get((one, other))
        if earlier is None and found.get(pair, distance) != distance:
            earlier = given[other, one]
        if earlier is not None:
            what = f"the distance of {fields[0]} and {fields[1]} stands in line {earlier} already; give it once"
            raise DataError(what, path=path, line=number)
        if one == other and distance:
            raise DataError(f"{fields[0]} lies {fields[2]} from itself; expected 0", path=path, line=number)
        found[pair], given[one, other] = distance, number
    if not found:
        raise DataError("holds no distance; expected two ISO 639 codes and a number a line", path=path)
    return found


def with_distances(rows: Iterable[Mapping[str, Any]], table: Distances) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of `transfer_comparison` with the table's distances in place of theirs, and the pairs that it lacks.

    A pair that the table lacks keeps the distance of its specification, if that has one.
    """
    out, lacking = [], []
    for row in rows:
        related = row.get("related")
        if related is None:
            out.append(dict(row))
            continue
        pair = _pair(row)
        if pair not in table:
            lacking.append(f"{row['language']} and {related}")
        out.append({**row, "distance": table.get(pair, row.get("distance"))})
    return out, list(dict.fromkeys(lacking))


def lines_of(rows: Iterable[Mapping[str, Any]], table: Distances) -> list[str]:
    """The lines of the table that rows of `transfer_comparison` need, as `parse_distances` reads them."""
    needed = {_pair(row) for row in rows if row.get("related") is not None} & table.keys()
    return [f"{min(pair)},{max(pair)},{table[pair]!r}" for pair in sorted(needed, key=sorted)]


def _pair(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(iso3_of(code) or code for code in (row["language"], row["related"]))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
