"""Sentences and the hashes by which copies are found."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.ner.sentence import Sentence, content_hash, identity_hash

# Letters that compose, marks that move past each other, jamo, signs of Indic scripts, surrogates, capitals.
TOKENS = st.lists(
    st.text(st.sampled_from("aAåÅeEsßİiſKK\u0301\u0323\u030a\u0307가ᄀ\u1161\u11a8க\u0bbe\u0bc6ি \ud800Ω"), max_size=4)
)


@given(tokens=TOKENS, tags=st.lists(st.integers(0, 8)))
def test_tokens_are_normalised_each_by_itself(tokens: list[str], tags: list[int]) -> None:
    def digest(text: str) -> str:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    normal = [unicodedata.normalize("NFC", token) for token in tokens]
    assert content_hash(tokens) == digest("\x1f".join(token.casefold() for token in normal))
    assert identity_hash(tokens, tags) == digest("\x1f".join(normal) + "\x1e" + ",".join(map(str, tags)))


def test_a_copy_is_found_in_other_letters_and_a_cut_elsewhere_is_none() -> None:
    assert content_hash(["Å", "Bor"]) == content_hash(["A\u030a", "bor"])
    assert content_hash(["a b"]) != content_hash(["a", "b"])
    assert identity_hash(["Å"], [1]) == identity_hash(["A\u030a"], [1])
    assert identity_hash(["Å"], [1]) != identity_hash(["å"], [1])
    assert identity_hash(["a"], [1]) != identity_hash(["a"], [0])


def test_a_tag_for_every_token() -> None:
    with pytest.raises(ValueError, match="2 tokens but 1 tags: 'Anna bor'"):
        Sentence(("Anna", "bor"), (1,))
