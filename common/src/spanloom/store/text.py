"""What PostgreSQL can hold of a text."""

from __future__ import annotations

import re

_BAD = re.compile(r"[\x00\ud800-\udfff]")
REPLACEMENT = "�"


def storable(text: str) -> tuple[str, int]:
    """Text with U+0000 and lone surrogates replaced by U+FFFD, and how many there were.

    PostgreSQL's text type has no U+0000, and UTF-8 no surrogates (RFC 3629, section 3).
    """
    return _BAD.subn(REPLACEMENT, text)


def stored(text: str) -> str:
    """The text as it is. Raises ValueError where PostgreSQL cannot hold it."""
    if _BAD.search(text):
        raise ValueError("holds U+0000 or half of a surrogate pair, which no text has")
    return text


def storable_tokens(tokens: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """`storable` of every token, and how many characters were replaced in all."""
    if not _BAD.search("".join(tokens)):
        return tokens, 0
    pairs = [storable(token) for token in tokens]
    return tuple(token for token, _ in pairs), sum(replaced for _, replaced in pairs)
