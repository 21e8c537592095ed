"""Any OpenAI-compatible server, called over HTTP: many calls at once, as many as it takes."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from spanloom.contracts.reach import Reach
from spanloom.data.roots import open_regular
from spanloom.errors import DataError, EnvironmentMissing, PermanentEngineError, TransientEngineError
from spanloom_generator.engines.addresses import MAX_REDIRECTS, REDIRECTS, beneath, headers_for, redirected
from spanloom_generator.engines.asking import Answer, Asker
from spanloom_generator.engines.chat import REFUSED_FOR_NOW, error_of, read_json, result_of
from spanloom_generator.engines.guarded import Unanswered
from spanloom_generator.engines.looped import LoopEngine
from spanloom_generator.engines.parameters import Parameters, Without
from spanloom_generator.engines.port import CallRequest, CallResult
from spanloom_generator.engines.spending import Budget
from spanloom_generator.engines.stream import MEDIA_TYPE, whole
from spanloom_generator.engines.throttle import MAX_PAUSE_S, Throttle, retry_after

CONNECT_S = 10.0
TRIES = 3
"""Requests of one call when the server is in trouble; after them the call goes back to the queue."""
FIRST_PAUSE_S = 0.5
"""The first pause after trouble or a 429 without Retry-After, in seconds; it doubles."""
AHEAD_S = 0.2
"""Seconds. As many calls wait as end in this time: to claim the next ones takes messages and a transaction."""
MAX_ANSWER_BYTES = 64 * 2**20
MAX_KEY_BYTES = 10_000


class OpenAIEngine(LoopEngine):
    """Chat completions of `config["model"]` at `config["base_url"]`.

    `concurrency` calls are in flight at most, fewer when the server answers 429, whose Retry-After holds all of them.
    `timeout_s` bounds one request. `budget` (with `prices`) caps what this engine spends. The key comes from the
    environment variable `api_key_env` or the file `api_key_file`; `reach` says which of them, and which hosts, the
    operator allows. `extra` are further fields of the API. A parameter that the server refuses by name is left out from
    then on, and the ledger told.
    """

    name = "openai"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.base_url = str(config["base_url"])
        self._address = beneath(self.base_url, "chat/completions")
        self.url = str(self._address)
        self.model = str(config["model"])
        self.concurrency = int(config.get("concurrency", 32))
        super().__init__(self.concurrency)
        self._waiting: set[str] = set()
        self._answers: deque[float] = deque(maxlen=self.concurrency)
        self.timeout_s = float(config.get("timeout_s", 600))
        self.budget = Budget(config.get("budget"), config.get("prices"))
        self.reach: Reach = config["reach"]
        self._key_env, self._key_file = config.get("api_key_env"), config.get("api_key_file")
        self.parameters = Parameters(config.get("extra") or {}, stream=bool(config.get("stream", False)))
        self._asker: Asker | None = None
        self._throttle: Throttle | None = None

    def start(self) -> None:
        """Read the key and start the thread that talks. Raises EnvironmentMissing where the key is not there."""
        if self._loop is not None:
            return
        check_url(self.url, self.reach)
        key = read_key(self._key_env, self._key_file, self.reach)
        self._asker = Asker(headers_for(self.base_url, key), connect_s=CONNECT_S, silence_s=self.timeout_s)
        self._throttle = Throttle(self.concurrency)
        self._start_loop()

    def _admit(self) -> None:
        """A call that the budget has no room for fails at once."""
        self.budget.reserve()

    def submit(self, request: CallRequest) -> Future[CallResult]:
        """Start one call, or have it wait for one of `concurrency` to end."""
        self._waiting.add(request.prompt_id)
        return super().submit(request)

    def ahead(self) -> int:
        """As many calls as were answered in the last AHEAD_S seconds; others are left to other generators."""
        since = time.monotonic() - AHEAD_S
        with self._lock:
            return sum(moment > since for moment in self._answers)

    def waiting(self) -> list[str]:
        with self._lock:
            return [prompt_id for prompt_id in self._calls if prompt_id in self._waiting]

    def _ended(self, future: Future[CallResult], *, idle: bool) -> None:
        if future.cancelled() or future.exception() is not None:
            self.budget.release()
        else:
            self.budget.settle(future.result().tokens_in, future.result().tokens_out)

    async def _call(self, request: CallRequest) -> CallResult:
        try:
            return await self._asked(request)
        finally:
            self._waiting.discard(request.prompt_id)

    async def _asked(self, request: CallRequest) -> CallResult:
        """One call: tried again through 429s for as long as a request may take, through trouble TRIES times."""
        without: list[Without] = []
        pause, trouble = FIRST_PAUSE_S, 0
        give_up = time.monotonic() + max(self.timeout_s, 60.0)
        while True:
            assert self._throttle is not None  # noqa: S101  set by start
            started = time.monotonic()
            try:
                async with self._throttle, asyncio.timeout(self.timeout_s):
                    self._waiting.discard(request.prompt_id)
                    started = time.monotonic()
                    body = self.parameters.body(request, self.model, without)
                    answer = await self._post(body)
                status, headers = answer.status, answer.headers
                text = _text(answer.body, status)
            except Unanswered as failure:
                error: Exception = TransientEngineError(f"{self.url}: {failure}")
            except TimeoutError:
                error = TransientEngineError(f"{self.url}: Timeout: no answer in {self.timeout_s:g} s")
            else:
                if status == 200:
                    self._throttle.answered()
                    now = time.monotonic()
                    with self._lock:
                        self._answers.append(now)
                    completion = whole(text) if headers.get("content-type", "").startswith(MEDIA_TYPE) else _json(text)
                    result = result_of(completion, seconds=now - started, model=self.model)
                    return replace(result, notes=(*self.parameters.notes(request, without), *result.notes))
                learned = self.parameters.learn(status, text, body)
                if learned is not None:  # what was sent gets less each time
                    if not learned.always:
                        without.append(learned)
                    continue
                error = error_of(status, text, headers)
                if status in REFUSED_FOR_NOW and isinstance(error, TransientEngineError):
                    wait = retry_after(headers, pause)
                    self._throttle.refused(wait)
                    if time.monotonic() + wait > give_up:
                        raise error
                    pause *= 2
                    await asyncio.sleep(min(wait, MAX_PAUSE_S))  # this one waits, whoever else is held
                    continue
            trouble += 1
            if isinstance(error, PermanentEngineError) or trouble >= TRIES:
                raise error
            await asyncio.sleep(pause)
            pause *= 2

    async def _post(self, body: dict[str, Any]) -> Answer:
        """The answer; a redirect within the host is followed."""
        assert self._asker is not None  # noqa: S101  set by start
        url = self._address
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._asker.ask("POST", url, body=body, most_bytes=MAX_ANSWER_BYTES)
            if answer.status in REDIRECTS:
                url = redirected(url, answer.status, answer.headers)
                continue
            if len(answer.body) > MAX_ANSWER_BYTES:
                raise PermanentEngineError(f"the server's answer is larger than {MAX_ANSWER_BYTES:,} bytes")
            return answer
        raise PermanentEngineError(f"{self.url} redirects more than {MAX_REDIRECTS} times")

    async def _free(self) -> None:
        if self._asker is not None:
            await self._asker.aclose()


def check_url(url: str, reach: Reach) -> None:
    """Raises PermanentEngineError where the operator's list has no such host, or it is never asked."""
    if refusal := reach.refuses_url(url):
        raise PermanentEngineError(f"engine.base_url: {refusal}")


def read_key(env: str | None, file: str | None, reach: Reach) -> str | None:
    """An API key from an environment variable or a file, None where neither is named.

    Raises EnvironmentMissing, without showing a key, where what is named is not there or holds no key, and
    PermanentEngineError where the operator's list has not got it.
    """
    if refusal := (reach.refuses_variable(env) if env else reach.refuses_file(file) if file else None):
        raise PermanentEngineError(f"engine.{'api_key_env' if env else 'api_key_file'}: {refusal}")
    if env:
        key = os.environ.get(env, "").strip()
        if not key:
            raise EnvironmentMissing(f"the environment variable {env} (engine.api_key_env) is not set or empty")
    elif file:
        try:
            with open_regular(Path(file).expanduser()) as opened:
                key = opened.read(MAX_KEY_BYTES).decode("utf-8").strip()
        except (DataError, RuntimeError, UnicodeDecodeError) as error:
            raise EnvironmentMissing(f"the key file {file} (engine.api_key_file) cannot be read: {error}") from error
        if not key:
            raise EnvironmentMissing(f"the key file {file} (engine.api_key_file) is empty")
    else:
        return None
    if not key.isascii() or not key.isprintable() or " " in key:
        raise EnvironmentMissing(f"what {env or file} holds is no API key: printable ASCII without spaces")
    return key


def _text(data: bytes, status: int) -> str:
    """An answer's text. One that is not UTF-8 is refused, for letters would be lost; an error is shown all the same."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if status != 200:
            return data.decode("utf-8", "replace")
        raise PermanentEngineError(f"the server's answer is not UTF-8, as JSON is: {error}") from None


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise TransientEngineError(f"the server's answer is not JSON: {error}") from None
