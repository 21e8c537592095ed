"""The optional parameters of a chat completion: which of them a server takes, learned from what it refuses by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from spanloom_generator.engines.chat import body_of, error_text, read_json
from spanloom_generator.engines.port import CallRequest
from spanloom_generator.engines.stream import FIELDS

CAPS = ("max_tokens", "max_completion_tokens")
"""The two names of the cap on new tokens; models that reason take the second one alone."""
OPTIONAL = ("temperature", "top_p", "seed", *CAPS, "stream_options")
"""What a call can do without."""

_REFUSES = re.compile(
    r"unsupported|not (?:be )?(?:support|permit|allow|recogni|accept)|does(?:n't| not) support|unrecogni[sz]ed|unknown"
    r"|unexpected|extra[ _](?:inputs|fields|forbidden)|extra_forbidden|deprecated|only the default|cannot both",
    re.IGNORECASE,
)
_WINDOW = re.compile(r"(?:context (?:length|window|size)|model length)\D{0,20}([\d,]+)", re.IGNORECASE)
# How many tokens the prompt has, as OpenAI, vLLM and others say it.
_PROMPT = re.compile(
    r"([\d,]+) (?:in|of|from) (?:the |your )?(?:messages|prompt|text input|input)"
    r"|(?:messages|prompt|input)[^.\d]{0,40}(?:resulted in|contains?|has|have|length|of)\D{0,20}([\d,]+)"
    r"|([\d,]+) (?:input|prompt) tokens",
    re.IGNORECASE,
)
_ASKED = re.compile(r"requested (?:about )?([\d,]+) tokens", re.IGNORECASE)
_CONTEXT = re.compile(r"context.?(?:length|window|size)|maximum (?:model|sequence) length|model length", re.IGNORECASE)


class Without(NamedTuple):
    """A parameter that is left out from now on, and why."""

    name: str
    why: str
    always: bool
    """For every call of the engine; else for this call alone."""


class Parameters:
    """What an engine sends beside model and messages: sampling, as the server takes it, and the API's other fields.

    `extra` are fields of the API as the specification gives them, sent as they are (`reasoning_effort`). With `stream`
    the answer is asked for piece by piece.
    """

    def __init__(self, extra: Mapping[str, Any], *, stream: bool = False) -> None:
        self.extra = dict(extra)
        self.stream = stream
        self.cap: str | None = None if "max_completion_tokens" in extra or "max_tokens" in extra else CAPS[0]
        self.refused: dict[str, str] = {}
        """By name, of what this server has refused: what it said."""

    def body(self, request: CallRequest, model: str, without: Iterable[Without] = ()) -> dict[str, Any]:
        """The JSON body of a call, less what the server refuses and what this call goes without."""
        body = self._asked(request, model)
        for name in {*self.refused, *(one.name for one in without)}:
            body.pop(name, None)
        return body | self.extra

    def _asked(self, request: CallRequest, model: str) -> dict[str, Any]:
        return body_of(request, model, tokens_field=self.cap) | (FIELDS if self.stream else {})

    def notes(self, request: CallRequest, without: Iterable[Without] = ()) -> tuple[str, ...]:
        """What was left out of a call, for the ledger."""
        asked = self._asked(request, "")
        said = {name: why for name, why in self.refused.items() if name in asked}
        said |= {one.name: one.why for one in without}
        return tuple(f"{name} left out: {why}" for name, why in sorted(said.items()))

    def learn(self, status: int, text: str, body: Mapping[str, Any]) -> Without | None:
        """What to leave out, or to name otherwise, where a refusal of `body` names one of its optional parameters.

        None where it names none: then the call is refused for good.
        """
        if status not in (400, 422):
            return None
        said, _ = error_text(text)
        sent = [name for name in OPTIONAL if name in body and name not in self.extra]
        if CAPS[0] in sent and CAPS[1] in said:
            self.cap = CAPS[1]
            return Without(CAPS[0], f"the server takes {CAPS[1]}", always=True)
        cap = next((name for name in CAPS if name in sent), None)
        if cap is not None and _CONTEXT.search(said) is not None:
            # the cap does not fit into the window beside the prompt: leave it to the server
            return None if is_too_long(said, int(body[cap])) else Without(cap, said[:200], always=False)
        name = _named(text, said, sent)
        if name is None:
            return None
        self.refused[name] = f"the server refuses it: {said[:200]}"
        return Without(name, self.refused[name], always=True)


def _named(text: str, said: str, sent: list[str]) -> str | None:
    """The parameter that a refusal is about: the error's `param`, or the first one that its words name."""
    if _REFUSES.search(f"{said} {text[:2000]}") is None:
        return None
    try:
        data = read_json(text)
    except ValueError:
        data = None
    error = data.get("error") if isinstance(data, dict) else None
    param = error.get("param") if isinstance(error, dict) else None
    if isinstance(param, str) and param:
        return param if param in sent else None
    found = [(match.start(), name) for name in sent if (match := re.search(rf"\b{name}\b", said)) is not None]
    return min(found)[1] if found else None


def is_too_long(said: str, cap: int) -> bool:
    """Whether a refusal for the context length says that the prompt alone does not fit, whatever the cap."""
    window, prompt, asked = _WINDOW.search(said), _PROMPT.search(said), _ASKED.search(said)
    tokens = _number(next(filter(None, prompt.groups()))) if prompt is not None else None
    if tokens is None and asked is not None:
        tokens = _number(asked[1]) - cap
    if window is None or tokens is None:  # without figures: only where the cap is spoken of, another try may help
        return re.search(r"max_(?:completion_)?tokens|completion", said) is None
    return tokens >= _number(window[1])


def _number(digits: str) -> int:
    return int(digits.replace(",", "") or 0)
