"""JSON on one line: compact, with real characters or with the escapes that pandas writes."""

from __future__ import annotations

import json
import re
from typing import Any

_ESCAPED = re.compile(r'[\x00-\x1f"\\/]|[^\x00-\x7f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def dumps(value: Any, *, ascii_escapes: bool = False) -> str:
    """Compact JSON. With `ascii_escapes` byte for byte what pandas' `to_json` writes: `\\u` escapes, and `\\/`.

    Python's own writer differs from pandas' in `/` and U+007F.
    """
    if not ascii_escapes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, str):
        return '"' + _ESCAPED.sub(_escape, value) + '"'
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{dumps(k, ascii_escapes=True)}:{dumps(v, ascii_escapes=True)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(dumps(item, ascii_escapes=True) for item in value) + "]"
    return json.dumps(value)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
