"""Correcting samples: one at a time or every match of a filter, a new version of them, and gold to take away."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator, TypeAdapter
from sqlalchemy import Engine

from spanloom.data.export import WRITERS, ExportedSample
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.store import versions
from spanloom.store.settle import settle
from spanloom.store.text import stored
from spanloom_evaluator.web.pages.run import RunId
from spanloom_evaluator.web.pages.samples import sample_filter, show
from spanloom_evaluator.web.queries import corrections as query
from spanloom_evaluator.web.queries.run import datasets_of, run_head
from spanloom_evaluator.web.queries.samples import SampleFilter, chosen, pieces_of, sample_of, types_of
from spanloom_evaluator.web.render import PageRoute, address, page, same_origin

DatasetField = Annotated[str, Form(max_length=400, pattern=r"^[^\x00]+$")]
Who = Annotated[str, Form(max_length=200)]
Number = Annotated[int, Form(ge=0, lt=2**31)]
_TAGS = TypeAdapter(list[int])
_WORDS = TypeAdapter(list[Annotated[str, AfterValidator(stored)]])


def correction_routes(db: Engine) -> APIRouter:
    """`/runs/{id}/corrections` and what is below it."""
    router = APIRouter(prefix="/runs/{run_id}/corrections", route_class=PageRoute)

    @router.get("")
    def overview(request: Request, run_id: RunId) -> Response:
        """What was corrected, and what can be made of it."""
        with db.connect() as connection:
            run = run_head(connection, run_id)
            datasets = datasets_of(connection, run_id)
            corrected = query.corrected_datasets(connection, datasets)
            history = query.history_of(connection, datasets)
        place = {row["id"]: row for row in datasets}
        newest = {row["id"] for row in chosen(datasets, SampleFilter())}
        for row in history:
            types = types_of([place[row["dataset_id"]]])
            row["dataset"] = place[row["dataset_id"]]
            row["old"] = pieces_of(row["tokens"], row["before"]["ner_tags"], types)
            row["new"] = pieces_of(row["tokens"], row["after"]["ner_tags"], types) if row["after"] else None
        return page(
            "corrections.html", request, run=run, tab="corrections", datasets=datasets, corrected=corrected,
            history=history, newest=newest,
        )  # fmt: skip

    @router.post("", dependencies=[Depends(same_origin)])
    def one(
        request: Request,
        run_id: RunId,
        dataset: DatasetField,
        call: Number,
        candidate: Number,
        action: Annotated[Literal["accept", "change", "reject", "undo"], Form()],
        who: Who = "",
        tags: Annotated[str, Form(max_length=100_000)] = "[]",
    ) -> Response:
        """Correct one sample; answers with its card as it now is."""
        with db.begin() as connection:
            datasets = datasets_of(connection, run_id)
            row = query.correctable(datasets, dataset)
            given = _read(_TAGS, tags, "tags") if action == "change" else None
            query.correct_one(connection, row, call, candidate, action=action, tags=given, who=who)
            sample = sample_of(connection, row, call, candidate)
        show(sample)
        path = f"/runs/{run_id}/samples"
        return page(
            "sample_alone.html", request, row=sample, run={"id": run_id},
            to=lambda **changes: address(path, {"language": row["language"], "source": row["source"]}, **changes),
        )  # fmt: skip

    @router.post("/all", dependencies=[Depends(same_origin)])
    def every(
        run_id: RunId,
        wanted: Annotated[SampleFilter, Depends(sample_filter)],
        action: Annotated[Literal["accept", "change", "reject"], Form()],
        who: Who = "",
        mention: Annotated[str, Form(max_length=20_000)] = "[]",
        label_to: Annotated[str, Form(max_length=200)] = "",
    ) -> dict[str, Any]:
        """Correct every match of the filter in the address."""
        with db.begin() as connection:
            datasets = datasets_of(connection, run_id)
            here = [row for row in chosen(datasets, wanted) if row["calls_expected"]]
            for row in here:
                query.correctable(datasets, row["id"])
            if not here:
                raise DataError("no dataset that an LLM wrote fits this filter")
            changed = query.correct_all(
                connection, here, wanted, action=action, who=who, mention=_read(_WORDS, mention, "mention"),
                label=label_to or None,
            )  # fmt: skip
        return {"corrected": changed}

    @router.post("/version", dependencies=[Depends(same_origin)])
    def version(run_id: RunId, dataset: DatasetField) -> Response:
        """A new version of a dataset with its corrections; the run trains and scores on it."""
        with db.begin() as connection:
            query.correctable(datasets_of(connection, run_id), dataset)
            new = versions.correct(connection, dataset)
        settle(db, run_id)
        with db.connect() as connection:
            row = next(row for row in datasets_of(connection, run_id) if row["id"] == new)
        place = {name: row[name] for name in ("language", "source", "split", "version")}
        return RedirectResponse(address(f"/runs/{run_id}/samples", place), 303)

    @router.get("/gold.{form}")
    def gold(
        run_id: RunId,
        form: Literal["jsonl", "iob2"],
        dataset: Annotated[str, Query(max_length=400, pattern=r"^[^\x00]+$")],
        reviewed: bool = True,
    ) -> Response:
        """The samples as corrected, as gold: those that a person looked at, or all but the rejected."""
        with db.connect() as connection:
            row = next((d for d in datasets_of(connection, run_id) if d["id"] == dataset), None)
            if row is None:
                raise DataError(f"run {run_id} has no dataset {dataset!r}")
            rows = query.export_rows(connection, dataset, reviewed=reviewed)
        if not rows:
            raise DataError("there is nothing to export: no sample of this dataset was accepted or changed yet")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"gold.{form}"
            WRITERS[form](path, map(ExportedSample.of_row, rows), LabelSchema(tuple(row["tags"])))
            data = path.read_bytes()
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in f"{dataset}.gold.{form}")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type="text/plain; charset=utf-8", headers=headers)

    return router


def _read(shape: TypeAdapter[Any], text: str, name: str) -> Any:
    """A form's field that holds JSON. Raises DataError."""
    try:
        return shape.validate_python(json.loads(text), strict=True)
    except (ValueError, RecursionError) as error:  # no JSON, a number of 5,000 digits, another shape
        raise DataError(f"{name} is not what a page sends: {str(error).splitlines()[0]}") from None
