"""Broken escapes: put right where one letter alone can be meant, else left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom_validator.judge.escapes import restore


@pytest.mark.parametrize(
    ("broken", "letters"),
    [
        ("p\x00e5", "på"),
        ("\x00d6stersj\x00f6n", "Östersjön"),
        ("\x00e6ble", "æble"),
        ("for\x000e5ret", "foråret"),
        ("K\x0f8benhavn", "København"),
        ("caf\x00E9", "café"),
        ("\x0b85\x0bae\x0bcd", "அம்"),
        ("\x1eb9", "ẹ"),
        ("\x04360", "ж0"),
    ],
)
def test_the_letter_that_was_meant(broken, letters):
    # A neighbour in the same script shows what the sample is written in.
    neighbour = letters if ord(letters[0]) > 0x300 and letters != "ẹ" else "dag"
    assert restore([broken, neighbour]) == [letters, neighbour]


@pytest.mark.parametrize(
    "broken",
    [
        "K\x00benhavn",  # the digits are the word's own letters
        "m\x00der",
        "hoved\x00ede",
        "\x0223r",  # counted in decimals
        "bes\x0152kte",
        "bes\x08gte",  # nothing after it
        "p\x00",
        "\x7f",
        "v\x00e4\x06rlden",  # one of two
        "m\x00D8de",  # no word goes on with a capital
        "\x00e51500",  # more digits than a letter has
        "M\x0058ller",  # no letter that needs an escape
        "f\x148dt",  # another script than the word's
    ],
)
def test_what_is_left_alone(broken):
    assert restore([broken, "dag"]) is None


def test_all_or_nothing():
    assert restore(["p\x00e5", "bes\x08gte"]) is None
    assert restore(["p\x00e5", "dag", "."]) == ["på", "dag", "."]


def test_an_alphabet_settles_what_is_doubtful():
    assert restore(["Ibrahimovi\x0107"]) is None
    assert restore(["Ibrahimovi\x0107"], alphabet={"ć"}) == ["Ibrahimović"]
    assert restore(["\x0223r", "Anna"], alphabet={"ć"}) is None


def test_the_language_s_script_is_heeded():
    assert restore(["\x0b85"], script="Taml") == ["அ"]
    assert restore(["\x0b85"], script="Latn") is None
    assert restore(["\x00c0", "\x00c1"]) is None  # nothing says that this is Latin text


def test_escapes_that_were_counted_up_are_no_words():
    assert restore(["\x0995", "\x0996", "\x0997\x0998"]) is None
    assert restore(["\x0995\x0996"], script="Beng") == ["কখ"]


@given(st.lists(st.text(alphabet="abcdeåäöéøæ .,1", min_size=1, max_size=8), min_size=1, max_size=6))
def test_what_was_written_wrongly_comes_back(tokens):
    """Whatever is restored is what was meant; a clean sample is returned as it is."""
    broken = ["".join(f"\x00{ord(c):02x}" if ord(c) > 0x7F else c for c in token) for token in tokens]
    restored = restore(broken)
    assert restored is None or restored == tokens
    assert restore(tokens) == tokens
