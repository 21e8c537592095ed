"""The OpenAI batch API as an engine: calls gather into files, batches are polled, partial results are kept."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import structlog

from spanloom.contracts.reach import Reach
from spanloom.errors import EngineError, PermanentEngineError, TransientEngineError
from spanloom_generator.engines.batch_lines import input_line, refusal_of, response_of
from spanloom_generator.engines.batches import ENDED, BatchApi, OddAnswer
from spanloom_generator.engines.chat import result_of
from spanloom_generator.engines.openai import check_url, read_key
from spanloom_generator.engines.parameters import Parameters, Without
from spanloom_generator.engines.port import CallRequest, CallResult, Engine

log = structlog.stdlib.get_logger(__name__)
GATHER_S = 2.0
"""A batch is sent when no further call has come for so long, or it is full."""
ODD_ANSWERS = 5
"""So often in a row a batch is asked after where the answer is none of the API's; then its calls end with that."""
MAX_HOLD_S = 3600.0
"""Longest pause before calls are sent again that the server had no room for (`token_limit_exceeded`)."""
REFUSALS = 20
"""So often a call is sent again that the server had no room for."""


@dataclass
class _Call:
    """A call that waits for its batch: its line in the file, and the future of its result."""

    request: CallRequest
    line: bytes
    future: Future[CallResult]
    at: float
    without: tuple[Without, ...] = ()
    """What it goes without, since the server refused it."""
    refusals: int = 0
    """Batches with it that the server had no room for."""


@dataclass
class _Batch:
    """A batch at the server and the calls of ours in it."""

    id: str
    calls: dict[str, _Call] = field(default_factory=dict)
    odd: int = 0
    """Answers in a row that were none of the API's."""


class OpenAIBatchEngine(Engine):
    """Chat completions of `config["model"]` through the batch API at `config["base_url"]`, at half the price.

    At most `max_requests` requests and `max_bytes` bytes a batch (the API's own limits are 50,000 and 200 MB), asked
    after every `poll_s` seconds. A call's id is its row's: after a restart a call that is part of an earlier batch
    waits for that one, so that nothing is paid for twice. What an expired batch has finished is kept; the rest fails
    for now and is asked again. `extra` are further fields of the API. What the server has no room for
    (`token_limit_exceeded`) is sent again later, in smaller batches. A parameter that it refuses by name is left out
    from then on.
    """

    name = "openai_batch"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.model = str(config["model"])
        self.base_url = str(config["base_url"])
        self.parameters = Parameters(config.get("extra") or {})
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
        self._most = self.max_requests
        self._hold_s, self._held_until = 0.0, 0.0
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
        line = self._line(request)
        if self._thread is None or self._stop.is_set():
            future.set_exception(PermanentEngineError("the engine was not started, or is closed"))
        elif len(line) + 1 > self.max_bytes:
            future.set_exception(
                PermanentEngineError(f"the call is {len(line):,} bytes; a batch file holds {self.max_bytes:,}")
            )
        else:
            with self._lock:
                self._waiting[request.prompt_id] = _Call(request, line, future, time.monotonic())
                self._futures[request.prompt_id] = future
            future.add_done_callback(lambda done: self._forget(request.prompt_id, done))
        return future

    def _line(self, request: CallRequest, without: tuple[Without, ...] = ()) -> bytes:
        body = self.parameters.body(request, self.model, without)
        return orjson.dumps(input_line(request.prompt_id, body))

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
                    self._look_after(batch)

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
                self._open[made] = _Batch(made, calls)
                log.info("batch sent", batch=made, calls=len(calls))
        except OddAnswer as error:
            self._earlier = None  # the batch may have been made all the same: look for it before another is
            _fail(calls, error)
        except EngineError as error:
            _fail(calls, error)
        except Exception as error:
            log.exception("calls could not be sent", calls=len(calls))
            _fail(calls, PermanentEngineError(f"no batch API: {type(error).__name__}: {error}"))

    def _gathered(self) -> dict[str, _Call]:
        with self._lock:
            for prompt_id in [p for p, call in self._waiting.items() if call.future.cancelled()]:
                del self._waiting[prompt_id]
            size = sum(len(call.line) + 1 for call in self._waiting.values())
            full = len(self._waiting) >= self._most or size >= self.max_bytes
            newest = max((call.at for call in self._waiting.values()), default=0.0)
            if (
                not self._waiting
                or time.monotonic() < self._held_until
                or (not full and time.monotonic() - newest < self.gather_s)
            ):
                return {}
            calls: dict[str, _Call] = {}
            taken = 0
            while self._waiting and len(calls) < self._most:
                prompt_id, call = next(iter(self._waiting.items()))
                if taken + len(call.line) + 1 > self.max_bytes:
                    break
                taken += len(call.line) + 1
                calls[prompt_id] = self._waiting.pop(prompt_id)
            return calls

    def _find_earlier(self) -> dict[str, str]:
        """Batch by call id, of batches of ours that run, or that ended with this call answered.

        A batch whose files are gone answers nobody any more: it is passed over.
        """
        assert self._api is not None  # noqa: S101  set by start
        found: dict[str, str] = {}
        for batch in self._api.ours():
            status = batch.get("status")
            if status in ("failed", "cancelling", "cancelled"):
                continue
            file = batch.get("output_file_id") if status in ENDED else batch.get("input_file_id")
            try:
                ids = [line["custom_id"] for line in self._api.lines(file) if line.get("custom_id") is not None]
            except PermanentEngineError as error:
                log.warning("an earlier batch cannot be read", batch=batch["id"], file=file, error=str(error))
                continue
            for prompt_id in ids:
                found.setdefault(str(prompt_id), str(batch["id"]))
        return found

    def _look_after(self, batch: _Batch) -> None:
        """Poll a batch; whatever its answer, the thread goes on, and what cannot be read ends the batch's calls."""
        try:
            self._poll(batch)
            batch.odd = 0
        except OddAnswer as error:
            batch.odd += 1
            log.warning("no answer of the batch api", batch=batch.id, error=str(error), times=batch.odd)
            if batch.odd >= ODD_ANSWERS:
                self._give_up(batch, PermanentEngineError(f"batch {batch.id}: {error}"))
        except TransientEngineError as error:
            log.warning("batch not reached, asked again later", batch=batch.id, error=str(error))
        except PermanentEngineError as error:
            self._give_up(batch, error)
        except Exception as error:
            log.exception("a batch could not be read", batch=batch.id)
            self._give_up(batch, PermanentEngineError(f"batch {batch.id}: {type(error).__name__}: {error}"))

    def _give_up(self, batch: _Batch, error: EngineError) -> None:
        """End a batch's calls; a retry of one joins the batch again, which is paid for."""
        self._earlier = {**(self._earlier or {}), **dict.fromkeys(batch.calls, batch.id)}
        _fail(batch.calls, error)
        self._open.pop(batch.id, None)

    def _poll(self, batch: _Batch) -> None:
        """Ask after a batch; when it has ended, give every call its result."""
        assert self._api is not None  # noqa: S101  set by start
        now = self._api.get(batch.id)
        if now.get("status") not in ENDED:
            if not isinstance(now.get("status"), str):
                raise OddAnswer(f"batch {batch.id} has no status: {str(now)[:200]}")
            if all(call.future.cancelled() for call in batch.calls.values()):
                self._api.cancel(batch.id)
                del self._open[batch.id]
            return
        if now["status"] == "failed" and _codes(now) == {"token_limit_exceeded"}:
            self._send_later(batch, now)
            return
        seconds = (_time(now.get("completed_at")) or _time(now.get("expired_at"))) - _time(now.get("created_at"))
        lines = [*self._api.lines(now.get("output_file_id")), *self._api.lines(now.get("error_file_id"))]
        self._most, self._hold_s = self.max_requests, 0.0  # there was room
        for line in lines:
            call = batch.calls.pop(str(line.get("custom_id")), None)
            if call is not None:
                self._answer(call, line, min(max(seconds, 0.0), 1e9))
        unreadable = [
            str(line["unreadable"]) for line in lines if "unreadable" in line and line.get("custom_id") is None
        ]
        _fail(batch.calls, _unanswered(now, unreadable))
        del self._open[batch.id]

    def _send_later(self, batch: _Batch, now: Mapping[str, Any]) -> None:
        """The server has no room for a batch's tokens beside those that it works on: smaller ones, after a pause."""
        self._hold_s = min(max(2 * self._hold_s, self.poll_s), MAX_HOLD_S)
        self._held_until = time.monotonic() + self._hold_s
        self._most = max(1, len(batch.calls) // 2)
        for call in batch.calls.values():
            call.refusals += 1
        spent = {name: call for name, call in batch.calls.items() if call.refusals >= REFUSALS}
        _fail(spent, _unanswered(now))
        again = {name: call for name, call in batch.calls.items() if name not in spent}
        log.warning("no room for a batch, sent again later", batch=batch.id, calls=len(again), pause_s=self._hold_s)
        self._put_back(again)
        del self._open[batch.id]

    def _put_back(self, calls: Mapping[str, _Call]) -> None:
        with self._lock:
            for name, call in calls.items():
                if not call.future.cancelled():
                    self._waiting[name] = call

    def _answer(self, call: _Call, line: dict[str, Any], seconds: float) -> None:
        """Give a call what its line says. Where a parameter was refused by name, the call is sent again without it."""
        try:
            result = self._result(call, line, seconds)
        except EngineError as error:
            if call.future.set_running_or_notify_cancel():
                call.future.set_exception(error)
            return
        except Exception as error:
            log.exception("a line could not be read", call=call.request.prompt_id)
            if call.future.set_running_or_notify_cancel():
                call.future.set_exception(PermanentEngineError(f"the line cannot be read: {error!r}"[:500]))
            return
        if result is None:
            self._put_back({call.request.prompt_id: call})
        elif call.future.set_running_or_notify_cancel():
            call.future.set_result(result)

    def _result(self, call: _Call, line: dict[str, Any], seconds: float) -> CallResult | None:
        """The result in a line; None where the call is to be sent again with less."""
        status, response = response_of(line)
        if status != 200:
            body = orjson.dumps(response.get("body")).decode()
            sent = orjson.loads(call.line)["body"]
            learned = self.parameters.learn(status, body, sent)
            if learned is not None:
                call.without += () if learned.always else (learned,)
                call.line, call.at = self._line(call.request, call.without), time.monotonic()
                return None
            raise refusal_of(status, response)
        result = result_of(response.get("body"), seconds=seconds, model=self.model)
        return replace(result, notes=(*self.parameters.notes(call.request, call.without), *result.notes))

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


def _unanswered(batch: Mapping[str, Any], unreadable: Sequence[str] = ()) -> EngineError:
    """Why a batch that has ended holds no answer to a call."""
    status = batch.get("status")
    if status == "failed":
        said = "; ".join(f"line {x.get('line')}: {x.get('message')}" for x in _errors(batch)[:3]) or "no reason given"
        what = f"batch {batch.get('id')} failed: {said}"
        return TransientEngineError(what) if "token_limit_exceeded" in _codes(batch) else PermanentEngineError(what)
    what = f"batch {batch.get('id')} is {status} and holds no answer to the call"
    return TransientEngineError("; ".join([what, *unreadable[:3]]))


def _errors(batch: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = batch.get("errors")
    data = found.get("data") if isinstance(found, dict) else None
    return [x for x in data if isinstance(x, dict)] if isinstance(data, list) else []


def _codes(batch: Mapping[str, Any]) -> set[str]:
    return {str(error.get("code")) for error in _errors(batch)}


def _time(value: Any) -> float:
    """A time in seconds since 1970, as a number or its digits; 0 where there is none."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return found if math.isfinite(found) else 0.0
