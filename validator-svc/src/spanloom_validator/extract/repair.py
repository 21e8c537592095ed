"""Reading objects that are nearly JSON, by libraries: pyjson5 and json-repair.

Repairs of notation (`json`) are certain, and the same in every script: JSON5 has a grammar for trailing commas, single
quotes and unquoted keys. What it does not know is rewritten character for character before: curly quotes where no
straight ones are, invisible characters outside strings, Python's `None`, `True`, `False` and tuples; a backslash that
escapes nothing stays a backslash. Repairs of structure (`structure`), a bracket or a quote that is missing, are guesses
by json-repair; they are made only where a specification asks for them, and only where as many tokens as tags can come
out.

Measured on the 910 flat objects of the recorded open-model completions that `json.loads` refuses. pyjson5 (Cython)
reads 330, in 12 us each. json-repair (Python) makes usable samples of 296, in 200 us each. The guessing libraries with
a Rust core take 20 us, but make 160 to 195 (repairjson 0.2.0, safe-json-repair 0.1.1, fast-json-repair 0.2.3), some of
those with quotes left in the tokens or letters lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import json_repair
import pyjson5

from spanloom.contracts.rules import Repair

MAX_CHARACTERS = 16_384
"""A longer object is not repaired: no sentence is that long."""
MAX_BRACES = 64
"""Nor one with more opening braces: on unclosed ones within each other json-repair takes time by their square."""

_CURLY_DOUBLE, _CURLY_SINGLE = re.compile("[\u201c-\u201f]"), re.compile("[\u2018-\u201b]")
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# Strings, and what is rewritten outside them. A single quote within a word is none's beginning.
_PIECE = re.compile(
    r"""(?P<string>"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|(?<!\w)'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+')"""
    rf"""|(?P<word>\b(?:None|True|False)\b(?!\s*:))|[()]|[{_INVISIBLE}]++""",
    re.DOTALL,
)
_WORDS = {"None": "null", "True": "true", "False": "false"}
_BRACKETS = {"(": "[", ")": "]"}
# Escapes that JSON5 or Python knows; after any other backslash the next character stands for itself, and so does it.
_ESCAPE = re.compile(
    r"""\\(?:(?P<known>["'\\/bfnrtv\n0]|u|x[0-9a-fA-F]{2})|U(?P<long>[0-9a-fA-F]{8})|(?P<other>.))""", re.DOTALL
)
# A backslash that may have to be doubled. Few texts hold what is rewritten; looking for it costs next to nothing.
_ODD_ESCAPE = re.compile(r"""\\(?!["'\\/bfnrtv\n0u]|x[0-9a-fA-F]{2})""")
_ODD_CHARACTER = re.compile(f"[{_INVISIBLE}]")
_TAG_IDS = re.compile(r"ner_tags\W{1,9}\[([0-9,\s]*+)\]")


def repair(text: str, allowed: Collection[Repair]) -> tuple[dict[str, Any], Repair] | None:
    """The object that the text was meant to be, and the repair that made it; None where there is none."""
    if len(text) > MAX_CHARACTERS or text.count("{") > MAX_BRACES:
        return None
    paired = (text.count('"') - text.count('\\"')) % 2 == 0
    if Repair.JSON in allowed and (paired or "'" in text):
        value = _json5(_as_json5(text))
        if value is not None:
            return value, Repair.JSON
    if Repair.STRUCTURE in allowed and paired and _is_promising(text):
        value = _guess(text)
        if value is not None:
            return value, Repair.STRUCTURE
    return None


def _json5(text: str) -> dict[str, Any] | None:
    try:
        value = pyjson5.decode(text)
    except (pyjson5.Json5Exception, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _guess(text: str) -> dict[str, Any] | None:
    try:
        value = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _as_json5(text: str) -> str:
    """The text with what JSON5 does not know of other notations in JSON5's."""
    if '"' not in text and _CURLY_DOUBLE.search(text) is not None:
        text = _CURLY_DOUBLE.sub('"', text)
        if "'" not in text:
            text = _CURLY_SINGLE.sub("'", text)
    return _PIECE.sub(_piece, text) if _is_foreign(text) else text


def _is_foreign(text: str) -> bool:
    """Whether anything stands in the text, be it in a string, that JSON5 may not know."""
    return (
        "(" in text
        or ")" in text
        or "None" in text
        or "True" in text
        or "False" in text
        or ("\\" in text and _ODD_ESCAPE.search(text) is not None)
        or (not text.isascii() and _ODD_CHARACTER.search(text) is not None)
    )


def _piece(match: re.Match[str]) -> str:
    if match["string"] is not None:
        return _ESCAPE.sub(_escape, match[0]) if "\\" in match[0] else match[0]
    if match["word"] is not None:
        return _WORDS.get(match[0], match[0])
    return _BRACKETS.get(match[0], "")  # an invisible character says nothing


def _escape(match: re.Match[str]) -> str:
    if match["long"] is not None:
        code = int(match["long"], 16)
        return chr(code) if code < 0x110000 else "\\" + match[0]
    return match[0] if match["known"] is not None else "\\" + match[0]


def _is_promising(text: str) -> bool:
    """Whether paired quotes, before a list of integer tags, make as many tokens as it has tags."""
    tags = _TAG_IDS.search(text)
    if tags is None or '"' not in text:  # other formats, other quotes
        return True
    head = text[text.find("[") : tags.start()]
    owed = tags[1].rstrip(", \t\r\n").count(",") + 1
    return (head.count('"') - head.count('\\"')) // 2 == owed
