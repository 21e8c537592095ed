"""Samples and rejects of a run, and the call that each came from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as FromPath
from sqlalchemy import Engine

from spanloom.http.pages import decode_cursor, encode_cursor
from spanloom_evaluator.web.pages.run import RunId
from spanloom_evaluator.web.queries import calls as call_query
from spanloom_evaluator.web.queries import samples as query
from spanloom_evaluator.web.queries.run import datasets_of, run_head
from spanloom_evaluator.web.queries.samples import SampleFilter
from spanloom_evaluator.web.render import PageRoute, address, page

Word = Annotated[str | None, Query(max_length=400, pattern=r"^[^\x00]*$")]
Cursor = Annotated[str | None, Query(max_length=2000)]


def sample_filter(
    language: Word = None,
    source: Word = None,
    split: Word = None,
    version: Annotated[str | None, Query(pattern=r"^\d{0,9}$")] = None,
    verdict: Literal["accepted", "rejected"] = "accepted",
    label: Word = None,
    reason: Word = None,
    repair: Word = None,
    mark: Word = None,
    damaged: bool = False,
    corrected: Annotated[str | None, Query(pattern=r"^(yes|no)?$")] = None,
    q: Word = None,
) -> SampleFilter:
    """The filter in an address; an empty field of a form is none."""
    return SampleFilter(
        language or None, source or None, split or None, int(version) if version else None, verdict, label or None,
        reason or None, repair or None, mark or None, damaged, corrected or None, q or None,
    )  # fmt: skip


def sample_routes(db: Engine) -> APIRouter:
    """`/runs/{id}/samples` and `/runs/{id}/calls`."""
    router = APIRouter(prefix="/runs/{run_id}", route_class=PageRoute)

    @router.get("/samples")
    def samples(
        request: Request,
        run_id: RunId,
        wanted: Annotated[SampleFilter, Depends(sample_filter)],
        cursor: Cursor = None,
    ) -> Response:
        """Sentences with their entities, or rejects with their reasons."""
        place = decode_cursor(cursor, str, int, int)
        after = (str(place[0]), int(place[1] or 0), int(place[2] or 0)) if place else None
        path = f"/runs/{run_id}/samples"
        with db.connect() as connection:
            run = run_head(connection, run_id)
            datasets = datasets_of(connection, run_id)
            here = query.chosen(datasets, wanted)
            if after is None:
                rows, following, number, whole = query.first_page(connection, wanted, here)
            else:
                rows, following = query.sample_page(connection, wanted, here, after)
                number, whole = query.counted(connection, wanted, here)
        facets = query.facets(db, here)
        types = query.types_of(here or datasets)
        for row in rows:
            if wanted.verdict == "accepted":
                show(row)

        def to(**changes: Any) -> str:
            return address(path, wanted.as_query(), **changes)

        return page(
            "samples.html", request, run=run, tab="samples", wanted=wanted, rows=rows, number=number, whole=whole,
            facets=facets, types=types, datasets=datasets, here=here, to=to, first=cursor is None,
            following=encode_cursor(*following) if following else None,
            correctable=[row["id"] for row in here if row["calls_expected"] and row["state"] == "complete"],
        )  # fmt: skip

    @router.get("/calls")
    def calls(
        request: Request,
        run_id: RunId,
        dataset: Annotated[str, Query(max_length=400, pattern=r"^[^\x00]+$")],
        which: Literal["all", "failed", "without_object"] = "all",
        after: Annotated[int, Query(ge=-1, lt=2**31)] = -1,
    ) -> Response:
        """The calls of a dataset."""
        with db.connect() as connection:
            run = run_head(connection, run_id)
            rows, following = call_query.calls_of(connection, run_id, dataset, which, after)
        return page(
            "calls.html", request, run=run, tab="samples", rows=rows, dataset=dataset, which=which, following=following,
            to=lambda **changes: address(f"/runs/{run_id}/calls", {"dataset": dataset, "which": which}, **changes),
        )  # fmt: skip

    @router.get("/calls/{call_id:path}")
    def call(
        request: Request,
        run_id: RunId,
        call_id: Annotated[str, FromPath(max_length=400, pattern=r"^[^\x00]+$")],
        candidate: Annotated[int | None, Query(ge=0)] = None,
    ) -> Response:
        """A raw completion, the places of its candidates marked, and the prompt it answers."""
        with db.connect() as connection:
            run = run_head(connection, run_id)
            found = call_query.call_of(connection, run_id, call_id)
        for verdict in found["verdicts"]:
            if verdict["tokens"] is not None:
                verdict["pieces"] = query.pieces_of(verdict["tokens"], verdict["ner_tags"], query.types_of([found]))
        return page("call.html", request, run=run, tab="samples", call=found, candidate=candidate)

    return router


def show(row: dict[str, Any]) -> None:
    """Add to a sample what its card shows: its pieces as they are, and as they were corrected."""
    types = query.types_of([row["dataset"]])
    after = (row.get("after") or {}).get("ner_tags")
    row["types"] = types
    row["now"] = after if after is not None else row["ner_tags"]
    row["pieces"] = query.pieces_of(row["tokens"], row["now"], types)
