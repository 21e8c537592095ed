"""The trainer, wired."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import structlog

from spanloom.bus.topics import JOBS
from spanloom.contracts.messages import JobMessage
from spanloom.gpu.card import gpus
from spanloom.gpu.turn import turn_on
from spanloom.private import private_folder
from spanloom.workers.consume import Consuming
from spanloom.workers.relay import Relay, Sweeper
from spanloom.workers.runtime import Parts, Runtime, consuming_checks
from spanloom_trainer.api.jobs import job_routes
from spanloom_trainer.api.models import model_routes
from spanloom_trainer.models.store import Housekeeping
from spanloom_trainer.process.devices import make_slots
from spanloom_trainer.process.tag_child import TagChild
from spanloom_trainer.transitions import give_up
from spanloom_trainer.worker import TrainerWorker

log = structlog.stdlib.get_logger(__name__)
GROUP = "trainer"


def build(runtime: Runtime) -> Parts:
    """The trainer's threads and routes, as far as `SPANLOOM_ROLE` asks for them."""
    settings, db, bus = runtime.settings, runtime.db, runtime.bus
    if not settings.models_folder.exists():
        private_folder(settings.models_folder)
    parts = Parts("trainer", 8003)
    if settings.role in ("all", "worker"):
        add_training(parts, runtime)
    parts.add("relay-jobs", Relay(db, bus, "jobs", runtime.lease).run)
    parts.add("relay-evaluations", Relay(db, bus, "evaluations", runtime.lease).run)
    parts.add("sweep", Sweeper(db, runtime.lease, every_s=settings.sweep_s, fail={"jobs": give_up}).run)
    if settings.role in ("all", "api"):
        add_api(parts, runtime)
    return parts


def add_api(parts: Parts, runtime: Runtime) -> None:
    """Routes, tagging, and the order of the models' folder: they are there while nothing is trained too."""
    settings, db = runtime.settings, runtime.db
    parts.add("models", Housekeeping(db, settings.models_folder, every_s=settings.sweep_s).run)
    tagging = TagChild(settings.models_folder)
    parts.add("tagging", tagging.run)
    parts.routers += [job_routes(db), model_routes(db, tagging, max_tag_bytes=settings.max_tag_bytes)]
    parts.on_stop.append(tagging.close)


def add_training(parts: Parts, runtime: Runtime) -> None:
    """The slots, and what keeps their work coming and going."""
    settings, db, bus = runtime.settings, runtime.db, runtime.bus
    slots = make_slots(
        settings.models_folder,
        settings.concurrent_jobs,
        together=settings.arms_at_once,
        silence_s=settings.training_silence_s,
        stall_s=settings.training_stall_s,
    )
    worker = TrainerWorker(
        db, slots, holder=runtime.holder, lease=runtime.lease, renew_s=settings.renew_s,
        models=settings.models_folder, min_free_bytes=settings.models_min_free_bytes, save_s=0.8 * settings.grace_s,
        turns={f"cuda:{i}": turn_on(db, settings, gpu, holder=f"{runtime.holder}/{i}") for i, gpu in enumerate(gpus())},
    )  # fmt: skip
    loop = Consuming(
        db, bus, JOBS, GROUP, JobMessage, worker.handle,
        room=worker.room, backoff_s=(settings.backoff_s, settings.backoff_max_s),
    )  # fmt: skip
    parts.add("consume", loop.run)
    parts.add("renew", worker.keeper.run)
    if settings.idle_exit_s is not None:
        parts.add("idle", partial(end_when_idle, worker.busy, settings.idle_exit_s))
    for device, turn in worker.devices.turns.items():
        parts.add(f"turns-{device}", turn.run)
        parts.on_stop.append(turn.close)  # after the worker's stop: closers run from the last to the first
    parts.checks.update(consuming_checks({"jobs": loop}))
    parts.checks["models"] = worker.disk.problem
    parts.checks["training"] = worker.devices.problem
    parts.on_stop.append(worker.stop)


def end_when_idle(busy: Callable[[], bool], idle_s: float, stop: threading.Event) -> None:
    """End the service, as SIGTERM does, once it has trained nothing for `idle_s` seconds: a pod made for the jobs that
    wait goes by itself, and no scaler has to choose one that is at work."""
    last = time.monotonic()
    while not stop.wait(min(1.0, idle_s / 4)):
        if busy():
            last = time.monotonic()
        elif time.monotonic() - last >= idle_s:
            log.info("no job, so it ends", idle_s=idle_s)
            stop.set()
