"""Routes of the evaluator: results."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Engine, text

from spanloom.http import Cursor, Limit, Page, page_of
from spanloom.http.pages import decode_cursor

_RESULTS = text("""
SELECT e.id AS evaluation, e.run_id AS run, e.language, e.source, e.setting, e.size, e.size_asked, e.training_seed,
       e.subset_seed, e.precision, e.recall, e.f1, e.lo, e.hi, e.job_id AS job, e.dataset_id AS test_set,
       e.method, e.label_mapping, e.metric_version, e.facts, e.readings
  FROM evaluations e
 WHERE e.state = 'done'
   AND (CAST(:run AS text) IS NULL OR e.run_id = :run)
   AND (CAST(:language AS text) IS NULL OR e.language = :language)
   AND (CAST(:source AS text) IS NULL OR e.source = :source)
   AND (CAST(:setting AS text) IS NULL OR e.setting = :setting)
   AND (CAST(:after AS text) IS NULL OR e.id > :after)
 ORDER BY e.id LIMIT :limit
""")
Filter = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]


def result_routes(db: Engine) -> APIRouter:
    """`/v1/results`."""
    router = APIRouter(prefix="/v1/results", tags=["results"])

    @router.get("", summary="Scores, one row an evaluation")
    def results(
        run: Filter = None,
        language: Filter = None,
        source: Filter = None,
        setting: Filter = None,
        limit: Limit = 200,
        cursor: Cursor = None,
    ) -> Page[dict[str, Any]]:
        """One page of scores; filters are exact."""
        after = decode_cursor(cursor, str)
        filters = {"run": run, "language": language, "source": source, "setting": setting}
        with db.connect() as connection:
            rows = connection.execute(
                _RESULTS, {**filters, "limit": limit + 1, "after": after[0] if after else None}
            ).mappings()
            return page_of([dict(row) for row in rows], limit, lambda row: (row["evaluation"],))

    return router
