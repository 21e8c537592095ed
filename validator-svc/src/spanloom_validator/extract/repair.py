"""Reading objects that are nearly JSON, by libraries: pyjson5 and json-repair.

Repairs of notation (`json`) are certain: JSON5 has a grammar for trailing commas, single quotes and unquoted keys. What
it does not know, curly quotes and zero-width characters, json-repair reads. Repairs of structure (`structure`), a
bracket or a quote that is missing, are guesses by json-repair; they are made only where a specification asks for them,
and only where as many tokens as tags can come out.

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

_CURLY = re.compile("[\u2018-\u201f]")
_ZERO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff]")
_TAG_IDS = re.compile(r"ner_tags\W{1,9}\[([0-9,\s]*+)\]")


def repair(text: str, allowed: Collection[Repair]) -> tuple[dict[str, Any], Repair] | None:
    """The object that the text was meant to be, and the repair that made it; None where there is none."""
    if len(text) > MAX_CHARACTERS or text.count("{") > MAX_BRACES:
        return None
    paired = (text.count('"') - text.count('\\"')) % 2 == 0
    if Repair.JSON in allowed and (paired or "'" in text):
        value = _json5(text)
        if value is None and _is_foreign(text) and _is_promising(text):
            value = _guess(text)
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


def _is_foreign(text: str) -> bool:
    """Whether it may be the notation alone that JSON5 does not know."""
    return (_CURLY.search(text) is not None and '"' not in text) or _ZERO_WIDTH.search(text) is not None


def _is_promising(text: str) -> bool:
    """Whether paired quotes, before a list of integer tags, make as many tokens as it has tags."""
    tags = _TAG_IDS.search(text)
    if tags is None or '"' not in text:  # other formats, other quotes
        return True
    head = text[text.find("[") : tags.start()]
    owed = tags[1].rstrip(", \t\r\n").count(",") + 1
    return (head.count('"') - head.count('\\"')) // 2 == owed
