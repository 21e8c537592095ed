"""Results of a run, and one evaluation: charts with their tables, what was confused, and the worst sentences."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as FromPath
from sqlalchemy import Engine, text

from spanloom.data.rows import LACKS_MEASURES, as_csv, lacks_measures
from spanloom.errors import NotFound
from spanloom_evaluator import records
from spanloom_evaluator.advise.stored import advice_of
from spanloom_evaluator.api.views import ORDER, ViewName, rows_of
from spanloom_evaluator.report.figures import beside_zero_shot
from spanloom_evaluator.web.pages.run import RunId
from spanloom_evaluator.web.queries import results as query
from spanloom_evaluator.web.queries.run import run_head
from spanloom_evaluator.web.queries.samples import pieces_of
from spanloom_evaluator.web.render import PageRoute, address, page

MOST = 5_000
"""Rows of a view that are shown; all of them leave as CSV."""
VIEWS = (
    ViewName.f1_by_size,
    ViewName.source_comparison,
    ViewName.transfer_comparison,
    ViewName.significance,
    ViewName.collapse_by_source,
    ViewName.yield_by_source,
    ViewName.rejection_reasons,
)
Word = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]


def result_page_routes(db: Engine) -> APIRouter:
    """`/runs/{id}/results` and `/runs/{id}/evaluations/{evaluation}`."""
    router = APIRouter(prefix="/runs/{run_id}", route_class=PageRoute)

    @router.get("/results")
    def results(request: Request, run_id: RunId) -> Response:
        """Every figure with its interval, seeds and collapse rate."""
        with db.connect() as connection:
            run = run_head(connection, run_id)
        rows = {view.value: rows_of(db, view, run_id, limit=MOST) for view in VIEWS}
        return page(
            "results.html", request, run=run, tab="results", rows=rows, sql=_sql(run_id, *VIEWS),
            compared=query.comparison(rows["f1_by_size"], rows["significance"]),
            beside_zero_shot=beside_zero_shot(rows["transfer_comparison"]),
            lacking=LACKS_MEASURES.format(run=run_id) if any(map(lacks_measures, rows.values())) else None,
        )  # fmt: skip

    @router.get("/next")
    def following(request: Request, run_id: RunId) -> Response:
        """What to do next, as `GET /v1/results/advice` says."""
        with db.connect() as connection:
            run = run_head(connection, run_id)
        advice = advice_of(db, run_id)
        return page(
            "next.html", request, run=run, tab="next", advice=advice, sql=_sql(run_id, ViewName.gold_equivalents),
            equivalents=query.worths(
                rows_of(db, ViewName.gold_equivalents, run_id, limit=MOST),
                rows_of(db, ViewName.f1_by_size, run_id, limit=MOST),
            ),
        )  # fmt: skip

    @router.get("/confusion/{evaluation:path}")
    def confusion(
        run_id: RunId, evaluation: Annotated[str, FromPath(max_length=400, pattern=r"^[^\x00]+$")]
    ) -> Response:
        """What was taken for what, as CSV: a row for each pair of types that occurs."""
        with db.connect() as connection:
            if query.evaluation_of(connection, run_id, evaluation) is None:
                raise NotFound(f"run {run_id} has no scored evaluation {evaluation!r}")
            scored = records.read(connection, evaluation)
        types = scored.schema.types
        found = query.confusions([s.tags for s in scored.test], scored.predicted, types)
        rows = [
            {"gold": gold, "predicted": predicted, "same_words": same, "other_words": other}
            for gold, cells in query.table_of(found, types)
            for predicted, same, other in cells
            if same or other
        ]
        headers = {"Content-Disposition": 'attachment; filename="confusion.csv"'}
        return Response(as_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/evaluations/{evaluation:path}")
    def evaluation(
        request: Request,
        run_id: RunId,
        evaluation: Annotated[str, FromPath(max_length=400, pattern=r"^[^\x00]+$")],
        gold: Word = None,
        predicted: Word = None,
        start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> Response:
        """One model on one test set: by label, what it took for what, and the sentences."""
        with db.connect() as connection:
            run = run_head(connection, run_id)
            head = query.evaluation_of(connection, run_id, evaluation)
            if head is None:
                raise NotFound(f"run {run_id} has no scored evaluation {evaluation!r}")
            scored = records.read(connection, evaluation)
            labels = query.label_scores(connection, evaluation)
            precision, recall = query.precision_and_recall(connection, evaluation)
            places = _places(connection, head["dataset_id"])
        types = scored.schema.types
        found = query.confusions([s.tags for s in scored.test], scored.predicted, types)
        if gold or predicted:
            chosen = [x for x in found if gold in (None, "", x.gold) and predicted in (None, "", x.predicted)]
            sentences = list(dict.fromkeys(item.sentence for item in chosen))[start:]
        else:
            sentences = query.worst(found, start)
        shown = [
            {
                "number": places[i] if i < len(places) else i,
                "gold": pieces_of(scored.test[i].tokens, scored.test[i].tags, types),
                "predicted": pieces_of(scored.test[i].tokens, scored.predicted[i], types),
            }
            for i in sentences[: query.WORST]
        ]
        path = f"/runs/{run_id}/evaluations/{evaluation}"

        def to(**changes: Any) -> str:
            return address(path, {"gold": gold, "predicted": predicted}, **changes)

        return page(
            "evaluation.html", request, run=run, tab="results", head=head, labels=labels, precision=precision,
            recall=recall, types=types, to=to,
            table=query.table_of(found, types), gold=gold, predicted=predicted, shown=shown, start=start,
            more=len(sentences) > query.WORST, sentences=len(scored.test),
        )  # fmt: skip

    return router


def _sql(run_id: str, *views: ViewName) -> dict[str, tuple[str, str]]:
    """Of each view: what one would type into psql for the rows shown, and the view's own definition."""
    return {v.value: (query.query_of(v.value, run_id, ORDER[v.value]), query.definition_of(v.value)) for v in views}


def _places(connection: Any, dataset: str) -> list[int]:
    """The sentence numbers of a gold set, in order."""
    statement = text("SELECT candidate_index FROM samples WHERE dataset_id = :id ORDER BY call_index, candidate_index")
    return [int(row.candidate_index) for row in connection.execute(statement, {"id": dataset})]
