"""What can be wrong with the characters of a token, and what can be put right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Letters by category, but nothing is drawn: Hangul fillers and the blank Braille pattern.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


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
        and _BLANK.isdisjoint(text)
    )


def is_visible(token: str) -> bool:
    """Whether any character of the token is one that is drawn (neither separator, control, format nor filler)."""
    return any(unicodedata.category(char)[0] not in "ZC" and char not in _BLANK for char in token)


def has_control(tokens: Sequence[str]) -> bool:
    """Whether a token holds a control character (category Cc)."""
    return CONTROL.search("".join(tokens)) is not None


def has_bad_unicode(tokens: Sequence[str]) -> bool:
    """Whether a token holds U+FFFD, a lone surrogate, a private-use or an unassigned code point."""
    return any(char == "\ufffd" or unicodedata.category(char) in ("Cs", "Co", "Cn") for char in "".join(tokens))


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, which UTF-8 has no bytes for."""
    return _SURROGATE.sub("\ufffd", text)


def storable(text: str) -> str:
    """The text as a PostgreSQL text column takes it: no NUL, no lone surrogate."""
    return without_surrogates(text).replace("\0", "\ufffd")
