"""Routes over the public SQL views: `/v1/results/{view}`, the same rows that psql shows."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Engine, text

from spanloom.http.pages import Cursor, Limit, Page, decode_cursor, encode_cursor

_ORDER = {
    "run_summary": "created_at, run",
    "yield_by_source": "run, language, source, split, version",
    "rejection_reasons": "run, language, source, split, version, rejected DESC, reason",
    "leaderboard": "run, language, place, evaluation",
    "f1_by_size": "run, language, setting, source, size, control",
    "source_comparison": "run, language, size, source, control",
}
"""The order of each view's rows; total, so that pages meet."""


class ViewName(StrEnum):
    """The public views (`store.migrate.VIEWS`)."""

    run_summary = "run_summary"
    yield_by_source = "yield_by_source"
    rejection_reasons = "rejection_reasons"
    leaderboard = "leaderboard"
    f1_by_size = "f1_by_size"
    source_comparison = "source_comparison"


def view_routes(engine: Engine) -> APIRouter:
    """One route for all views. Pages count rows, so a row that a view gains meanwhile may move the later ones."""
    router = APIRouter(prefix="/v1/results", tags=["results"])

    @router.get("/{view}", summary="A view of the results, as rows")
    def rows(
        view: ViewName,
        run: Annotated[str | None, Query(max_length=200)] = None,
        limit: Limit = 200,
        cursor: Cursor = None,
    ) -> Page[dict[str, Any]]:
        """The rows of one run, or of all."""
        after = decode_cursor(cursor, int)
        start = min(max(int(after[0] or 0), 0), 2**62) if after else 0
        # The view's name and order come from the table above, never from the request's text.
        query = text(
            f"SELECT * FROM {view.value} WHERE CAST(:run AS text) IS NULL OR run = :run "  # noqa: S608
            f"ORDER BY {_ORDER[view.value]} LIMIT :limit OFFSET :start"
        )
        with engine.connect() as connection:
            found = connection.execute(query, {"run": run, "limit": limit + 1, "start": start}).mappings().all()
        items = [dict(row) for row in found[:limit]]
        return Page(items=items, next=encode_cursor(start + limit) if len(found) > limit else None)

    return router
