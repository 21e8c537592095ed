"""Sentences as running text: tokens between single spaces, a space within a token escaped with a backslash."""

from __future__ import annotations

_SPECIAL = "\\ "


def escape(token: str, special: str = _SPECIAL) -> str:
    """The token with a backslash before each special character."""
    return "".join("\\" + char if char in special else char for char in token)


def split(text: str, special: str = _SPECIAL) -> list[str]:
    """Tokens of a text at its spaces; a backslash takes the special character after it for what it is."""
    tokens: list[str] = []
    current = ""
    i = 0
    while i < len(text):
        char = text[i]
        if char == "\\" and i + 1 < len(text) and text[i + 1] in special:
            current += text[i + 1]
            i += 2
            continue
        if char == " ":
            tokens += [current] if current else []
            current = ""
        else:
            current += char
        i += 1
    return [*tokens, current] if current else tokens
