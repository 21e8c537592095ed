"""Recorded translations in place of a translator: sentence 7 of the gold file gets line 7 of its language's file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from spanloom.data.lines import read_lines
from spanloom.data.roots import DATA_ENV, Roots, find_beneath, only_beneath
from spanloom.errors import PermanentEngineError
from spanloom_generator.engines.port import CallRequest, CallResult, Engine

ROOM = 1024
"""Calls answered at once; an answer takes no time, this only bounds what a worker claims in one go."""


class TranslationLines(Engine):
    """Answers from files: `config["files"]` maps target languages to files with one translation a line.

    `config["model"]` names what translated; without it the file's name does. Nothing is computed:
    no tokens, no seconds.
    """

    name = "translation_lines"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.files: dict[str, str] = dict(config["files"])
        self.roots: Roots = tuple(config["roots"])
        self.model = str(config.get("model") or "")
        self._lines: dict[str, list[str]] = {}

    def start(self) -> None:
        """Read all files. Raises DataError naming file and line of what cannot be read."""
        with only_beneath(self.roots):
            self._lines = {
                language: [line.strip() for _, line in read_lines(self._found(name))]
                for language, name in self.files.items()
            }

    def _found(self, name: str) -> Path:
        return find_beneath(name, self.roots, kind="file", what="recorded translations", setting=DATA_ENV)

    def room(self) -> int:
        return ROOM

    def submit(self, request: CallRequest) -> Future[CallResult]:
        """The line recorded for the sentence's place in its gold file (`extra["line"]`, from 0); a sentence without one
        fails for good.
        """
        future: Future[CallResult] = Future()
        lines = self._lines.get(request.language, [])
        place = int(request.extra.get("line", request.call_index))  # calls of before the place was told lack it
        if place < len(lines):
            name = self.model or Path(self.files[request.language]).name
            future.set_result(CallResult(lines[place], "recorded", 0, 0, 0.0, name))
        else:
            where = self.files.get(request.language, "no file")
            future.set_exception(
                PermanentEngineError(f"sentence {place} has no line in {where}, which holds {len(lines)} translations")
            )
        return future

    def cancel(self, prompt_ids: Collection[str]) -> None:
        """Nothing is ever in flight."""

    def window(self) -> int | None:
        return None

    def close(self) -> None:
        self._lines.clear()
