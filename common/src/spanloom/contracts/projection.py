"""Projection: carrying the spans of a sentence over to its translation, or back; the interface and its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from spanloom.ner.links import Links
from spanloom.ner.spans import Span


class Lost(StrEnum):
    """Why a span was not carried over."""

    NO_TRANSLATION = "no_translation"
    SPAN_UNALIGNED = "span_unaligned"
    SPAN_SPLIT = "span_split"
    SPAN_OVERLAP = "span_overlap"
    SPAN_STRETCHED = "span_stretched"
    MARKER_LOST = "marker_lost"
    MARKER_REPEATED = "marker_repeated"
    MARKER_CROSSED = "marker_crossed"
    MARKER_EMPTY = "marker_empty"
    MARKER_INVENTED = "marker_invented"
    LABEL_LOST = "label_lost"
    MENTION_ABSENT = "mention_absent"
    MENTION_AMBIGUOUS = "mention_ambiguous"
    ANSWER_UNREADABLE = "answer_unreadable"


WHY_LOST: dict[Lost, str] = {
    Lost.NO_TRANSLATION: "the sentence has no translation",
    Lost.SPAN_UNALIGNED: "no word of the span has a link",
    Lost.SPAN_SPLIT: "the span's links lie in several places, and none has more than half of them",
    Lost.SPAN_OVERLAP: "another span stands in its place",
    Lost.SPAN_STRETCHED: "its links spread over many times as many words as it has",
    Lost.MARKER_LOST: "the span's opening or closing marker is not in the translation",
    Lost.MARKER_REPEATED: "the span's marker stands in the translation more than once",
    Lost.MARKER_CROSSED: "the span's markers cross another span's, or the closing one comes first",
    Lost.MARKER_EMPTY: "no word stands between the span's markers",
    Lost.MARKER_INVENTED: "the translation has a marker that the sentence has not, so that no number can be trusted",
    Lost.LABEL_LOST: "the answer gives no translation of the entity",
    Lost.MENTION_ABSENT: "the entity's translation is no part of the sentence's translation",
    Lost.MENTION_AMBIGUOUS: "the entity's translation stands in more places than there are entities with it",
    Lost.ANSWER_UNREADABLE: "the answer is not the JSON object that was asked for",
}
"""One sentence for each reason."""


class Projection(NamedTuple):
    """A translation with the spans that were carried over to it, in order, and those that were not.

    `tokens` are the translation's, markers removed; `lost` names source spans by their position in the call's
    `spans`. Every source span is either among `spans` or among `lost`.
    """

    tokens: tuple[str, ...]
    spans: tuple[Span, ...]
    lost: tuple[tuple[int, Lost], ...] = ()


class Projector(Protocol):
    """One way to carry spans over: what is sent to the translator, and how its answer is read. Pure functions."""

    name: str

    def prepare(self, tokens: Sequence[str], spans: Sequence[Span]) -> str:
        """The text that is translated. Raises SchemaError where the sentence cannot be put so."""
        ...

    def plain(self, tokens: Sequence[str], answer: str) -> str:
        """The translation alone of an answer to what was prepared; empty where there is none."""
        ...

    def project(
        self, tokens: Sequence[str], spans: Sequence[Span], answer: str, links: Links | None = None
    ) -> Projection:
        """The translator's answer with the spans; an empty answer is no translation and loses every span.

        `links` are between `tokens` and the answer's tokens, for projectors that need them.
        """
        ...


class Aligner(Protocol):
    """Finds the links of sentence pairs. Made by a member of entry-point group `spanloom.aligners`."""

    @property
    def rule(self) -> str:
        """Encoder, layers and rule in words, as stored beside the links."""
        ...

    def align(self, pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Iterator[Links]:
        """The links of each (source tokens, target tokens), in order."""
        ...
