"""The chat-completions API: the body of a request, and what an answer says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from spanloom.data.completions import text_of
from spanloom.errors import PermanentEngineError, TransientEngineError
from spanloom_generator.engines.port import CallRequest, CallResult

REFUSED_FOR_NOW = frozenset({429, 503, 529})
"""Statuses after which the same request may succeed later without anything being wrong."""

PASSING = frozenset({408, 409, 425, 500, 502, 504, 520, 521, 522, 523, 524})
"""Statuses of a server in trouble."""

MAX_COUNT = 2**31 - 1
"""The largest count of tokens that the database's column holds."""


def body_of(request: CallRequest, model: str, *, tokens_field: str | None = "max_tokens") -> dict[str, Any]:
    """The JSON body of a call. `tokens_field` is the name under which the server takes the cap, None to leave it out.
    What the sampling leaves to the model (null) is left out.

    A grammar goes as `structured_outputs`, vLLM's extension of the API; servers that do not know it refuse the call.
    """
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": model,
        "messages": list(request.messages),
    }
    given = {"temperature": sampling.temperature, "top_p": sampling.top_p, "seed": sampling.seed}
    if tokens_field is not None:
        given[tokens_field] = sampling.max_tokens
    body |= {name: value for name, value in given.items() if value is not None}
    if request.constrain == "json_schema" and request.schema is not None:
        schema = json.loads(request.schema)
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "samples", "schema": schema, "strict": is_strict(schema)},
        }
    elif request.constrain == "grammar" and request.grammar is not None:
        body["structured_outputs"] = {"grammar": request.grammar}
    return body


def read_json(text: str | bytes) -> Any:
    """What a server has sent as JSON. Raises ValueError for what is none, or is nested too deeply to be an answer."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def is_strict(schema: Any) -> bool:
    """Whether a JSON schema is one for OpenAI's strict mode: every object closed, every property required."""
    if isinstance(schema, list):
        return all(map(is_strict, schema))
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object" and (
        schema.get("additionalProperties") is not False
        or set(schema.get("required", [])) != set(schema.get("properties", {}))
    ):
        return False
    return "prefixItems" not in schema and all(is_strict(value) for value in schema.values())


def result_of(answer: Any, *, seconds: float, model: str) -> CallResult:
    """The result in an answer's JSON. Raises PermanentEngineError for a refusal or an answer of another shape."""
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        content, reason = message.get("content"), choice.get("finish_reason") or "unknown"
        usage = answer.get("usage")
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        raise PermanentEngineError(
            f"the server's answer is no chat completion (choices[0].message.content): {_short(answer)}"
        ) from None
    text = text_of(content)
    if text is None and (content is None or isinstance(content, list)):
        why = message.get("refusal") or f"finish_reason {reason}"
        raise PermanentEngineError(f"the model answered without content: {_short(why)}")
    if text is None:
        raise PermanentEngineError(f"the answer's content is {type(content).__name__}, expected text")
    notes: list[str] = []
    used = usage if isinstance(usage, dict) else {}
    tokens_in = count_of(used.get("prompt_tokens"), "prompt_tokens", notes)
    tokens_out = count_of(used.get("completion_tokens"), "completion_tokens", notes)
    written_by = str(answer.get("model") or model)
    return CallResult(text, str(reason), tokens_in, tokens_out, seconds, written_by, notes=tuple(notes))


def count_of(value: Any, name: str, notes: list[str]) -> int:
    """A count of tokens as it can be stored, 0 where there is none; what was changed is added to `notes`."""
    if value is None:
        return 0
    number = value if isinstance(value, int | float) else 0
    if isinstance(number, float):
        number = 0 if number != number else int(min(max(number, 0.0), float(MAX_COUNT)))
    cut = min(max(int(number), 0), MAX_COUNT)
    if cut != value:
        notes.append(f"usage.{name} was {_short(value)[:60]}, stored as {cut}")
    return cut


def error_of(status: int, text: str, headers: Mapping[str, str]) -> PermanentEngineError | TransientEngineError:
    """The error that a status means, with what the server said."""
    said, code = error_text(text)
    where = f" (request {headers['x-request-id']})" if "x-request-id" in headers else ""
    what = f"HTTP {status}{where}: {said}"
    if code == "insufficient_quota":
        return PermanentEngineError(f"{what}; the account has no quota left: add some and retry the run")
    if status in REFUSED_FOR_NOW or status in PASSING:
        return TransientEngineError(what)
    if status in (401, 403):
        return PermanentEngineError(f"{what}; check engine.api_key_env or engine.api_key_file")
    if status == 404:
        return PermanentEngineError(f"{what}; check engine.base_url (it usually ends in /v1) and engine.model")
    return PermanentEngineError(what)


def error_text(text: str) -> tuple[str, str | None]:
    """What an error body says and its code: OpenAI's shape, problem+json, or text."""
    try:
        data = read_json(text)
    except ValueError:
        return _short(text) or "no reason given", None
    error = data.get("error", data) if isinstance(data, dict) else data
    if isinstance(error, dict):
        said = next((error[key] for key in ("message", "detail", "title") if error.get(key)), error)
        return _short(said), str(error.get("code")) if error.get("code") else None
    return _short(error), None


def _short(value: object) -> str:
    return " ".join(str(value).split())[:500]
