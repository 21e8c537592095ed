"""Routes of the generator: runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import Engine

from spanloom.contracts.spec import RunSpec, parse_spec, spec_hash
from spanloom.contracts.training_sets import GOLD
from spanloom.data.languages import complete_spec
from spanloom.data.lines import at_most_bytes
from spanloom.dev_sets import few
from spanloom.errors import Conflict, SpecError
from spanloom.http import Cursor, IdempotencyKey, Limit, Page, ProblemError, page_of
from spanloom.http.pages import decode_cursor
from spanloom.settings import Settings
from spanloom.store import runs, versions
from spanloom.store.events import Place, is_last
from spanloom.store.settle import settle
from spanloom_generator import summary
from spanloom_generator.api.events import EventHub, event_stream
from spanloom_generator.deadline import Deadline, within
from spanloom_generator.preflight import EncoderCheck, preflight
from spanloom_generator.submit import load_all_gold, plan_datasets, submit

SUBMISSIONS = 2
"""Specifications carried out at a time: each is work for one core and a transaction, and the others, waiting for their
turn, must not hold up those who only read."""
CHECKS = 8
"""Specifications looked at before they are accepted, at a time: they wait for servers, not for a core."""
_SPEC_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": RunSpec.model_json_schema(ref_template="#/components/schemas/{model}")},
            "application/yaml": {"schema": {"type": "string"}},
        },
    }
}


def run_routes(
    db: Engine,
    hub: EventHub[Place],
    settings: Settings,
    too_large: Callable[[RunSpec], str | None] = lambda _: None,
    encoder_problem: EncoderCheck | None = None,
) -> APIRouter:
    """`/v1/runs` and what is below it.

    `too_large` says why a run would not fit on this machine, `encoder_problem` why its encoder could not be loaded.
    """
    router = APIRouter(prefix="/v1/runs", tags=["runs"])
    submissions, checks = CapacityLimiter(SUBMISSIONS), CapacityLimiter(CHECKS)

    @router.post("", status_code=202, summary="Carry out a specification")
    async def create(
        request: Request,
        response: Response,
        key: IdempotencyKey = None,
        check: Annotated[
            bool, Query(description="Ask the LLM servers and look at the encoder first; false accepts the run unasked.")
        ] = True,
    ) -> dict[str, Any]:
        """YAML or JSON. Answers within seconds with `Location`; the run goes on by itself.

        Before it is accepted each LLM server is asked for its models, with the key, and the encoder is looked for.
        """
        body = await request.body()
        deadline = Deadline(settings.submission_s)
        spec, known = await within(deadline, partial(_read, db, body, key, settings, too_large), submissions)
        if known is None and check and settings.preflight:
            await within(deadline, partial(_check, spec, settings, encoder_problem), checks)
        run_id, new = await within(deadline, partial(_carry_out, db, spec, key, settings, deadline), submissions)
        response.headers["Location"] = f"/v1/runs/{run_id}"
        told = await run_in_threadpool(_told, db, spec, run_id) if new else {}
        return {"id": run_id, "state": "running", "new": new, **told}

    @router.post("/check", summary="Check a specification without carrying it out")
    async def check_alone(request: Request) -> dict[str, Any]:
        """All that is looked at before a run is accepted: gold data are read, prompts planned, servers asked."""
        body = await request.body()
        deadline = Deadline(settings.submission_s)
        spec, _ = await within(deadline, partial(_read, db, body, None, settings, too_large), submissions)
        if settings.preflight:
            await within(deadline, partial(_check, spec, settings, encoder_problem), checks)
        dev = await within(deadline, partial(_planned, spec, settings, deadline), submissions)
        return {"ok": True, "warnings": few(spec.training.dev, dev)}

    @router.get("", summary="Runs, newest first")
    def listing(
        limit: Limit = 50,
        cursor: Cursor = None,
        state: Annotated[str | None, Query(pattern="^(running|complete|complete_with_failures|cancelled)$")] = None,
    ) -> Page[dict[str, Any]]:
        """One page of runs."""
        before = decode_cursor(cursor, str, str)
        place = (_time(str(before[0])), str(before[1])) if before else None
        with db.connect() as connection:
            rows = summary.run_page(connection, limit=limit + 1, state=state, before=place)
        return page_of(rows, limit, lambda row: (row["created_at"], row["id"]))

    @router.get("/{run_id}", summary="One run with its counts")
    def one(run_id: str) -> dict[str, Any]:
        """Counts of calls, samples, jobs and evaluations, and the datasets."""
        with db.connect() as connection:
            return summary.run_json(connection, _id(run_id))

    @router.post("/{run_id}/cancel", summary="Cancel a running run")
    def cancel(run_id: str) -> dict[str, str]:
        """Nothing new is begun; what arrives later is stored, and judged on resume."""
        with db.begin() as connection:
            return {"id": run_id, "state": runs.cancel(connection, _id(run_id))}

    @router.post("/{run_id}/resume", summary="Set a cancelled run, or paused sources, going again")
    def resume(run_id: str) -> dict[str, str]:
        """What waited is published again; no call that has a completion is asked again."""
        with db.begin() as connection:
            state = runs.resume(connection, _id(run_id))
        settle(db, run_id)
        return {"id": run_id, "state": state}

    @router.post("/{run_id}/retry", summary="Put back what failed")
    def retry(run_id: str) -> dict[str, Any]:
        """Failed jobs, evaluations and calls; calls of a complete dataset make a new version of it."""
        with db.begin() as connection:
            put_back = versions.retry(connection, _id(run_id))
        settle(db, run_id)
        return {"id": run_id, "put_back": put_back}

    # A dependency, for what is wrong must be told before the stream has begun.
    def place(
        run_id: str,
        last_event_id: Annotated[str | None, Header(max_length=60)] = None,
        after: Annotated[str | None, Query(max_length=60, description="`Last-Event-ID` of a first request.")] = None,
    ) -> Place:
        with db.connect() as connection:
            runs.run_state(connection, _id(run_id))
        # A page's first request can carry no header; its later ones, after a break, do.
        return _place(last_event_id or after)

    beginning = Depends(place)

    @router.get("/{run_id}/events", response_class=EventSourceResponse, summary="State changes as they come")
    async def events(run_id: str, begin: Place = beginning) -> AsyncIterator[ServerSentEvent]:
        """Server-sent events, replayed after `Last-Event-ID`, or `after`; the stream ends with the run."""
        async for event in event_stream(hub, run_id, begin):
            yield event
            ended = event.event == "run" and event.data["state"] != "running"
            if ended and await run_in_threadpool(_is_last, db, run_id, event.id):
                return

    return router


def _read(
    db: Engine, body: bytes, key: str | None, settings: Settings, too_large: Callable[[RunSpec], str | None]
) -> tuple[RunSpec, str | None]:
    """The specification, checked as far as that needs nobody else, and the run that its key has made before."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SpecError([("", f"the body is not UTF-8: {error}")]) from None
    spec = parse_spec(text, complete_spec)
    if wrong := settings.refusals(spec):
        raise SpecError(wrong)
    known = None
    if key is not None:
        with db.connect() as connection:
            known = runs.find_by_key(connection, key, spec_hash(spec))
    if known is None and (shortage := too_large(spec)):
        raise Conflict(
            f"the run's models would not fit: {shortage}; keep fewer (training.keep_models: best or none), remove "
            "old ones, or name another folder with SPANLOOM_MODELS"
        )
    return spec, known


def _check(spec: RunSpec, settings: Settings, encoder_problem: EncoderCheck | None) -> None:
    """Raises SpecError for servers and encoders that cannot do their part; mistakes in gold data are told with it."""
    problems = preflight(spec, reach=settings.reach, has_keys=settings.role == "all", encoder=encoder_problem)
    if not problems:
        return
    try:
        with at_most_bytes(settings.max_data_bytes):
            load_all_gold(spec, settings.gold_roots)
    except SpecError as error:
        problems += error.problems
    raise SpecError(problems)


def _planned(spec: RunSpec, settings: Settings, deadline: Deadline) -> dict[str, int]:
    """Plan all datasets and keep none; returns the targets' gold dev sentences. Raises SpecError."""
    dev = {}
    with at_most_bytes(settings.max_data_bytes):
        for dataset in plan_datasets("check", spec, settings.gold_roots, settings.wording_roots):
            if (dataset.source, dataset.split) == (GOLD, "dev"):
                dev[dataset.language] = len(dataset.sentences)
            for _ in dataset.prompts:
                deadline.check()
    return {language.code: dev[language.code] for language in spec.languages}


def _carry_out(db: Engine, spec: RunSpec, key: str | None, settings: Settings, deadline: Deadline) -> tuple[str, bool]:
    """Store a specification; its run's id, and whether the run is new."""
    with at_most_bytes(settings.max_data_bytes):
        run_id, new = submit(
            db,
            spec,
            key=key,
            roots=settings.gold_roots,
            wording=settings.wording_roots,
            caps=settings.caps,
            deadline=deadline,
        )
    if new:
        settle(db, run_id)
    return run_id, new


def _told(db: Engine, spec: RunSpec, run_id: str) -> dict[str, Any]:
    """What whoever sent a specification should know: the newest other run of the very same, and warnings."""
    with db.connect() as connection:
        warnings = few(spec.training.dev, summary.gold_dev(connection, run_id, spec))
        return {"earlier": runs.same_spec(connection, spec, but=run_id), "warnings": warnings}


def _is_last(db: Engine, run_id: str, event_id: str | None) -> bool:
    with db.connect() as connection:
        return is_last(connection, run_id, "run", Place.parse(event_id))


def _id(run_id: str) -> str:
    return run_id.replace("\x00", "")


def _time(value: str) -> str:
    """A cursor's time as PostgreSQL reads it; Python knows years, weeks and offsets that it does not."""
    try:
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise ProblemError(400, "the cursor is not one of ours; leave it out for the first page") from None


def _place(last_event_id: str | None) -> Place:
    try:
        return Place.parse(last_event_id)
    except ValueError:
        raise ProblemError(400, f"Last-Event-ID {last_event_id!r} is not one of ours; leave it out") from None
