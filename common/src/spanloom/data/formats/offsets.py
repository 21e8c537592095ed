"""From character offsets, as annotation tools have them, to tokens and IOB2 tags; what fits no token is counted.

A text is cut by the rule of `spanloom.ner.words` unless it comes with its tokens. An annotation becomes a span where
it begins and ends with a token (spaces at its ends apart). Of nested annotations the outermost stays, of crossing ones
the first; one of several parts stays where only whitespace lies between them. Whatever is left out is in `lost`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from spanloom.data.formats.raw import LostAnnotation, RawSentence, checked
from spanloom.errors import DataError
from spanloom.ner.words import word_offsets

Offsets = list[tuple[int, int]]


@dataclass(frozen=True)
class Annotation:
    """A labelled stretch of text, in code points; `parts` where it has several."""

    start: int
    end: int
    label: str
    parts: tuple[tuple[int, int], ...] = field(default=())


@dataclass
class Builder:
    """Sentences of a file of texts with annotations, one after the other."""

    path: Path
    sentences: list[RawSentence] = field(default_factory=list)
    lost: list[LostAnnotation] = field(default_factory=list)
    empty: int = 0

    def add(
        self,
        line: int,
        text: str,
        annotations: Iterable[Annotation],
        tokens: Offsets | None = None,
        *,
        by_line: bool = False,
    ) -> None:
        """A text as one sentence; `by_line` as one a line of the text, where no annotation runs on.

        Raises DataError for an annotation outside the text.
        """
        offsets = word_offsets(text) if tokens is None else tokens
        spans = self._spans(line, text, list(annotations), offsets)
        bounds = _lines(text, spans) if by_line else [(0, len(text))]
        found = False
        for start, end in bounds:
            inside = [i for i, (a, b) in enumerate(offsets) if start <= a and b <= end]
            if not inside:
                continue
            found = True
            tags = ["O"] * len(inside)
            place = {index: i for i, index in enumerate(inside)}
            for span in spans:
                if start <= span.start and span.end <= end:
                    covered = [i for i in inside if span.start <= offsets[i][0] and offsets[i][1] <= span.end]
                    for i in covered:
                        tags[place[i]] = ("B-" if i == covered[0] else "I-") + span.label
            words = [text[offsets[i][0] : offsets[i][1]] for i in inside]
            self.sentences.append(checked(self.path, line, words, tags))
        self.empty += not found

    def _spans(self, line: int, text: str, annotations: list[Annotation], offsets: Offsets) -> list[Annotation]:
        starts, ends = {a for a, _ in offsets}, {b for _, b in offsets}
        kept: list[Annotation] = []
        for given in sorted(annotations, key=lambda a: (a.start, -a.end)):
            if not 0 <= given.start <= given.end <= len(text):
                raise DataError(
                    f"annotation {given.label!r} from {given.start} to {given.end} lies outside the text of "
                    f"{len(text)} characters",
                    path=str(self.path),
                    line=line,
                )
            each, why = _trimmed(text, given), None
            last = kept[-1] if kept else None
            if _gaps(text, given):
                why = "discontinuous"
            elif each.start >= each.end:
                why = "empty"
            elif each.start not in starts or each.end not in ends:
                why = "no token boundary"
            elif last is not None and each.start < last.end:
                why = "nested" if each.end <= last.end else "overlapping"
            if why:
                self.lost.append(LostAnnotation(given.label, why, _shown(text, given), line))
            else:
                kept.append(each)
        return kept

    def notes(self) -> list[str]:
        """What a person should know of the texts."""
        return [f"{self.empty:,} texts without a token are left out"] if self.empty else []


def given_tokens(text: str, tokens: Sequence[str]) -> Offsets | None:
    """Offsets of tokens that a text comes with, each sought after the one before; None where the text has others."""
    out: Offsets = []
    at = 0
    for token in tokens:
        start = text.find(token, at)
        if not token or start < 0 or text[at:start].strip():
            return None
        at = start + len(token)
        out.append((start, at))
    return None if text[at:].strip() else out


def code_points(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets counted in UTF-16 units, as browsers do, in code points."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    first, second = (len(encoded[: 2 * at].decode("utf-16-le", "replace")) for at in (start, end))
    return first, second


def _trimmed(text: str, given: Annotation) -> Annotation:
    piece = text[given.start : given.end]
    return replace(
        given,
        start=given.start + len(piece) - len(piece.lstrip()),
        end=given.end - (len(piece) - len(piece.rstrip())),
    )


def _gaps(text: str, given: Annotation) -> bool:
    parts = sorted(given.parts)
    return any(text[a[1] : b[0]].strip() for a, b in pairwise(parts))


def _shown(text: str, given: Annotation) -> str:
    pieces = given.parts or ((given.start, given.end),)
    return " ... ".join(text[a:b] for a, b in pieces)[:80]


def _lines(text: str, spans: Sequence[Annotation]) -> Offsets:
    bounds, start = [], 0
    for match in re.finditer(r"\r\n|\r|\n", text):
        if not any(span.start < match.start() < span.end for span in spans):
            bounds.append((start, match.start()))
            start = match.end()
    return [*bounds, (start, len(text))]
