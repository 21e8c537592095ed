"""A translation model run in this process through transformers: MarianMT, M2M100, NLLB, mBART and their like."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from spanloom.errors import EnvironmentMissing, PermanentEngineError, SpecError
from spanloom_generator.engines.port import CallRequest, CallResult, Engine

Call = tuple[CallRequest, Future[CallResult]]
AHEAD = 8
"""Batches of calls taken at once, so that texts of like length can be put together."""
SHOWN = 12


class Seq2SeqEngine(Engine):
    """Translates the last message of each call by beam search, some calls together; the same text gives the same
    translation in any company (padding is masked), up to rounding.

    `config`: `model` (a folder or name, safetensors alone, no remote code), `beams`, `max_tokens` (of a translation),
    `batch_size`, and `source` and `target`, the names the model may have for the languages, the likeliest first.
    """

    name = "seq2seq"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.model = str(config["model"])
        self._names = {side: tuple(map(str, config[side])) for side in ("source", "target")}
        self._beams, self._max_tokens = int(config.get("beams", 4)), int(config.get("max_tokens", 256))
        self._batch = int(config.get("batch_size", 16))
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._open: dict[str, Future[CallResult]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._translate: Translator | None = None

    def start(self) -> None:
        """Load the model. Raises EnvironmentMissing where it cannot be loaded, SpecError for a language it has not."""
        if self._thread is not None:
            return
        self._translate = Translator(self.model, *self._names.values(), beams=self._beams, max_tokens=self._max_tokens)
        self._thread = threading.Thread(target=self._run, name=f"seq2seq {self.model}", daemon=True)
        self._thread.start()

    def room(self) -> int:
        with self._lock:
            return max(0, AHEAD * self._batch - len(self._open))

    def submit(self, request: CallRequest) -> Future[CallResult]:
        future: Future[CallResult] = Future()
        if self._thread is None:
            try:
                self.start()  # it was put to rest
            except (EnvironmentMissing, SpecError) as error:
                future.set_exception(PermanentEngineError(str(error)))
                return future
        with self._lock:
            self._open[request.prompt_id] = future
        self._calls.put((request, future))
        return future

    def cancel(self, prompt_ids: Collection[str]) -> None:
        with self._lock:
            found = [future for name, future in self._open.items() if name in prompt_ids]
        for future in found:
            future.cancel()

    def window(self) -> int | None:
        return None if self._translate is None else self._translate.longest

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        with self._lock:
            left = list(self._open)
        self.cancel(left)
        self._calls.put(None)
        thread.join()
        self._translate = None
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _run(self) -> None:
        while (first := self._calls.get()) is not None:
            calls, last = [first], False
            while len(calls) < AHEAD * self._batch:
                try:
                    more = self._calls.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    last = True
                    break
                calls.append(more)
            calls.sort(key=lambda call: len(call[0].messages[-1]["content"]))
            for start in range(0, len(calls), self._batch):
                self._answer(calls[start : start + self._batch])
            if last:
                return

    def _answer(self, calls: Sequence[Call]) -> None:
        live = [(request, future) for request, future in calls if future.set_running_or_notify_cancel()]
        try:
            assert self._translate is not None  # noqa: S101  the thread runs between `start` and `close`
            results = self._translate([request.messages[-1]["content"] for request, _ in live]) if live else []
            for (_, future), result in zip(live, results, strict=True):
                if isinstance(result, PermanentEngineError):
                    future.set_exception(result)
                else:
                    future.set_result(result)
        except Exception as error:  # noqa: BLE001  whatever transformers raises: the calls end with it, the thread goes on
            for _, future in live:
                if not future.done():
                    future.set_exception(error)
        with self._lock:
            for request, _ in calls:
                self._open.pop(request.prompt_id, None)


class Translator:
    """A loaded model and its tokenizer, set to one pair of languages."""

    def __init__(
        self, model: str, source: Sequence[str], target: Sequence[str], *, beams: int = 4, max_tokens: int = 256
    ) -> None:
        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
            loaded: Any = AutoModelForSeq2SeqLM.from_pretrained(model, use_safetensors=True, trust_remote_code=False)
        except (OSError, ValueError, ImportError) as error:
            raise EnvironmentMissing(f"translation model {model!r} cannot be loaded: {error}") from error
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = loaded.eval().to(self._device)
        self._beams, self._max_tokens, self.name = beams, max_tokens, model
        self.longest = _longest(loaded.config, self._tokenizer)
        self._prefix = ""
        self._options: dict[str, Any] = {}
        self._set_languages(source, target)

    def _set_languages(self, source: Sequence[str], target: Sequence[str]) -> None:
        tokenizer = self._tokenizer
        marian = list(getattr(tokenizer, "supported_language_codes", []))
        if marian:  # one Marian model, several targets: the text begins with the one wanted
            self._prefix = _known(target, {code.strip("<>"): code for code in marian}, self.name, "target") + " "
        elif hasattr(tokenizer, "src_lang"):
            ids = _languages(tokenizer)
            tokenizer.src_lang = _known(source, {code: code for code in ids}, self.name, "source")
            self._options["forced_bos_token_id"] = ids[_known(target, {c: c for c in ids}, self.name, "target")]

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> list[CallResult | PermanentEngineError]:
        """The translations, in order; of a text that is longer than the model takes, the reason why there is none."""
        began = time.monotonic()
        ids = [self._tokenizer(self._prefix + text)["input_ids"] for text in texts]
        fits = [i for i, one in enumerate(ids) if self.longest is None or len(one) <= self.longest]
        out: list[CallResult | PermanentEngineError] = [
            PermanentEngineError(f"{len(one)} tokens; the model takes {self.longest}, and nothing is cut")
            for one in ids
        ]
        if not fits:
            return out
        batch = self._tokenizer.pad({"input_ids": [ids[i] for i in fits]}, return_tensors="pt").to(self._device)
        made = self._model.generate(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            num_beams=self._beams,
            do_sample=False,
            max_new_tokens=self._max_tokens,
            **self._options,
        )
        seconds = (time.monotonic() - began) / len(fits)
        pad = self._tokenizer.pad_token_id
        for i, row in zip(fits, made.tolist(), strict=True):
            tokens = [token for token in row[1:] if token != pad]  # the first is the decoder's start
            ended = self._tokenizer.eos_token_id in tokens
            if tokens[:1] == [self._options.get("forced_bos_token_id")]:
                tokens = tokens[1:]  # the language's name, which not every tokenizer holds for special
            text = self._tokenizer.decode(tokens, skip_special_tokens=True)
            finish = "stop" if ended else "length"
            out[i] = CallResult(" ".join(text.split()), finish, len(ids[i]), len(tokens), seconds, self.name)
        return out


def _longest(config: Any, tokenizer: Any) -> int | None:
    """The most tokens a text may have, None where nothing says."""
    positions = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    known = [n for n in (positions, tokenizer.model_max_length) if n and n < 1_000_000]
    return min(known, default=None)


def _languages(tokenizer: Any) -> dict[str, int]:
    """The languages of a many-to-many tokenizer with the ids of their tokens: `es`, `es_XX` or `spa_Latn`."""
    if hasattr(tokenizer, "lang_code_to_id"):  # M2M100, mBART
        return dict(tokenizer.lang_code_to_id)
    return {token: tokenizer.convert_tokens_to_ids(token) for token in tokenizer.extra_special_tokens}


def _known(names: Sequence[str], there: Mapping[str, str], model: str, side: str) -> str:
    found = next((there[name] for name in names if name in there), None)
    if found is None:
        begin = [full for name in names for full in there if full.split("_")[0] == name.split("_")[0]]
        if len(set(begin)) == 1:
            return there[begin[0]]
        shown = ", ".join(sorted(begin or there)[:SHOWN])
        what = f"{model} has no language named {' or '.join(names)} ({side}); it has {shown}"
        raise SpecError([("translator.languages", f"{what}. Give the model's own name for it")])
    return found
