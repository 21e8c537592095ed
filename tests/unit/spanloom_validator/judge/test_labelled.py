"""The verdict on a sentence that was given to be labelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.rules import Reason, Verdict
from spanloom.ner.spans import Span, spans_of, tags_of
from spanloom_validator.judge.labelled import on_sentence
from spanloom_validator.judge.verdict import accepted, rejected

SENTENCE = ("Anna", "Li", "bor", "i", "Aarhus", ".")
TAGS = (1, 2, 0, 0, 3, 0)


def answer(*tokens: str, tags: tuple[int, ...], index: int = 0) -> Verdict:
    return accepted(index=index, offset=0, tokens=tokens, tags=tags)


def test_the_sentence_itself_keeps_its_tags() -> None:
    (one,) = on_sentence([answer(*SENTENCE, tags=TAGS)], SENTENCE)
    assert (one.accepted, one.tokens, one.tags) == (True, SENTENCE, TAGS)


@pytest.mark.parametrize(
    ("tokens", "tags"),
    [
        (("Anna Li", "bor", "i", "Aarhus."), (1, 0, 0, 3)),
        (("An", "na", "Li", "bor", "i", "Aarhus", "."), (1, 2, 2, 0, 0, 3, 0)),
    ],
)
def test_another_cut_carries_the_entities_over_by_their_characters(
    tokens: tuple[str, ...], tags: tuple[int, ...]
) -> None:
    (one,) = on_sentence([answer(*tokens, tags=tags)], SENTENCE)
    assert one.tokens == SENTENCE
    assert spans_of(one.tags)[0] == Span(0, 0, 2)
    assert spans_of(one.tags)[1].start == 4


def test_letters_are_compared_composed() -> None:
    (one,) = on_sentence([answer("A\u030arhus", tags=(3,))], ("\u00c5rhus",))
    assert (one.accepted, one.tokens) == (True, ("\u00c5rhus",))


@pytest.mark.parametrize("tokens", [("Anna", "Li", "bor", "i", "Aarhus"), ("anna", *SENTENCE[1:]), ("Anna",)])
def test_other_words_are_a_reject(tokens: tuple[str, ...]) -> None:
    (one,) = on_sentence([answer(*tokens, tags=(1, *[0] * (len(tokens) - 1)))], SENTENCE)
    assert (one.accepted, one.reason) == (False, Reason.TEXT_CHANGED)
    assert one.excerpt == " ".join(tokens)


def test_two_entities_within_a_word_of_the_sentence_are_a_reject() -> None:
    (one,) = on_sentence([answer("dansk", "-", "svensk", tags=(1, 0, 1))], ("dansk-svensk",))
    assert one.reason is Reason.OVERLAP


def test_the_first_that_fits_is_taken_and_rejects_stay() -> None:
    bad = rejected(index=0, offset=0, reasons=(Reason.SYNTAX,), excerpt="{")
    found = on_sentence(
        [
            bad,
            answer("Something", tags=(0,), index=1),
            answer(*SENTENCE, tags=TAGS, index=2),
            answer(*SENTENCE, tags=TAGS, index=3),
        ],
        SENTENCE,
    )
    assert [one.reason for one in found] == [Reason.SYNTAX, Reason.TEXT_CHANGED, None, Reason.SURPLUS]
    assert found[0] is bad
    assert [one.index for one in found] == [0, 1, 2, 3]


def test_nothing_answered_is_nothing_said() -> None:
    assert on_sentence([], SENTENCE) == []


@given(
    words=st.lists(st.text("abcäöאבגあい", min_size=1, max_size=4), min_size=1, max_size=8),
    data=st.data(),
)
def test_whatever_is_joined_or_split_the_words_stay_and_types_with_them(words: list[str], data: st.DataObject) -> None:
    """Scripts with and without spaces, right to left: the answer cuts each word into letters, the tags come back."""
    kinds = data.draw(st.lists(st.sampled_from([None, 0, 1]), min_size=len(words), max_size=len(words)))
    spans = [Span(kind, i, i + 1) for i, kind in enumerate(kinds) if kind is not None]
    tags = tags_of(spans, len(words))
    letters = [letter for word in words for letter in word]
    starts = [sum(map(len, words[:i])) for i in range(len(words))]
    fine = tags_of([Span(s.type, starts[s.start], starts[s.start] + len(words[s.start])) for s in spans], len(letters))
    (one,) = on_sentence([answer(*letters, tags=fine)], words)
    assert (one.tokens, one.tags) == (tuple(words), tags)
