"""A chat completion that came piece by piece, put together as if it had come whole.

Server-sent events (WHATWG HTML, 9.2) whose data are the API's chunks, the last of them `[DONE]`.
https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from spanloom.data.completions import text_of
from spanloom.errors import TransientEngineError
from spanloom_generator.engines.chat import error_text, read_json

FIELDS = {"stream": True, "stream_options": {"include_usage": True}}
"""What asks for it, and for the count of tokens at its end."""
MEDIA_TYPE = "text/event-stream"
END = "[DONE]"
_LINES = re.compile(r"\r\n|\r|\n")


def events(text: str) -> Iterator[str]:
    """The data of each event; comments, by which a server says that it is still there, are none."""
    data: list[str] = []
    for line in [*_LINES.split(text), ""]:
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []


def whole(text: str) -> dict[str, Any]:
    """The completion that the chunks make: model, usage, and the first choice's message and end.

    Raises TransientEngineError where the server breaks off: an error in the place of a chunk, what is no chunk, or an
    end before the answer's.
    """
    content: list[str] = []
    refusal: list[str] = []
    found: dict[str, Any] = {}
    reason, ended = None, False
    for data in events(text):
        if data == END:
            ended = True
            break
        chunk = _chunk(data)
        found |= {name: chunk[name] for name in ("model", "usage") if chunk.get(name)}
        for choice in chunk["choices"]:
            if not isinstance(choice, dict) or choice.get("index", 0) != 0:
                continue
            reason = choice.get("finish_reason") or reason
            delta = choice.get("delta")
            if isinstance(delta, dict):
                content.append(text_of(delta.get("content")) or "")
                refusal.append(text_of(delta.get("refusal")) or "")
    if not ended and reason is None:
        raise TransientEngineError("the server's answer ends before its end: no finish_reason came")
    message = {"content": "".join(content) or None, "refusal": "".join(refusal) or None}
    return {**found, "choices": [{"index": 0, "message": message, "finish_reason": reason}]}


def _chunk(data: str) -> dict[str, Any]:
    try:
        chunk = read_json(data)
    except ValueError as error:
        raise TransientEngineError(f"the server's answer holds a chunk that is not JSON: {error}") from None
    if isinstance(chunk, dict) and chunk.get("error"):
        raise TransientEngineError(f"the server broke off its answer: {error_text(data)[0]}")
    if not isinstance(chunk, dict) or not isinstance(chunk.get("choices"), list):
        raise TransientEngineError(f"the server's answer holds what is no chunk of a chat completion: {data[:200]}")
    return chunk
