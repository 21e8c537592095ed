"""Candidates in a completion, the paper's way (Kamath & Vajjala 2025; their published scripts).

Open models: every `{...}` without a brace inside that `json.loads` accepts. GPT: the message is one JSON object, every
value a list of candidates; a message that does not parse is dropped whole.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from spanloom.contracts.rules import Reason, Repair

Candidate = tuple[int, int, Any, Reason | None, Repair | None]
"""An object found in a completion, or what stands where one should be: first character and one past the last; what was
parsed, or None and the reason why nothing could be (`truncated`, `syntax`); the repair it took to parse it.
(A plain tuple, for there are millions.)"""

# A flat object that knows its strings: braces inside them do not count.
_OBJECT = re.compile(r'\{[^{}"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^{}"]*+)*+\}', re.DOTALL)


loads_strictly = orjson.loads
"""Raises ValueError for all that RFC 8259 does not know, for lone surrogates, and for numbers too large for a float."""

# What json.loads takes and orjson does not.
_LENIENT = re.compile(r"NaN|Infinity|\\u[dD]|[0-9][eE]|[\ud800-\udfff]")


def loads(text: str) -> Any:
    """What `json.loads` accepts, by the faster parser first.

    Integers beyond 64 bits become floats here, which as tags are as wrong. Raises ValueError for what `json.loads` does
    not accept, RecursionError for text nested too deeply.
    """
    try:
        return orjson.loads(text)
    except ValueError:
        if not is_lenient(text):
            raise
    return json.loads(text)


def is_lenient(text: str) -> bool:
    """Whether the text holds anything that `json.loads` takes and the strict parser does not."""
    return _LENIENT.search(text) is not None


def by_regex(text: str) -> list[Candidate]:
    """Every flat `{...}` that `json.loads` accepts (open models).

    What the paper's `\\{(?:[^{}])*?\\}` finds is, for each closing brace, all from the last opening one, if there is
    one since the closing brace before.
    """
    found: list[Candidate] = []
    before = 0
    while (closing := text.find("}", before)) >= 0:
        start, end = text.rfind("{", before, closing), closing + 1
        before = end
        if start < 0:
            continue
        try:
            found.append((start, end, loads(text[start:end]), None, None))
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
    return [(start, end, item, None, None) for (start, end), item in zip(places, items, strict=True)]
