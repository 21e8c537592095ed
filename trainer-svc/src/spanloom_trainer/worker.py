"""The trainer's worker: claims jobs while a slot is free, has them trained, and says how each goes on."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine

from spanloom.contracts.arm import Arm
from spanloom.contracts.encoders import job_disk_bytes, job_memory_bytes
from spanloom.contracts.messages import JobMessage
from spanloom.errors import SpanloomError
from spanloom.gpu.turn import DeviceTurn
from spanloom.store import work
from spanloom.store.work import Claim, Lease
from spanloom.workers.leases import LeaseKeeper
from spanloom.workers.outage import Outage, is_transient
from spanloom_trainer import audited, records, tagged, transitions
from spanloom_trainer.errors import Cancelled, NotReady, TrainingFailed
from spanloom_trainer.process.devices import Devices
from spanloom_trainer.process.payload import job_payload
from spanloom_trainer.process.slot import Slot
from spanloom_trainer.process.space import DiskSpace, disk_is_full
from spanloom_trainer.records import BaseGone, JobData
from spanloom_trainer.transitions import TABLE

log = structlog.stdlib.get_logger(__name__)


def memory_needed(slot: Slot, arm: Arm) -> int | None:
    """Bytes of a slot's device that an arm is counted with, None where its encoder's shape is not known."""
    return job_memory_bytes(arm.encoder, arm.recipe, on_gpu=slot.device != "cpu")


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
        save_s: float = 20.0,
    ) -> None:
        self.db, self.holder, self.lease = db, holder, lease
        self.devices, self.disk = Devices(slots, turns), DiskSpace(models, min_free_bytes)
        self.keeper = LeaseKeeper(db, TABLE, lease, renew_s=renew_s, on_lost=self._lost)
        self.stopping, self.save_s = threading.Event(), save_s
        self._stop_by = math.inf
        self._free: list[Slot] = list(slots)
        self._stop_jobs: set[str] = set()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(len(slots), thread_name_prefix="job")

    def room(self) -> int:
        """Slots that train nothing now; none while there is no space for a model."""
        if self.disk.short() is not None:
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

    def busy(self) -> bool:
        """Whether any slot trains."""
        with self._lock:
            return len(self._free) < len(self.devices.slots)

    def stop(self) -> None:
        """Have trainings write their resume points, for which they have `save_s` seconds, and hand their jobs back; the
        attempt is not spent, and whoever takes a job goes on from its point."""
        self._stop_by = time.monotonic() + self.save_s
        self.stopping.set()
        self._threads.shutdown(wait=True)
        self.devices.close()

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
                arm = records.arm_of(connection, claim.id)
                data = records.job_data(connection, arm) if arm.kind != "tag" else None
            if data is None:
                self._tag(claim, slot, arm)
                return
            if arm.kind == "audit":
                self._audit(claim, slot, data)
                return
            short = self.disk.short(job_disk_bytes(arm.encoder, exports=data.export_policy.export) or 0)
            if short is not None:
                log.warning("no space for a job", job=claim.id, reason=short)
                self._wait_for_space(claim, short, reason=f"disk: {short}")
                return
            result = self.devices.run(
                slot,
                job_payload(claim, data),
                needed=memory_needed(slot, arm),
                report=partial(transitions.note_progress, self.db, claim),
                begin=partial(transitions.begin, self.db, claim),
                stopped=lambda: claim.id in self._stop_jobs or time.monotonic() > self._stop_by,
                pausing=self.stopping.is_set,
            )
        except (Cancelled, NotReady) as why:
            transitions.hand_back(self.db, claim, str(why))
        except TrainingFailed as error:
            if error.permanent:
                transitions.fail(self.db, claim, str(error))
            else:
                self._again(claim, str(error))
        except BaseGone as gone:
            transitions.pretrain_again(self.db, claim, gone, wait_s=self.lease.lease_s)
        except SpanloomError as error:
            transitions.fail(self.db, claim, f"{type(error).__name__}: {error}")
        else:
            self._retrying(lambda: transitions.finish(self.db, claim, data, result))

    def _tag(self, claim: Claim, slot: Slot, arm: Arm) -> None:
        """An arm whose model is there already tags a dataset."""
        with self.db.connect() as connection:
            data = tagged.tag_data(connection, arm)

        def tag(job: Mapping[str, Any]) -> dict[str, Any]:
            return self.devices.run(
                slot,
                job,
                needed=memory_needed(slot, arm),
                report=lambda progress: None,
                begin=partial(transitions.begin, self.db, claim),
                stopped=lambda: self.stopping.is_set() or claim.id in self._stop_jobs,
            )

        prediction, outcome = tagged.tag_arm(claim, data, tag)
        self._retrying(lambda: tagged.finish(self.db, claim, arm, prediction, outcome))

    def _audit(self, claim: Claim, slot: Slot, data: JobData) -> None:
        """Models that did not see a sentence judge its labels; one that is stopped begins anew."""
        with self.db.connect() as connection:
            places = audited.places_of(connection, data.arm)
        result = self.devices.run(
            slot,
            audited.audit_payload(claim, data),
            needed=memory_needed(slot, data.arm),
            report=partial(transitions.note_progress, self.db, claim),
            begin=partial(transitions.begin, self.db, claim),
            stopped=lambda: self.stopping.is_set() or claim.id in self._stop_jobs,
        )
        self._retrying(lambda: audited.finish(self.db, claim, data, places, result))

    def _again(self, claim: Claim, reason: str) -> None:
        """Try a job again; where the disk was full that is no fault of the job's, and it waits instead."""
        if self.disk.short() is not None or disk_is_full(reason):
            self._wait_for_space(claim, reason, reason=reason)
        else:
            transitions.retry(self.db, claim, reason, self.lease)

    def _wait_for_space(self, claim: Claim, why: str, *, reason: str) -> None:
        self.disk.note_waiting(claim.id, why, for_s=2 * self.lease.lease_s)
        transitions.postpone(self.db, claim, reason, for_s=self.lease.lease_s)

    def _retrying(self, action: Callable[[], None]) -> None:
        """Run an action, waiting out outages: a finished training is worth the patience."""
        outage = Outage(most_s=self.lease.lease_s)
        while True:
            try:
                action()
                return
            except Exception as error:
                if not is_transient(error) or self.stopping.wait(outage.note(error)):
                    raise

    def _lost(self, ids: set[str]) -> None:
        with self._lock:
            self._stop_jobs |= ids
