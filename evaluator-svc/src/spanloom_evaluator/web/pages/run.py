"""One run: its funnel, its arms and its events, as they come; and one arm."""

from __future__ import annotations

from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Engine

from spanloom_evaluator.web.curves import curve
from spanloom_evaluator.web.queries import run as query
from spanloom_evaluator.web.render import PageRoute, page

RunId = Annotated[str, Path(max_length=200, pattern=r"^[^\x00]+$")]


def run_routes(db: Engine) -> APIRouter:
    """`/runs/{id}` and `/runs/{id}/arms/{job}`."""
    router = APIRouter(prefix="/runs/{run_id}", route_class=PageRoute)

    @router.get("")
    def overview(request: Request, run_id: RunId) -> Response:
        """The whole way from calls to scores, and what was lost at each step."""
        with db.connect() as connection:
            run = query.run_head(connection, run_id)
            datasets = query.datasets_of(connection, run_id)
            jobs = query.jobs_of(connection, run_id)
            failures, events = query.failures_of(connection, run_id), query.events_of(connection, run_id, jobs)
            turns = query.turns_of(connection)
        sizes, grid = query.grid_of(jobs)
        running = [{**job, "loss": _loss(job["curve"])} for job in query.running_of(jobs)]
        return page(
            "run.html", request, run=run, tab="overview", funnel=query.funnel_of(db, datasets), sizes=sizes, grid=grid,
            running=running, failures=failures, events=events, turns=turns, gold=_gold(datasets),
            specification=yaml.safe_dump(run["spec"], sort_keys=False, allow_unicode=True),
        )  # fmt: skip

    @router.get("/arms/{job_id}")
    def arm(request: Request, run_id: RunId, job_id: RunId) -> Response:
        """One training: what on, how it went, what it scored."""
        with db.connect() as connection:
            run = query.run_head(connection, run_id)
            job = query.job_of(connection, run_id, job_id)
        outcome = job["outcome"] or {}
        tries = [
            {
                **tried,
                "loss": curve(tried["history"], "loss", width=360, height=110),
                "dev": curve(tried["history"], "dev_f1", width=360, height=110, top=1.0),
            }
            for tried in outcome.get("tries", [])
        ]
        live = (job["progress"] or {}).get("history") or []
        return page(
            "arm.html", request, run=run, tab="overview", job=job, tries=tries, outcome=outcome,
            loss=curve(live, "loss", width=360, height=110), recipe=_flat(job["arm"]),
        )  # fmt: skip

    return router


def _loss(history: list[dict[str, Any]]) -> Any:
    return curve(history, "loss", width=120, height=26)


def _gold(datasets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Datasets that nobody had to write: gold, WikiANN."""
    return [row for row in datasets if not row["calls_expected"]]


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """A nested mapping as `(path, value)`, without what is not set."""
    if isinstance(value, dict):
        return [line for name, item in value.items() for line in _flat(item, f"{path}.{name}" if path else name)]
    if value is None or value == []:
        return []
    return [(path, ", ".join(map(str, value)) if isinstance(value, list) else str(value))]
