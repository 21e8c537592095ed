"""Routes over the public SQL views: `/v1/results/{view}`, the same rows that psql shows, and their drawings."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Engine, text

from spanloom.data.distances import parse_distances, with_distances
from spanloom.errors import DataError, NotFound
from spanloom.http.bodies import Body
from spanloom.http.pages import Cursor, Limit, Page, decode_cursor, encode_cursor
from spanloom_evaluator.api.paging import Form, answer
from spanloom_evaluator.report.figures import CHARTS
from spanloom_evaluator.report.plots import draw

MOST_DRAWN = 100_000
"""Rows of a drawing; more are refused rather than drawn in part."""
ORDER = {
    "run_summary": "created_at, run",
    "yield_by_source": "run, language, source, split, version",
    "rejection_reasons": "run, language, source, split, version, rejected DESC, reason",
    "leaderboard": "run, language, place, evaluation",
    "f1_by_size": "run, language, setting, source, size, control, version, method, test_set",
    "collapse_by_source": "run, setting, source, version",
    "source_comparison": "run, language, size, source, control, version, method",
    "transfer_comparison": "run, language, test_set, size, source, setting, control, version, method",
    "significance": "run, language, setting, size, source, other, control, version, other_version, method, "
    "other_method",
    "failures": "run, failed DESC, what, language, source, reason",
    "mentions": "run, language, source, split, version, call_index, candidate_index, start",
    "entities_by_source": "run, language, source, split, version",
    "audit_findings": "run, dataset, suspicion DESC, call_index, candidate_index, start",
    "gold_equivalents": "run, language, test_set, setting, control, source, version, method, size",
}
"""The order of each view's rows; total, so that pages meet."""
_MEDIA = {"png": "image/png", "svg": "image/svg+xml", "json": "application/json"}


class DistanceTable(Body):
    """A table of distances between languages, of one's own."""

    distances: list[Annotated[str, Field(max_length=200)]] = Field(
        min_length=1, max_length=10_000, description="Two ISO 639 codes and a number each, such as `es,en,0.21`."
    )


class ViewName(StrEnum):
    """The public views (`store.migrate.VIEWS`) beside `results`, which is `GET /v1/results`."""

    run_summary = "run_summary"
    yield_by_source = "yield_by_source"
    rejection_reasons = "rejection_reasons"
    leaderboard = "leaderboard"
    f1_by_size = "f1_by_size"
    collapse_by_source = "collapse_by_source"
    source_comparison = "source_comparison"
    transfer_comparison = "transfer_comparison"
    significance = "significance"
    gold_equivalents = "gold_equivalents"
    failures = "failures"
    mentions = "mentions"
    entities_by_source = "entities_by_source"
    audit_findings = "audit_findings"


Run = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="A run's id; all runs without.")]
By = Annotated[Literal["size", "gold_used"], Query(description="What F1 is drawn against (f1_by_size alone).")]


def rows_of(engine: Engine, view: ViewName, run: str | None, *, limit: int, start: int = 0) -> list[dict[str, Any]]:
    """Rows of a view in its order. Raises NotFound for a run that is not there."""
    # The view's name and order come from the table above, never from a request's text.
    query = text(
        f"SELECT * FROM {view.value} WHERE CAST(:run AS text) IS NULL OR run = :run "  # noqa: S608
        f"ORDER BY {ORDER[view.value]} LIMIT :limit OFFSET :start"
    )
    with engine.connect() as connection:
        if run is not None and not connection.execute(text("SELECT 1 FROM runs WHERE id = :run"), {"run": run}).first():
            raise NotFound(f"there is no run {run!r}; `GET /v1/runs` lists them")
        found = connection.execute(query, {"run": run, "limit": limit, "start": start}).mappings()
        return [{name: _plain(value) for name, value in row.items()} for row in found]


def view_routes(engine: Engine) -> APIRouter:
    """One route for all views, and one for their drawings."""
    router = APIRouter(prefix="/v1/results", tags=["results"])

    @router.get(
        "/{view}.{kind}",
        summary="A view of the results, drawn: PNG, SVG or the Vega-Lite specification",
        response_class=Response,
        responses={200: {"content": {media: {} for media in _MEDIA.values()}}},
    )
    def drawing(view: ViewName, kind: Literal["png", "svg", "json"], run: Run = None, by: By = "size") -> Response:
        """The drawing of one run's rows, or of all runs'. 404 when there is nothing to draw yet."""
        if view.value not in CHARTS:
            raise NotFound(f"{view.value} is not drawn; drawn are {', '.join(CHARTS)}")
        rows = _rows_to_draw(engine, view, run)
        options = {"by": by} if view is ViewName.f1_by_size else {}
        return Response(draw(CHARTS[view.value](rows, **options), kind), media_type=_MEDIA[kind])

    @router.post(
        "/transfer_comparison.{kind}",
        summary="The drawing of transfer_comparison by a table of distances",
        response_class=Response,
        responses={200: {"content": {media: {} for media in _MEDIA.values()}}},
    )
    def drawing_by_distances(table: DistanceTable, kind: Literal["png", "svg", "json"], run: Run = None) -> Response:
        """The drawing with the table's distances in place of the specification's, where it has them."""
        distances = parse_distances(enumerate(table.distances, 1), "distances")
        rows, _ = with_distances(_rows_to_draw(engine, ViewName.transfer_comparison, run), distances)
        return Response(draw(CHARTS["transfer_comparison"](rows), kind), media_type=_MEDIA[kind])

    @router.get("/{view}", summary="A view of the results, as rows", response_model=Page[dict[str, Any]])
    def rows(view: ViewName, run: Run = None, limit: Limit = 200, cursor: Cursor = None, form: Form = "json") -> Any:
        """The rows of one run, or of all. Pages count rows: a row that a view gains may move the later ones."""
        after = decode_cursor(cursor, int)
        start = min(max(int(after[0] or 0), 0), 2**62) if after else 0
        found = rows_of(engine, view, run, limit=limit + 1, start=start)
        following = encode_cursor(start + limit) if len(found) > limit else None
        return answer(Page[dict[str, Any]](items=found[:limit], next=following), form)

    return router


def _rows_to_draw(engine: Engine, view: ViewName, run: str | None) -> list[dict[str, Any]]:
    rows = rows_of(engine, view, run, limit=MOST_DRAWN + 1)
    if not rows:
        raise NotFound("there are no results to draw yet")
    if len(rows) > MOST_DRAWN:
        raise DataError(f"there are more than {MOST_DRAWN:,} rows to draw; name a run")
    return rows


def _plain(value: Any) -> Any:
    """A number as JSON has it: PostgreSQL's exact decimals would become text."""
    return float(value) if isinstance(value, Decimal) else value
