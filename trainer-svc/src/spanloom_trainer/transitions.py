"""How a claimed job goes on: done, failed, tried again, or handed back. Each is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine

from spanloom import telemetry
from spanloom.errors import LeaseLost
from spanloom.store import work
from spanloom.store.events import emit
from spanloom.store.settle import settle
from spanloom.store.work import Claim, Lease
from spanloom.workers.outage import is_transient
from spanloom_trainer import records
from spanloom_trainer.models import store as model_store
from spanloom_trainer.models.store import ExportedModel
from spanloom_trainer.predictions import predictions_of
from spanloom_trainer.records import BaseGone, JobData

log = structlog.stdlib.get_logger(__name__)
TABLE = "jobs"


def begin(db: Engine, claim: Claim) -> None:
    """Note that the training begins: from here on a trainer that ends without a word counts as a crash."""
    with db.begin() as connection:
        work.begin(connection, TABLE, [claim])


def finish(db: Engine, claim: Claim, data: JobData, result: Mapping[str, Any]) -> None:
    """Store what a training gave, and end its job. Of one whose lease another has taken, nothing is kept."""
    arm = data.arm
    outcome = {**result, "tries": [{k: v for k, v in t.items() if k != "predictions"} for t in result["tries"]]}
    outcome.pop("training", None)
    exported = exported_model(data, result)
    gone: list[Path] = []
    try:
        with db.begin() as connection:
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
    settle(db, arm.run_id)


def exported_model(data: JobData, result: Mapping[str, Any]) -> ExportedModel | None:
    """The model that a training has exported, if it has."""
    if not result.get("model"):
        return None
    facts = {"card": data.card, "training": result["training"]}
    return ExportedModel(Path(result["model"]), int(result["bytes"]), float(result["dev_f1"]), facts)


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


def retry(db: Engine, claim: Claim, reason: str, lease: Lease) -> None:
    """Spend an attempt: the job is queued again after a pause that doubles, or failed where that was its last."""
    try:
        with db.begin() as connection:
            spent = work.retry(connection, TABLE, claim, reason=reason, lease=lease, pause_s=2.0**claim.charged)
            if spent is None:
                run_id = records.arm_of(connection, claim.id).run_id
                emit(connection, run_id, "job", id=claim.id, state="queued", reason=reason)
    except LeaseLost:
        return
    if spent is not None:
        fail(db, claim, spent)


def hand_back(db: Engine, claim: Claim, reason: str) -> None:
    """Give a job to whoever wants it now; the attempt is not spent."""
    with db.begin() as connection:
        work.release(connection, TABLE, claim, reason=reason, spent=False)
        work.notify(connection, TABLE)


def postpone(db: Engine, claim: Claim, reason: str, *, for_s: float) -> None:
    """Give a job back for `for_s` seconds; the attempt is not spent."""
    with db.begin() as connection:
        work.release(connection, TABLE, claim, reason=reason, pause_s=for_s, spent=False)


def pretrain_again(db: Engine, claim: Claim, gone: BaseGone, *, wait_s: float) -> None:
    """Queue the pre-training whose model is gone, and have the arm that starts from it wait."""
    with db.begin() as connection:
        records.pretrain_again(connection, gone.needs)
        work.release(connection, TABLE, claim, reason=str(gone), pause_s=wait_s, spent=False)


def note_progress(db: Engine, claim: Claim, progress: Mapping[str, Any]) -> None:
    """Overwrite the job's progress; an outage costs the training nothing but that."""
    try:
        with db.begin() as connection:
            records.write_progress(connection, claim, progress)
    except Exception as error:
        if not is_transient(error):
            raise
        log.info("progress not stored", job=claim.id)


def give_up(db: Engine, lease: Lease) -> int:
    """Fail jobs at which holder after holder ended without a word; returns how many."""
    with db.begin() as connection:
        claims = work.exhausted(connection, TABLE, lease=lease)
    for claim, reason in claims.items():
        fail(db, claim, reason)
    return len(claims)
