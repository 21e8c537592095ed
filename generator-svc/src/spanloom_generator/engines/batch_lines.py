"""The lines of the batch API's files: a call as a line of the input, and what a line of the output says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from spanloom.errors import EngineError, PermanentEngineError, TransientEngineError
from spanloom_generator.engines.chat import error_of, result_of
from spanloom_generator.engines.port import CallResult


def input_line(prompt_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the input file. The call's id is its row's, by which its answer is known again."""
    return {"custom_id": prompt_id, "method": "POST", "url": "/v1/chat/completions", "body": dict(body)}


def response_of(line: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """Status and response of a line of the output. Raises EngineError where it has none."""
    if "unreadable" in line:
        raise TransientEngineError(str(line["unreadable"]))
    response = line.get("response")
    if not isinstance(response, dict):
        raise _line_error(line.get("error"))
    status = response.get("status_code")
    if type(status) is not int:
        raise PermanentEngineError(f"the line has no status_code: {str(response)[:200]}")
    return status, response


def refusal_of(status: int, response: Mapping[str, Any]) -> EngineError:
    """What a status other than 200 means."""
    body = orjson.dumps(response.get("body")).decode()
    return error_of(status, body, {"x-request-id": str(response.get("request_id"))})


def result_in(line: Mapping[str, Any], *, model: str) -> CallResult:
    """The result in a line of the output; how long the call took no line says. Raises EngineError where it failed."""
    status, response = response_of(line)
    if status != 200:
        # vLLM writes what was wrong beside the response, and leaves its body empty
        said = response if response.get("body") is not None else {**response, "body": line.get("error")}
        raise refusal_of(status, said)
    return result_of(response.get("body"), seconds=0.0, model=model)


def _line_error(error: Any) -> EngineError:
    """What a line without a response means: the API's code for a request that a batch did not come to is passing."""
    code, said = (error.get("code"), error.get("message")) if isinstance(error, dict) else (None, error)
    what = f"the batch did not answer the call: {code or 'no code'}: {said or 'no reason given'}"
    if code in ("batch_expired", "batch_cancelled", "server_error", "rate_limit_exceeded"):
        return TransientEngineError(what)
    return PermanentEngineError(what)
