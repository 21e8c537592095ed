"""What PostgreSQL can hold of a text."""

from __future__ import annotations

REPLACEMENT = "�"


def storable(text: str) -> tuple[str, int]:
    """Text with U+0000 and lone surrogates replaced by U+FFFD, and how many there were.

    PostgreSQL's text type has no U+0000, and UTF-8 no surrogates (RFC 3629, section 3).
    """
    bad = sum(1 for char in text if char == "\x00" or "\ud800" <= char <= "\udfff")
    if not bad:
        return text, 0
    return "".join(REPLACEMENT if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text), bad
