"""Labelling all occurrences of a mention."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanloom.ner.spans import orphans, repair_iob, spans_of
from spanloom_evaluator.web.mentions import label_occurrences, occurrences

WORDS = st.lists(st.sampled_from("abc"), max_size=12)


def test_an_entity_that_reaches_further_is_left_alone() -> None:
    tokens = ["New", "York", "Times", "in", "New", "York"]
    assert label_occurrences(tokens, [3, 4, 4, 0, 0, 0], ["New", "York"], 2) == [3, 4, 4, 0, 5, 6]


def test_no_label_takes_entities_away() -> None:
    assert label_occurrences(["a", "b", "a"], [1, 0, 3], ["a"], None) == [0, 0, 0]


@given(WORDS, st.lists(st.sampled_from("abc"), min_size=1, max_size=3), st.data())
def test_tags_stay_sound_and_other_entities_stay(tokens: list[str], mention: list[str], data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.integers(0, 4), min_size=len(tokens), max_size=len(tokens)))
    tags = list(repair_iob(drawn))
    out = label_occurrences(tokens, tags, mention, 1)
    assert len(out) == len(tags)
    assert orphans(out) == []
    touched = {i for start in occurrences(tokens, mention) for i in range(start, start + len(mention))}
    for span in spans_of(tags):
        if not touched & set(range(span.start, span.end)):
            assert span in spans_of(out)
    assert label_occurrences(tokens, out, mention, 1) == out
