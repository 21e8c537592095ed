"""Recorded completions: JSONL with `raw_output`, and lines of an OpenAI batch's output file.

    {"call_idx": 7, "raw_output": "..."}
    {"custom_id": "7", "response": {"status_code": 200, "body": {"choices": [{"message": {"content": "..."}}]}}}

Recorded files also have `response.choices` without `body`. A line that fails holds an error and no text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson

from spanloom.data.lines import read_byte_lines
from spanloom.data.roots import DATA_ENV, find_beneath
from spanloom.errors import DataError

MAX_LINE_BYTES = 64 * 2**20
"""A longer line is refused: no window of an LLM is that large."""

Kind = Literal["raw_output", "openai_batch"]


class RecordedCompletion(NamedTuple):
    """One call's answer, as a file has it."""

    call_index: int
    """`call_idx` where the line has one, else the 0-based place among the file's completions."""
    text: str
    """The completion; empty where the call failed."""
    error: str | None
    """Why there is no text; None for an answered call."""
    line: int
    """1-based line in the file."""
    kind: Kind
    usage: dict[str, Any] | None = None
    """Tokens as the API counted them, where the line says."""


def find_recorded(name: str, roots: Sequence[Path]) -> Path:
    """A file of recorded completions beneath the data folders. Raises DataError saying where was looked."""
    return find_beneath(name, roots, kind="file", what="a file of recorded completions", setting=DATA_ENV)


def read_completions(path: Path | str) -> Iterator[RecordedCompletion]:
    """The completions of a file, gzip or not, one line at a time.

    Raises DataError naming file and line for a line that is not JSON, has neither shape, or whose call index stands
    twice.
    """
    path = Path(path)
    seen: set[int] = set()
    for number, raw in read_byte_lines(path, MAX_LINE_BYTES):
        if not raw.strip():
            continue
        try:
            line = _loads(raw)
        except ValueError as error:
            raise DataError(
                f"is not JSON ({error}); expected one JSON object a line", path=str(path), line=number
            ) from None
        try:
            completion = _completion(line, place=len(seen), number=number)
        except _WrongShapeError as error:
            raise DataError(str(error), path=str(path), line=number) from None
        if completion.call_index in seen:
            raise DataError(f"call {completion.call_index} stands twice in the file", path=str(path), line=number)
        seen.add(completion.call_index)
        yield completion


class _WrongShapeError(ValueError):
    pass


def _loads(raw: bytes) -> Any:
    """The line's value. orjson refuses lone surrogates (`\\ud83d` cut off in a recording); json takes them."""
    try:
        return orjson.loads(raw)
    except ValueError:
        return json.loads(raw)


def _completion(line: Any, *, place: int, number: int) -> RecordedCompletion:
    if not isinstance(line, dict):
        raise _WrongShapeError(f"is a JSON {type(line).__name__}, expected an object with `raw_output` or `response`")
    if "raw_output" in line:
        text, error = line["raw_output"], line.get("error")
        index = line.get("call_idx", place)
        if type(index) is not int or index < 0:
            raise _WrongShapeError(f"`call_idx` is {index!r}, expected an integer from 0")
        if text is None and error:
            return RecordedCompletion(index, "", str(error), number, "raw_output")
        if not isinstance(text, str):
            raise _WrongShapeError(f"`raw_output` is {type(text).__name__}, expected a string")
        return RecordedCompletion(index, text, None, number, "raw_output")
    if "response" in line:
        return _of_batch(line, place, number)
    raise _WrongShapeError(f"has neither `raw_output` nor `response`; its keys are {', '.join(sorted(line)) or 'none'}")


def _of_batch(line: dict[str, Any], place: int, number: int) -> RecordedCompletion:
    response = line["response"]
    if response is None or line.get("error"):
        return RecordedCompletion(place, "", _error_text(line.get("error")), number, "openai_batch")
    if not isinstance(response, dict):
        raise _WrongShapeError(f"`response` is {type(response).__name__}, expected an object")
    body = response.get("body", response)
    if not isinstance(body, dict):
        raise _WrongShapeError(f"`response.body` is {type(body).__name__}, expected an object")
    status = response.get("status_code", 200)
    if status != 200 or body.get("error"):
        return RecordedCompletion(
            place, "", f"status {status}: {_error_text(body.get('error'))}", number, "openai_batch"
        )
    choices = body.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise _WrongShapeError("has no list `choices` in `response.body` or `response`")
    if len(choices) != 1:
        raise _WrongShapeError(f"holds {len(choices)} choices, expected one completion a call (n=1)")
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise _WrongShapeError("`choices[0].message` is missing")
    content = message.get("content")
    usage = body.get("usage") if isinstance(body.get("usage"), dict) else None
    if content is None:
        why = message.get("refusal") or choices[0].get("finish_reason") or "no reason given"
        return RecordedCompletion(place, "", f"the message has no content: {why}", number, "openai_batch", usage)
    if not isinstance(content, str):
        raise _WrongShapeError(f"`message.content` is {type(content).__name__}, expected a string")
    return RecordedCompletion(place, content, None, number, "openai_batch", usage)


def _error_text(error: Any) -> str:
    if isinstance(error, dict):
        return " ".join(str(error[key]) for key in ("code", "message") if error.get(key)) or "unknown error"
    return str(error) if error else "unknown error"
