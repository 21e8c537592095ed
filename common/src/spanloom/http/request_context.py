"""The outermost layer of an app: request ids, trace, metrics, and the answer to errors nobody foresaw."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spanloom.http.problems import internal_error
from spanloom.telemetry import HTTP_REQUESTS, HTTP_SECONDS, bind, traced

log = structlog.stdlib.get_logger(__name__)

_ID = re.compile(r"[A-Za-z0-9_.\-]{1,128}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestContextMiddleware:
    """Gives each request an id (or keeps the client's `X-Request-ID`), counts it, and lets no exception out.

    The id goes into the answer's header, into problems and onto every log line.
    """

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        with bind(request_id=request_id), traced(f"{scope['method']} {scope['path']}", dict(headers)):
            await self._answer(scope, receive, send, request_id)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        began, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
                MutableHeaders(scope=message).setdefault("X-Content-Type-Options", "nosniff")
                HTTP_SECONDS.labels(self._service, _method(scope), _route(scope)).observe(time.perf_counter() - began)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # the outermost layer: logged whole, answered without a leak
            log.exception("request failed", exc_info=error, method=scope["method"], path=scope["path"])
            if status:
                raise
            await internal_error(scope["path"])(scope, receive, watched)
        finally:
            HTTP_REQUESTS.labels(self._service, _method(scope), _route(scope), str(status)).inc()


def _method(scope: Scope) -> str:
    """The method, where a route could have it: a word that anybody may make up makes no metric."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def _route(scope: Scope) -> str:
    """The route's template, so that a metric has as many labels as there are routes and no more."""
    return getattr(scope.get("route"), "path", "none")
