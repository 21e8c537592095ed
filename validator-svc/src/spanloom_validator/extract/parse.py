"""What a candidate is, and JSON as the paper's scripts parse it, by the faster parser first."""

from __future__ import annotations

import json
from typing import Any

import orjson

from spanloom.contracts.rules import Reason, Repair

Candidate = tuple[int, int, Any, Reason | None, Repair | None]
"""An object found in a completion, or what stands where one should be: first character and one past the last; what was
parsed, or None and the reason why nothing could be (`truncated`, `syntax`); the repair it took to parse it.
(A plain tuple, for there are millions.)"""

loads_strictly = orjson.loads
"""Raises ValueError for all that RFC 8259 does not know, for lone surrogates, and for numbers too large for a float."""

# Where the strict parser stops at a number, a word or an escape, `json.loads` may go on: 1e999, NaN, \ud800.
_LENIENT = frozenset("0123456789-NI\\")


def loads(text: str) -> Any:
    """What `json.loads` accepts, by the faster parser first.

    Integers beyond 64 bits become floats here, which as tags are as wrong. Raises ValueError for what `json.loads` does
    not accept, RecursionError for text nested too deeply.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if not is_lenient(text, error):
            raise
    return json.loads(text)


def is_lenient(text: str, error: orjson.JSONDecodeError) -> bool:
    """Whether `json.loads` may take what the strict parser has stopped at. At the beginning it stops for lone
    surrogates, and for text nested too deeply."""
    return error.pos == 0 or text[error.pos : error.pos + 1] in _LENIENT
