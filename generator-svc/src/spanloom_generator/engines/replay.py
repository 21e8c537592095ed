"""Recorded completions in place of an LLM: call 7 of a language gets line 7's completion of that language's file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from spanloom.data.completions import RecordedCompletion, find_recorded, read_completions
from spanloom.data.roots import only_beneath
from spanloom.errors import PermanentEngineError
from spanloom_generator.engines.port import CallRequest, CallResult, Engine

ROOM = 1024
"""Calls answered at once; an answer takes no time, this only bounds what a worker claims in one go."""


class ReplayEngine(Engine):
    """Answers from files: `config["files"]` maps languages to JSONL with `raw_output` or OpenAI batch output lines.

    They lie beneath `config["roots"]`. `config["model"]` names the model that wrote them; without it the file's folder
    does. Tokens are those that the file counts, 0 where it does not, and seconds are 0: nothing was computed.
    """

    name = "replay"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.files: dict[str, str] = dict(config["files"])
        self.roots: Sequence[Path] = config["roots"]
        self.model = str(config.get("model") or "")
        self._calls: dict[str, dict[int, RecordedCompletion]] = {}
        self._models: dict[str, str] = {}

    def start(self) -> None:
        """Read all files. Raises DataError naming file and line of what cannot be read."""
        for language, name in self.files.items():
            if language not in self._calls:
                path = find_recorded(name, self.roots)
                self._models[language] = self.model or path.resolve().parent.name
                with only_beneath(self.roots):
                    self._calls[language] = {call.call_index: call for call in read_completions(path)}

    def room(self) -> int:
        return ROOM

    def submit(self, request: CallRequest) -> Future[CallResult]:
        """The recorded completion; a call that was not recorded, or failed when it was, fails for good."""
        future: Future[CallResult] = Future()
        try:
            future.set_result(self._answer(request))
        except PermanentEngineError as error:
            future.set_exception(error)
        return future

    def _answer(self, request: CallRequest) -> CallResult:
        calls = self._calls.get(request.language)
        if calls is None:
            raise PermanentEngineError(
                f"no recorded completions for language {request.language!r}; files are given for "
                f"{', '.join(sorted(self.files))}"
            )
        call = calls.get(request.call_index)
        where = self.files[request.language]
        if call is None or request.extra.get("split", "train") != "train":
            raise PermanentEngineError(
                f"{request.extra.get('split', 'train')} call {request.call_index} was not recorded in {where}, which "
                f"holds {len(calls)} train calls; ask for no more with stop.after_calls"
            )
        if call.error is not None:
            raise PermanentEngineError(f"{where}:{call.line}: the recorded call failed: {call.error}")
        usage = call.usage or {}
        return CallResult(
            text=call.text,
            finish_reason="recorded",
            tokens_in=int(usage.get("prompt_tokens") or 0),
            tokens_out=int(usage.get("completion_tokens") or 0),
            seconds=0.0,
            model=self._models[request.language],
        )

    def cancel(self, prompt_ids: Collection[str]) -> None:
        """Nothing is ever in flight."""

    def window(self) -> int | None:
        return None

    def close(self) -> None:
        self._calls.clear()
