"""The OpenAI batch API as an engine: calls gather into files, batches are polled, partial results are kept."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from spanloom.contracts.reach import Reach
from spanloom.errors import EngineError, PermanentEngineError, TransientEngineError
from spanloom_generator.engines.batches import ENDED, BatchApi
from spanloom_generator.engines.chat import body_of, error_of, result_of
from spanloom_generator.engines.openai import check_url, read_key
from spanloom_generator.engines.port import CallRequest, CallResult, Engine

log = structlog.stdlib.get_logger(__name__)
GATHER_S = 2.0
"""A batch is sent when no further call has come for so long, or it is full."""


@dataclass
class _Call:
    """A call that waits for its batch: its line in the file, and the future of its result."""

    line: bytes
    future: Future[CallResult]
    at: float


@dataclass
class _Batch:
    """A batch at the server and the calls of ours in it."""

    id: str
    calls: dict[str, _Call] = field(default_factory=dict)
    created: float = field(default_factory=time.monotonic)


class OpenAIBatchEngine(Engine):
    """Chat completions of `config["model"]` through the batch API at `config["base_url"]`, at half the price.

    At most `max_requests` requests and `max_bytes` bytes a batch (the API's own limits are 50,000 and 200 MB), asked
    after every `poll_s` seconds. A call's id is its row's: after a restart a call that is part of an earlier batch
    waits for that one, so that nothing is paid for twice. What an expired batch has finished is kept; the rest fails
    for now and is asked again.
    """

    name = "openai_batch"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.model = str(config["model"])
        self.base_url = str(config["base_url"])
        self.poll_s = float(config.get("poll_s", 30))
        self.max_requests = int(config.get("max_requests", 50_000))
        self.max_bytes = int(config.get("max_bytes", 200_000_000))
        self.gather_s = float(config.get("gather_s", GATHER_S))
        self.reach: Reach = config["reach"]
        self._key_env, self._key_file = config.get("api_key_env"), config.get("api_key_file")
        self._waiting: OrderedDict[str, _Call] = OrderedDict()
        self._futures: dict[str, Future[CallResult]] = {}
        self._open: dict[str, _Batch] = {}  # touched by the thread alone while it runs
        self._earlier: dict[str, str] | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._api: BatchApi | None = None

    def start(self) -> None:
        """Read the key and start the thread that talks. Raises EnvironmentMissing where the key is not there."""
        if self._thread is None:
            check_url(self.base_url, self.reach)
            self._api = BatchApi(self.base_url, read_key(self._key_env, self._key_file, self.reach), self._stop)
            self._thread = threading.Thread(target=self._run, name=f"batches {self.model}", daemon=True)
            self._thread.start()

    def room(self) -> int:
        with self._lock:
            return max(0, self.max_requests - len(self._waiting))

    def submit(self, request: CallRequest) -> Future[CallResult]:
        future: Future[CallResult] = Future()
        line = orjson.dumps(
            {
                "custom_id": request.prompt_id,
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": body_of(request, self.model),
            }
        )
        if self._thread is None or self._stop.is_set():
            future.set_exception(PermanentEngineError("the engine was not started, or is closed"))
        elif len(line) + 1 > self.max_bytes:
            future.set_exception(
                PermanentEngineError(f"the call is {len(line):,} bytes; a batch file holds {self.max_bytes:,}")
            )
        else:
            with self._lock:
                self._waiting[request.prompt_id] = _Call(line, future, time.monotonic())
                self._futures[request.prompt_id] = future
            future.add_done_callback(lambda done: self._forget(request.prompt_id, done))
        return future

    def _forget(self, prompt_id: str, future: Future[CallResult]) -> None:
        with self._lock:
            if self._futures.get(prompt_id) is future:
                del self._futures[prompt_id]

    def _run(self) -> None:
        polled = 0.0
        while not self._stop.wait(min(0.05, self.poll_s)):
            self._send()
            if time.monotonic() - polled >= self.poll_s:
                polled = time.monotonic()
                for batch in list(self._open.values()):
                    self._poll(batch)

    def _send(self) -> None:
        """Send what has gathered: calls of earlier batches join those, the others make a new one."""
        calls = self._gathered()
        if not calls:
            return
        assert self._api is not None  # noqa: S101  set by start
        try:
            if self._earlier is None:
                self._earlier = self._find_earlier()
            for prompt_id in [p for p in calls if p in self._earlier]:
                batch = self._earlier.pop(prompt_id)
                self._open.setdefault(batch, _Batch(batch)).calls[prompt_id] = calls.pop(prompt_id)
            if calls:
                made = self._api.create(self._api.upload([call.line for call in calls.values()]))
                self._open[str(made["id"])] = _Batch(str(made["id"]), calls)
                log.info("batch sent", batch=made["id"], calls=len(calls))
        except (EngineError, KeyError, ValueError) as error:
            _fail(calls, error if isinstance(error, EngineError) else PermanentEngineError(f"no batch API: {error!r}"))

    def _gathered(self) -> dict[str, _Call]:
        with self._lock:
            for prompt_id in [p for p, call in self._waiting.items() if call.future.cancelled()]:
                del self._waiting[prompt_id]
            size = sum(len(call.line) + 1 for call in self._waiting.values())
            full = len(self._waiting) >= self.max_requests or size >= self.max_bytes
            newest = max((call.at for call in self._waiting.values()), default=0.0)
            if not self._waiting or (not full and time.monotonic() - newest < self.gather_s):
                return {}
            calls: dict[str, _Call] = {}
            taken = 0
            while self._waiting and len(calls) < self.max_requests:
                prompt_id, call = next(iter(self._waiting.items()))
                if taken + len(call.line) + 1 > self.max_bytes:
                    break
                taken += len(call.line) + 1
                calls[prompt_id] = self._waiting.pop(prompt_id)
            return calls

    def _find_earlier(self) -> dict[str, str]:
        """Batch by call id, of batches of ours that run, or that ended with this call answered."""
        assert self._api is not None  # noqa: S101  set by start
        found: dict[str, str] = {}
        for batch in self._api.ours():
            status = batch.get("status")
            if status in ("failed", "cancelling", "cancelled"):
                continue
            if status in ENDED:
                ids = [x.get("custom_id") for x in self._api.lines(batch.get("output_file_id"))]
            else:
                ids = [x.get("custom_id") for x in self._api.lines(batch.get("input_file_id"))]
            for prompt_id in ids:
                found.setdefault(str(prompt_id), str(batch["id"]))
        return found

    def _poll(self, batch: _Batch) -> None:
        """Ask after a batch; when it has ended, give every call its result."""
        assert self._api is not None  # noqa: S101  set by start
        try:
            now = self._api.get(batch.id)
            if now.get("status") not in ENDED:
                if all(call.future.cancelled() for call in batch.calls.values()):
                    self._api.cancel(batch.id)
                    del self._open[batch.id]
                return
            seconds = float((now.get("completed_at") or now.get("expired_at") or 0) - (now.get("created_at") or 0))
            lines = [*self._api.lines(now.get("output_file_id")), *self._api.lines(now.get("error_file_id"))]
        except TransientEngineError as error:
            log.warning("batch not reached, asked again later", batch=batch.id, error=str(error))
            return
        except PermanentEngineError as error:
            _fail(batch.calls, error)
            del self._open[batch.id]
            return
        for line in lines:
            call = batch.calls.pop(str(line.get("custom_id")), None)
            if call is not None:
                self._answer(call, line, max(seconds, 0.0))
        _fail(batch.calls, _unanswered(now))
        del self._open[batch.id]

    def _answer(self, call: _Call, line: dict[str, Any], seconds: float) -> None:
        if not call.future.set_running_or_notify_cancel():
            return
        response = line.get("response")
        try:
            if not isinstance(response, dict):
                raise _line_error(line.get("error"))
            status = int(response.get("status_code") or 0)
            if status != 200:
                body = orjson.dumps(response.get("body")).decode()
                raise error_of(status, body, {"x-request-id": str(response.get("request_id"))})
            call.future.set_result(result_of(response.get("body"), seconds=seconds, model=self.model))
        except EngineError as error:
            call.future.set_exception(error)

    def cancel(self, prompt_ids: Collection[str]) -> None:
        """Calls that were not sent are dropped; a batch all of whose calls were given up is cancelled at the server."""
        with self._lock:
            futures = [self._futures[prompt_id] for prompt_id in prompt_ids if prompt_id in self._futures]
        for future in futures:
            future.cancel()

    def window(self) -> int | None:
        return None

    def close(self) -> None:
        """Stop asking. Batches go on at the server; the next engine with the same calls finds them."""
        if self._thread is None or self._api is None:
            return
        self._stop.set()
        self._thread.join()
        self._api.close()
        with self._lock:
            futures = list(self._futures.values())
            self._waiting.clear()
        self._open.clear()
        for future in futures:
            future.cancel()


def _fail(calls: Mapping[str, _Call], error: EngineError) -> None:
    for call in calls.values():
        if call.future.set_running_or_notify_cancel():
            call.future.set_exception(error)


def _line_error(error: Any) -> EngineError:
    """What a line without a response means: the API's code for a request that a batch did not come to is passing."""
    code, said = (error.get("code"), error.get("message")) if isinstance(error, dict) else (None, error)
    what = f"the batch did not answer the call: {code or 'no code'}: {said or 'no reason given'}"
    if code in ("batch_expired", "batch_cancelled", "server_error", "rate_limit_exceeded"):
        return TransientEngineError(what)
    return PermanentEngineError(what)


def _unanswered(batch: Mapping[str, Any]) -> EngineError:
    """Why a batch that has ended holds no answer to a call."""
    status = batch.get("status")
    if status == "failed":
        found = (batch.get("errors") or {}).get("data") or [{}]
        said = "; ".join(f"line {x.get('line')}: {x.get('message')}" for x in found[:3])
        return PermanentEngineError(f"batch {batch.get('id')} failed: {said}")
    return TransientEngineError(f"batch {batch.get('id')} is {status} and holds no answer to the call")
