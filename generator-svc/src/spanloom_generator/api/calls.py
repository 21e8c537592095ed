"""The route of calls: what was asked, how it went, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy import Engine, text

from spanloom.http import Cursor, Limit, Page, page_of
from spanloom.http.pages import decode_cursor

_CALLS = text("""
SELECT p.dataset_id, p.call_index, p.id, p.run_id AS run, d.language, d.source, d.split, o.outcome,
       coalesce(c.error, p.reason) AS reason, p.attempt, c.finish_reason, c.model, c.tokens_in, c.tokens_out, c.seconds,
       c.notes, c.drafts, c.judged_at, coalesce(n.accepted, 0) AS accepted, coalesce(n.rejected, 0) AS rejected
  FROM prompts p
  JOIN datasets d ON d.id = p.dataset_id
  LEFT JOIN completions c ON c.id = p.id
 CROSS JOIN LATERAL (
       SELECT (SELECT count(*) FROM samples s WHERE s.dataset_id = p.dataset_id AND s.call_index = p.call_index)
              AS accepted,
              (SELECT count(*) FROM rejections x WHERE x.dataset_id = p.dataset_id AND x.call_index = p.call_index)
              AS rejected) n
 CROSS JOIN LATERAL (
       SELECT CASE WHEN c.error IS NOT NULL OR p.state = 'failed' THEN 'failed'
                   WHEN c.id IS NULL THEN 'waiting'
                   WHEN c.judged_at IS NULL THEN 'answered'
                   WHEN n.accepted + n.rejected = 0 THEN 'without_object'
                   ELSE 'judged' END AS outcome) o
 WHERE (CAST(:run AS text) IS NULL OR p.run_id = :run)
   AND (CAST(:dataset AS text) IS NULL OR p.dataset_id = :dataset)
   AND (CAST(:outcome AS text) IS NULL OR o.outcome = :outcome)
   AND (CAST(:after_dataset AS text) IS NULL OR (p.dataset_id, p.call_index) > (:after_dataset, :after_call))
 ORDER BY p.dataset_id, p.call_index LIMIT :limit
""")
Plain = Annotated[str | None, Query(max_length=400, pattern=r"^[^\x00]*$")]
Outcome = Annotated[
    Literal["waiting", "answered", "judged", "without_object", "failed"] | None,
    Query(description="`without_object`: the completion came and held no object of the format."),
]


def call_routes(db: Engine) -> APIRouter:
    """`/v1/calls`."""
    router = APIRouter(prefix="/v1/calls", tags=["calls"])

    @router.get("", summary="Calls with their outcome, in order of dataset and call")
    def listing(
        run: Plain = None, dataset: Plain = None, outcome: Outcome = None, limit: Limit = 100, cursor: Cursor = None
    ) -> Page[dict[str, Any]]:
        """One page of calls; filters are exact. `reason` says why a call failed."""
        after = decode_cursor(cursor, str, int)
        place = {"after_dataset": after[0] if after else None, "after_call": after[1] if after else None}
        given = {"run": run, "dataset": dataset, "outcome": outcome, "limit": limit + 1, **place}
        with db.connect() as connection:
            rows = [dict(row) for row in connection.execute(_CALLS, given).mappings()]
        return page_of(rows, limit, lambda row: (row["dataset_id"], row["call_index"]))

    return router
