"""What a request may carry: the size and depth of its body, and no U+0000, which PostgreSQL's text refuses."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spanloom.http.problems import problem

FILES = "/v1/gold"
"""Where a body is a file: larger than others, and not JSON of ours."""
# One pass: a string, ended or not, counts as one token; so this is linear whatever the input.
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z|\\\Z)|[\[{]|[\]}]', re.DOTALL)


def json_depth(body: bytes) -> int:
    """The deepest nesting of arrays and objects in JSON text, well-formed or not."""
    depth = deepest = 0
    for match in _TOKENS.finditer(body):
        first = body[match.start()]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest


class BodyLimits:
    """Refuses bodies above `max_bytes` (413), before they are read where their length is declared, JSON nested deeper
    than `max_depth` (400), and paths, queries and forms with U+0000 (400)."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_depth: int, max_file_bytes: int) -> None:
        self._app, self._max_bytes, self._max_depth, self._max_file_bytes = app, max_bytes, max_depth, max_file_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal: tuple[int, str] | None = None
        body: bytes | None = b""
        gone = False
        headers = Headers(scope=scope)
        is_file = scope["path"] == FILES
        most = self._max_file_bytes if is_file else self._max_bytes
        declared = headers.get("content-length", "0")
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            refusal = 400, "the address holds the character U+0000"
        elif not declared.isascii() or not declared.isdigit():
            refusal = 400, "Content-Length is not a number"
        elif int(declared) > most:
            refusal = _too_large(most, is_file)
        elif declared != "0" or "transfer-encoding" in headers:
            body, gone = await _read(receive, most)
            if gone:
                return  # the sender left, or was too slow: what has come is not what was meant
            if body is None:
                refusal = _too_large(most, is_file)
            elif _is_form(headers) and (b"%00" in body or b"\0" in body):
                refusal = 400, "the form holds the character U+0000"
            elif not is_file and "yaml" not in headers.get("content-type", "") and json_depth(body) > self._max_depth:
                refusal = 400, f"the body is nested deeper than {self._max_depth} levels"
        if refusal is not None:
            await problem(scope["path"], *refusal)(scope, receive, send)
            return
        await self._app(scope, _replay(body or b"", receive), send)


def _is_form(headers: Headers) -> bool:
    kind = headers.get("content-type", "").lower()
    return kind.startswith(("application/x-www-form-urlencoded", "multipart/"))


def _too_large(most: int, is_file: bool) -> tuple[int, str]:
    return 413, f"the body is larger than {most:,} bytes (SPANLOOM_MAX_{'UPLOAD' if is_file else 'BODY'}_BYTES)"


async def _read(receive: Receive, most: int) -> tuple[bytes | None, bool]:
    """The whole body, or None as soon as it is too large; and whether the sender went away before its end."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts), True
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None, False
        if not message.get("more_body", False):
            return b"".join(parts), False


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, and then what the connection gives."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
