"""Jobs that audit the labels of a dataset: its sentences go to a child, and what that finds is stored and acted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, bindparam, text

from spanloom.contracts.arm import Arm
from spanloom.errors import Conflict, LeaseLost
from spanloom.store import audits, work
from spanloom.store.events import emit
from spanloom.store.settle import settle
from spanloom.store.tables import Json
from spanloom.store.work import Claim
from spanloom_trainer.process.payload import base_of
from spanloom_trainer.records import JobData

log = structlog.stdlib.get_logger(__name__)
_PLACES = text("""
SELECT call_index, candidate_index FROM samples WHERE dataset_id = :dataset ORDER BY call_index, candidate_index
""")
_OUTCOME = text("UPDATE jobs SET outcome = :outcome WHERE id = :job").bindparams(bindparam("outcome", type_=Json))

Place = tuple[int, int]
"""A sample's call and candidate."""


def places_of(connection: Connection, arm: Arm) -> list[Place]:
    """Where the sentences of an audit stand in their dataset, in the order of `JobData.train`."""
    return [
        (row.call_index, row.candidate_index) for row in connection.execute(_PLACES, {"dataset": arm.train_dataset})
    ]


def audit_payload(claim: Claim, data: JobData) -> dict[str, Any]:
    """What a child needs to audit: plain data, and sentences, which `Slot` writes as `{"tokens", "tags"}`."""
    return {
        "kind": "audit",
        "job_id": claim.id,
        "attempt": claim.attempt,
        "train": data.train,
        "tags": data.schema.tags,
        "base": base_of(data),
        "recipe": data.arm.training_recipe.model_dump(),
        "seed": data.arm.training_seed,
    }


def finish(db: Engine, claim: Claim, data: JobData, places: Sequence[Place], result: Mapping[str, Any]) -> None:
    """Store what was found, make the version that was asked for, and end the job, in one transaction.

    Where the dataset has a newer version by now, its run is cancelled, or the models know too little, the findings are
    kept and nothing is made (`no_version` of the outcome says why).
    """
    arm = data.arm
    found = [
        {**one, "call_index": places[one["sentence"]][0], "candidate_index": places[one["sentence"]][1]}
        for one in result["findings"]
    ]
    for one in found:
        del one["sentence"]
    outcome: dict[str, Any] = {
        "findings": len(found),
        "flagged": sum(one["flagged"] for one in found),
        **{name: result[name] for name in ("f1", "folds", "looks", "seconds")},
        "version": None,
    }
    try:
        with db.begin() as connection:
            work.finish(connection, "jobs", claim)
            audits.store(connection, arm.train_dataset, found)
            try:
                with connection.begin_nested():
                    asked = audits.asked_of(connection, arm.train_dataset)
                    outcome["version"] = audits.apply(connection, arm.train_dataset, asked, result["f1"])
            except Conflict as why:
                outcome["no_version"] = str(why)
            connection.execute(_OUTCOME, {"job": claim.id, "outcome": outcome})
            emit(connection, arm.run_id, "job", id=claim.id, state="done")
    except LeaseLost as error:
        log.info("late audit dropped", error=str(error))
        return
    settle(db, arm.run_id)
