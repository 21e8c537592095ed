"""The port every LLM engine stands behind: give it calls while it has room, get a future for each.

An engine owns its threads and batching. Futures may finish in any order; a future ends with a `CallResult`,
with `TransientEngineError` (the call may be tried again), with `PermanentEngineError` (it may not), or cancelled.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypedDict, cast

from spanloom.errors import EnvironmentMissing, SpecError


class ChatMessage(TypedDict):
    """One turn of a chat, as in the chat-completions API."""

    role: str
    content: str


@dataclass(frozen=True)
class Sampling:
    """How to sample one completion. `max_tokens` counts new tokens; temperature 0 is greedy; None leaves a parameter to
    the model."""

    temperature: float | None = 0.8
    top_p: float | None = 0.8
    max_tokens: int | None = 8192
    seed: int | None = None


@dataclass(frozen=True)
class CallRequest:
    """One call to the LLM.

    `constrain` names a kind of constrained decoding the engine may apply (`grammar`, `json_schema`), with its text in
    `grammar` or `schema`. `extra` carries what only some engines read; `extra["n"]` is the number of samples asked for.
    """

    prompt_id: str
    call_index: int
    messages: list[ChatMessage]
    sampling: Sampling
    language: str
    source: str
    constrain: str | None = None
    grammar: str | None = None
    schema: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CallResult:
    """What the model wrote, unedited.

    `finish_reason` is the API's word (`stop`, `length`, ...); `seconds` is wall time.
    """

    text: str
    finish_reason: str
    tokens_in: int
    tokens_out: int
    seconds: float
    model: str
    links: str | None = None
    """Of a translation: its links to the sentence, as `ner.links` writes them; `linked_by` says what made them."""
    linked_by: str | None = None
    link_seconds: float | None = None
    """Its share of the seconds that finding links took."""
    notes: tuple[str, ...] = ()
    """What the ledger tells of the call: parameters left out, counts cut to what can be stored."""


class Engine(ABC):
    """An LLM that answers calls. `start` before the first `submit`, `close` at the end; both may be called twice."""

    name: str
    model: str

    @abstractmethod
    def start(self) -> None:
        """Load what is needed and is not there, also after `rest`; may take minutes.

        Raises EnvironmentMissing when this machine cannot run it.
        """

    @abstractmethod
    def room(self) -> int:
        """How many more calls the engine works on at once; less than none where calls wait that it has no place for."""

    def ahead(self) -> int:
        """How many calls it wants waiting, for places that others leave before it could be handed another."""
        return 0

    @abstractmethod
    def submit(self, request: CallRequest) -> Future[CallResult]:
        """Hand over one call. Raises nothing for a bad call: its future fails."""

    @abstractmethod
    def cancel(self, prompt_ids: Collection[str]) -> None:
        """Give up these calls where that is still possible; their futures end cancelled."""

    def waiting(self) -> Collection[str]:
        """Ids of calls that were handed over and have not begun."""
        return ()

    @abstractmethod
    def window(self) -> int | None:
        """The context length in tokens, None where unknown; max_tokens is clipped to it less the prompt."""

    def rest(self) -> None:
        """Give the device's memory back while no call is in flight; the next `start` or call brings it back."""
        self.close()

    def loading(self) -> bool:
        """Whether it loads what it runs now: calls wait for that, in `start` or since what it ran has died."""
        return False

    def processes(self) -> list[int]:
        """Ids of the processes, other than this one, that hold the device's memory, or will once it has loaded."""
        return []

    @abstractmethod
    def close(self) -> None:
        """End threads and free memory; calls still in flight end cancelled."""


KINDS: dict[str, str] = {
    "toy": "spanloom_generator.engines.toy:ToyEngine",
    "replay": "spanloom_generator.engines.replay:ReplayEngine",
    "translation_lines": "spanloom_generator.engines.translation_lines:TranslationLines",
    "seq2seq": "spanloom_generator.engines.seq2seq:Seq2SeqEngine",
    "openai": "spanloom_generator.engines.openai:OpenAIEngine",
    "openai_batch": "spanloom_generator.engines.openai_batch:OpenAIBatchEngine",
    "vllm": "spanloom_generator.engines.vllm:VllmEngine",
}


def open_engine(config: Mapping[str, Any]) -> Engine:
    """The engine a configuration describes, not yet started; `config["kind"]` says which, the class reads the rest.

    The engine's module is imported here and not before, so that replay needs no torch and toy no vLLM.
    Raises SpecError for an unknown kind, EnvironmentMissing where the engine's libraries are not installed.
    """
    kind = config.get("kind")
    if kind not in KINDS:
        raise SpecError([("engine.kind", f"{kind!r} is not an engine; allowed: {', '.join(sorted(KINDS))}")])
    module_name, class_name = KINDS[kind].split(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("spanloom"):
            raise
        raise EnvironmentMissing(
            f"the {kind} engine needs the Python package {missing.name!r}, which is not installed; "
            f"pip install 'spanloom-generator[{kind}]'"
        ) from missing
    return cast(Engine, getattr(module, class_name)(config))
