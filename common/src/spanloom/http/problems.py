"""Every error an API answers with, in one shape: problem details (RFC 9457), `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from spanloom import errors
from spanloom.contracts.document import MAX_PROBLEMS, first_of
from spanloom.outage_lines import DATABASE

log = structlog.stdlib.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
MOST_SAID = 4_000
"""Characters of what one mistake is told in; all together have `MOST_TOLD`."""
MOST_TOLD = 30_000
MOST_PATH = 200


class FieldError(BaseModel):
    """One mistake: the path of the field, and what is wrong and allowed there."""

    path: str
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457). `errors` names each field at fault; `request_id` finds the request in the logs."""

    type: str = Field(examples=["urn:spanloom:problem:not-found"])
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldError] = []


class ProblemError(Exception):
    """An answer with a status of its own, raised from a route where no error of the tree fits."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        problems: list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.detail, self.problems, self.headers = status, detail, problems or [], dict(headers or {})
        super().__init__(detail)


_STATUS: dict[type[errors.SpanloomError], int] = {
    errors.SpecError: 422,
    errors.DataError: 422,
    errors.SchemaError: 422,
    errors.NotFound: 404,
    errors.LeaseLost: 409,
    errors.Conflict: 409,
    errors.StoreError: 503,
    errors.MessageTooLarge: 413,
    errors.BusError: 503,
    errors.EngineError: 503,
    errors.EnvironmentMissing: 503,
}
"""Status by class; the nearest ancestor counts."""


def status_of(error: errors.SpanloomError) -> int:
    """The HTTP status of an error of the tree; 500 where none is given."""
    for cls in type(error).__mro__:
        if cls in _STATUS:
            return _STATUS[cls]
    return 500


def problem(
    request: Request | str,
    status: int,
    detail: str,
    *,
    problems: list[tuple[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
    kind: str | None = None,
) -> Response:
    """A problem+json answer. `kind` names the type where the status alone does not tell it."""
    title = HTTPStatus(status).phrase
    instance = request if isinstance(request, str) else request.url.path
    body = Problem(
        type=f"urn:spanloom:problem:{kind or title.lower().replace(' ', '-')}",
        title=title,
        status=status,
        detail=cut(detail, MOST_SAID),
        instance=cut(instance, MOST_SAID),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        errors=[FieldError(path=path, message=message) for path, message in bounded(problems or [])],
    )
    extra = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return JSONResponse(
        body.model_dump(exclude={"errors"} if not problems else None),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**extra, **dict(headers or {})},
    )


def bounded(problems: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Mistakes as they are told: the first hundred, each cut where it repeats at length what was sent."""
    shown = problems if len(problems) <= MAX_PROBLEMS + 1 else first_of(problems)  # the last may tell how many more
    most = min(MOST_SAID, MOST_TOLD // max(len(shown), 1))
    return [(cut(path, MOST_PATH), cut(message, most)) for path, message in shown]


def cut(text: str, most: int) -> str:
    """The text, its end left out where it has more than so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def internal_error(request: Request | str) -> Response:
    """The answer to an error nobody foresaw. It says nothing of the error; the log does, under the request's id."""
    return problem(request, 500, "an error on our side; the service's log tells more under this request_id")


def install(app: FastAPI) -> None:
    """Make every error of the app's routes a problem."""

    def ours(request: Request, error: errors.SpanloomError) -> Response:
        status = status_of(error)
        if status == 500:
            log.exception("request failed", exc_info=error)
            return internal_error(request)
        if isinstance(error, errors.SpecError):
            return problem(
                request, status, _count(error.problems), problems=error.problems, kind="unprocessable-specification"
            )
        return problem(request, status, str(error))

    def raised(request: Request, error: ProblemError) -> Response:
        return problem(request, error.status, error.detail, problems=error.problems, headers=error.headers)

    def http(request: Request, error: HTTPException) -> Response:
        detail = str(error.detail)
        if error.status_code == 404 and detail == "Not Found":
            detail = "no such route; /docs lists them"
        elif error.status_code == 405:
            detail = f"{request.method} is not allowed here; allowed: {(error.headers or {}).get('Allow', 'see /docs')}"
        return problem(request, error.status_code, detail, headers=error.headers)

    def invalid(request: Request, error: RequestValidationError) -> Response:
        if any(item["type"] == "json_invalid" for item in error.errors()):
            return problem(request, 400, "the body is not JSON", problems=_field_problems(error))
        found = _field_problems(error)
        total = len(error.errors())
        return problem(request, 422, _count(found, total), problems=first_of(found, total))

    def database(request: Request, error: DBAPIError | PoolTimeout) -> Response:
        if isinstance(error, DBAPIError) and not _is_outage(error):
            log.exception("request failed", exc_info=error)
            return internal_error(request)
        log.warning("database away", part=DATABASE, error=str(error).splitlines()[0])
        return problem(request, 503, "the database is away; try again in a few seconds")

    for cls, handler in (
        (errors.SpanloomError, ours),
        (ProblemError, raised),
        (HTTPException, http),
        (RequestValidationError, invalid),
        (DBAPIError, database),
        (PoolTimeout, database),
    ):
        app.add_exception_handler(cls, handler)  # type: ignore[arg-type]


def _is_outage(error: DBAPIError) -> bool:
    from spanloom.store.db import is_outage

    return is_outage(error)


def _count(problems: list[tuple[str, str]], total: int | None = None) -> str:
    if len(problems) == 1:
        path, message = problems[0]
        return f"{path}: {message}" if path else message
    total = total or len(problems)
    return f"{total:,} mistakes; `errors` names {'each' if total <= MAX_PROBLEMS else f'the first {MAX_PROBLEMS}'}"


def _field_problems(error: RequestValidationError) -> list[tuple[str, str]]:
    """`(path, message)` of each; a body's fields have the path they have in the document."""
    out = []
    for item in error.errors()[: MAX_PROBLEMS + 1]:
        place, *rest = [str(part) for part in item["loc"]]
        if item["type"] == "json_invalid":
            out.append(("", f"not JSON at character {rest[0]}: {item['ctx']['error']}"))
            continue
        path = ".".join(rest if place == "body" else [place, *rest])
        out.append((path, str(item["msg"]).removeprefix("Value error, ")))
    return out


def document(schema: dict[str, Any]) -> dict[str, Any]:
    """Put the one error shape into an OpenAPI document: each operation's `default`, in place of FastAPI's own 422."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    definition = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(definition.pop("$defs"))
    schemas["Problem"] = definition
    answer = {
        "description": "An error, as problem details (RFC 9457).",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in schema.get("paths", {}).values():
        for operation in operations.values():
            if "responses" in operation:
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = answer
    return schema
