"""Text as PostgreSQL can hold it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanloom.store.text import REPLACEMENT, storable, storable_tokens

ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
def test_text_becomes_storable_and_keeps_its_length(text: str) -> None:
    stored, replaced = storable(text)
    assert len(stored) == len(text)
    assert "\x00" not in stored
    stored.encode("utf-8")
    assert replaced == sum(a != b for a, b in zip(text, stored, strict=True))
    assert all(b == REPLACEMENT for a, b in zip(text, stored, strict=True) if a != b)
    assert storable(stored) == (stored, 0)


@given(st.lists(ANY | st.sampled_from(["\x00", "a\ud800\x00"])).map(tuple))
def test_tokens_become_storable_each_by_itself(tokens: tuple[str, ...]) -> None:
    each = [storable(token) for token in tokens]
    assert storable_tokens(tokens) == (tuple(token for token, _ in each), sum(replaced for _, replaced in each))
