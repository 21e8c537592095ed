"""Scripts of characters: by ISO 15924 code, and by the names Unicode gives to letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import regex

from spanloom.errors import SpecError

# Codes of writing systems that use several of Unicode's scripts (ISO 15924).
_SEVERAL = {
    "Hans": ("Hani",),
    "Hant": ("Hani",),
    "Hanb": ("Hani", "Bopo"),
    "Hrkt": ("Hira", "Kana"),
    "Jpan": ("Hani", "Hira", "Kana"),
    "Kore": ("Hang", "Hani"),
}


@lru_cache(maxsize=65_536)
def script_of(char: str) -> str:
    """The first word of the character's Unicode name, which for letters is their script: `LATIN`, `TAMIL`."""
    return unicodedata.name(char, "").split(" ")[0]


@lru_cache(maxsize=64)
def letters_in(code: str) -> regex.Pattern[str]:
    """Matches one letter or mark of the script. Raises SpecError for a code that Unicode does not know."""
    try:
        scripts = "".join(rf"\p{{sc={name}}}" for name in _SEVERAL.get(code, (code,)))
        return regex.compile(rf"[[{scripts}]&&[\p{{L}}\p{{M}}]]", regex.V1)
    except regex.error:
        raise SpecError(
            [
                (
                    "script",
                    f"{code!r} is no script Unicode knows; expected an ISO 15924 code such as Latn, Taml, Cyrl, Jpan",
                )
            ]
        ) from None


def letters(sentences: Iterable[Sequence[str]]) -> frozenset[str]:
    """The letters beyond ASCII that sentences, given as tokens, are written with."""
    return frozenset(char for tokens in sentences for char in set("".join(tokens)) if char > "\x7f" and char.isalpha())


_LETTERS = regex.compile(r"\p{L}")


def share_in(text: str, code: str) -> float:
    """The share of the text's letters that are of the script; 1 for a text without letters."""
    letters = "".join(_LETTERS.findall(text))
    return len(letters_in(code).findall(letters)) / len(letters) if letters else 1.0
