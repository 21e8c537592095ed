"""The trainer's worker: claims jobs while a slot is free, trains them in child processes, stores what they give."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine

from spanloom import telemetry
from spanloom.contracts.arms import Arm
from spanloom.contracts.encoders import job_disk_bytes, job_memory_bytes
from spanloom.contracts.messages import JobMessage
from spanloom.data.split import split_of
from spanloom.errors import LeaseLost, SpanloomError
from spanloom.gpu.card import gpus
from spanloom.gpu.turn import DeviceTurn
from spanloom.ner.sentence import Sentence
from spanloom.plan import shortage
from spanloom.store import work
from spanloom.store.events import emit
from spanloom.store.settle import settle
from spanloom.store.work import Claim, Lease
from spanloom.workers.leases import LeaseKeeper
from spanloom.workers.outage import Outage, is_transient
from spanloom_trainer import records
from spanloom_trainer.errors import Cancelled, TrainingFailed
from spanloom_trainer.models import store as model_store
from spanloom_trainer.models.store import ExportedModel
from spanloom_trainer.predictions import predictions_of
from spanloom_trainer.process.memory import memory_of
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.records import BaseGone, JobData

log = structlog.stdlib.get_logger(__name__)
TABLE = "jobs"


class TrainerWorker:
    """Jobs in flight, one a slot. A claim is committed before the message is acked; the lease does the rest."""

    def __init__(
        self,
        db: Engine,
        slots: Sequence[Slot],
        *,
        holder: str,
        lease: Lease,
        renew_s: float,
        models: Path | None = None,
        min_free_bytes: int = 0,
        turns: Mapping[str, DeviceTurn] | None = None,
    ) -> None:
        self.db, self.holder, self.lease = db, holder, lease
        self.models, self.min_free_bytes, self.turns = models, min_free_bytes, dict(turns or {})
        for device, turn in self.turns.items():
            turn.let_go = partial(self._end_children, device)
        self.keeper = LeaseKeeper(db, TABLE, lease, renew_s=renew_s, on_lost=self._lost)
        self.slots = list(slots)
        self.stopping = threading.Event()
        self._free: list[Slot] = list(slots)
        self._stop_jobs: set[str] = set()
        self._short = ("", "", 0.0)  # the last job that found no space, why, and until when that is said
        seen = gpus()
        self.memory = {device: memory_of(device, seen) for device in {slot.device for slot in slots}}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(len(self.slots), thread_name_prefix="job")

    def space(self, needed: int = 0) -> str | None:
        """What is wrong with the space for models, None when there is enough for `needed` more bytes."""
        if self.models is None:
            return None
        wrong = shortage(needed, self.models, keep_free=self.min_free_bytes)
        return wrong and f"{wrong} (SPANLOOM_MODELS_MIN_FREE_BYTES); remove old models or enlarge the volume"

    def problem(self) -> str | None:
        """What keeps jobs from being trained, for /readyz: no space at all, or none for a job that had to wait."""
        wrong = self.space()
        if wrong is not None:
            return f"no job is taken: {wrong}"
        job, what, until = self._short
        return f"{job} waits: {what}" if time.monotonic() < until else None

    def room(self) -> int:
        """Slots that train nothing now; none while there is no space for a model."""
        if self.space() is not None:
            return 0
        with self._lock:
            return 0 if self.stopping.is_set() else len(self._free)

    def handle(self, messages: list[JobMessage]) -> None:
        """Claim jobs and start them; those that are done, held or cancelled are left alone."""
        with self.db.begin() as connection:
            claims = work.claim(connection, TABLE, [m.id for m in messages], holder=self.holder, lease=self.lease)
        for claim in claims:
            self.keeper.add(claim)
            with self._lock:
                self._stop_jobs.discard(claim.id)
                slot = self._free.pop()
            self._threads.submit(self._work, claim, slot)

    def _work(self, claim: Claim, slot: Slot) -> None:
        try:
            self._retrying(lambda: self._train(claim, slot))
        except Exception:
            log.exception("job failed", job=claim.id)
            self._retrying(lambda: self._again(claim, "an unexpected error; see the trainer's log"))
        finally:
            self.keeper.drop(claim)
            with self._lock:
                self._free.append(slot)

    def _train(self, claim: Claim, slot: Slot) -> None:
        try:
            with self.db.connect() as connection:
                data = records.job_data(connection, records.arm_of(connection, claim.id))
            if self._has_no_space(claim, data):
                return
            job = plain_job(claim, data)
            result = self._run_beside(claim, slot, data.arm, job)
        except Cancelled as why:
            self._hand_back(claim, str(why))
        except TrainingFailed as error:
            self._fail(claim, str(error)) if error.permanent else self._again(claim, str(error))
        except BaseGone as gone:
            self._pretrain_again(claim, gone)
        except SpanloomError as error:
            self._fail(claim, f"{type(error).__name__}: {error}")
        else:
            self._retrying(lambda: self._finish(claim, data, result))

    def _has_no_space(self, claim: Claim, data: JobData) -> bool:
        """Whether the disk has no room for the job's files; it is handed back then, and tried again in a while."""
        wrong = self.space(job_disk_bytes(data.arm.encoder, exports=data.export_policy.export) or 0)
        if wrong is None:
            return False
        self._wait_for_space(claim, wrong, reason=f"disk: {wrong}")
        log.warning("no space for a job", job=claim.id, reason=wrong)
        return True

    def _wait_for_space(self, claim: Claim, what: str, *, reason: str) -> None:
        """Hand a job back without spending an attempt, and say `what` it waits for."""
        pause = self.lease.lease_s
        self._short = (claim.id, what, time.monotonic() + 2 * pause)
        with self.db.begin() as connection:
            work.release(connection, TABLE, claim, reason=reason, pause_s=pause, spent=False)

    def _run_beside(self, claim: Claim, slot: Slot, arm: Arm, job: Mapping[str, Any]) -> dict[str, Any]:
        """Train once the device's memory has room for the arm beside those under way."""
        needed = job_memory_bytes(arm.encoder, arm.recipe)
        with self.memory[slot.device].held(needed, lambda: self._is_stopped(claim)) as entered:
            if not entered:
                raise Cancelled("stopped while it waited for memory")
            return self._run(claim, slot, job)

    def _is_stopped(self, claim: Claim) -> bool:
        return self.stopping.is_set() or claim.id in self._stop_jobs

    def _run(self, claim: Claim, slot: Slot, job: Mapping[str, Any]) -> dict[str, Any]:
        """Train in the slot; where its device is shared, in our turn on it. At the turn's end the training is saved."""

        stopped = partial(self._is_stopped, claim)

        def progress(told: Mapping[str, Any]) -> None:
            self._progress(claim, told)

        turn = self.turns.get(slot.device)
        if turn is None:
            return slot.run(job, progress, stopped)
        with turn.used(give_up=stopped) as entered:
            if not entered:
                raise Cancelled("stopped while it waited for the GPU")
            slot.start()
            turn.name([slot.pid] if slot.pid is not None else [])
            try:
                return slot.run(job, progress, lambda: stopped() or turn.overdue, lambda: turn.over)
            except Cancelled as why:
                if stopped() or not turn.over:
                    raise
                raise Cancelled("another has its turn on the GPU") from why

    def _end_children(self, device: str) -> None:
        for slot in self.slots:
            if slot.device == device:
                slot.close()

    def _retrying(self, action: Any) -> None:
        """Run an action, waiting out outages: a finished training is worth the patience."""
        outage = Outage(most_s=self.lease.lease_s)
        while True:
            try:
                action()
                return
            except Exception as error:
                if not is_transient(error) or self.stopping.wait(outage.note(error)):
                    raise

    def _finish(self, claim: Claim, data: JobData, result: Mapping[str, Any]) -> None:
        arm = data.arm
        outcome = {**result, "tries": [{k: v for k, v in t.items() if k != "predictions"} for t in result["tries"]]}
        outcome.pop("training", None)
        exported = exported_model(data, result)
        gone: list[Path] = []
        try:
            with self.db.begin() as connection:
                work.finish(connection, TABLE, claim)
                records.write_result(connection, arm, claim.id, predictions_of(data, result), outcome)
                if exported is not None:
                    gone = model_store.put(connection, arm, claim.id, exported, data.export_policy.place)
                emit(connection, arm.run_id, "job", id=claim.id, state="done")
        except LeaseLost as error:
            log.info("late training dropped", error=str(error))
            model_store.discard_later([exported.folder] if exported is not None else [])
            return
        model_store.discard_later(gone)
        telemetry.WORK_SECONDS.labels(TABLE, "done").observe(float(result["seconds"]))
        telemetry.TRAINING_STEPS.labels(str(result.get("device", "unknown"))).inc(int(result["steps"]))
        settle(self.db, arm.run_id)

    def _fail(self, claim: Claim, reason: str) -> None:
        fail(self.db, claim, reason)

    def _again(self, claim: Claim, reason: str) -> None:
        if self.space() is not None or disk_is_full(reason):
            self._wait_for_space(claim, reason, reason=reason)
            return
        try:
            with self.db.begin() as connection:
                spent = work.retry(
                    connection, TABLE, claim, reason=reason, lease=self.lease, pause_s=2.0**claim.charged
                )
        except LeaseLost:
            return
        if spent is not None:
            fail(self.db, claim, spent)

    def _hand_back(self, claim: Claim, why: str) -> None:
        with self.db.begin() as connection:
            work.release(connection, TABLE, claim, reason=why, spent=False)
            work.notify(connection, TABLE)

    def _pretrain_again(self, claim: Claim, gone: BaseGone) -> None:
        with self.db.begin() as connection:
            records.pretrain_again(connection, gone.needs)
            work.release(connection, TABLE, claim, reason=str(gone), pause_s=self.lease.lease_s, spent=False)

    def _progress(self, claim: Claim, progress: Mapping[str, Any]) -> None:
        try:
            with self.db.begin() as connection:
                records.write_progress(connection, claim, progress)
        except Exception as error:
            if not is_transient(error):
                raise
            log.info("progress not stored", job=claim.id)

    def _lost(self, ids: set[str]) -> None:
        with self._lock:
            self._stop_jobs |= ids

    def stop(self) -> None:
        """End trainings and hand their jobs back; the attempt is not spent."""
        self.stopping.set()
        self._threads.shutdown(wait=True)
        for slot in self.slots:
            slot.close()


def disk_is_full(reason: str) -> bool:
    """Whether a training failed because its files have no room: on the disk, in a quota, within a file's limit."""
    return any(os.strerror(code) in reason for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


def plain_job(claim: Claim, data: JobData) -> dict[str, Any]:
    """The job as the child process reads it (`jobs.run_job`)."""
    arm = data.arm
    split = split_of(data.train, arm.size, data.dev, seed=arm.subset_seed, paper=arm.recipe.paper_subsets)
    if data.start_from is not None:
        base: dict[str, Any] = {"path": data.start_from}
    elif arm.encoder.tiny is not None:
        base = {"tiny": arm.encoder.tiny.sizes, "text": [list(s.tokens) for s in data.encoder_text]}
    else:
        base = {"name": arm.encoder.name, "revision": arm.encoder.revision, "layers": arm.encoder.layers}
    return {
        "job_id": claim.id,
        "attempt": claim.attempt,
        "train": _rows(split.train),
        "dev": _rows(split.dev),
        "test": _rows([s for test in data.tests for s in test.sentences]),
        "tags": list(data.schema.tags),
        "base": base,
        "recipe": arm.training_recipe.model_dump(),
        "seed": arm.training_seed,
        "export": data.export_policy.export,
        "incumbent": data.export_policy.incumbent,
        "card": data.card,
    }


def exported_model(data: JobData, result: Mapping[str, Any]) -> ExportedModel | None:
    """The model that a training has exported, if it has."""
    if not result.get("model"):
        return None
    facts = {"card": data.card, "training": result["training"]}
    return ExportedModel(Path(result["model"]), int(result["bytes"]), float(result["dev_f1"]), facts)


def _rows(sentences: Sequence[Sentence]) -> list[list[list[Any]]]:
    return [[list(s.tokens), list(s.tags)] for s in sentences]


def fail(db: Engine, claim: Claim, reason: str) -> None:
    """End a job as failed, and settle its run."""
    try:
        with db.begin() as connection:
            work.finish(connection, TABLE, claim, failed=reason)
            arm = records.arm_of(connection, claim.id)
            emit(connection, arm.run_id, "job", id=claim.id, state="failed", reason=reason)
    except LeaseLost:
        return
    settle(db, arm.run_id)


def give_up(db: Engine, lease: Lease) -> int:
    """Fail jobs whose last attempt ran out of its lease; returns how many."""
    with db.begin() as connection:
        claims = work.exhausted(connection, TABLE, lease=lease)
    for claim in claims:
        fail(db, claim, f"gave up after {claim.charged} attempts: the lease ran out")
    return len(claims)


def make_slots(models: Path, count: int) -> list[Slot]:
    """`count` slots on each CUDA device, or on the CPU where there is none."""
    return [Slot(device, models) for device in _devices() for _ in range(count)]


def _devices() -> list[str]:
    # The parent trains nothing: where no driver offers a device it is spared torch and its seconds.
    drivers = ("/dev/nvidiactl", "/dev/nvmap", "/dev/dxg")  # NVIDIA, Jetson, WSL
    if sys.platform == "linux" and not any(Path(driver).exists() for driver in drivers):
        return ["cpu"]
    import torch

    return [f"cuda:{i}" for i in range(torch.cuda.device_count())] or ["cpu"]
