"""`/docs`: the API's description as a page, all of it from here, so that it works where no other host is reached."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as Name
from fastapi.responses import FileResponse

from spanloom.errors import NotFound

DOCS = "/docs"
FOLDER = Path(str(files("spanloom.http").joinpath("docs_page")))
"""What the page is made of."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Content Security Policy of the page: nothing of another host is loaded or asked. Swagger UI styles inline."""


def docs_routes() -> APIRouter:
    """`/docs` and its files."""
    router = APIRouter(include_in_schema=False)
    known = {place.name: place for place in FOLDER.iterdir() if place.suffix in (".js", ".css", ".txt")}

    @router.get(DOCS)
    def page() -> FileResponse:
        return FileResponse(FOLDER / "index.html", headers={"Content-Security-Policy": POLICY})

    @router.get(DOCS + "/{name}")
    def file(name: Annotated[str, Name(max_length=100)]) -> FileResponse:
        if name not in known:
            raise NotFound(f"{DOCS} has no file {name!r}")
        return FileResponse(known[name])

    return router
