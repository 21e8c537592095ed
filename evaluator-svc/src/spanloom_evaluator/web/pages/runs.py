"""The list of runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Engine

from spanloom_evaluator.web.queries.runs import STATES, RunFilter, languages_known, run_rows
from spanloom_evaluator.web.render import PageRoute, address, page

Words = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]
SORTS = {"begun": "Begun", "name": "Name", "state": "State", "f1": "Best F1"}


def run_list_routes(db: Engine) -> APIRouter:
    """`/`."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/")
    def runs(
        request: Request,
        q: Words = None,
        state: Words = None,
        language: Words = None,
        sort: Literal["begun", "name", "state", "f1"] = "begun",
        number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    ) -> Response:
        """Runs with their progress and best score."""
        wanted = RunFilter(q or None, state if state in STATES else None, language or None, sort, number)
        with db.connect() as connection:
            rows, more = run_rows(connection, wanted)
            languages = languages_known(connection)

        def to(**changes: Any) -> str:
            return address("/", wanted.as_query(), **changes)

        return page(
            "runs.html", request, runs=rows, more=more, wanted=wanted, states=STATES, languages=languages, to=to,
            sorts=SORTS,
        )  # fmt: skip

    return router
