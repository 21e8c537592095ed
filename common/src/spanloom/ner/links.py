"""Word alignment: which token of a sentence is which token of its translation, as links by position."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from spanloom.errors import SchemaError

Link = tuple[int, int]
"""(position in the source sentence, position in its translation), from 0."""

_PAIR = re.compile(r"(\d{1,6})([-p])(\d{1,6})", re.ASCII)


class Links(NamedTuple):
    """The links of one sentence pair: `sure` ones, and `possible` ones for source tokens that have no sure link.

    Both words are those of hand-aligned corpora (Och and Ney, 2003). A possible link points to a token of the
    translation that no sure link points to.
    """

    sure: tuple[Link, ...] = ()
    possible: tuple[Link, ...] = ()


def parse_links(line: str) -> Links:
    """A line of `i-j` pairs (Pharaoh or TALP format; `ipj` is a possible link), in any order.

    >>> parse_links("0-0 2-1 1p3")
    Links(sure=((0, 0), (2, 1)), possible=((1, 3),))

    Raises SchemaError for what is no pair.
    """
    sure: list[Link] = []
    possible: list[Link] = []
    for part in line.split():
        found = _PAIR.fullmatch(part)
        if found is None:
            raise SchemaError(f"{part[:40]!r} is no link; expected `i-j`, positions from 0, such as `0-0 2-1 1p3`")
        (sure if found[2] == "-" else possible).append((int(found[1]), int(found[3])))
    return Links(tuple(sure), tuple(possible))


def format_links(links: Links) -> str:
    """The links as `parse_links` reads them, in order."""
    return " ".join([f"{i}-{j}" for i, j in sorted(links.sure)] + [f"{i}p{j}" for i, j in sorted(links.possible)])


def reversed_links(links: Links) -> Links:
    """The same links seen from the translation: a possible link stays one, for neither of its words has a sure link."""
    return Links(tuple((j, i) for i, j in links.sure), tuple((j, i) for i, j in links.possible))


def check_links(links: Links, source: int, target: int) -> None:
    """Raises SchemaError for a link to a token that is not there; the arguments are the numbers of tokens."""
    for i, j in _all(links):
        if i >= source or j >= target:
            raise SchemaError(
                f"link {i}-{j} points past the end: the sentence has {source} tokens, its translation {target}"
            )


def _all(links: Links) -> Iterable[Link]:
    yield from links.sure
    yield from links.possible
