"""From text to words, for tagging what nobody has tokenised. Imports no torch."""

from __future__ import annotations

import unicodedata


def words_of(line: str) -> list[str]:
    """Words of a line: split at white space, punctuation and symbols at a word's edges as words of their own.

    >>> words_of('"Hej, Anna-Lise!"')
    ['"', 'Hej', ',', 'Anna-Lise', '!', '"']

    Marks inside a word stay, so that no script is torn apart.
    """
    out: list[str] = []
    for chunk in line.split():
        start, end = 0, len(chunk)
        while start < end and _edge(chunk[start]):
            start += 1
        while end > start and _edge(chunk[end - 1]):
            end -= 1
        out += [*chunk[:start], *([chunk[start:end]] if start < end else []), *chunk[end:]]
    return out


def _edge(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
