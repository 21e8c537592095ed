"""The life of a service: its workers and its HTTP server start together, and stop together in time.

A worker is a thread that runs until its stop event is set. One that dies of an error is logged, counted and started
again after a pause that doubles; it is never silently gone.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType, TracebackType
from typing import Any, Protocol, Self

import structlog
import uvicorn

from spanloom.errors import SettingsError
from spanloom.http.deadlines import with_deadlines
from spanloom.settings import Settings, unknown_variables
from spanloom.telemetry import WORKER_RESTARTS, WORKERS_UP, configure_logging

log = structlog.stdlib.get_logger(__name__)

KEEP_ALIVE_S = 75
"""How long an idle connection stays open, longer than clients keep theirs: closing first can meet a request on its way,
which then fails without an answer."""
HEALTHY_AFTER_S = 60.0
"""A worker that ran for so long starts again without the pauses its earlier deaths earned it."""


class Worker(Protocol):
    """Something that runs in a thread of its own until `stop` is set, then returns soon."""

    @property
    def name(self) -> str:
        """Its name in logs and metrics."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set. An error raised is logged, and the worker run again."""


class FunctionWorker:
    """A plain function as a worker."""

    def __init__(self, name: str, run: Callable[[threading.Event], None]) -> None:
        self.name, self._run = name, run

    def run(self, stop: threading.Event) -> None:
        """Call the function."""
        self._run(stop)


class Service:
    """Runs workers and an app in one process.

    `run()` is a process's whole life: SIGTERM or SIGINT stops it, and it returns the exit code, 0 when everything
    stopped within the grace period. `start()` and `stop()` are the same in parts, for tests and for `with`.
    `on_stop` runs last, in reverse order, whatever happened: close there what outlives the workers.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        app: Any = None,
        workers: Sequence[Worker] = (),
        on_stop: Sequence[Callable[[], object]] = (),
        default_port: int = 8000,
    ) -> None:
        self.name, self.settings, self.app = name, settings, app
        self.stopping = threading.Event()
        self._workers, self._on_stop, self._default_port = list(workers), list(on_stop), default_port
        self._threads: list[threading.Thread] = []
        self._server: uvicorn.Server | None = None
        self._address: tuple[str, int] | None = None
        self._hurry = threading.Event()

    def add(self, worker: Worker) -> None:
        """One more worker, before the start."""
        self._workers.append(worker)

    @property
    def url(self) -> str:
        """Where the app listens, once started."""
        if self._address is None:
            raise RuntimeError(f"{self.name} has no app, or was not started")
        host, port = self._address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def run(self) -> int:
        """Start, wait for SIGTERM or SIGINT, stop. Returns the process's exit code."""
        configure_logging(self.name, level=self.settings.log_level, form=self.settings.log_format)
        for line in unknown_variables(os.environ):
            log.warning("unknown setting", detail=line)
        previous = {sig: signal.signal(sig, self._on_signal) for sig in (signal.SIGTERM, signal.SIGINT)}
        try:
            self.start()
            # Waiting with a timeout keeps the main thread able to run signal handlers on every platform.
            while not self.stopping.wait(1.0):
                if self._server is not None and not self._threads[0].is_alive():
                    log.error("http server died")
                    return 1
            return 0 if self.stop() else 1
        finally:
            self.stop()
            for sig, handler in previous.items():
                signal.signal(sig, handler)

    def start(self) -> Self:
        """Bind the port, start the server and the workers. Raises SettingsError when the port is taken."""
        if self.app is not None:
            bound = _bind(self.settings.host, self._default_port if self.settings.port is None else self.settings.port)
            self._address = bound.getsockname()[:2]
            self._server = uvicorn.Server(
                uvicorn.Config(
                    self.app,
                    http=with_deadlines(self.settings.head_s, self.settings.body_s),
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    # Else whoever is on this machine could name another address for each guess of the key.
                    proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
                    timeout_keep_alive=KEEP_ALIVE_S,
                    timeout_graceful_shutdown=max(int(self.settings.grace_s / 2), 1),
                )
            )
            self._spawn("http", partial(self._server.run, sockets=[bound]))
            log.info("listening", url=self.url)
        for worker in self._workers:
            self._spawn(worker.name, partial(self._supervise, worker))
        return self

    def stop(self) -> bool:
        """Stop everything. True when all of it stopped within the grace period; safe to call twice."""
        self.stopping.set()
        if self.app is not None and hasattr(self.app, "state"):
            getattr(self.app.state, "stopping", self.stopping).set()
        if self._server is not None:
            self._server.should_exit = True
        until = time.monotonic() + self.settings.grace_s
        for thread in self._threads:
            while thread.is_alive() and time.monotonic() < until and not self._hurry.is_set():
                thread.join(0.1)
        left = [thread.name for thread in self._threads if thread.is_alive()]
        if left:
            log.error("not stopped", threads=left, grace_s=self.settings.grace_s)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        while self._on_stop:
            try:
                self._on_stop.pop()()
            except Exception as error:  # each closer gets its turn, each failure is logged
                log.exception("close failed", exc_info=error)
        return not left

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.stopping.is_set():
            self._hurry.set()
        self.stopping.set()

    def _spawn(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _supervise(self, worker: Worker) -> None:
        deaths = 0
        while not self.stopping.is_set():
            began = time.monotonic()
            WORKERS_UP.labels(worker.name).inc()
            try:
                worker.run(self.stopping)
                if self.stopping.is_set():
                    return
                log.error("worker returned", worker=worker.name)
            # The outermost loop of a worker. SystemExit too: raised in a thread it would end it without a word.
            except (Exception, SystemExit) as error:  # logged, counted, started again
                log.exception("worker died", worker=worker.name, exc_info=error)
            finally:
                WORKERS_UP.labels(worker.name).dec()
            WORKER_RESTARTS.labels(worker.name).inc()
            deaths = 1 if time.monotonic() - began > HEALTHY_AFTER_S else deaths + 1
            self.stopping.wait(self._pause(deaths))

    def _pause(self, deaths: int) -> float:
        """Seconds before start number `deaths` + 1: doubling, bounded, and spread so that replicas do not march."""
        pause = min(self.settings.restart_s * 2.0 ** min(deaths - 1, 30), self.settings.restart_max_s)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311  no secret


def main(service: Service) -> None:
    """A service's `__main__`: run it and exit with its code, even when a thread would not stop."""
    code = service.run()
    sys.stdout.flush()
    sys.stderr.flush()
    if code:
        os._exit(code)  # a thread is stuck: waiting for it at exit would outlive the grace period
    sys.exit(0)


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, proto)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(2048)
        except OSError:
            sock.close()
            raise
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; set SPANLOOM_HOST and SPANLOOM_PORT"
        ) from None
    return sock
