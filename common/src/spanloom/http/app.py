"""`create_app`: a FastAPI app that has what every service's API has, before it has a route of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

from fastapi import APIRouter, FastAPI

from spanloom.http import problems
from spanloom.http.access import OPEN_PATHS, Access, api_key
from spanloom.http.answers import AnswerInTime
from spanloom.http.body import BodyLimits
from spanloom.http.docs import docs_routes
from spanloom.http.guesses import Guesses
from spanloom.http.health import Check, ReadyChecks, health_routes
from spanloom.http.request_context import RequestContextMiddleware
from spanloom.http.session import session_routes
from spanloom.settings import Settings
from spanloom.version import version


def create_app(
    title: str,
    *,
    settings: Settings,
    ready_checks: Mapping[str, Check] | None = None,
    routers: Sequence[APIRouter] = (),
    on_close: Sequence[Callable[[], None]] = (),
) -> FastAPI:
    """A service's app: its routers, `/healthz`, `/readyz`, `/metrics`, `/docs`, and problem+json for every error.

    `ready_checks` are named, may block, and give None or what is missing. `on_close` runs at shutdown.
    `app.state.stopping` is the event that makes `/readyz` say no while the service drains.
    Raises SettingsError when the settings would leave the app open beyond this machine.
    """
    checks, names, stopping = ReadyChecks(title, ready_checks or {}), list(ready_checks or {}), Event()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            checks.close()
            for close in on_close:
                close()

    app = FastAPI(title=title, version=version(), lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.stopping, app.state.settings = stopping, settings
    problems.install(app)
    app.include_router(health_routes(title, version(), checks, names, stopping))
    guesses = Guesses()
    app.include_router(session_routes(api_key(settings), guesses))
    app.include_router(docs_routes())
    for router in routers:
        app.include_router(router)
    # The last added is the outermost. A submission, and what else changes something, has a submission's time.
    app.add_middleware(AnswerInTime, read_s=settings.answer_s, change_s=max(settings.submission_s, settings.answer_s))
    app.add_middleware(
        BodyLimits,
        max_bytes=settings.max_body_bytes,
        max_depth=settings.max_json_depth,
        max_file_bytes=settings.max_upload_bytes,
    )
    app.add_middleware(Access, settings=settings, guesses=guesses)
    app.add_middleware(RequestContextMiddleware, service=title)
    _document(app, keyed=settings.api_key is not None)
    return app


def _document(app: FastAPI, *, keyed: bool) -> None:
    """Make the OpenAPI document say how errors look and, where a key is asked, how to send it."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = problems.document(plain())
            if keyed:
                schema["components"]["securitySchemes"] = {
                    "bearer": {"type": "http", "scheme": "bearer"},
                    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                }
                for path, operations in schema["paths"].items():
                    for operation in operations.values():
                        operation["security"] = [] if path in OPEN_PATHS else [{"bearer": []}, {"key": []}]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
