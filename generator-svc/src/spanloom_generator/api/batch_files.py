"""The routes of calls that are answered elsewhere: a file that holds them, its lines, and the answers.

The client names the file, so that a request whose answer was lost may be sent again.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Engine, text

from spanloom.errors import NotFound
from spanloom.http import Cursor, Limit, Page, page_of
from spanloom.http.bodies import Body
from spanloom.http.pages import decode_cursor
from spanloom.store import held
from spanloom_generator import elsewhere

MAX_LEASE_S = 30 * 86_400
MOST_LINES = 1000
FileName = Annotated[str, Path(pattern=rf"^{held.FILE}[0-9a-f]{{12}}$", description="The file's name.")]
Seconds = Annotated[float, Field(gt=0, le=MAX_LEASE_S, description="Seconds that the calls are held, from now on.")]
_DATASET = text("SELECT r.state, d.paused FROM datasets d JOIN runs r ON r.id = d.run_id WHERE d.id = :id")


class Wanted(Body):
    """What a file is to hold."""

    model_config = ConfigDict(extra="forbid")
    dataset: str = Field(max_length=400, pattern=r"^[^\x00]*$")
    file: str | None = Field(
        None, pattern=rf"^{held.FILE}[0-9a-f]{{12}}$", description="Its name, where the client gives it one."
    )
    limit: int = Field(50_000, ge=1, le=200_000, description="Most calls.")
    lease_s: Seconds = 900


class Renewal(Body):
    """For how long."""

    model_config = ConfigDict(extra="forbid")
    lease_s: Seconds = 900


class Answers(Body):
    """Lines of a batch's output file, as they are."""

    model_config = ConfigDict(extra="forbid")
    lines: list[dict[str, Any]] = Field(max_length=MOST_LINES)


class Holding(BaseModel):
    """A file and how many calls it holds; `state` is its run's, and `paused` why its dataset gives out none."""

    file: str
    calls: int
    state: str | None = None
    paused: str | None = None


def batch_file_routes(db: Engine) -> APIRouter:
    """`/v1/calls/files` and `/v1/calls/answers`."""
    router = APIRouter(prefix="/v1/calls", tags=["calls"])

    @router.post("/files", summary="Hold waiting calls of a dataset, to be answered elsewhere")
    def hold(wanted: Wanted) -> Holding:
        """No generator takes them while the lease lasts. With `file` it may be repeated: nothing is held twice."""
        file = wanted.file or held.FILE + secrets.token_hex(6)
        with db.begin() as connection:
            row = connection.execute(_DATASET, {"id": wanted.dataset}).first()
            if row is None:
                raise NotFound(f"there is no dataset {wanted.dataset!r}")
            calls = held.hold(connection, wanted.dataset, holder=file, limit=wanted.limit, lease_s=wanted.lease_s)
            _first_line(connection, file)
        return Holding(file=file, calls=calls, state=row.state, paused=row.paused)

    @router.get("/files/{file}", summary="The calls that a file holds, as lines of a batch's input")
    def lines(
        file: FileName,
        model: Annotated[str | None, Query(max_length=500, description="In place of the specification's.")] = None,
        max_tokens: Annotated[int | None, Query(ge=1, le=10_000_000)] = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Page[dict[str, Any]]:
        """One page, in order of calls."""
        after = decode_cursor(cursor, int)
        with db.connect() as connection:
            rows = held.page(connection, file, after=int(after[0] or 0) if after else -1, limit=limit + 1)
        made = [
            {"place": index, "line": elsewhere.line_of(stored, prompt, model=model, max_tokens=max_tokens)}
            for prompt, index, stored in rows
        ]
        return page_of(made, limit, lambda row: (row["place"],))

    @router.post("/files/{file}/renew", summary="Hold a file's calls for longer")
    def renew(file: FileName, renewal: Renewal) -> Holding:
        """`calls` counts those that are still held and not answered; none of a run that does not run."""
        with db.begin() as connection:
            return Holding(file=file, calls=held.renew(connection, file, renewal.lease_s))

    @router.post("/files/{file}/release", summary="Hand back what a file still holds")
    def release(file: FileName) -> Holding:
        """The calls wait again; `calls` says how many were handed back."""
        with db.begin() as connection:
            return Holding(file=file, calls=held.release(connection, file))

    @router.post("/answers", summary="Store answers that were made elsewhere")
    def answers(given: Answers) -> dict[str, Any]:
        """By the id of the call (`custom_id`): its first answer is stored, every other is counted in `already`."""
        return asdict(elsewhere.store_lines(db, given.lines))

    return router


def _first_line(connection: Connection, file: str) -> None:
    """Raises Conflict, and nothing is held, where the calls cannot be made elsewhere."""
    for prompt, _, stored in held.page(connection, file, after=-1, limit=1):
        elsewhere.line_of(stored, prompt, model=None, max_tokens=None)
