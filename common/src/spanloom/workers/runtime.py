"""What a service is made of, and how it is run: the one place where settings become database, bus and threads."""

from __future__ import annotations

import os
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from fastapi import APIRouter
from sqlalchemy import Engine

from spanloom.bus import Bus, open_bus
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.training import EncoderSpec
from spanloom.errors import BusError, SettingsError, StoreError
from spanloom.http import create_app
from spanloom.lifecycle import FunctionWorker, Service, Worker, main
from spanloom.outage_lines import DATABASE
from spanloom.own_key import with_own_key
from spanloom.settings import Settings, load_settings
from spanloom.store.db import connect
from spanloom.store.migrate import fits
from spanloom.store.work import Lease
from spanloom.workers.consume import Consuming
from spanloom.workers.outage import is_transient

log = structlog.stdlib.get_logger(__name__)

Check = Callable[[], str | None]
WRONG_SETTINGS = 2


@dataclass(frozen=True)
class Runtime:
    """What every service stands on."""

    settings: Settings
    db: Engine
    bus: Bus
    holder: str
    lease: Lease
    too_large: Callable[[RunSpec], str | None] = lambda _: None
    """Why a run would not fit on this machine, where models are kept on it."""
    encoder_problem: Callable[[EncoderSpec], str | None] | None = None
    """Why a training could not start from an encoder, where encoders are loaded on this machine."""


@dataclass
class Parts:
    """What a service brings: its name, port, threads, routes, readiness checks and what to close at the end."""

    name: str
    port: int
    workers: list[Worker] = field(default_factory=list)
    routers: list[APIRouter] = field(default_factory=list)
    checks: dict[str, Check] = field(default_factory=dict)
    on_stop: list[Callable[[], object]] = field(default_factory=list)

    def add(self, name: str, run: Callable[[threading.Event], None]) -> None:
        """One more thread."""
        self.workers.append(FunctionWorker(f"{self.name}-{name}", run))


Build = Callable[[Runtime], Parts]


def open_runtime(settings: Settings, database_url: str, *, services: int = 1) -> Runtime:
    """Connect the parts. Nothing is reached yet, so a database or broker may come up later.

    A process of several `services` has so many times the connections of one: each relay holds one for good.
    """
    return Runtime(
        settings=settings,
        db=connect(
            database_url,
            pool_size=settings.database_pool * services,
            timeout_s=settings.database_timeout_s,
            statement_s=settings.statement_s,
        ),
        bus=open_bus(settings.bus_url, settings.bus_settings()),
        holder=f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}",
        lease=Lease(
            lease_s=settings.lease_s,
            max_attempts=settings.max_attempts,
            max_crashes=settings.max_crashes,
            republish_after_s=settings.republish_after_s,
            ahead=settings.ahead,
        ),
    )


def base_checks(runtime: Runtime) -> dict[str, Check]:
    """Readiness of what every service needs: a database whose schema fits, and the bus."""

    def database() -> str | None:
        try:
            return fits(runtime.db)
        except Exception as error:
            if not is_transient(error):
                raise
            # /readyz is open to all: where the database is, and as whom it is asked, goes to the log alone.
            log.warning("database away", part=DATABASE, error=" ".join(str(error).split())[:300])
            return "the database does not answer; the log tells more"

    def bus() -> str | None:
        try:
            runtime.bus.ping()
        except BusError as error:
            return str(error)
        return None

    return {"database": database, "bus": bus}


def gated(runtime: Runtime, worker: Worker, every_s: float = 1.0) -> Worker:
    """The worker, held back until the schema fits and the topics are there."""
    check = base_checks(runtime)

    def run(stop: threading.Event) -> None:
        while not stop.is_set():
            if check["database"]() is None and check["bus"]() is None:
                runtime.bus.ensure_topics()
                worker.run(stop)
                return
            stop.wait(every_s)

    return FunctionWorker(worker.name, run)


def service_of(runtime: Runtime, parts: Sequence[Parts], *, name: str, port: int) -> Service:
    """One process's service out of one service's parts, or all four's."""
    checks: Mapping[str, Check] = {**base_checks(runtime), **{k: v for p in parts for k, v in p.checks.items()}}
    app = create_app(
        name, settings=runtime.settings, ready_checks=checks, routers=[r for p in parts for r in p.routers]
    )
    return Service(
        name,
        settings=runtime.settings,
        app=app,
        workers=[gated(runtime, worker) for p in parts for worker in p.workers],
        on_stop=[runtime.db.dispose, runtime.bus.close, *(close for p in parts for close in p.on_stop)],
        default_port=port,
    )


def serve(build: Build) -> None:
    """A service's `__main__`: settings from the environment, parts, run until SIGTERM.

    Settings that are wrong, a port that is taken among them, are said on stderr and end it with 2.
    """
    try:
        settings = with_own_key(load_settings())
        url = settings.database()
        if url is None:
            raise SettingsError(
                "DATABASE_URL is not set; a service of its own needs PostgreSQL (`spanloom up` brings one along)"
            )
        runtime = open_runtime(settings, url)
        parts = build(runtime)
        main(service_of(runtime, [parts], name=parts.name, port=parts.port))
    except (SettingsError, StoreError) as error:
        print(error, file=sys.stderr)
        sys.exit(WRONG_SETTINGS)


def consuming_checks(loops: Mapping[str, Consuming]) -> dict[str, Check]:  # type: ignore[type-arg]
    """Readiness of consuming loops: what an outage they wait out says."""
    return {name: (lambda loop=loop: loop.outage.problem) for name, loop in loops.items()}  # type: ignore[misc]
