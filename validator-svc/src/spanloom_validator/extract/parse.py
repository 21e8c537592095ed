"""What a candidate is, and JSON as the paper's scripts parse it, by the faster parser first."""

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

loads_strictly = orjson.loads
"""Raises ValueError for all that RFC 8259 does not know, for lone surrogates, and for numbers too large for a float."""

_EXPONENT = re.compile("[0-9][eE]")
_SURROGATE = re.compile("[\ud800-\udfff]")


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
    return (  # one by one, which is by far the fastest
        "\\ud" in text
        or "\\uD" in text
        or "NaN" in text
        or "Infinity" in text
        or _EXPONENT.search(text) is not None
        or (not text.isascii() and _SURROGATE.search(text) is not None)
    )
