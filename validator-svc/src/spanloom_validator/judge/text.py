"""What can be wrong with the characters of a token, and what can be put right."""

from __future__ import annotations

import re
from collections.abc import Sequence

import regex

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
_BLANK_OR_SPACE = _BLANK + " "
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_ESCAPE_LEFT = re.compile(r"\\u[0-9a-fA-F]")
_ESCAPE_WITHOUT_BACKSLASH = re.compile(r"(?<![0-9A-Za-z])u[0-9a-fA-F]{4}")
_SURROGATE = re.compile("[\ud800-\udfff]")
# By the tables of the package `regex`, which are newer than any Python's: what a Python does not know as printable is
# looked up there, so that a verdict is the same on every Python. An unassigned code point counts as drawn: it is no
# character, which is a reason of its own.
_DRAWN = regex.compile(rf"[^\p{{Z}}\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Co}}{_BLANK}]")
_NO_CHARACTER = regex.compile(r"[\p{Cs}\p{Co}\p{Cn}]")
# Letters by category, but nothing is drawn: Hangul fillers and the blank Braille pattern.


def is_plain(joined: str) -> bool:
    """Whether a cheap look at tokens joined by spaces already tells that nothing can be wrong with their characters:
    all printable, none U+FFFD, no escape as text, and no token blank."""
    return (
        joined.isprintable()
        and not has_filler(joined)
        and "\\u" not in joined
        and "  " not in joined
        and joined[:1] not in ("", " ")
        and joined[-1] != " "
    )


def has_filler(text: str) -> bool:
    """Whether a character is U+FFFD or one that counts as a letter or symbol and yet shows nothing."""
    return (  # one by one, which is by far the fastest
        "\ufffd" in text
        or "\u115f" in text
        or "\u1160" in text
        or "\u2800" in text
        or "\u3164" in text
        or "\uffa0" in text
    )


def is_visible(token: str) -> bool:
    """Whether any character of the token is drawn: neither separator, control, format, private use nor filler."""
    if token.isprintable():
        return token.strip(_BLANK_OR_SPACE) != ""
    return _DRAWN.search(token) is not None


def has_control(tokens: Sequence[str]) -> bool:
    """Whether a token holds a control character (category Cc)."""
    return _CONTROL.search("".join(tokens)) is not None


def has_bad_unicode(tokens: Sequence[str], *, repaired: bool = False) -> bool:
    """Whether a token holds U+FFFD, a lone surrogate, a private-use or an unassigned code point, or an escape as text.

    In a repaired object such an escape may have lost its backslash.
    """
    text = " ".join(tokens)
    return (
        "\ufffd" in text
        or (not text.isprintable() and _NO_CHARACTER.search(text) is not None)
        or ("\\u" in text and _ESCAPE_LEFT.search(text) is not None)
        or (repaired and _ESCAPE_WITHOUT_BACKSLASH.search(text) is not None)
    )


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, which UTF-8 has no bytes for."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def storable(text: str) -> str:
    """The text as a PostgreSQL text column takes it: no NUL, no lone surrogate; as long as before."""
    return without_surrogates(text).replace("\0", "\ufffd")
