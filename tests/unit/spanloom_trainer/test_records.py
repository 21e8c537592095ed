"""What the trainer reads: the text of a tokenizer that no source is favoured by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanloom.ner.sentence import Sentence
from spanloom_trainer.records import equal_shares


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_every_source_gives_as_many_sentences_as_the_smallest(counts: list[int], seed: int) -> None:
    sets = [[Sentence((f"{place}-{i}",), (0,)) for i in range(n)] for place, n in enumerate(counts)]
    shares = equal_shares(sets, seed)
    assert len(set(shares)) == len(shares) == min(counts) * len(counts)
    for sentences in sets:
        assert len(set(sentences) & set(shares)) == min(counts)
    assert shares == equal_shares(sets, seed)
