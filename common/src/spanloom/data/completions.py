"""Recorded completions: JSONL with `raw_output`, and lines of an OpenAI batch's output file.

    {"call_idx": 7, "raw_output": "..."}
    {"custom_id": "7", "response": {"status_code": 200, "body": {"choices": [{"message": {"content": "..."}}]}}}

Recorded files also have `response.choices` without `body`. A call's index is what its line names (`call_idx`, or the
number that `custom_id` is or ends with: a batch's lines come in any order); where lines name none, their place. What a
server answered in place of a completion, however odd, is one failed call: such a line holds an error and no text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import count
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
    """`call_idx`, or the number of `custom_id`, where the line has one; else the 0-based place among the file's
    completions."""
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
    """The completions of a file, gzip or not, with or without a byte order mark, one line at a time.

    A line that cannot be read, or that names no call in a file where lines name theirs, is a failed call of its own;
    it comes last, at an index that is free. Raises DataError naming file and line for a file of which no line can be
    read, and for a call that stands twice.
    """
    path = Path(path)
    taken: set[int] = set()
    ids: set[str] = set()
    named: bool | None = None  # whether lines name their calls; the first one tells
    homeless: list[RecordedCompletion] = []
    unread: tuple[int, str] | None = None  # the first such line
    for number, raw in read_byte_lines(path, MAX_LINE_BYTES):
        raw = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if not raw.strip():
            continue
        try:
            line = _loads(raw)
            index = _index(line)
            completion = _completion(line, index if index is not None else len(taken), number)
        except (_WrongShapeError, ValueError, RecursionError) as error:
            why = str(error) if isinstance(error, _WrongShapeError) else f"is not JSON ({error})"
            unread = unread or (number, why)
            homeless.append(RecordedCompletion(0, "", f"line {number} {why}", number, "raw_output"))
            continue
        given = str(line.get("custom_id")) if line.get("custom_id") is not None else None
        named = index is not None if named is None else named
        if given is not None and given in ids:
            raise DataError(f"custom_id {given!r} stands twice in the file", path=str(path), line=number)
        ids |= {given} if given is not None else set()
        if named and index is None:
            why = completion.error or "the line names no call by its custom_id, as the other lines of the file do"
            homeless.append(completion._replace(text="", error=why))
            continue
        if completion.call_index in taken:
            raise DataError(f"call {completion.call_index} stands twice in the file", path=str(path), line=number)
        taken.add(completion.call_index)
        yield completion
    if unread is not None and not taken:
        raise DataError(
            f"{unread[1]}; expected one JSON object a line, with `raw_output` or `response`",
            path=str(path),
            line=unread[0],
        )
    free = (index for index in count() if index not in taken)
    for completion in homeless:
        yield completion._replace(call_index=next(free))


class _WrongShapeError(ValueError):
    pass


def _loads(raw: bytes) -> Any:
    """The line's value. orjson refuses lone surrogates (`\\ud83d` cut off in a recording); json takes them."""
    try:
        return orjson.loads(raw)
    except ValueError:
        return json.loads(raw)


# A number, alone or after a word of letters: `7`, `request-7`, `call_7`. Ids of other kinds name no place.
_NUMBERED = re.compile(r"(?:[A-Za-z]+(?:[-_ .:/#]+[A-Za-z]+)*[-_ .:/#]+)?([0-9]{1,9})")


def _index(line: Any) -> int | None:
    """The call that a line names; None where it names none."""
    if not isinstance(line, dict):
        return None
    if "call_idx" in line:
        index = line["call_idx"]
        if type(index) is not int or index < 0:
            raise _WrongShapeError(f"`call_idx` is {index!r}, expected an integer from 0")
        return index
    match = _NUMBERED.fullmatch(str(line.get("custom_id", "")))
    return int(match[1]) if match is not None else None


def _completion(line: Any, index: int, number: int) -> RecordedCompletion:
    if not isinstance(line, dict):
        raise _WrongShapeError(f"is a JSON {type(line).__name__}, not an object")
    if "raw_output" in line or "call_idx" in line:
        text, error = line.get("raw_output"), line.get("error")
        if text is None or (text == "" and error):
            return RecordedCompletion(index, "", _error_text(error or "no text, and no error"), number, "raw_output")
        if not isinstance(text, str):
            why = f"`raw_output` is {type(text).__name__}, expected a string"
            return RecordedCompletion(index, "", why, number, "raw_output")
        return RecordedCompletion(index, text, None, number, "raw_output")
    if "response" in line or "custom_id" in line or line.get("error"):
        text, error, usage = _answer(line)
        return RecordedCompletion(index, text, error, number, "openai_batch", usage)
    raise _WrongShapeError(f"has neither `raw_output` nor `response`; its keys are {', '.join(sorted(line)) or 'none'}")


def _answer(line: dict[str, Any]) -> tuple[str, str | None, dict[str, Any] | None]:
    """Text, error and usage of a batch's line. An answer of any other shape is an error that says what it is."""
    response = line.get("response")
    if line.get("error") or response is None:
        return "", _error_text(line.get("error") or "the line has no response"), None
    if not isinstance(response, dict):
        return "", f"`response` is {type(response).__name__}, expected an object", None
    status, body = response.get("status_code", 200), response.get("body", response)
    if status != 200 or not isinstance(body, dict) or body.get("error"):
        given = (body.get("error") or body.get("message")) if isinstance(body, dict) else body
        return "", f"status {status}: {_error_text(given)}", None
    usage = body.get("usage") if isinstance(body.get("usage"), dict) else None
    choices = body.get("choices")
    if not isinstance(choices, list):
        return "", "has no list `choices` in `response.body` or `response`", usage
    if len(choices) != 1:
        return "", f"holds {len(choices)} choices, expected one completion a call (n=1)", usage
    choice = choices[0] if isinstance(choices[0], dict) else {}
    message = choice.get("message")
    if not isinstance(message, dict):
        text = choice.get("text")  # of /v1/completions
        return (text, None, usage) if isinstance(text, str) else ("", "`choices[0].message` is missing", usage)
    content = text_of(message.get("content"))
    if content is None:
        why = message.get("refusal") or choice.get("finish_reason") or "no reason given"
        return "", f"the message has no content: {why}", usage
    return content, None, usage


def text_of(content: Any) -> str | None:
    """The text of a message's content: a string, or a list of parts, of which those that are text count (not those that
    are thoughts). None where it has no text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    texts = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif (
            isinstance(part, dict) and part.get("type") in ("text", "output_text") and isinstance(part.get("text"), str)
        ):
            texts.append(part["text"])
    return "".join(texts) if texts else None


def _error_text(error: Any) -> str:
    if isinstance(error, dict):
        return " ".join(str(error[key]) for key in ("code", "message") if error.get(key)) or "unknown error"
    return str(error)[:500] if error else "unknown error"
