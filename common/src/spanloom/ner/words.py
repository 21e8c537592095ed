"""The one rule that cuts text into tokens: Unicode words, punctuation, elisions.

Wherever text is cut (character offsets of annotation tools, gold under `tokens: words`, translations), it is cut by
this rule and no other, so that a difference between two texts is never one of tokenisation. It looks at characters
alone, never at annotations. From left to right, the first that fits:

1. whitespace separates, and is part of no token;
2. an elided word with its apostrophe is a token: `l'` `école`, `dell'` `ospedale` (French, Italian, Catalan; the
   closed list `ELIDED`); so is `'s` at a word's end: `patient` `'s`;
3. digits, with `.` `,` `:` `·` between two of them, and letters run together are a token: `3.5`, `10:30`, `B12`, `5mg`;
   so are letters and marks, with an apostrophe or a middle dot between two of them (`don't`, `ng'ombe`, `col·lega`),
   and single letters with a full stop between (`U.S.A`). A hyphen is a token of its own: `COVID` `-` `19`;
4. in scripts written without spaces (Han, Hiragana, Thai, Lao, Khmer, Myanmar, ...) each character as users see it (a
   grapheme cluster, UAX #29) is a token: any span fits. Katakana and Hangul run together as words;
5. whatever else is visible, a grapheme cluster each: `.` `.` `.`, an emoji with its joiners.

The tables are those of the package `regex`, so that every Python cuts alike. Cutting what was cut changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import regex

_FRENCH = "l d j m n t s c qu lorsqu puisqu quoiqu jusqu presqu quelqu"
_ITALIAN = "gl un all dall dell nell sull coll bell quell quest sant cent tutt mezz nient senz com cos dov quand anch v"
ELIDED = frozenset(f"{_FRENCH} {_ITALIAN}".split())
"""Words that lose their last vowel before an apostrophe, in lower case; found in any case."""

_SPACELESS = (
    r"[\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Tham}\p{New_Tai_Lue}\p{Tai_Le}\p{Tibetan}"
    r"\p{Javanese}\p{Balinese}]"
)
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}\p{{Pc}}\p{{Join_Control}}\u00ad]--{_SPACELESS}]"
_PLAIN = rf"[\p{{L}}--{_SPACELESS}]"
_APOSTROPHE = "['\u2019\u02bc]"
_POSSESSIVE = rf"{_APOSTROPHE}[sS](?!{_LETTER})"
# Joiners carry words (Persian, Malayalam) but make none: a token begins with a letter, a digit or a mark.
_WORD = rf"(?!\p{{Join_Control}}|\u00ad){_LETTER}"
_TOKEN = regex.compile(
    rf"""
      (?:{"|".join(sorted(ELIDED, key=lambda word: (-len(word), word)))}){_APOSTROPHE}(?={_LETTER}|{_SPACELESS}|$)
    | {_POSSESSIVE}
    | {_PLAIN}(?:\.{_PLAIN})+(?!{_LETTER})
    | {_WORD}(?:
          {_LETTER}
        | (?<=\p{{Nd}})[.,:\u00b7](?=\p{{Nd}})
        | (?<={_LETTER})\u00b7(?={_PLAIN})
        | (?!{_POSSESSIVE})(?<={_LETTER}){_APOSTROPHE}(?={_PLAIN})
      )*
    | \X
    """,
    regex.V1 | regex.VERBOSE | regex.IGNORECASE,
)

_CHUNK = regex.compile(r"\S+")


class Cut(NamedTuple):
    """Tokens after a cut, and for each the position of the token that it was part of."""

    tokens: tuple[str, ...]
    origin: tuple[int, ...]


def word_offsets(text: str) -> list[tuple[int, int]]:
    """(start, end) of each token in characters (Unicode code points), in order, without overlap.

    >>> [text[a:b] for text in ["Anna's l'école, 3.5 mg."] for a, b in word_offsets(text)]
    ['Anna', "'s", "l'", 'école', ',', '3.5', 'mg', '.']
    """
    return [
        (chunk.start() + start, chunk.start() + end)
        for chunk in _CHUNK.finditer(text)
        for start, end in _chunk_offsets(chunk.group())
    ]


def words(text: str) -> list[str]:
    """The tokens of a text."""
    return [text[start:end] for start, end in word_offsets(text)]


@lru_cache(maxsize=65_536)
def _chunk_offsets(chunk: str) -> tuple[tuple[int, int], ...]:
    """`word_offsets` of text without whitespace; few words make most of a text."""
    if chunk.isascii() and chunk.isalpha():
        return ((0, len(chunk)),)
    return tuple(match.span() for match in _TOKEN.finditer(chunk))


def cut_tokens(tokens: Iterable[str]) -> Cut:
    """Each token cut by the rule on its own: boundaries that are there stay. A token of nothing visible stays whole.

    >>> cut_tokens(["Bucharest.", "is"])
    Cut(tokens=('Bucharest', '.', 'is'), origin=(0, 0, 1))
    """
    out: list[str] = []
    origin: list[int] = []
    for i, token in enumerate(tokens):
        pieces = words(token) or [token]
        out += pieces
        origin += [i] * len(pieces)
    return Cut(tuple(out), tuple(origin))


def cut_tags(tags: Sequence[int], origin: Sequence[int]) -> tuple[int, ...]:
    """IOB2 tag ids carried over a cut: spans begin and end where they did.

    The first piece of a token keeps its tag; the others continue it, B-X as I-X.

    >>> cut_tags([1, 0], (0, 0, 1))
    (1, 2, 0)
    """
    out: list[int] = []
    before = -1
    for place in origin:
        tag = tags[place]
        out.append(tag + 1 if place == before and tag % 2 else tag)
        before = place
    return tuple(out)
