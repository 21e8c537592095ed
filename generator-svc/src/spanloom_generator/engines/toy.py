"""The toy engine: a small Llama trained on the spot on the run's own gold train sentences, then sampled.

It is a real language model with real mistakes, small enough that a laptop trains it in under a minute. It does not
read the prompt: what it knows of the language it has from training.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import orjson
import structlog
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_model, save_model
from tokenizers import Tokenizer

from spanloom.data.whole import write_whole
from spanloom.errors import PermanentEngineError, SpecError, TransientEngineError
from spanloom.ner.sentence import Sentence
from spanloom_generator.engines.port import CallRequest, CallResult, Engine
from spanloom_generator.engines.toy_model import (
    EOS_ID,
    WINDOW,
    ToyLLM,
    ToyRecipe,
    ToyTrainingProgress,
    encode,
    new_model,
    train_llm,
)
from spanloom_generator.engines.toy_sampler import sample_objects

log = structlog.stdlib.get_logger(__name__)

ROOM = 64
"""Calls that may wait; they are answered one after another, some ten a second."""

OBJECTS = 20
"""Objects a call is answered with when it does not say how many (`extra["n"]`)."""

FORMAT = "tag_ids"


class ToyEngine(Engine):
    """Answers each call with `extra["n"]` objects, one a line, each written from the model's begin token.

    `config`: `train` and `related` (gold train sentences of the target and the related language), `cache` (a folder:
    a model trained before on the same sentences under the same recipe is taken from there), fields of `ToyRecipe`,
    and `on_progress`, called with a `ToyTrainingProgress` after each training step.
    """

    name = "toy"
    model = "toy-llama"

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Raises SpecError when sentences or cache are missing or the sizes make no model."""
        missing = [key for key in ("train", "cache") if not config.get(key)]
        if missing:
            raise SpecError(
                [(f"engine.{key}", "the toy engine needs gold train sentences and a cache") for key in missing]
            )
        known = {field.name for field in fields(ToyRecipe)}
        self.recipe = ToyRecipe(**{name: value for name, value in config.items() if name in known})
        self.train: Sequence[Sentence] = config["train"]
        self.related: Sequence[Sentence] = config.get("related", ())
        self.cache = Path(config["cache"])
        self.on_progress: Callable[[ToyTrainingProgress], None] = config.get("on_progress") or _log_progress
        self._llm: ToyLLM | None = None
        self.object_limit = 0
        self._queue: queue.Queue[tuple[CallRequest, Future[CallResult]] | None] = queue.Queue()
        self._open: dict[str, Future[CallResult]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Load the model from the cache, or train it. Raises DataError for sentences it cannot be trained on."""
        if self._thread is not None:
            return
        torch.set_num_threads(1)
        self._llm = load_or_train(self.train, self.related, self.recipe, self.cache, self.on_progress)
        longest = max(len(encode(self._llm.tokenizer, sentence)) for sentence in self.train)
        self.object_limit = min(2 * longest, WINDOW - 1)  # an object of twice the longest seen is a loop
        self._thread = threading.Thread(target=self._serve, args=(self._llm,), name="toy-engine", daemon=True)
        self._thread.start()

    def room(self) -> int:
        """Calls it takes now."""
        with self._lock:
            return max(0, ROOM - len(self._open))

    def submit(self, request: CallRequest) -> Future[CallResult]:
        """Queue one call. The future fails for a call that asks for what the engine cannot do, or without `start`."""
        future: Future[CallResult] = Future()
        problem = _problem(request)
        with self._lock:
            if problem is not None:
                future.set_exception(PermanentEngineError(problem))
            elif self._thread is None:
                future.set_exception(TransientEngineError("the toy engine is not running"))
            else:
                self._open[request.prompt_id] = future
                self._queue.put((request, future))
        return future

    def waiting(self) -> Collection[str]:
        with self._lock:
            return {id_ for id_, future in self._open.items() if not future.running()}

    def cancel(self, prompt_ids: Collection[str]) -> None:
        """Calls that have not begun end cancelled; the one being written, at most a second's work, is finished."""
        with self._lock:
            futures = [self._open[id_] for id_ in prompt_ids if id_ in self._open]
        for future in futures:
            future.cancel()

    def window(self) -> int | None:
        """None: the prompt is not read, so it takes no room from the answer."""
        return None

    def close(self) -> None:
        """End the thread after the call it is at; calls that wait end cancelled."""
        with self._lock:
            thread, self._thread = self._thread, None
            waiting = list(self._open.values())
        for future in waiting:
            future.cancel()
        if thread is not None:
            self._queue.put(None)
            thread.join()
            self._llm = None

    def _serve(self, llm: ToyLLM) -> None:
        torch.set_num_threads(1)
        while (call := self._queue.get()) is not None:
            request, future = call
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(answer(llm, request, self.object_limit, self.model))
                except Exception as error:  # noqa: BLE001  the call is told; the thread must live for the others
                    future.set_exception(PermanentEngineError(f"the toy LLM failed: {type(error).__name__}: {error}"))
            with self._lock:
                self._open.pop(request.prompt_id, None)


def answer(llm: ToyLLM, request: CallRequest, most: int, model: str) -> CallResult:
    """One completion: objects of at most `most` tokens, a line each, cut after `max_tokens` of all together.

    A line's break is its object's end token. `tokens_in` counts the begin tokens, which are all that the model reads.
    """
    began = time.monotonic()
    count = int(request.extra.get("n", OBJECTS))
    sampling, left = request.sampling, request.sampling.max_tokens or count * most
    written = sample_objects(
        llm.model,
        count,
        seed=sampling.seed,
        temperature=1.0 if sampling.temperature is None else sampling.temperature,
        top_p=1.0 if sampling.top_p is None else sampling.top_p,
        max_tokens=min(left, most),
    )
    lines: list[list[int]] = []
    for ids in written:
        lines.append(ids[:left])
        left -= len(lines[-1])
        if left == 0:
            break
    ended = len(lines) == count and all(ids[-1] == EOS_ID for ids in lines)
    return CallResult(
        text="\n".join(llm.tokenizer.decode(ids) for ids in lines),
        finish_reason="stop" if ended else "length",
        tokens_in=count,
        tokens_out=sum(map(len, lines)),
        seconds=time.monotonic() - began,
        model=model,
    )


def load_or_train(
    train: Sequence[Sentence],
    related: Sequence[Sentence],
    recipe: ToyRecipe,
    cache: Path,
    on_progress: Callable[[ToyTrainingProgress], None],
) -> ToyLLM:
    """The model of these sentences and this recipe: from the cache, else trained and put there.

    One safetensors file a model, named by the hash of sentences and recipe, the tokenizer in its metadata. A file that
    cannot be read is replaced.
    """
    path = cache / f"{_key(train, related, recipe)}.safetensors"
    if path.exists():
        try:
            return _load(path, recipe)
        except SafetensorError as error:
            log.warning("cached toy model not readable, trained again", path=str(path), error=str(error))
    began = time.monotonic()
    llm = train_llm(train, related, recipe, on_progress=on_progress)
    log.info("toy model trained", seconds=round(time.monotonic() - began, 1), path=str(path))
    _keep(llm, path)
    return llm


def _load(path: Path, recipe: ToyRecipe) -> ToyLLM:
    with safe_open(path, framework="pt") as file:
        tokenizer = Tokenizer.from_str(file.metadata()["tokenizer"])
    model = new_model(tokenizer.get_vocab_size(), recipe)
    load_model(model, path)
    return ToyLLM(model.eval(), tokenizer)


def _keep(llm: ToyLLM, path: Path) -> None:
    """Whoever looks finds a whole file or none."""
    write_whole(path, lambda part: save_model(llm.model, str(part), metadata={"tokenizer": llm.tokenizer.to_str()}))


def _key(train: Sequence[Sentence], related: Sequence[Sentence], recipe: ToyRecipe) -> str:
    what = [asdict(recipe), *([[s.tokens, s.tags] for s in sentences] for sentences in (related, train))]
    return hashlib.sha256(orjson.dumps(what, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]


def _problem(request: CallRequest) -> str | None:
    """Why this engine will never answer the call, or None."""
    wanted = request.extra.get("format", FORMAT)
    if wanted != FORMAT:
        return f"the toy engine writes format {FORMAT} only, not {wanted}"
    if request.constrain is not None:
        return f"the toy engine cannot constrain decoding ({request.constrain}); set constrain: none"
    return None


def _log_progress(progress: ToyTrainingProgress) -> None:
    if progress.step % 100 == 0 or progress.step == progress.steps:
        log.info("toy model training", **asdict(progress))
