"""Projection by markers: each span is wrapped in numbered markers, which the translator is trusted to keep.

`<1>Blue Ribbon</1> is in <2>Soho</2>`: matched by number in the translation, whatever the order there. A sentence that
itself holds such a marker takes the next kind of bracket. Only for training data: a test sentence has no spans to mark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from spanloom.contracts.projection import Lost, Projection
from spanloom.errors import SchemaError
from spanloom.ner.links import Links
from spanloom.ner.spans import Span
from spanloom.ner.textspans import Cut, at_spaces, over_tokens


class _Brackets(NamedTuple):
    """A kind of marker; `pattern` also reads what translators make of it: spaces within, other digits, full width."""

    opening: str
    closing: str
    pattern: re.Pattern[str]


def _brackets(left: str, right: str, lefts: str, rights: str) -> _Brackets:
    pattern = re.compile(rf"[{lefts}]\s*([/／]?)\s*(\d{{1,4}})\s*[{rights}]")
    return _Brackets(f"{left}{{}}{right}", f"{left}/{{}}{right}", pattern)


KINDS = (
    _brackets("<", ">", "<＜〈", ">＞〉"),
    _brackets("[", "]", r"\[［【", r"\]］】"),
    _brackets("{", "}", "{｛", "}｝"),
)


class ByMarkers:
    """The projector `mark`; `cut` says how the translation is cut into tokens."""

    name = "mark"

    def __init__(self, cut: Cut = at_spaces) -> None:
        self._cut = cut

    def prepare(self, tokens: Sequence[str], spans: Sequence[Span]) -> str:
        """The sentence, tokens joined by a space, with markers around its spans, numbered from 1.

        Raises SchemaError where the sentence holds markers of every kind.
        """
        kind = _kind_of(tokens)
        before = {span.start: kind.opening.format(k) for k, span in enumerate(spans, 1)}
        after = {span.end - 1: kind.closing.format(k) for k, span in enumerate(spans, 1)}
        return " ".join(f"{before.get(i, '')}{token}{after.get(i, '')}" for i, token in enumerate(tokens))

    def plain(self, tokens: Sequence[str], answer: str) -> str:
        """The answer without its markers."""
        return _without_markers(answer, _kind_of(tokens).pattern)[0].strip()

    def project(
        self, tokens: Sequence[str], spans: Sequence[Span], answer: str, links: Links | None = None
    ) -> Projection:
        """The translation without its markers, and the spans between them."""
        if not answer.strip():
            return Projection((), (), tuple((k, Lost.NO_TRANSLATION) for k in range(len(spans))))
        text, marks = _without_markers(answer, _kind_of(tokens).pattern)
        pieces = self._cut(text)
        plain = tuple(text[start:end] for start, end in pieces)
        if any(not 1 <= mark.number <= len(spans) for mark in marks):
            return Projection(plain, (), tuple((k, Lost.MARKER_INVENTED) for k in range(len(spans))))
        places = [_place(k, marks) for k in range(1, len(spans) + 1)]
        lost = {k: place for k, place in enumerate(places) if isinstance(place, Lost)}
        stretches = {k: place for k, place in enumerate(places) if not isinstance(place, Lost)}
        crossed = [
            k
            for k, (start, end) in stretches.items()
            if any(other != k and a < end and start < b for other, (a, b) in stretches.items())
        ]
        lost |= dict.fromkeys(crossed, Lost.MARKER_CROSSED)
        kept = [k for k in stretches if k not in lost]
        found = dict(zip(kept, over_tokens([(spans[k].type, *stretches[k]) for k in kept], pieces), strict=True))
        lost |= {k: Lost.MARKER_EMPTY for k, span in found.items() if span is None}
        placed = {k: span for k, span in found.items() if span is not None}
        shared = Counter(i for span in placed.values() for i in range(span.start, span.end))
        glued = [k for k, span in placed.items() if any(shared[i] > 1 for i in range(span.start, span.end))]
        lost |= dict.fromkeys(glued, Lost.SPAN_OVERLAP)
        result = sorted((span for k, span in placed.items() if k not in lost), key=lambda span: span.start)
        return Projection(plain, tuple(result), tuple(sorted(lost.items())))


class _Found(NamedTuple):
    """A marker of the answer: its number, whether it closes, and its place in the text without markers."""

    number: int
    closes: bool
    at: int


def _kind_of(tokens: Sequence[str]) -> _Brackets:
    text = " ".join(tokens)
    for kind in KINDS:
        if kind.pattern.search(text) is None:
            return kind
    raise SchemaError(f"a sentence that holds markers of every kind cannot be marked: {text[:80]!r}")


def _without_markers(answer: str, pattern: re.Pattern[str]) -> tuple[str, list[_Found]]:
    """The text without markers (white space that they leave doubled is one space), and where they stood."""
    text = ""
    marks: list[_Found] = []
    last = 0
    for found in pattern.finditer(answer):
        text = _joined(text, answer[last : found.start()])
        marks.append(_Found(int(found[2]), bool(found[1]), len(text)))
        last = found.end()
    return _joined(text, answer[last:]), marks


def _joined(text: str, more: str) -> str:
    return text + (more.lstrip() if not text or text[-1].isspace() else more)


def _place(number: int, marks: Sequence[_Found]) -> tuple[int, int] | Lost:
    """Characters between a pair of markers, or what is wrong with the pair."""
    opening = [mark.at for mark in marks if mark.number == number and not mark.closes]
    closing = [mark.at for mark in marks if mark.number == number and mark.closes]
    if len(opening) > 1 or len(closing) > 1:
        return Lost.MARKER_REPEATED
    if not opening or not closing:
        return Lost.MARKER_LOST
    if opening[0] > closing[0]:
        return Lost.MARKER_CROSSED
    return (opening[0], closing[0]) if opening[0] < closing[0] else Lost.MARKER_EMPTY
