"""The page's routes, put together: its pages, the files they are made of, and signing in."""

from __future__ import annotations

import re
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Engine

from spanloom.errors import NotFound
from spanloom.settings import Settings
from spanloom_evaluator.web.pages.compare import compare_routes
from spanloom_evaluator.web.pages.corrections import correction_routes
from spanloom_evaluator.web.pages.results import result_page_routes
from spanloom_evaluator.web.pages.run import run_routes
from spanloom_evaluator.web.pages.runs import run_list_routes
from spanloom_evaluator.web.pages.samples import sample_routes
from spanloom_evaluator.web.pages.start import start_routes
from spanloom_evaluator.web.render import PageRoute, page

FileName = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9][A-Za-z0-9./-]*$")]
_MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


def page_routes(db: Engine, settings: Settings) -> APIRouter:
    """Everything under `/` that is for people."""
    router = APIRouter(include_in_schema=False)
    router.include_router(_own_files())
    router.include_router(_signing_in())
    router.include_router(run_list_routes(db))
    for routes in (run_routes, sample_routes, correction_routes, result_page_routes, compare_routes):
        router.include_router(routes(db))
    router.include_router(start_routes(db, settings))
    return router


def _own_files() -> APIRouter:
    """`/static`: the page's own files, read once, told apart by their hash."""
    router = APIRouter(prefix="/static", route_class=PageRoute)
    known: dict[str, tuple[bytes, str]] = {}
    folder = files("spanloom_evaluator.web").joinpath("static")

    @router.get("/{name:path}")
    def file(
        request: Request, name: Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9][A-Za-z0-9./-]*$")]
    ) -> Response:
        if name not in known:
            place = folder.joinpath(*PurePosixPath(name).parts)
            if ".." in name or not place.is_file() or PurePosixPath(name).suffix not in _MEDIA:
                raise NotFound(f"the page has no file {name!r}")
            data = place.read_bytes()
            known[name] = data, f'"{sha256(data).hexdigest()[:24]}"'
        data, tag = known[name]
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(data, media_type=_MEDIA[PurePosixPath(name).suffix], headers=headers)

    return router


def _signing_in() -> APIRouter:
    """`/login`: where the API key is typed and traded for the session's cookie (`POST /v1/session`)."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/login")
    def login(request: Request, to: Annotated[str, Query(max_length=2000)] = "/") -> Response:
        # Only an address of ours: another site's would make the page a stepping stone to it. Browsers read a backslash
        # as a slash, and leave out tabs and line ends, wherever they stand.
        ours = re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", to) is not None
        return page("login.html", request, to=to if ours else "/")

    return router
