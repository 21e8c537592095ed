"""Candidates in a completion, the paper's way (Kamath & Vajjala 2025; their published scripts).

Open models: every `{...}` without a brace inside that `json.loads` accepts. GPT: the message is one JSON object, every
value a list of candidates; a message that does not parse is dropped whole.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import orjson

from spanloom.contracts.rules import Reason


class Candidate(NamedTuple):
    """An object found in a completion, or what stands where one should be."""

    start: int
    """Characters from the start of the completion."""
    end: int
    value: Any
    """What was parsed; None where nothing could be."""
    reason: Reason | None = None
    """Why there is no value: truncated or syntax."""
    repaired: bool = False
    """Whether the text had to be repaired before it parsed."""


# A flat object that knows its strings: braces inside them do not count.
_OBJECT = re.compile(r'\{[^{}"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^{}"]*+)*+\}', re.DOTALL)


loads_strictly = orjson.loads
"""Raises ValueError for all that RFC 8259 does not know, and for lone surrogates."""


def loads(text: str) -> Any:
    """What `json.loads` makes of the text, by the fast parser where that gives the same.

    `json.loads` also takes NaN, lone surrogates and integers of any size, so it has the last word.
    Raises ValueError where both refuse, RecursionError for text nested too deeply.
    """
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


def by_regex(text: str) -> list[Candidate]:
    """Every flat `{...}` that `json.loads` accepts (open models).

    What the paper's `\\{(?:[^{}])*?\\}` finds is, for each closing brace, all from the last opening one, if there is
    one since the closing brace before.
    """
    found = []
    before = 0
    while (closing := text.find("}", before)) >= 0:
        start, end = text.rfind("{", before, closing), closing + 1
        before = end
        if start < 0:
            continue
        try:
            found.append(Candidate(start, end, loads(text[start:end])))
        except (ValueError, RecursionError):
            continue
    return found


def by_json_object(text: str) -> list[Candidate]:
    """The items of every list of the one JSON object that the message is; none where it does not parse (GPT).

    A value that is no list counts as one candidate, for it stands where candidates should be.
    """
    try:
        message = loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(message, dict):
        return []
    items = [item for value in message.values() for item in (value if isinstance(value, list) else [value])]
    places = [match.span() for match in _OBJECT.finditer(text)]
    if len(places) != len(items):  # nested objects or items that are none: their places are not known one by one
        places = [(0, len(text))] * len(items)
    return [Candidate(start, end, item) for (start, end), item in zip(places, items, strict=True)]
