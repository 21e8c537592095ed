"""Candidates in a completion, the paper's way (Kamath & Vajjala 2025; their published scripts).

Open models: every `{...}` without a brace inside that `json.loads` accepts. GPT: the message is one JSON object, every
value a list of candidates; a message that does not parse is dropped whole.
"""

from __future__ import annotations

import re

from spanloom_validator.extract.parse import Candidate, loads

# A flat object that knows its strings: braces inside them do not count.
_OBJECT = re.compile(r'\{[^{}"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^{}"]*+)*+\}', re.DOTALL)


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
