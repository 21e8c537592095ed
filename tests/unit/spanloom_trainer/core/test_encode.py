from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom_trainer.core.base import Base
from spanloom_trainer.core.encode import IGNORE, around, encode, labels_of, owners, pad, stretches, subwords

ROOM = 12


@given(st.lists(st.integers(1, ROOM), max_size=60), st.integers(0, ROOM // 2))
def test_stretches_cover_all_words_within_room_and_move_on(lengths: list[int], stride: int) -> None:
    spans = stretches(lengths, ROOM, stride)
    assert {w for start, end in spans for w in range(start, end)} == set(range(len(lengths)))
    assert all(sum(lengths[start:end]) <= ROOM for start, end in spans)
    assert all(before[1] < after[1] and before[0] < after[0] for before, after in pairwise(spans))


@given(st.lists(st.integers(1, ROOM), max_size=60), st.integers(0, ROOM // 2))
def test_each_word_has_one_owner_that_holds_the_most_context(lengths: list[int], stride: int) -> None:
    spans = stretches(lengths, ROOM, stride)
    owned = owners(spans, lengths)
    assert sorted(w for words in owned for w in words) == list(range(len(lengths)))

    def context(span: tuple[int, int], word: int) -> float:
        left = float("inf") if span[0] == 0 else sum(lengths[span[0] : word])
        right = float("inf") if span[1] == len(lengths) else sum(lengths[word + 1 : span[1]])
        return min(left, right)

    for span, words in zip(spans, owned, strict=True):
        for word in words:
            assert context(span, word) == max(context(s, word) for s in spans if s[0] <= word < s[1])


def test_neighbouring_stretches_share_the_stride() -> None:
    assert stretches([1] * 20, 8, 4) == [(0, 8), (4, 12), (8, 16), (12, 20)]


def test_the_last_stretch_reaches_back_as_far_as_it_can() -> None:
    assert stretches([1] * 10, 8, 2)[-1] == (2, 10)


def test_a_word_without_subwords_becomes_the_unknown_token(base: Base) -> None:
    pieces = subwords(base.tokenizer, [["anna", "", "oslo"]])[0]
    assert pieces[1] == [base.tokenizer.unk_token_id]
    assert all(pieces)


def test_lone_surrogates_and_control_characters_are_words_too(base: Base) -> None:
    words = ["\ud800", "\x00", "​", "  ", "\n"]
    encoded = encode(base.tokenizer, [words], max_length=64, stride=8)
    assert sorted(w for window in encoded.windows for w in window.words) == [0, 1, 2, 3, 4]


def test_special_tokens_stand_around_each_window(base: Base) -> None:
    assert around(base.tokenizer) == ([0], [2])
    encoded = encode(base.tokenizer, [["anna"] * 30], max_length=10, stride=3)
    assert len(encoded.windows) > 1
    assert all(w.ids[0] == 0 and w.ids[-1] == 2 and len(w.ids) <= 10 for w in encoded.windows)


def test_heads_are_first_subwords(base: Base) -> None:
    words = ["anna", "ukendteord", "oslo"]
    (window,) = encode(base.tokenizer, [words], max_length=64, stride=8).windows
    pieces = subwords(base.tokenizer, [words])[0]
    assert len(pieces[1]) > 1
    assert [window.ids[head] for head in window.heads] == [piece[0] for piece in pieces]


def test_truncation_counts_the_words_it_loses(base: Base) -> None:
    encoded = encode(base.tokenizer, [["anna"] * 30, ["bo"]], max_length=12, stride=3, truncate=True)
    kept = sum(len(window.words) for window in encoded.windows)
    assert encoded.tokens_lost == 31 - kept > 0
    assert len(encoded.windows) == 2


def test_windows_lose_no_word(base: Base) -> None:
    encoded = encode(base.tokenizer, [["anna"] * 30, []], max_length=12, stride=3)
    assert encoded.tokens_lost == 0
    assert sum(len(window.words) for window in encoded.windows) == 30
    assert encoded.lengths == (30, 0)


def test_a_word_longer_than_the_window_keeps_its_beginning(base: Base) -> None:
    encoded = encode(base.tokenizer, [["x" * 200, "anna"]], max_length=10, stride=2)
    assert sorted(w for window in encoded.windows for w in window.words) == [0, 1]
    assert all(len(window.ids) <= 10 for window in encoded.windows)


def test_labels_stand_at_first_subwords_only(base: Base) -> None:
    (window,) = encode(base.tokenizer, [["anna", "ukendteord"]], max_length=64, stride=8).windows
    labels = labels_of(window, [1, 2])
    assert [label for label in labels if label != IGNORE] == [1, 2]
    assert [i for i, label in enumerate(labels) if label != IGNORE] == list(window.heads)


def test_pad_fills_to_the_longest_or_to_a_length() -> None:
    assert pad([[1, 2], [3]], 9).tolist() == [[1, 2], [3, 9]]
    assert pad([[1]], 9, 3).tolist() == [[1, 9, 9]]
    with pytest.raises(ValueError, match="broadcast"):
        pad([[1, 2, 3]], 9, 2)
