"""Spans given as characters of a text, over the tokens that the text is cut into."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from spanloom.ner.spans import Span
from spanloom.ner.words import word_offsets

Cut = Callable[[str], list[tuple[int, int]]]
"""How a text is cut into tokens, as (start, end) in characters: `word_offsets`, or `at_spaces`."""

_SPACED = re.compile(r"[^ \t\r\n]+")


def at_spaces(text: str) -> list[tuple[int, int]]:
    """(start, end) of each token of a text whose tokens are joined by a space."""
    return [found.span() for found in _SPACED.finditer(text)]


def cutter(tokens: str) -> Cut:
    """How `gold.tokens` (`as_given` or `words`) has a text cut."""
    return {"as_given": at_spaces, "words": word_offsets}[tokens]


def over_tokens(stretches: Sequence[tuple[int, int, int]], tokens: Sequence[tuple[int, int]]) -> list[Span | None]:
    """For each `(type, start, end)` in characters the span of the tokens it touches, or None where it touches none."""
    found: list[Span | None] = []
    for kind, start, end in stretches:
        touched = [i for i, (left, right) in enumerate(tokens) if left < end and start < right]
        found.append(Span(kind, touched[0], touched[-1] + 1) if touched else None)
    return found
