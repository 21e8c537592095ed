"""All four services in one process, on PostgreSQL from the wheel and a bus in memory."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import structlog

from spanloom.data.encoder_check import encoder_problem
from spanloom.lifecycle import FunctionWorker, Service
from spanloom.plan import disk_shortage
from spanloom.settings import Settings
from spanloom.store import work
from spanloom.store.migrate import upgrade
from spanloom.workers.runtime import Parts, Runtime, open_runtime, service_of
from spanloom_embedded.postgres import EmbeddedPostgres
from spanloom_evaluator import service as evaluator
from spanloom_generator import service as generator
from spanloom_trainer import service as trainer
from spanloom_validator import service as validator

log = structlog.stdlib.get_logger(__name__)

PORT = 8000
BUILDS = (generator.build, validator.build, trainer.build, evaluator.build)


def all_parts(runtime: Runtime) -> list[Parts]:
    """The four services' parts over one runtime."""
    return [build(runtime) for build in BUILDS]


@contextmanager
def embedded(settings: Settings) -> Iterator[Service]:
    """Everything, ready to be started or run: database up and migrated, topics made, four services wired.

    With DATABASE_URL set that database is used; else one in `settings.home`. What a process that died here had under
    way is published again. Raises Conflict when another process holds the folder, saying where it serves.
    """
    with ExitStack() as stack:
        url = settings.database()
        postgres = None
        if url is None:
            on = settings.home / "postgres"
            postgres = stack.enter_context(EmbeddedPostgres(on, home=settings.home, on_lost=_exit))
            url = postgres.url
        upgrade(url)
        folder, keep_free = settings.models_folder, settings.models_min_free_bytes
        runtime = replace(
            open_runtime(settings, url, services=len(BUILDS)),
            too_large=lambda spec: disk_shortage(spec, folder, keep_free=keep_free),
            encoder_problem=lambda encoder: encoder_problem(encoder, settings.cache),
        )
        if settings.bus_url.startswith("memory://"):
            with runtime.db.begin() as connection:
                work.unpublish(connection, holders_are_dead=postgres is not None)
        runtime.bus.ensure_topics()
        service = service_of(runtime, all_parts(runtime), name="spanloom", port=PORT)
        if postgres is not None:
            service.add(FunctionWorker("announce", _announcing(postgres, service)))
        yield service


def _exit(said: str) -> None:
    """End this process at once, with one message: every worker would only meet the same error again and again."""
    log.critical("data folder gone", detail=said)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _announcing(postgres: EmbeddedPostgres, service: Service) -> Callable[[threading.Event], None]:
    """Writes down where this process serves, for the error that a second one on the same folder gets."""

    def run(stop: threading.Event) -> None:
        postgres.announce(service.url)
        stop.wait()

    return run
