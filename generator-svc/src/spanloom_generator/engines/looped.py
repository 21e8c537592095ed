"""An engine whose calls are coroutines on an event loop of its own, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from abc import abstractmethod
from collections.abc import Collection
from concurrent.futures import Future
from typing import Any

from spanloom.errors import PermanentEngineError
from spanloom_generator.engines.port import CallRequest, CallResult, Engine


class LoopEngine(Engine):
    """Takes `most` calls at once. Subclasses write `_call`, and `start`, which calls `_start_loop`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._calls: dict[str, Future[CallResult]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @abstractmethod
    async def _call(self, request: CallRequest) -> CallResult:
        """One call; a cancelled one ends with asyncio.CancelledError."""

    def _admit(self) -> None:
        """Raises PermanentEngineError where no further call may be made."""

    def _ended(self, future: Future[CallResult], *, idle: bool) -> None:
        """Hears of each call that ended, in the thread that ended it; `idle`: it was the last one."""

    async def _free(self) -> None:
        """Gives back what `start` took, once no call is in flight; runs in the loop."""

    def _start_loop(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.new_event_loop()
        name = f"{self.name} {self.model}"
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()
        return self._loop

    def room(self) -> int:
        with self._lock:
            return self.most - len(self._calls)

    def submit(self, request: CallRequest) -> Future[CallResult]:
        """Start one call; its future fails at once when the engine is not running or takes no more."""
        try:
            if self._loop is None:
                raise PermanentEngineError("the engine was not started, or is closed")
            self._admit()
        except PermanentEngineError as error:
            failed: Future[CallResult] = Future()
            failed.set_exception(error)
            return failed
        with self._lock:  # so that nobody sees the call run and not among the calls
            future = asyncio.run_coroutine_threadsafe(self._run(request), self._loop)
            self._calls[request.prompt_id] = future
        future.add_done_callback(lambda done: self._forget(request.prompt_id, done))
        return future

    async def _run(self, request: CallRequest) -> CallResult:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a coroutine of a loop
        self._tasks.add(task)
        try:
            return await self._call(request)
        finally:
            self._tasks.discard(task)

    def _forget(self, prompt_id: str, future: Future[CallResult]) -> None:
        with self._lock:
            if self._calls.get(prompt_id) is future:
                del self._calls[prompt_id]
            idle = not self._calls
        self._ended(future, idle=idle)

    def cancel(self, prompt_ids: Collection[str]) -> None:
        wanted = set(prompt_ids)
        with self._lock:  # those that wait first, or they would take the places of the others
            futures = [future for prompt_id, future in reversed(self._calls.items()) if prompt_id in wanted]
        for future in futures:
            future.cancel()

    def window(self) -> int | None:
        return None

    def close(self) -> None:
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        with self._lock:
            left = list(self._calls)
        self.cancel(left)
        asyncio.run_coroutine_threadsafe(self._shut(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    async def _shut(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._free()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
