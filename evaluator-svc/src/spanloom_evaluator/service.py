"""The evaluator, wired."""

from __future__ import annotations

import threading

from spanloom.bus.topics import EVALUATIONS
from spanloom.contracts.messages import EvaluationMessage
from spanloom.workers.consume import Consuming
from spanloom.workers.relay import ResultRelay, Sweeper
from spanloom.workers.runtime import Parts, Runtime, consuming_checks
from spanloom_evaluator.api.advice import advice_routes
from spanloom_evaluator.api.results import result_routes
from spanloom_evaluator.api.views import view_routes
from spanloom_evaluator.score import check
from spanloom_evaluator.web.site import page_routes
from spanloom_evaluator.worker import EvaluatorWorker, give_up

GROUP = "evaluator"


def build(runtime: Runtime) -> Parts:
    """The evaluator's threads and routes."""
    settings, db, bus = runtime.settings, runtime.db, runtime.bus
    worker = EvaluatorWorker(db, holder=runtime.holder, lease=runtime.lease)
    loop = Consuming(
        db, bus, EVALUATIONS, GROUP, EvaluationMessage, worker.handle,
        room=lambda: 20, backoff_s=(settings.backoff_s, settings.backoff_max_s),
    )  # fmt: skip
    parts = Parts("evaluator", 8004)

    def consume(stop: threading.Event) -> None:
        check.load()
        loop.run(stop)

    parts.add("consume", consume)
    parts.add("relay-results", ResultRelay(db, bus, runtime.lease).run)
    parts.add("sweep", Sweeper(db, runtime.lease, every_s=settings.sweep_s, fail={"evaluations": give_up}).run)
    parts.routers += [result_routes(db), advice_routes(db), view_routes(db), page_routes(db, settings)]
    parts.checks.update(consuming_checks({"evaluations": loop}))
    return parts
