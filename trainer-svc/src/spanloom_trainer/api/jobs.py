"""Routes of the trainer: jobs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Engine, text

from spanloom.errors import NotFound
from spanloom.http import Cursor, Limit, Page, page_of
from spanloom.http.pages import decode_cursor

_JOB = text("""
SELECT id, run_id AS run, kind, state, attempt, reason, needs, arm, progress, outcome, created_at, finished_at
  FROM jobs WHERE id = :id
""")
_JOBS = text("""
SELECT id, run_id AS run, kind, state, attempt, reason, needs, arm, progress, created_at, finished_at FROM jobs
 WHERE (CAST(:run AS text) IS NULL OR run_id = :run) AND (CAST(:state AS text) IS NULL OR state = :state)
   AND (CAST(:after AS text) IS NULL OR id > :after)
 ORDER BY id LIMIT :limit
""")
Plain = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]


def job_routes(db: Engine) -> APIRouter:
    """`/v1/jobs`."""
    router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

    @router.get("", summary="Jobs by id")
    def listing(
        run: Plain = None, state: Plain = None, limit: Limit = 100, cursor: Cursor = None
    ) -> Page[dict[str, Any]]:
        """One page of jobs; filters are exact."""
        after = decode_cursor(cursor, str)
        with db.connect() as connection:
            rows = connection.execute(
                _JOBS, {"run": run, "state": state, "after": after[0] if after else None, "limit": limit + 1}
            ).mappings()
            return page_of([dict(row) for row in rows], limit, lambda row: (row["id"],))

    @router.get("/{job_id}", summary="One job: its arm, progress and outcome")
    def one(job_id: Annotated[str, Path(max_length=200, pattern=r"^[^\x00]+$")]) -> dict[str, Any]:
        """The arm is the training in full; the outcome its history."""
        with db.connect() as connection:
            row = connection.execute(_JOB, {"id": job_id}).mappings().first()
        if row is None:
            raise NotFound(f"there is no job {job_id!r}; `GET /v1/jobs?run=ID` lists those of a run")
        return dict(row)

    return router
