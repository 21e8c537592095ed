"""Recall on entities an arm has and has not seen in training."""

from __future__ import annotations

import pytest

from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_evaluator.score.novelty import entities_of, gold_overlap, recall_by_novelty

SCHEMA = LabelSchema.of(["PER", "LOC"])


def _sentence(text: str, tags: str) -> Sentence:
    return Sentence(tuple(text.split()), tuple(SCHEMA.id_of(tag) for tag in tags.split()))


TRAIN = [_sentence("Ann Lee saw Oslo", "B-PER I-PER O B-LOC")]


def test_entities_are_their_words_and_their_type():
    assert entities_of(TRAIN) == {("Ann Lee", 0), ("Oslo", 1)}


def test_recall_on_seen_and_unseen_entities():
    test = [
        _sentence("Ann Lee met Oslo", "B-PER I-PER O B-PER"),  # Oslo was a place in training, so this one is unseen
        _sentence("Oslo and Rome and Bo", "B-LOC O B-LOC O B-PER"),
    ]
    pred = [[1, 2, 0, 1], [0, 0, 3, 0, 0]]
    novelty = recall_by_novelty(test, pred, entities_of(TRAIN))
    assert novelty.seen == (1, 2, 0.5)
    assert novelty.unseen == (2, 3, pytest.approx(2 / 3))


def test_boundaries_and_type_must_be_right():
    novelty = recall_by_novelty(TRAIN, [[1, 0, 0, 1]], entities_of(TRAIN))
    assert novelty.seen == (0, 2, 0.0)
    assert novelty.unseen == (0, 0, 0.0)


def test_different_numbers_of_sentences_are_refused():
    with pytest.raises(DataError, match="gold has 1 sentences and the predictions 0"):
        recall_by_novelty(TRAIN, [], set())


def test_overlap_is_by_tokens_not_by_tags():
    test = [_sentence("Ann Lee saw Oslo", "O O O O"), _sentence("ann lee saw oslo", "O O O O")]
    assert gold_overlap(test, TRAIN) == (1, 2)
