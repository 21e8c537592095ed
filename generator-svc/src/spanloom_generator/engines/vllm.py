"""A model run by vLLM in this process: one long-lived AsyncLLM, one request a prompt, given back as it finishes."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import os
import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

# Read by vLLM when it is imported. Nothing is reported home; FlashInfer's sampler would be compiled with nvcc at start,
# and seeded calls never use it; forking a process with threads can hang in what they hold.
os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
os.environ.setdefault("VLLM_USE_FLASHINFER_SAMPLER", "0")
os.environ.setdefault("VLLM_WORKER_MULTIPROC_METHOD", "spawn")

from vllm import AsyncEngineArgs, SamplingParams
from vllm.exceptions import VLLMClientError, VLLMError
from vllm.platforms import current_platform
from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError

from spanloom.errors import EngineError, EnvironmentMissing, PermanentEngineError, TransientEngineError
from spanloom_generator.engines.looped import LoopEngine
from spanloom_generator.engines.port import CallRequest, CallResult
from spanloom_generator.engines.vllm_arguments import engine_arguments, most_calls

JOIN_S = 10.0
"""How long an ended engine's processes are waited for."""


class VllmEngine(LoopEngine):
    """`config["model"]`, a hub name or folder, loaded from safetensors without remote code.

    `max_num_seqs` sequences run at once, shared prompt heads are computed once (prefix caching), each call samples with
    a seed of its own, `constrain` becomes vLLM's structured outputs. With `sleep_after_s` an idle engine gives its GPU
    memory back and wakes for the next call: by vLLM's sleep (level 1: weights wait in host memory) where the platform
    has it, else its process ends and is started again. An engine that dies fails its calls for now and is loaded again
    for the next one.
    """

    name = "vllm"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.model = str(config["model"])
        super().__init__(most_calls(config))
        self.sleep_after_s: float | None = config.get("sleep_after_s")
        self.can_sleep = bool(current_platform.is_sleep_mode_available())
        self._arguments = engine_arguments(config, can_sleep=self.can_sleep, cpu=current_platform.is_cpu())
        self._tries = itertools.count()  # a call asked again is another request to vLLM
        self._loading: asyncio.Task[AsyncLLM] | None = None
        self._before: set[int | None] = set()  # this process's children when the loading began
        self._asleep = False
        self._turn = asyncio.Lock()
        self._nap: asyncio.TimerHandle | None = None
        self._window: int | None = None

    def start(self) -> None:
        """Load the model, or wake it. Raises EnvironmentMissing with vLLM's reason when it cannot run here; where it
        ran before, TransientEngineError."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._engine(), self._loop).result()
            return
        loop = self._start_loop()
        try:
            asyncio.run_coroutine_threadsafe(self._engine(), loop).result()
        except EngineError as error:
            self.close()
            raise EnvironmentMissing(str(error)) from error

    async def _engine(self) -> AsyncLLM:
        """The loaded engine, awake; loads it where it is not there or has died. All callers share one loading."""
        while True:
            loading = self._loading
            if loading is None:
                self._before = {child.pid for child in multiprocessing.active_children()}
                loading = self._loading = asyncio.create_task(self._load())
            try:
                engine = await asyncio.shield(loading)
            except EngineError:
                if self._loading is loading:
                    self._loading = None
                raise
            async with self._turn:
                if self._loading is not loading:
                    continue  # it was put to rest meanwhile
                if self._asleep and not await self._wakes(engine):
                    continue
                return engine

    async def _wakes(self, engine: AsyncLLM) -> bool:
        """Wake it; False where it has died in its sleep, so that another has to be loaded."""
        try:
            await engine.wake_up()
        except EngineDeadError:
            self._loading = None
        except Exception as error:  # as in `_load`
            raise TransientEngineError(f"vLLM could not wake {self.model}: {type(error).__name__}: {error}") from error
        self._asleep = False
        return self._loading is not None

    async def _load(self) -> AsyncLLM:
        try:
            # within the loop, so that the engine's output handler runs in it
            engine = AsyncLLM.from_engine_args(AsyncEngineArgs(**self._arguments))
        except Exception as error:  # vLLM raises whatever its parts raise
            what = " ".join(str(error).split())[:500]
            raise TransientEngineError(f"vLLM could not load {self.model}: {type(error).__name__}: {what}") from error
        self._window = int(engine.model_config.max_model_len)
        return engine

    def _ended(self, future: Future[CallResult], *, idle: bool) -> None:
        loop = self._loop
        if idle and self.sleep_after_s is not None and loop is not None:
            loop.call_soon_threadsafe(self._sleep_later)

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
            temperature=1.0 if sampling.temperature is None else sampling.temperature,
            top_p=1.0 if sampling.top_p is None else sampling.top_p,
            max_tokens=min(sampling.max_tokens or window, window - prompt_tokens),
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
            with self._lock:
                busy = bool(self._calls)
            loading = self._loading
            if busy or self._asleep or loading is None or not loading.done() or loading.exception() is not None:
                return
            if self.can_sleep:
                await loading.result().sleep(level=1)
                self._asleep = True
            else:
                self._loading = None
                _end(loading.result())

    def window(self) -> int | None:
        return self._window

    def rest(self) -> None:
        """Sleep (level 1) where the platform can, else end: either way its GPU memory is free. A call wakes it."""
        if self._loop is not None and self.can_sleep:
            asyncio.run_coroutine_threadsafe(self._sleep(), self._loop).result()
        if not self._asleep:
            self.close()

    def loading(self) -> bool:
        loading = self._loading
        return loading is not None and not loading.done()

    def processes(self) -> list[int]:
        loading = self._loading
        if loading is None:
            return []
        if not loading.done():  # the turns let one engine of this process load at a time
            found = [child for child in multiprocessing.active_children() if child.pid not in self._before]
        elif loading.cancelled() or loading.exception() is not None:
            return []
        else:
            found = _processes(loading.result())
        return [process.pid for process in found if process.pid is not None]

    async def _free(self) -> None:
        if self._nap is not None:
            self._nap.cancel()
        loading, self._loading = self._loading, None
        self._asleep = False
        if loading is not None and loading.done() and not loading.cancelled() and loading.exception() is None:
            _end(loading.result())


def _processes(engine: AsyncLLM) -> list[Any]:
    manager = engine.engine_core.resources.engine_manager
    return list(manager.processes) if manager else []


def _end(engine: AsyncLLM) -> None:
    """End the engine's processes and wait for them, so that none is left as a zombie."""
    processes = _processes(engine)
    engine.shutdown()
    for process in processes:
        process.join(JOIN_S)
