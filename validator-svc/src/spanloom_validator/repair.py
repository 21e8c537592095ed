"""Reading objects that are nearly JSON, by the library json-repair.

Measured on the 910 flat objects of the recorded open-model completions that `json.loads` refuses: json-repair makes 296
usable samples of them, with the words as they were meant (0.43 ms an object). The libraries with a Rust core are
twenty times as fast, but make 160 to 195 (repairjson 0.2.0, safe-json-repair 0.1.1, fast-json-repair 0.2.3), some of
those with quotes left in the tokens. Broken objects are few, so what counts is what comes out.
"""

from __future__ import annotations

from typing import Any

import json_repair

MAX_CHARACTERS = 16_384
"""A longer object is not repaired: no sentence is that long."""
MAX_BRACES = 64
"""Nor one with more opening braces: on unclosed ones within each other the library takes time by their square."""


def repair(text: str) -> dict[str, Any] | None:
    """The object that the text was meant to be; None where the library finds none or the text is too much for it."""
    if len(text) > MAX_CHARACTERS or text.count("{") > MAX_BRACES:
        return None
    try:
        value = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
