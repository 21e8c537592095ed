"""What of the test set an arm has seen in training: entities, and whole sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spanloom.errors import DataError
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import Span, spans_of

Entity = tuple[str, int]
"""An entity as it is written, and its type's index in the schema."""


class Recall(NamedTuple):
    """Gold entities found (boundaries and type), of how many. `recall` is a fraction, 0 where there are none."""

    found: int
    gold: int
    recall: float


class Novelty(NamedTuple):
    """Recall on gold entities that do and do not occur, as written and with their type, in the training data."""

    seen: Recall
    unseen: Recall


class Overlap(NamedTuple):
    """Test sentences whose tokens are also those of a training sentence. Gold is never altered for it."""

    overlapping: int
    sentences: int


def entities_of(sentences: Iterable[Sentence]) -> set[Entity]:
    """Every entity of annotated sentences: its tokens joined by a space, and its type."""
    return {_entity(s.tokens, span) for s in sentences for span in spans_of(s.tags)}


def recall_by_novelty(gold: Sequence[Sentence], pred: Sequence[Sequence[int]], trained_on: set[Entity]) -> Novelty:
    """Recall of predicted tag ids on entities that are, and are not, among `trained_on`.

    Raises DataError when gold and predictions hold different numbers of sentences.
    """
    if len(gold) != len(pred):
        raise DataError(f"gold has {len(gold)} sentences and the predictions {len(pred)}")
    counts = {True: [0, 0], False: [0, 0]}
    for sentence, tags in zip(gold, pred, strict=True):
        found = set(spans_of(tags))
        for span in spans_of(sentence.tags):
            row = counts[_entity(sentence.tokens, span) in trained_on]
            row[0] += span in found
            row[1] += 1
    seen, unseen = (Recall(hit, all_, hit / all_ if all_ else 0.0) for hit, all_ in (counts[True], counts[False]))
    return Novelty(seen, unseen)


def gold_overlap(test: Iterable[Sentence], train: Iterable[Sentence]) -> Overlap:
    """How many test sentences are training sentences too, token by token."""
    known = {sentence.tokens for sentence in train}
    found = [sentence.tokens in known for sentence in test]
    return Overlap(sum(found), len(found))


def _entity(tokens: Sequence[str], span: Span) -> Entity:
    return " ".join(tokens[span.start : span.end]), span.type
