"""A fake of the services' HTTP API over plain lists, served by the real shell on a real port."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from spanloom.contracts.spec import parse_spec
from spanloom.errors import Conflict, NotFound
from spanloom.http import Cursor, IdempotencyKey, Limit, Page, ProblemError, page_of
from spanloom.http.pages import decode_cursor

DATASET = "r1.da.llm.train.v1"


def snapshot(state: str, judged: int, *, running: bool = False) -> dict[str, Any]:
    """A run as GET /v1/runs/{id} gives it."""
    arm = {"language": "da", "source": "llm", "setting": "from_scratch", "size": 30}
    return {
        "id": "r1",
        "name": "fake",
        "state": state,
        "reason": "1 job failed" if state == "complete_with_failures" else None,
        "calls": {"expected": 4, "completed": judged, "judged": judged, "failed": 0},
        "samples": {"candidates": 10 * judged, "accepted": 9 * judged, "rejected": judged},
        "jobs": {
            "total": 1,
            "done": int(state == "complete"),
            "failed": int(state == "complete_with_failures"),
            "running": [{"id": "job-12345678", "arm": arm, "progress": {"step": 5, "steps": 10, "dev_f1": 0.5}}]
            if running
            else [],
        },
        "evaluations": {"total": 1, "done": int(state == "complete")},
        "datasets": [{"id": DATASET, "state": "complete", "calls_judged": judged, "calls_expected": 4, "accepted": 36}],
    }


class FakeService:
    """State and routes. `snapshots` are given one a request, the last one for ever; `refuse` is the next answers."""

    def __init__(self) -> None:
        self.snapshots = [snapshot("running", 1), snapshot("running", 3, running=True), snapshot("complete", 4)]
        self.refuse: list[int] = []
        self.keys: list[str | None] = []
        self.checked: list[str] = []
        self.told: dict[str, Any] = {}
        self.requests = 0
        self.events = True
        self.rows = [{"language": "da", "source": f"s{n}", "size": n, "f1": n / 7} for n in range(1, 8)]
        self._given = itertools.count()

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()

        @router.post("/v1/runs", status_code=202)
        async def create(request: Request, key: IdempotencyKey = None) -> dict[str, Any]:
            self._count()
            self.keys.append(key)
            parse_spec((await request.body()).decode())
            self.checked.append(request.query_params.get("check", "true"))
            return {"id": "r1", "state": "running", "new": True, **self.told}

        @router.get("/v1/runs")
        def runs(limit: Limit = 50, cursor: Cursor = None) -> Page[dict[str, Any]]:
            after = decode_cursor(cursor, int)
            start = int(after[0] or 0) + 1 if after else 0
            rows = [{"id": f"r{n}", "name": "fake", "state": "complete", "place": n} for n in range(5)]
            return page_of(rows[start : start + min(limit, 2) + 1], min(limit, 2), lambda row: (row["place"],))

        @router.get("/v1/ids/{kind}/{given}")
        def whole_id(kind: str, given: str) -> dict[str, str]:
            return {"kind": kind, "id": given}

        @router.get("/v1/runs/{run_id}")
        def run(run_id: str) -> dict[str, Any]:
            self._count()
            if run_id != "r1":
                raise NotFound(f"there is no run {run_id!r}")
            return self.snapshots[min(next(self._given), len(self.snapshots) - 1)]

        @router.post("/v1/runs/{run_id}/{verb}")
        def act(run_id: str, verb: str) -> dict[str, str]:
            if verb == "resume":
                raise Conflict("the run is running; only a cancelled one can be resumed")
            return {"id": run_id, "state": "cancelled"}

        @router.get("/v1/runs/{run_id}/events", response_class=EventSourceResponse)
        async def events(run_id: str) -> AsyncIterator[ServerSentEvent]:
            if not self.events:
                raise ProblemError(503, "no events today")
            for n in range(3):
                yield ServerSentEvent(id=f"1-{n}", event="run", data={"n": n})

        @router.get("/v1/results/{view}.{kind}")
        def drawing(view: str, kind: str, run: str = "all", by: str = "size") -> Response:
            if view == "run_summary":
                raise NotFound("run_summary is not drawn")
            return Response(f"{view} of {run} by {by} as {kind}", media_type="image/svg+xml")

        @router.get("/v1/models")
        def models(run: str | None = None) -> Page[dict[str, Any]]:
            test = {"da": {"f1": 0.5, "lo": 0.4, "hi": 0.6}}
            kept = {"id": "job-1", "run": "r", "language": "da", "source": "organic", "setting": "from_scratch"}
            return Page(items=[{**kept, "size": 100, "dev_f1": 0.6, "test": test, "path": "/m/job-1/1", "bytes": 9}])

        @router.get("/v1/models/{model_id}/card", response_class=PlainTextResponse)
        def card(model_id: str) -> str:
            return f"# {model_id}"

        @router.get("/v1/results")
        @router.get("/v1/results/{view}")
        def results(run: str | None = None, view: str = "evaluations") -> Page[dict[str, Any]]:
            return Page(items=[] if run == "empty" else self.rows)

        @router.get("/v1/datasets/{dataset_id}")
        def dataset(dataset_id: str) -> dict[str, Any]:
            return {"id": dataset_id, "tags": ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]}

        @router.get("/v1/datasets/{dataset_id}/samples")
        def samples(dataset_id: str) -> Page[dict[str, Any]]:
            row = {"call_index": 3, "candidate_index": 1, "tokens": ["Anna", "Li", "\x1b[2J"], "ner_tags": [1, 2, 0]}
            return Page(items=[row])

        return router

    def _count(self) -> None:
        self.requests += 1
        if self.refuse:
            raise ProblemError(self.refuse.pop(0), "not now", headers={"Retry-After": "0"})
