"""Routes of the evaluator: results."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Engine, text

from spanloom.http import Cursor, Limit, Page, page_of
from spanloom.http.pages import decode_cursor
from spanloom_evaluator.api.paging import Form, answer

FILTERS = ("run", "language", "source", "setting", "control", "method", "label_mapping", "test_set")
_RESULTS = text(
    "SELECT v.*, e.facts, e.readings FROM results v JOIN evaluations e ON e.id = v.evaluation "  # noqa: S608
    "WHERE (CAST(:after AS text) IS NULL OR v.evaluation > :after) "
    "AND (CAST(:size AS integer) IS NULL OR v.size = :size) "
    "AND (CAST(:training_seed AS bigint) IS NULL OR v.training_seed = :training_seed) "
    + " ".join(f"AND (CAST(:{name} AS text) IS NULL OR v.{name} = :{name})" for name in FILTERS)
    + " ORDER BY v.evaluation LIMIT :limit"
)
Filter = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]
Number = Annotated[int | None, Query(ge=0, lt=2**31)]
Seed = Annotated[int | None, Query(ge=0, lt=2**32)]


def result_routes(db: Engine) -> APIRouter:
    """`/v1/results`."""
    router = APIRouter(prefix="/v1/results", tags=["results"])

    @router.get("", summary="Scores, one row an evaluation", response_model=Page[dict[str, Any]])
    def results(
        run: Filter = None,
        language: Filter = None,
        source: Filter = None,
        setting: Filter = None,
        control: Filter = None,
        method: Filter = None,
        label_mapping: Filter = None,
        test_set: Filter = None,
        size: Number = None,
        training_seed: Seed = None,
        limit: Limit = 200,
        cursor: Cursor = None,
        form: Form = "json",
    ) -> Any:
        """One page of scores; filters are exact. Each row can be read alone; `readings` holds all figures."""
        after = decode_cursor(cursor, str)
        given = {
            "run": run, "language": language, "source": source, "setting": setting, "control": control,
            "method": method, "label_mapping": label_mapping, "test_set": test_set, "size": size,
            "training_seed": training_seed,
        }  # fmt: skip
        with db.connect() as connection:
            rows = connection.execute(
                _RESULTS, {**given, "limit": limit + 1, "after": after[0] if after else None}
            ).mappings()
            page = page_of([dict(row) for row in rows], limit, lambda row: (row["evaluation"],))
        return answer(page, form)

    return router
