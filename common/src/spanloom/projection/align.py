"""Projection by word links: a span goes where the translations of its words stand.

1. A word of the translation that several spans are linked to belongs to the one that claims fewest words for each of
   its own: statistical aligners link rare words to everything around them.
2. A span's words make pieces: words in a row, where a gap of up to `MAX_GAP` words is bridged if no word in it is
   linked to anything (articles, prepositions). The piece with more than half of the span's links is the span; where no
   piece has, nobody can say which it is.
3. A possible link counts only where it stands beside the span's sure ones.

No language is named here: the rules were chosen on English to Spanish training sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from spanloom.contracts.projection import Lost, Projection
from spanloom.ner.links import Link, Links, check_links
from spanloom.ner.spans import Span
from spanloom.ner.textspans import Cut, at_spaces

MAX_GAP = 3
"""Unlinked words of the translation that are bridged."""

STRETCH = (3, 2)
"""A span of n words takes at most 3n + 2 of the translation, more where the translation is longer than the sentence."""


class _Image(NamedTuple):
    """A span's place in the translation, ordered by width for a word of its own, then by place in the source."""

    fertility: float
    order: int
    start: int
    end: int


def project_links(spans: Sequence[Span], links: Links, source_length: int, translated: Sequence[str]) -> Projection:
    """Carry `spans` of a sentence of `source_length` tokens over the links to the translation's tokens.

    Spans do not overlap: where two pieces still meet, the one wider for its words is lost. Links are taken as given;
    `check_links` checks them.
    """
    linked = {j for _, j in links.sure}
    claims = _claims(spans, links)
    longest = max(1.0, len(translated) / max(source_length, 1))
    images: list[_Image] = []
    lost: dict[int, Lost] = {}
    for k, span in enumerate(spans):
        place = _place(span, claims[k], links, linked)
        if isinstance(place, Lost):
            lost[k] = place
            continue
        (start, end), words = place, span.end - span.start
        if end - start > (STRETCH[0] * words + STRETCH[1]) * longest:
            lost[k] = Lost.SPAN_STRETCHED
        else:
            images.append(_Image((end - start) / words, k, start, end))
    kept: list[Span] = []
    taken: set[int] = set()
    for image in sorted(images):
        stretch = range(image.start, image.end)
        if taken.isdisjoint(stretch):
            taken.update(stretch)
            kept.append(Span(spans[image.order].type, image.start, image.end))
        else:
            lost[image.order] = Lost.SPAN_OVERLAP
    return Projection(tuple(translated), tuple(sorted(kept, key=lambda span: span.start)), tuple(sorted(lost.items())))


def _claims(spans: Sequence[Span], links: Links) -> list[set[Link]]:
    """The sure links of each span, each word of the translation in one span's alone."""
    claims = [{link for link in links.sure if span.start <= link[0] < span.end} for span in spans]
    fertility = [
        len({j for _, j in claim}) / (span.end - span.start) for claim, span in zip(claims, spans, strict=True)
    ]
    owner: Mapping[int, int] = {
        j: k for k in sorted(range(len(spans)), key=lambda k: (fertility[k], k), reverse=True) for _, j in claims[k]
    }
    return [{link for link in claim if owner[link[1]] == k} for k, claim in enumerate(claims)]


def _place(span: Span, claim: set[Link], links: Links, linked: set[int]) -> tuple[int, int] | Lost:
    """The piece of the translation that is the span, `(start, end)`."""
    if not claim:
        aligned = any(span.start <= i < span.end for i, _ in links.sure)
        return Lost.SPAN_OVERLAP if aligned else Lost.SPAN_UNALIGNED
    own = sorted(claim)
    most = len(_pieces(own, linked))
    for link in sorted(set(links.possible)):
        if span.start <= link[0] < span.end and len(_pieces([*own, link], linked)) <= most:
            own.append(link)
    for start, end in _pieces(own, linked):
        if 2 * sum(start <= j < end for _, j in own) > len(own):
            return start, end
    return Lost.SPAN_SPLIT


def _pieces(own: Sequence[Link], linked: set[int]) -> list[tuple[int, int]]:
    """Stretches `(start, end)` of the translation that the links point to, gaps of unlinked words bridged."""
    pieces: list[tuple[int, int]] = []
    for j in sorted({j for _, j in own}):
        gap = range(pieces[-1][1], j) if pieces else ()
        if pieces and len(gap) <= MAX_GAP and linked.isdisjoint(gap):
            pieces[-1] = (pieces[-1][0], j + 1)
        else:
            pieces.append((j, j + 1))
    return pieces


class ByAlignment:
    """The projector `align`: the plain sentence is translated, the spans follow the links; `cut` gives its tokens."""

    name = "align"

    def __init__(self, cut: Cut = at_spaces) -> None:
        self._cut = cut

    def prepare(self, tokens: Sequence[str], spans: Sequence[Span]) -> str:
        """The sentence itself, tokens joined by a space."""
        return " ".join(tokens)

    def plain(self, tokens: Sequence[str], answer: str) -> str:
        """The answer itself."""
        return answer

    def project(
        self, tokens: Sequence[str], spans: Sequence[Span], answer: str, links: Links | None = None
    ) -> Projection:
        """The answer's tokens with the spans. Without links every span is lost. Raises SchemaError for a link past the
        end: it was made for tokens cut otherwise.
        """
        translated = [answer[start:end] for start, end in self._cut(answer)]
        if not translated:
            return Projection((), (), tuple((k, Lost.NO_TRANSLATION) for k in range(len(spans))))
        check_links(links or Links(), len(tokens), len(translated))
        return project_links(spans, links or Links(), len(tokens), translated)
