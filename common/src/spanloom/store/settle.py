"""`settle(run)`: makes the jobs that are due and ends the run. Nothing else does either.

A transaction of its own that locks the run's row and nothing else; idempotent, called after every dataset, job and
evaluation that ends, and by the sweeper.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, Engine, bindparam, text

from spanloom.contracts.arm import Arm, arm_id
from spanloom.contracts.arms import Grid, plan_grid
from spanloom.contracts.audit_arms import audits_due
from spanloom.contracts.base import unknown_fields
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.training_sets import DatasetState
from spanloom.store import work
from spanloom.store.audits import ASKED
from spanloom.store.events import emit
from spanloom.store.tables import Json

log = structlog.stdlib.get_logger(__name__)
_LOCK_RUN = text("SELECT state, spec FROM runs WHERE id = :run FOR NO KEY UPDATE")
_DATASETS = text(f"""
SELECT DISTINCT ON (language, source, split) id, language, source, split, state, accepted, {ASKED} AS audit
  FROM datasets WHERE run_id = :run ORDER BY language, source, split, version DESC
""")  # noqa: S608  fixed text
_JOBS = text("SELECT id, state FROM jobs WHERE run_id = :run")
_MAKE = text("""
INSERT INTO jobs (id, run_id, kind, arm, needs, state, reason, finished_at)
VALUES (:id, :run, :kind, :arm, :needs, :state, :reason, CASE WHEN :reason IS NULL THEN NULL ELSE now() END)
ON CONFLICT DO NOTHING RETURNING id
""").bindparams(bindparam("arm", type_=Json))
_OPEN = text("""
SELECT (SELECT count(*) FROM datasets WHERE run_id = :run AND state = 'collecting')
     + (SELECT count(*) FROM jobs WHERE run_id = :run AND state IN ('queued', 'claimed'))
     + (SELECT count(*) FROM evaluations WHERE run_id = :run AND state IN ('queued', 'claimed')) AS open
""")
# Failures of what still counts: the newest version of each dataset, and the jobs trained on them.
_FAILED = text("""
WITH newest AS (
    SELECT DISTINCT ON (language, source, split) id, calls_failed FROM datasets WHERE run_id = :run
     ORDER BY language, source, split, version DESC
)
SELECT (SELECT coalesce(sum(calls_failed), 0) FROM newest) AS calls,
       (SELECT count(*) FROM jobs WHERE run_id = :run AND state = 'failed'
           AND arm ->> 'train_dataset' IN (SELECT id FROM newest)) AS jobs,
       (SELECT count(*) FROM evaluations WHERE run_id = :run AND state = 'failed') AS evaluations
""")
_END = text("UPDATE runs SET state = :state, reason = :reason, ended_at = now() WHERE id = :run AND state = 'running'")
# What `settle` decides by, in short: as long as it stays the same there is nothing new to decide.
_RUNNING = text("""
SELECT r.id, (d.n, d.open, d.last, j.n, j.open, j.last, e.n, e.open, e.last)::text AS fingerprint
  FROM runs r
 CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE state = 'collecting') AS open,
                            max(completed_at) AS last FROM datasets WHERE run_id = r.id) d
 CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE state IN ('queued', 'claimed')) AS open,
                            max(finished_at) AS last FROM jobs WHERE run_id = r.id) j
 CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE state IN ('queued', 'claimed')) AS open,
                            max(finished_at) AS last FROM evaluations WHERE run_id = r.id) e
 WHERE r.state = 'running' ORDER BY r.created_at
""")


@dataclass(frozen=True)
class Settled:
    """What a call of `settle` changed: jobs made, and the state the run ended in, if it did."""

    jobs: int = 0
    ended: str | None = None


def settle(engine: Engine, run_id: str) -> Settled:
    """Make the jobs that are due and end the run if nothing is left of it. Does nothing unless it is running."""
    with engine.begin() as connection:
        run = connection.execute(_LOCK_RUN, {"run": run_id}).first()
        if run is None or run.state != "running":
            return Settled()
        spec = RunSpec.stored(run.spec)
        if unknown := unknown_fields(run.spec, spec):
            # It may ask for other jobs than this release knows of: the newer one's sweeper settles it.
            log.warning("run of a newer release left to it", run_id=run_id, unknown=unknown[:10])
            return Settled()
        made, waiting = _make_jobs(connection, run_id, spec)
        if waiting or connection.execute(_OPEN, {"run": run_id}).scalar_one():
            return Settled(jobs=made)
        return Settled(jobs=made, ended=_end(connection, run_id))


def settle_all(engine: Engine, settled: dict[str, str] | None = None) -> int:
    """Settle every running run; the sweeper's way of catching what a crash left between two transactions.

    `settled`, kept by the caller, is brought up to date: runs in it that stand as they stood then are left out.
    Returns how many jobs were made.
    """
    seen = {} if settled is None else settled
    with engine.connect() as connection:
        running: dict[str, str] = {row.id: row.fingerprint for row in connection.execute(_RUNNING)}
    made = 0
    for run, fingerprint in running.items():
        if seen.get(run) != fingerprint:
            made += settle(engine, run).jobs
            seen[run] = fingerprint
    for run in seen.keys() - running.keys():
        del seen[run]
    return made


def grid_of(connection: Connection, run_id: str, spec: RunSpec) -> Grid:
    """The run's grid over its newest dataset versions."""
    datasets = {
        (row.language, row.source, row.split): DatasetState(
            row.id, row.state == "complete", row.accepted, row.audit != "off"
        )
        for row in connection.execute(_DATASETS, {"run": run_id})
    }
    jobs = {row.id: row.state for row in connection.execute(_JOBS, {"run": run_id})}
    grid = plan_grid(run_id, spec, datasets, jobs)
    grid.due.extend((arm, None) for arm in audits_due(run_id, spec, datasets, grid))
    return grid


def _make_jobs(connection: Connection, run_id: str, spec: RunSpec) -> tuple[int, bool]:
    made = 0
    grid = grid_of(connection, run_id, spec)
    for arm, reason in grid.due:
        if _make(connection, run_id, arm, reason):
            made += 1
    if made:
        work.notify(connection, "jobs")
        emit(connection, run_id, "jobs", made=made)
    return made, bool(grid.waiting)


def _make(connection: Connection, run_id: str, arm: Arm, reason: str | None) -> bool:
    row = connection.execute(
        _MAKE,
        {
            "id": arm_id(arm),
            "run": run_id,
            "kind": arm.kind,
            "arm": arm.model_dump(mode="json"),
            "needs": arm.needs,
            "state": "queued" if reason is None else "failed",
            "reason": reason,
        },
    ).first()
    return row is not None


def _end(connection: Connection, run_id: str) -> str:
    failed = connection.execute(_FAILED, {"run": run_id}).one()
    parts = [
        f"{count} {name if count != 1 else name[:-1]} failed"
        for name, count in (("calls", failed.calls), ("jobs", failed.jobs), ("evaluations", failed.evaluations))
        if count
    ]
    state = "complete_with_failures" if parts else "complete"
    connection.execute(_END, {"run": run_id, "state": state, "reason": "; ".join(parts) or None})
    emit(connection, run_id, "run", state=state, reason="; ".join(parts) or None)
    return state
