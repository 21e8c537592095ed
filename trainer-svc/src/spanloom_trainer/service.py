"""The trainer, wired."""

from __future__ import annotations

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

GROUP = "trainer"


def build(runtime: Runtime) -> Parts:
    """The trainer's threads and routes."""
    settings, db, bus = runtime.settings, runtime.db, runtime.bus
    if not settings.models_folder.exists():
        private_folder(settings.models_folder)
    slots = make_slots(
        settings.models_folder,
        settings.concurrent_jobs,
        silence_s=settings.training_silence_s,
        stall_s=settings.training_stall_s,
    )
    worker = TrainerWorker(
        db, slots, holder=runtime.holder, lease=runtime.lease, renew_s=settings.renew_s,
        models=settings.models_folder, min_free_bytes=settings.models_min_free_bytes,
        turns={f"cuda:{i}": turn_on(db, settings, gpu, holder=f"{runtime.holder}/{i}") for i, gpu in enumerate(gpus())},
    )  # fmt: skip
    loop = Consuming(
        db, bus, JOBS, GROUP, JobMessage, worker.handle,
        room=worker.room, backoff_s=(settings.backoff_s, settings.backoff_max_s),
    )  # fmt: skip
    parts = Parts("trainer", 8003)
    parts.add("consume", loop.run)
    parts.add("renew", worker.keeper.run)
    for device, turn in worker.devices.turns.items():
        parts.add(f"turns-{device}", turn.run)
        parts.on_stop.append(turn.close)  # after the worker's stop: closers run from the last to the first
    parts.add("relay-jobs", Relay(db, bus, "jobs", runtime.lease).run)
    parts.add("relay-evaluations", Relay(db, bus, "evaluations", runtime.lease).run)
    parts.add("sweep", Sweeper(db, runtime.lease, every_s=settings.sweep_s, fail={"jobs": give_up}).run)
    parts.add("models", Housekeeping(db, settings.models_folder, every_s=settings.sweep_s).run)
    tagging = TagChild(settings.models_folder)
    parts.add("tagging", tagging.run)
    parts.routers += [job_routes(db), model_routes(db, tagging, max_tag_bytes=settings.max_tag_bytes)]
    parts.checks.update(consuming_checks({"jobs": loop}))
    parts.checks["models"] = worker.disk.problem
    parts.checks["training"] = worker.devices.problem
    parts.on_stop += [tagging.close, worker.stop]
    return parts
