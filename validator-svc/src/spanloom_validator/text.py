"""What can be wrong with the characters of a token, and what can be put right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_ESCAPE_LEFT = re.compile(r"\\u[0-9a-fA-F]")
_ESCAPE_WITHOUT_BACKSLASH = re.compile(r"(?<![0-9A-Za-z])u[0-9a-fA-F]{4}")
_BLANK_CHARS = re.compile(f"[{_BLANK}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Letters by category, but nothing is drawn: Hangul fillers and the blank Braille pattern.


def is_plain(tokens: Sequence[str]) -> bool:
    """Whether a cheap look already tells that nothing can be wrong: printable, no U+FFFD, no blank token.

    Raises TypeError when a token is not a string.
    """
    text = " ".join(tokens)
    return (
        text.isprintable()
        and "  " not in text
        and text[:1] not in ("", " ")
        and text[-1] != " "
        and "\ufffd" not in text
        and "\\u" not in text
        and (text.isascii() or _BLANK_CHARS.search(text) is None)
    )


def is_visible(token: str) -> bool:
    """Whether any character of the token is one that is drawn (neither separator, control, format nor filler)."""
    return any(unicodedata.category(char)[0] not in "ZC" and char not in _BLANK for char in token)


def has_control(tokens: Sequence[str]) -> bool:
    """Whether a token holds a control character (category Cc)."""
    return _CONTROL.search("".join(tokens)) is not None


def has_bad_unicode(tokens: Sequence[str], *, repaired: bool = False) -> bool:
    """Whether a token holds U+FFFD, a lone surrogate, a private-use or an unassigned code point, or an escape as text.

    In a repaired object such an escape may have lost its backslash.
    """
    text = " ".join(tokens)
    return (
        any(char == "\ufffd" or unicodedata.category(char) in ("Cs", "Co", "Cn") for char in text)
        or ("\\u" in text and _ESCAPE_LEFT.search(text) is not None)
        or (repaired and _ESCAPE_WITHOUT_BACKSLASH.search(text) is not None)
    )


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, which UTF-8 has no bytes for."""
    return _SURROGATE.sub("\ufffd", text)


def storable(text: str) -> str:
    """The text as a PostgreSQL text column takes it: no NUL, no lone surrogate."""
    if text.isprintable():  # neither is
        return text
    return without_surrogates(text).replace("\0", "\ufffd")
