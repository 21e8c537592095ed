"""Facts of an evaluation beside its scores."""

from __future__ import annotations

from spanloom.ner.sentence import Sentence
from spanloom_evaluator.facts import facts_of_data

KNOWN, NEW = Sentence(("Anna", "Li", "."), (1, 2, 0)), Sentence(("Oslo",), (3,))


def test_what_the_training_data_held():
    found = facts_of_data([KNOWN, NEW], [[1, 2, 0], [0]], [KNOWN, KNOWN])
    assert found == {
        "train_sentences": 2, "train_tokens": 6, "train_entities": 2, "recall_seen": 1.0, "entities_seen": 1,
        "recall_unseen": 0.0, "entities_unseen": 1, "test_in_training": 1,
    }  # fmt: skip


def test_a_recall_of_nothing_is_not_a_number():
    assert facts_of_data([NEW], [[3]], [KNOWN])["recall_seen"] is None
    assert facts_of_data([NEW], [[3]], [NEW])["recall_unseen"] is None
