"""An engine that shares its GPUs: calls wait for its turn, and at the turn's end it sleeps or ends.

The calls stay the caller's futures throughout: those that a turn's end cuts off are made again in the next turn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

import structlog

from spanloom.errors import SpanloomError
from spanloom.gpu.turn import DeviceTurn
from spanloom_generator.engines.port import CallRequest, CallResult, Engine

log = structlog.stdlib.get_logger(__name__)
LOOK_S = 0.1
"""How often it is looked whether calls came, ended, or the turn is over."""


class TurnedEngine(Engine):
    """`inner` runs only while all `turns`, one a GPU, are ours; they are entered in order, so that nobody deadlocks.

    At a turn's end the calls in flight have a quarter of the handover's time to finish, and as long again to end once
    they are cut off. Idle it keeps the GPUs until another asks for them.
    """

    def __init__(self, inner: Engine, turns: Sequence[DeviceTurn]) -> None:
        self.inner, self.turns = inner, list(turns)
        self.name, self.model = inner.name, inner.model
        self.drain_s = min(turn.handover_s for turn in turns) / 4
        for turn in self.turns:
            turn.let_go = inner.rest
        self._calls: dict[str, tuple[CallRequest, Future[CallResult]]] = {}
        self._running: dict[str, Future[CallResult]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Be ready for calls; the model is loaded in the first turn."""
        if self._threads:
            return
        self._stop.clear()
        loops = [(f"turns on {turn.file.device}", partial(turn.run, self._stop)) for turn in self.turns]
        for name, loop in [*loops, (f"calls of {self.model}", self._run)]:
            thread = threading.Thread(target=self._kept_up, args=(loop,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def room(self) -> int:
        with self._lock:
            waiting = len(self._calls) - len(self._running)
        return max(0, self.inner.room() - waiting)

    def submit(self, request: CallRequest) -> Future[CallResult]:
        future: Future[CallResult] = Future()
        with self._lock:
            self._calls[request.prompt_id] = (request, future)
        future.add_done_callback(partial(self._forget, request.prompt_id))
        return future

    def waiting(self) -> Collection[str]:
        with self._lock:
            return (self._calls.keys() - self._running.keys()) | set(self.inner.waiting())

    def cancel(self, prompt_ids: Collection[str]) -> None:
        with self._lock:
            futures = [self._calls[prompt_id][1] for prompt_id in prompt_ids if prompt_id in self._calls]
        for future in futures:
            future.cancel()
        self.inner.cancel(prompt_ids)

    def window(self) -> int | None:
        return self.inner.window()

    def rest(self) -> None:
        """Nothing of its own: the turns let it rest."""

    def loading(self) -> bool:
        return self.inner.loading()

    def processes(self) -> list[int]:
        return self.inner.processes()

    def close(self) -> None:
        self._stop.set()
        with self._lock:
            left = list(self._calls)
        self.cancel(left)
        for thread in self._threads:
            thread.join()
        self._threads = []
        self.inner.close()
        for turn in self.turns:
            turn.close()

    def _kept_up(self, loop: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                loop()
            except Exception:
                log.exception("a shared engine's thread failed", model=self.model)
                self._stop.wait(1.0)

    def _forget(self, prompt_id: str, future: Future[CallResult]) -> None:
        with self._lock:
            if prompt_id in self._calls and self._calls[prompt_id][1] is future:
                del self._calls[prompt_id]

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            if self._calls:
                self._take_a_turn()

    def _take_a_turn(self) -> None:
        with ExitStack() as entered:
            for turn in self.turns:
                if not entered.enter_context(turn.used(give_up=lambda: self._stop.is_set() or not self._calls)):
                    return
            try:
                with self._loading():
                    self.inner.start()
            except (SpanloomError, OSError) as error:
                self._fail_all(error)
                return
            self._work()
            self._drain()

    @contextmanager
    def _loading(self) -> Iterator[None]:
        """What is loaded within is no part of the turns."""
        with ExitStack() as loading:
            for turn in self.turns:
                loading.enter_context(turn.loading(self.inner.processes))
            yield

    def _over(self) -> bool:
        return self._stop.is_set() or any(turn.over for turn in self.turns)

    def _work(self) -> None:
        """Make calls until there are none, or a turn is over, or the engine is closed."""
        named: list[int] = []
        while self._calls and not self._over():
            if self.inner.loading():  # again: it died
                self._wait_for_load()
                continue
            for prompt_id, (request, future) in self._waiting():
                inner = self.inner.submit(request)
                with self._lock:
                    self._running[prompt_id] = inner
                inner.add_done_callback(partial(self._pass_on, prompt_id, future))
            if (now := self.inner.processes()) != named:
                named = now
                for turn in self.turns:
                    turn.name(named)
            self._stop.wait(LOOK_S)

    def _wait_for_load(self) -> None:
        with self._loading():
            while self.inner.loading() and not self._over():
                self._stop.wait(LOOK_S)

    def _waiting(self) -> list[tuple[str, tuple[CallRequest, Future[CallResult]]]]:
        with self._lock:
            return [item for item in self._calls.items() if item[0] not in self._running]

    def _pass_on(self, prompt_id: str, future: Future[CallResult], inner: Future[CallResult]) -> None:
        with self._lock:
            if self._running.get(prompt_id) is inner:
                del self._running[prompt_id]
        if inner.cancelled():
            return  # cut off, to be made again; a call that its caller cancelled is no longer among ours
        error = inner.exception()
        with suppress(InvalidStateError):  # its caller has cancelled it in this moment
            future.set_exception(error) if error is not None else future.set_result(inner.result())

    def _drain(self) -> None:
        """Let calls in flight finish, then cut off those that do not."""
        self._wait_until_still()
        with self._lock:
            left = list(self._running)
        if left:
            log.info("calls cut off, to be made again", model=self.model, count=len(left))
            self.inner.cancel(left)
            self._wait_until_still()

    def _wait_until_still(self) -> None:
        until = time.monotonic() + self.drain_s
        while self._running and time.monotonic() < until and not self._stop.wait(LOOK_S / 5):
            pass

    def _fail_all(self, error: Exception) -> None:
        for _, (_, future) in self._waiting():
            with suppress(InvalidStateError):
                future.set_exception(error)
