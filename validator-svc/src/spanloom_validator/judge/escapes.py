r"""Letters lost to escapes that an LLM wrote wrongly.

GPT-4.1, shown examples in ASCII escapes, often writes zeros too many: `på` as `p\u0000e5` (for `\u00e5`), U+0B85 as
`\u000b85` (for `\u0b85`). JSON takes four digits for the escape, so a control character stays where the letter was, and
the rest of the digits after it: NUL, `e5`; U+000B, `85`. Where the digits spell one letter and nothing else could be
meant, it is put back; where anything else is left in the sample, the whole sample stays broken.

What is told apart: in `K\u0000benhavn` (for `København`) the digits `be` are the word's own letters, in `l\u0223n` the
model counted in decimals. So a Latin letter is put back only where its code has a decimal digit, is of Latin-1 (U+00C0
to U+00FF) or Latin Extended Additional, or is known to the language's alphabet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from itertools import pairwise

import regex

from spanloom_validator.judge.scripts import letters_in, script_of

_BROKEN = re.compile("([\x00-\x1f])([0-9a-fA-F]{0,6})")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_OF_WORDS = regex.compile(r"[[\p{L}\p{M}\p{N}]--[0-9]]", regex.V1)


def restore(tokens: Sequence[str], *, alphabet: Set[str] = frozenset(), script: str | None = None) -> list[str] | None:
    """The tokens with every broken escape put right; None where one cannot be, or the sample is not clean then.

    `alphabet`: letters known to be of the language, such as those of its gold sentences. `script`: its ISO 15924 code;
    without it the letters put back must be of the script of most letters of the sample.
    """
    restored: list[tuple[str, str]] = []
    for token in tokens:
        pair = _restore_token(token, alphabet)
        if pair is None:
            return None
        restored.append(pair)
    letters = Counter(script_of(char) for token, _ in restored for char in token if _is_letter(char))
    put_back = [char for _, chars in restored for char in chars]
    if _is_counting(put_back):
        return None
    expected = letters.most_common(1)[0][0] if letters else ""
    if script is not None and not all(map(letters_in(script).match, filter(str.isalpha, put_back))):
        return None
    if expected == "Latn" and letters[expected] == len(put_back):
        return None  # Latin words have letters that need no escape
    for token, chars in restored:
        if chars and any(script_of(char) != expected for char in token if _is_letter(char)):
            return None
    return [token for token, _ in restored]


def _is_counting(letters: Sequence[str]) -> bool:
    """Whether letters are three code points or more in a row: no word, but escapes that the model counted up."""
    codes = [ord(letter) for letter in letters]
    return len(codes) > 2 and all(after == before + 1 for before, after in pairwise(codes))


def _restore_token(token: str, alphabet: Set[str]) -> tuple[str, str] | None:
    """The token and the letters put back in it; None where a control character stays."""
    if _CONTROL.search(token) is None:
        return token, ""
    out, letters, place = "", "", 0
    while (match := _BROKEN.search(token, place)) is not None:
        out += token[place : match.start()]
        found = _letter(match[1], match[2], alphabet)
        if found is None:
            return None
        letter, digits = found
        place = match.start() + 1 + digits
        if letter.isupper() and out[-1:].islower():
            return None  # no word goes on with a capital
        if script_of(letter) == "Latn" and token[place : place + 1].isdecimal():
            return None  # one digit more than a letter's code has
        out, letters = out + letter, letters + letter
    out += token[place:]
    return (out, letters) if _CONTROL.search(out) is None else None


def _letter(control: str, after: str, alphabet: Set[str]) -> tuple[str, int] | None:
    """The letter whose code the control character and the digits after it spell, and how many of those it takes.

    Either the control character is the code's high byte (U+000B, `85`), or it begins with zeros too many of a
    two-digit code (NUL, `e5`; NUL, `0e5`; U+000F, `8`).
    """
    spelt = f"{ord(control):x}{after}".lower().lstrip("0")
    code = spelt[:2]
    taken = len(after) - len(spelt) + len(code)
    if len(code) == 2 and taken > 0 and _is_latin_1(chr(int(code, 16))) and not code.isalpha():
        return chr(int(code, 16)), taken
    if len(after) < 2:
        return None
    char = chr(ord(control) << 8 | int(after[:2], 16))
    if char in alphabet or (_is_letter(char) and not _is_ambiguous(char, after[:2])):
        return char, 2
    return None


def _is_ambiguous(char: str, digits: str) -> bool:
    """Whether a letter may as well be a word's own letters, or a number in decimals."""
    if script_of(char) != "Latn":
        return ord(char) < 0x100
    return not "\u1e00" <= char <= "\u1eff" or digits.isalpha()


def _is_latin_1(char: str) -> bool:
    return "\u00c0" <= char <= "\u00ff" and char.isalpha()


def _is_letter(char: str) -> bool:
    """Letters, the marks on them, and numerals: what words of any script are made of. ASCII digits are of no script."""
    return _OF_WORDS.match(char) is not None
