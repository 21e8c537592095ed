"""No sentence is judged by a model that saw it, or a copy of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.contracts.training import read_recipe
from spanloom.data.demo import DEMO_SCHEMA, demo_corpus
from spanloom.errors import DataError
from spanloom.ner.sentence import Sentence
from spanloom_trainer.audit.held_out import cross_fitted, fold_of
from spanloom_trainer.core.tiny import tiny_base

RECIPE = read_recipe({"learning_rate": 1e-3, "max_steps": 12, "epochs": 1, "restarts": 0})
GOLD = demo_corpus("da")["train"][:24]


@settings(deadline=None)
@given(words=st.lists(st.integers(0, 12), min_size=13, max_size=40), folds=st.integers(2, 4))
def test_copies_share_a_fold_and_folds_are_even(words: list[int], folds: int) -> None:
    words = [*words, *range(folds)]
    parts = fold_of([Sentence((f"W{word}",), (0,)) for word in words], folds)
    of = dict(zip(words, parts, strict=True))
    assert parts == [of[word] for word in words]
    sizes = [sum(part == fold for part in of.values()) for fold in range(folds)]
    assert max(sizes) - min(sizes) <= 1


def test_too_few_sentences_are_refused() -> None:
    with pytest.raises(DataError, match="2 different sentences"):
        fold_of([Sentence((word,), (0,)) for word in "aab"], 3)


def test_a_sentences_own_labels_do_not_change_what_is_said_of_it() -> None:
    """Other labels on one sentence change the models of the other folds alone, and the loss of the given tags."""
    base = tiny_base(GOLD, hidden=16, layers=1, heads=2, ffn=32, vocab=200, seed=1)
    steps: list[int] = []
    whole = cross_fitted(GOLD, RECIPE, base=base, schema=DEMO_SCHEMA, seed=1, folds=2, looks=2,
                         on_step=lambda done, _: steps.append(done))  # fmt: skip
    assert steps == list(range(24))
    place = next(i for i, sentence in enumerate(GOLD) if not any(sentence.tags[:1]))
    other = [Sentence(s.tokens, (1, *s.tags[1:])) if i == place else s for i, s in enumerate(GOLD)]
    again = cross_fitted(other, RECIPE, base=base, schema=DEMO_SCHEMA, seed=1, folds=2, looks=2)
    parts = fold_of(GOLD, 2)
    for i, (one, two) in enumerate(zip(whole, again, strict=True)):
        assert one.probabilities.shape == (len(GOLD[i].tokens), len(DEMO_SCHEMA))
        assert np.allclose(one.probabilities.sum(1), 1, atol=1e-5)
        if parts[i] == parts[place]:
            assert np.array_equal(one.probabilities, two.probabilities)
            assert np.array_equal(one.loss, two.loss) == (i != place)
