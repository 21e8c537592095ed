"""A planned call as it is stored and travels: the engine's configuration and the request, as JSON text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from spanloom.errors import UnreadableMessage
from spanloom_generator.engines.port import CallRequest, Sampling


def encode_call(engine: Mapping[str, Any], request: CallRequest) -> str:
    """JSON text of a call; `decode_call` reads it back."""
    return orjson.dumps({"engine": dict(engine), "request": asdict(request)}).decode()


def decode_call(text: str) -> tuple[dict[str, Any], CallRequest]:
    """The engine's configuration and the request. Raises UnreadableMessage when the text is not a call."""
    try:
        call = orjson.loads(text)
        request = dict(call["request"])
        request["sampling"] = Sampling(**request["sampling"])
        return dict(call["engine"]), CallRequest(**request)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableMessage(f"not a call: {type(error).__name__}: {error}") from None
