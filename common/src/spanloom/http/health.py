"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from threading import Event, Lock
from typing import Literal

import structlog
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from spanloom.errors import SpanloomError
from spanloom.http.problems import ProblemError
from spanloom.telemetry import READY

log = structlog.stdlib.get_logger(__name__)

Check = Callable[[], str | None]
"""None when all is well, else what is missing and what to do. May block; may raise."""

PATIENCE_S = 3.0


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    service: str
    version: str


class Ready(BaseModel):
    """Every check passed."""

    status: Literal["ready"] = "ready"
    service: str
    checks: dict[str, Literal["ok"]]


class ReadyChecks:
    """Runs the named checks side by side, each at most once at a time, and waits at most `PATIENCE_S` for all."""

    def __init__(self, service: str, checks: Mapping[str, Check]) -> None:
        self._service, self._checks = service, dict(checks)
        self._pool = ThreadPoolExecutor(max_workers=max(len(checks), 1), thread_name_prefix="ready")
        self._running: dict[str, tuple[Future[str | None], float]] = {}
        self._lock = Lock()

    def missing(self) -> dict[str, str]:
        """What is missing by check; empty when the service is ready."""
        with self._lock:
            for name, check in self._checks.items():
                if name not in self._running:
                    self._running[name] = self._pool.submit(check), time.monotonic()
            running = dict(self._running)
        until = time.monotonic() + PATIENCE_S
        found = {}
        for name, (future, began) in running.items():
            try:
                what = future.result(timeout=max(until - time.monotonic(), 0))
            except Late:
                found[name] = f"no answer for {time.monotonic() - began:.0f} s"
                continue
            except SpanloomError as error:
                what = str(error)
            except Exception as error:  # a check that breaks is a part that is not ready; logged whole
                log.warning("check failed", check=name, exc_info=error)
                what = f"the check failed: {type(error).__name__}"
            with self._lock:
                if self._running.get(name, (None,))[0] is future:
                    del self._running[name]
            if what:
                found[name] = what
        for name in running:
            READY.labels(self._service, name).set(name not in found)
        return found

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def health_routes(service: str, version: str, checks: ReadyChecks, names: list[str], stopping: Event) -> APIRouter:
    """The routes operators and orchestrators read. `stopping` makes a service unready while it drains."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Whether the process answers")
    async def healthz() -> Alive:
        return Alive(service=service, version=version)

    @router.get("/readyz", summary="Whether the service can do its work, and what is missing")
    async def readyz() -> Ready:
        if stopping.is_set():
            raise ProblemError(503, "stopping", problems=[("lifecycle", "the service is stopping")])
        missing = await asyncio.to_thread(checks.missing)
        if missing:
            raise ProblemError(503, f"not ready: {', '.join(missing)}", problems=list(missing.items()))
        return Ready(service=service, checks=dict.fromkeys(names, "ok"))

    @router.get("/metrics", summary="Metrics in Prometheus' text format", response_class=Response)
    def metrics() -> Response:
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
