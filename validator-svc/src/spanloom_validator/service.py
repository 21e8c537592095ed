"""The validator, wired."""

from __future__ import annotations

import threading

from spanloom.bus.topics import COMPLETIONS
from spanloom.contracts.messages import CompletionMessage
from spanloom.workers.consume import Consuming
from spanloom.workers.relay import Relay, Sweeper
from spanloom.workers.runtime import Parts, Runtime, consuming_checks
from spanloom_validator.api import dataset_routes
from spanloom_validator.duplicates import near
from spanloom_validator.judge import languages
from spanloom_validator.worker import ValidatorWorker

GROUP = "validator"
BATCH = 50
"""Completions a transaction: about a thousand candidates."""


def build(runtime: Runtime) -> Parts:
    """The validator's threads and routes."""
    settings, db, bus = runtime.settings, runtime.db, runtime.bus
    worker = ValidatorWorker(db)
    loop = Consuming(
        db, bus, COMPLETIONS, GROUP, CompletionMessage, worker.handle,
        room=lambda: BATCH, backoff_s=(settings.backoff_s, settings.backoff_max_s), give_up=worker.give_up,
    )  # fmt: skip

    def consume(stop: threading.Event) -> None:
        languages.load()
        near.load()
        loop.run(stop)

    parts = Parts("validator", 8002)
    parts.add("consume", consume)
    parts.add("relay-jobs", Relay(db, bus, "jobs", runtime.lease).run)
    parts.add("sweep", Sweeper(db, runtime.lease, every_s=settings.sweep_s).run)
    parts.routers.append(dataset_routes(db, settings.refuses_encoder))
    parts.checks.update(consuming_checks({"completions": loop}))
    return parts
