from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from spanloom_trainer.models.words import words_of


def test_punctuation_at_the_edges_stands_alone() -> None:
    assert words_of("(Anna-Lise's), U.S. 3,5 %") == ["(", "Anna-Lise's", ")", ",", "U.S", ".", "3,5", "%"]


def test_no_script_is_torn_apart() -> None:
    assert words_of("அண்ணா சென்னையில் இருக்கிறார்.") == ["அண்ணா", "சென்னையில்", "இருக்கிறார்", "."]


@given(st.text())
def test_no_visible_character_is_lost(line: str) -> None:
    assert "".join(words_of(line)) == "".join(line.split())


@given(st.text())
def test_words_are_never_empty(line: str) -> None:
    assert all(word and not any(unicodedata.category(c) == "Zs" for c in word) for word in words_of(line))
