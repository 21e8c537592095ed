"""Scripts of characters, by ISO 15924 code."""

from __future__ import annotations

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


_SCRIPTS = """
Adlm Aghb Ahom Arab Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Bopo Brah Brai Bugi Buhd Cakm Cans Cari Cham
Cher Chrs Copt Cpmn Cprt Cyrl Deva Diak Dogr Dsrt Dupl Egyp Elba Elym Ethi Gara Geor Glag Gong Gonm Goth Gran
Grek Gujr Gukh Guru Hang Hani Hano Hatr Hebr Hira Hluw Hmng Hmnp Hung Ital Java Kali Kana Kawi Khar Khmr Khoj
Kits Knda Krai Kthi Lana Laoo Latn Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Maka Mand Mani Marc Medf Mend Merc
Mero Mlym Modi Mong Mroo Mtei Mult Mymr Nagm Nand Narb Nbat Newa Nkoo Nshu Ogam Olck Onao Orkh Orya Osge Osma
Ougr Palm Pauc Perm Phag Phli Phlp Phnx Plrd Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sinh
Sogd Sogo Sora Soyo Sund Sunu Sylo Syrc Tagb Takr Tale Talu Taml Tang Tavt Telu Tfng Tglg Thaa Thai Tibt Tirh
Tnsa Todr Toto Tutg Ugar Vaii Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb
""".split()  # noqa: SIM905
"""Unicode's scripts by ISO 15924 code, without what is common to several or inherited."""


@lru_cache(maxsize=1)
def _any_script() -> regex.Pattern[str]:
    return regex.compile("|".join(rf"(?P<{code}>\p{{sc={code}}})" for code in _SCRIPTS))


@lru_cache(maxsize=65_536)
def script_of(char: str) -> str:
    """ISO 15924 code of the character's script, such as `Latn`, `Taml`; none where it is of no single one.

    By the tables of the package `regex`, so that a verdict is the same on every Python.
    """
    match = _any_script().match(char)
    return str(match.lastgroup) if match is not None else ""


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
