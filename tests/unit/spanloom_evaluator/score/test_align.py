"""Predictions laid over gold: what is lost is O, what is another sentence is an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.data.readers import RawSentence
from spanloom.errors import DataError
from spanloom_evaluator.score.align import Aligned, align

TOKENS = st.lists(st.sampled_from(["a", "b", ",", "007", "COVID-19", "é", '"', "x1"]), min_size=1, max_size=8)


def _sentence(text: str, tags: str = "", line: int = 1) -> RawSentence:
    tokens = tuple(text.split())
    return RawSentence(tokens, tuple(tags.split()) or ("O",) * len(tokens), line, 1)


def _align(gold: list[RawSentence], pred: list[RawSentence]) -> Aligned:
    return align(gold, pred, gold_path="gold.txt", pred_path="pred.txt")


def test_equal_tokens_take_their_tags():
    aligned = _align([_sentence("Ann ran")], [_sentence("Ann ran", "B-PER O")])
    assert aligned == Aligned([["B-PER", "O"]], 0, 0, 0, 0)


def test_tokens_lost_at_the_end_are_outside():
    aligned = _align([_sentence("Ann ran to Oslo . Yes")], [_sentence("Ann ran", "B-PER O")])
    assert aligned == Aligned([["B-PER", *["O"] * 5]], 4, 0, 0, 0)


def test_tokens_lost_in_the_middle_are_outside():
    aligned = _align([_sentence("Ann ran to Oslo")], [_sentence("Ann Oslo", "B-PER B-LOC")])
    assert aligned == Aligned([["B-PER", "O", "O", "B-LOC"]], 2, 0, 0, 0)


def test_sentences_lost_at_the_end_are_outside():
    aligned = _align([_sentence("Ann ran"), _sentence("So did I")], [_sentence("Ann ran", "B-PER O")])
    assert aligned == Aligned([["B-PER", "O"], ["O"] * 3], 3, 1, 0, 0)


def test_what_a_spreadsheet_does_to_numbers_and_quotes():
    gold = _sentence("\" In 016 , 3.08 for Ann ' s '")
    pred = _sentence('"""" In 16 , 3 . 8 for Ann """" s \'', "O O B-DATE O B-X O I-X O B-PER O O O")
    aligned = _align([gold], [pred])
    assert aligned.tags == [["O", "O", "B-DATE", "O", "B-X", "O", "B-PER", "O", "O", "O"]]
    assert (aligned.missing_tokens, aligned.respelled_tokens, aligned.extra_tokens) == (0, 4, 0)


def test_a_token_split_in_the_predictions_takes_the_first_tag_that_is_not_outside():
    aligned = _align([_sentence("the COVID-19 law")], [_sentence("the COVID - 19 law", "O O B-X I-X O")])
    assert aligned.tags == [["O", "B-X", "O"]]
    assert aligned.extra_tokens == 0


def test_a_token_over_two_gold_tokens_is_one_span():
    aligned = _align([_sentence("New York City")], [_sentence("NewYork City", "B-LOC I-LOC")])
    assert aligned.tags == [["B-LOC", "I-LOC", "I-LOC"]]
    assert aligned.respelled_tokens == 2


def test_marks_without_a_counterpart():
    aligned = _align([_sentence('" Ann ran')], [_sentence("Ann ran ! ?", "B-PER O O O")])
    assert aligned.tags == [["O", "B-PER", "O"]]
    assert (aligned.missing_tokens, aligned.extra_tokens) == (1, 2)


def test_split_otherwise_and_cut_off():
    aligned = _align([_sentence("the COVID-19 law of Ann")], [_sentence("the COVID - 19 law")])
    assert (aligned.missing_tokens, aligned.respelled_tokens) == (2, 1)


@pytest.mark.parametrize(
    ("gold", "pred", "line"),
    [
        ("Ann ran home", "Ann sang home", 12),  # another word
        ("Ann ran home", "Ann ran home again", 14),  # words that gold does not have
        ("Ann ran home", "ran Ann home", 11),  # another order
        ("Ann ran home", "Ann ran homes", 13),
        ("Ann ran home", "! ?", 11),  # marks say nothing about which sentence it is
        ("12 apples", "21 apples", 11),
    ],
)
def test_another_sentence_is_an_error_that_names_the_line(gold, pred, line):
    with pytest.raises(
        DataError, match=rf"pred\.txt:{line}: sentence 2 does not match its gold \(gold\.txt:7\)"
    ) as error:
        _align([_sentence("Yes"), _sentence(gold, line=7)], [_sentence("Yes"), _sentence(pred, line=11)])
    assert error.value.line == line


def test_more_sentences_than_gold_are_an_error_that_names_the_line():
    with pytest.raises(DataError, match=r"pred\.txt:9: sentence 2 has no gold: gold\.txt holds 1 sentences"):
        _align([_sentence("Yes")], [_sentence("Yes"), _sentence("No", line=9)])


@given(tokens=TOKENS, keep=st.integers(0, 8))
def test_a_prefix_is_the_gold_sentence_cut_off(tokens, keep):
    keep = max(1, min(keep, len(tokens)))
    tags = tuple(f"B-T{i}" for i in range(keep))
    aligned = _align(
        [RawSentence(tuple(tokens), ("O",) * len(tokens), 1)], [RawSentence(tuple(tokens[:keep]), tags, 1)]
    )
    assert aligned.tags == [[*tags, *["O"] * (len(tokens) - keep)]]
    assert aligned.missing_tokens == len(tokens) - keep
    assert aligned.respelled_tokens == aligned.extra_tokens == 0


@given(tokens=TOKENS, data=st.data())
def test_there_is_one_tag_for_each_gold_token(tokens, data):
    """Splitting tokens into their characters and changing marks keeps the sentence what it is."""
    pieces: list[str] = []
    for token in tokens:
        pieces += list(token) if token.isalpha() or (token == "x1" and data.draw(st.booleans())) else [token]
    if not any(c.isalnum() for token in tokens for c in token):
        return
    aligned = _align(
        [RawSentence(tuple(tokens), ("O",) * len(tokens), 1)],
        [RawSentence(tuple(pieces), ("B-X",) * len(pieces), 1)],
    )
    assert [len(row) for row in aligned.tags] == [len(tokens)]
    assert set(aligned.tags[0]) == {"B-X"}
    assert aligned.missing_tokens == 0
