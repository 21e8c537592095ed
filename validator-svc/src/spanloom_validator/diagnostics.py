"""Diagnostics of an accepted sample: what a user of the data wants to know of it, short of a reason to reject it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of
from spanloom_validator.scripts import share_in


class Diagnostics(NamedTuple):
    """Figures of one sample."""

    tokens: int
    entities: int
    novel_entities: int
    """Entities whose words (case-folded) are in no seed sentence."""
    script_share: float | None
    """Share of the letters that are of the language's script; None where no script was given."""


def entity_texts(tokens: Sequence[str], tags: Sequence[int]) -> list[str]:
    """The words of each entity, case-folded."""
    return [" ".join(tokens[span.start : span.end]).casefold() for span in spans_of(tags)]


def known_entities(sentences: Iterable[Sentence]) -> frozenset[str]:
    """The entities of seed sentences, to tell novel ones."""
    return frozenset(entity for sentence in sentences for entity in entity_texts(sentence.tokens, sentence.tags))


def diagnose(
    tokens: Sequence[str], tags: Sequence[int], *, known: Set[str] = frozenset(), script: str | None = None
) -> Diagnostics:
    """The figures of a sample; `known` as `known_entities` gives it, `script` an ISO 15924 code."""
    entities = entity_texts(tokens, tags)
    share = share_in(" ".join(tokens), script) if script is not None else None
    return Diagnostics(len(tokens), len(entities), sum(entity not in known for entity in entities), share)
