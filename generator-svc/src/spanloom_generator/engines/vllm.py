"""A model run by vLLM in this process: one long-lived AsyncLLM, one request a prompt, given back as it finishes."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import Any

os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")  # read by vLLM when it is imported: nothing is reported home

from vllm import AsyncEngineArgs, SamplingParams
from vllm.exceptions import VLLMClientError, VLLMError
from vllm.platforms import current_platform
from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError

from spanloom.errors import EngineError, EnvironmentMissing, PermanentEngineError, TransientEngineError
from spanloom_generator.engines.port import CallRequest, CallResult, Engine

SLACK = 1.25
"""Calls taken per sequence that the engine runs at once, so that it never waits for the next."""


class VllmEngine(Engine):
    """`config["model"]`, a hub name or folder, loaded from safetensors without remote code.

    `max_num_seqs` sequences run at once, shared prompt heads are computed once (prefix caching), each call samples with
    a seed of its own, `constrain` becomes vLLM's structured outputs. With `sleep_after_s` an idle engine gives its GPU
    memory back (vLLM's sleep, level 1: weights wait in host memory) and wakes for the next call. An engine that dies
    fails its calls for now and is loaded again for the next one.
    """

    name = "vllm"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.model = str(config["model"])
        self.max_num_seqs = int(config.get("max_num_seqs", 256))
        # vLLM counts them per data-parallel rank
        self._most_calls = int(self.max_num_seqs * int(config.get("data_parallel", 1)) * SLACK) + 1
        self.sleep_after_s: float | None = config.get("sleep_after_s")
        self.can_sleep = bool(current_platform.is_sleep_mode_available())
        self._arguments = {
            "model": self.model,
            "revision": config.get("revision"),
            "dtype": config.get("dtype", "auto"),
            "tensor_parallel_size": int(config.get("tensor_parallel", 1)),
            "data_parallel_size": int(config.get("data_parallel", 1)),
            "max_model_len": config.get("max_model_len"),
            "max_num_seqs": self.max_num_seqs,
            "gpu_memory_utilization": float(config.get("gpu_memory_utilization", 0.9)),
            "enable_prefix_caching": True,
            "enable_sleep_mode": self.can_sleep,
            "enforce_eager": bool(config.get("enforce_eager", False)),
            # without free white space, a model cannot lose itself in it
            "structured_outputs_config": {"backend": "xgrammar", "disable_any_whitespace": True},
            "load_format": "safetensors",
            "trust_remote_code": False,
            "disable_log_stats": True,
        }
        self._tries = itertools.count()  # a call asked again is another request to vLLM
        self._calls: dict[str, Future[CallResult]] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._loading: asyncio.Task[AsyncLLM] | None = None
        self._asleep = False
        self._turn = asyncio.Lock()
        self._nap: asyncio.TimerHandle | None = None
        self._window: int | None = None

    def start(self) -> None:
        """Load the model. Raises EnvironmentMissing with vLLM's reason when it cannot run here."""
        if self._loop is not None:
            return
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"vllm {self.model}", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._engine(), self._loop).result()
        except EngineError as error:
            self.close()
            raise EnvironmentMissing(str(error)) from error

    async def _engine(self) -> AsyncLLM:
        """The loaded engine, awake; loads it where it is not there or has died. All callers share one loading."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        try:
            engine = await asyncio.shield(self._loading)
        except EngineError:
            self._loading = None
            raise
        async with self._turn:
            if self._asleep:
                await engine.wake_up()
                self._asleep = False
        return engine

    async def _load(self) -> AsyncLLM:
        try:
            # within the loop, so that the engine's output handler runs in it
            engine = AsyncLLM.from_engine_args(AsyncEngineArgs(**self._arguments))
        except Exception as error:  # vLLM raises whatever its parts raise
            what = " ".join(str(error).split())[:500]
            raise TransientEngineError(f"vLLM could not load {self.model}: {type(error).__name__}: {what}") from error
        self._window = int(engine.model_config.max_model_len)
        return engine

    def room(self) -> int:
        with self._lock:
            return max(0, self._most_calls - len(self._calls))

    def submit(self, request: CallRequest) -> Future[CallResult]:
        if self._loop is None:
            failed: Future[CallResult] = Future()
            failed.set_exception(PermanentEngineError("the engine was not started, or is closed"))
            return failed
        future = asyncio.run_coroutine_threadsafe(self._call(request), self._loop)
        with self._lock:
            self._calls[request.prompt_id] = future
        future.add_done_callback(lambda done: self._forget(request.prompt_id, done))
        return future

    def _forget(self, prompt_id: str, future: Future[CallResult]) -> None:
        with self._lock:
            if self._calls.get(prompt_id) is future:
                del self._calls[prompt_id]
            idle = not self._calls
        if idle and self.sleep_after_s is not None and self.can_sleep and self._loop is not None:
            self._loop.call_soon_threadsafe(self._sleep_later)

    async def _call(self, request: CallRequest) -> CallResult:
        started = time.monotonic()
        engine = await self._engine()
        prompt = self._tokens(engine, request)
        parameters = self._parameters(request, len(prompt))
        final = None
        try:
            # a cancelled task makes `generate` abort the request
            async for output in engine.generate(
                {"prompt_token_ids": prompt}, parameters, f"{request.prompt_id}#{next(self._tries)}"
            ):
                final = output
        except EngineDeadError as error:
            self._loading = None
            raise TransientEngineError(f"vLLM's engine died: {error}") from error
        except (VLLMClientError, ValueError) as error:
            raise PermanentEngineError(f"vLLM refuses the call: {' '.join(str(error).split())[:500]}") from error
        except VLLMError as error:
            raise TransientEngineError(f"vLLM failed on a call: {error.__cause__ or error}") from error
        if final is None or not final.outputs or final.outputs[0].finish_reason in (None, "abort", "error"):
            raise TransientEngineError("vLLM ended the call without finishing it")
        answer = final.outputs[0]
        return CallResult(
            text=answer.text,
            finish_reason=str(answer.finish_reason),
            tokens_in=len(prompt),
            tokens_out=len(answer.token_ids),
            seconds=time.monotonic() - started,
            model=self.model,
        )

    def _tokens(self, engine: AsyncLLM, request: CallRequest) -> list[int]:
        """The prompt's token ids after the model's chat template, which brings its own special tokens."""
        tokenizer = engine.get_tokenizer()
        head = bool(request.extra.get("add_generation_prompt", True))
        try:
            text = tokenizer.apply_chat_template(list(request.messages), tokenize=False, add_generation_prompt=head)
        except Exception as error:  # a template may raise anything, jinja's errors among it
            raise PermanentEngineError(
                f"the chat template of {self.model} refuses the prompt: {' '.join(str(error).split())[:300]}; "
                "some models take no system message, and base models have no template"
            ) from error
        return list(tokenizer.encode(text, add_special_tokens=False))

    def _parameters(self, request: CallRequest, prompt_tokens: int) -> SamplingParams:
        sampling, window = request.sampling, self._window or 0
        if prompt_tokens >= window:
            raise PermanentEngineError(
                f"the prompt has {prompt_tokens} tokens, the window of {self.model} {window}; take a smaller m"
            )
        structured = None
        if request.constrain == "grammar":
            structured = StructuredOutputsParams(grammar=request.grammar)
        elif request.constrain == "json_schema":
            structured = StructuredOutputsParams(json=request.schema)
        return SamplingParams(
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            max_tokens=min(sampling.max_tokens, window - prompt_tokens),
            seed=sampling.seed,
            structured_outputs=structured,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )

    def _sleep_later(self) -> None:
        if self._nap is not None:
            self._nap.cancel()
        if self._loop is not None and self.sleep_after_s is not None:
            self._nap = self._loop.call_later(self.sleep_after_s, lambda: asyncio.ensure_future(self._sleep()))

    async def _sleep(self) -> None:
        async with self._turn:
            if self._calls or self._asleep or self._loading is None or not self._loading.done():
                return
            await self._loading.result().sleep(level=1)
            self._asleep = True

    def cancel(self, prompt_ids: Collection[str]) -> None:
        with self._lock:
            futures = [self._calls[prompt_id] for prompt_id in prompt_ids if prompt_id in self._calls]
        for future in futures:
            future.cancel()

    def window(self) -> int | None:
        return self._window

    def rest(self) -> None:
        """Sleep (level 1) where the platform can, else end: either way its GPU memory is free. A call wakes it."""
        if self._loop is not None and self.can_sleep:
            asyncio.run_coroutine_threadsafe(self._sleep(), self._loop).result()
        if not self._asleep:
            self.close()

    def processes(self) -> list[int]:
        loading = self._loading
        if loading is None or not loading.done() or loading.cancelled() or loading.exception() is not None:
            return []
        manager = loading.result().engine_core.resources.engine_manager
        return [process.pid for process in manager.processes if process.pid is not None] if manager else []

    def close(self) -> None:
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        with self._lock:
            futures = list(self._calls.values())
        for future in futures:
            future.cancel()
        asyncio.run_coroutine_threadsafe(self._shut(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    async def _shut(self) -> None:
        if self._nap is not None:
            self._nap.cancel()
        loading, self._loading = self._loading, None
        calls = [task for task in asyncio.all_tasks() if task.get_coro().__qualname__ == "VllmEngine._call"]  # type: ignore[union-attr]
        await asyncio.gather(*calls, return_exceptions=True)
        if loading is not None and loading.done() and loading.exception() is None:
            loading.result().shutdown()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
