"""The toy engine: a small Llama trained on the spot on the run's own gold train sentences, then sampled.

It is a real language model with real mistakes, small enough that a laptop trains it in half a minute.
"""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import orjson
import structlog
import torch
from safetensors.torch import load_model, save_model
from tokenizers import Tokenizer

from spanloom.ner.sentence import Sentence
from spanloom_generator.engines.port import CallRequest, CallResult, Engine
from spanloom_generator.engines.toy_model import WINDOW, Progress, ToyLLM, ToyRecipe, new_model, train_llm
from spanloom_generator.engines.toy_sampler import sample_objects

log = structlog.get_logger()
ROOM = 64
"""Calls that may wait; they are answered one after another."""


class ToyEngine(Engine):
    """Answers each call with `extra["n"]` objects, one a line, each written from the model's begin token.

    `config`: `train` and `related` (gold train sentences of the target and the related language), `cache` (a folder;
    a model trained before on the same sentences under the same recipe is taken from there), and fields of ToyRecipe.
    """

    name = "toy"
    model = "toy-llama"

    def __init__(self, config: Mapping[str, Any]) -> None:
        known = {field.name for field in fields(ToyRecipe)}
        self.recipe = ToyRecipe(**{name: value for name, value in config.items() if name in known})
        self.train: Sequence[Sentence] = config["train"]
        self.related: Sequence[Sentence] = config.get("related", ())
        self.cache = Path(config["cache"])
        self._llm: ToyLLM | None = None
        self._calls: queue.Queue[tuple[CallRequest, Future[CallResult]] | None] = queue.Queue()
        self._cancelled: set[str] = set()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Load the model from the cache, or train it: about half a minute. Raises ValueError for unusable sentences."""
        if self._thread is not None:
            return
        torch.set_num_threads(1)  # two threads spin on models of this size
        self._llm = self._load_or_train()
        self._thread = threading.Thread(target=self._serve, name="toy-engine", daemon=True)
        self._thread.start()

    def room(self) -> int:
        """Calls it takes now."""
        return max(0, ROOM - self._calls.qsize())

    def submit(self, request: CallRequest) -> Future[CallResult]:
        """Queue one call."""
        future: Future[CallResult] = Future()
        self._calls.put((request, future))
        return future

    def cancel(self, prompt_ids: Collection[str]) -> None:
        """Calls that have not begun end cancelled."""
        self._cancelled |= set(prompt_ids)

    def window(self) -> int | None:
        """Tokens of one object."""
        return WINDOW

    def close(self) -> None:
        """End the thread after the call it is at; calls that wait end cancelled."""
        if self._thread is None:
            return
        waiting = []
        while not self._calls.empty():
            waiting.append(self._calls.get_nowait())
        for call in waiting:
            if call is not None:
                call[1].cancel()
        self._calls.put(None)
        self._thread.join(timeout=30)
        self._thread = None

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            request, future = call
            if request.prompt_id in self._cancelled:
                self._cancelled.discard(request.prompt_id)
                future.cancel()
            elif future.set_running_or_notify_cancel():
                try:
                    future.set_result(self._answer(request))
                except (RuntimeError, ValueError) as error:
                    future.set_exception(error)

    def _answer(self, request: CallRequest) -> CallResult:
        assert self._llm is not None  # noqa: S101  start() came first
        began = time.monotonic()
        sampling = request.sampling
        written = sample_objects(
            self._llm.model,
            int(request.extra.get("n", 20)),
            seed=sampling.seed or 0,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            max_tokens=min(sampling.max_tokens, WINDOW - 1),
        )
        text = "\n".join(self._llm.tokenizer.decode(ids) for ids in written)
        full = any(len(ids) >= WINDOW - 1 for ids in written)
        return CallResult(
            text=text,
            finish_reason="length" if full else "stop",
            tokens_in=len(written),
            tokens_out=sum(len(ids) for ids in written),
            seconds=time.monotonic() - began,
            model=self.model,
        )

    def _load_or_train(self) -> ToyLLM:
        folder = self.cache / self._key()
        if (folder / "model.safetensors").exists():
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            model = new_model(tokenizer.get_vocab_size(), self.recipe)
            load_model(model, folder / "model.safetensors")
            return ToyLLM(model.eval(), tokenizer)
        began = time.monotonic()
        llm = train_llm(self.train, self.related, self.recipe, on_progress=_Reporter())
        log.info("toy LLM trained", seconds=round(time.monotonic() - began, 1), folder=str(folder))
        self._keep(llm, folder)
        return llm

    def _keep(self, llm: ToyLLM, folder: Path) -> None:
        self.cache.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=self.cache))
        try:
            llm.tokenizer.save(str(temporary / "tokenizer.json"))
            save_model(llm.model, str(temporary / "model.safetensors"))
            os.replace(temporary, folder)
        except OSError as error:
            # Another process may have put the same model there in the meantime; without a cache we go on as well.
            log.warning("toy LLM not cached", folder=str(folder), error=str(error))
            shutil.rmtree(temporary, ignore_errors=True)

    def _key(self) -> str:
        what = [asdict(self.recipe), [[s.tokens, s.tags] for s in (*self.related, *self.train)], len(self.related)]
        return hashlib.sha256(orjson.dumps(what, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]


class _Reporter:
    """Logs training every hundred steps."""

    def __call__(self, progress: Progress) -> None:
        if progress.step % 100 == 0:
            log.info("toy LLM training", stage=progress.stage, step=progress.step, steps=progress.steps)
