"""From plain data to an answer: templates, the policy that every page is sent under, and errors as pages."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from importlib.metadata import version
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from spanloom.contracts.document import MAX_PROBLEMS
from spanloom.errors import SpanloomError, SpecError
from spanloom.http import ProblemError
from spanloom.http.problems import MOST_SAID, RETRY_AFTER_S, bounded, cut, status_of
from spanloom.store.db import is_outage
from spanloom_evaluator.report.page import clean
from spanloom_evaluator.score.significance import told_apart
from spanloom_evaluator.web.words import ago, count, duration, money, plain, score, share

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Of every page: nothing from outside, no inline script or style, no frame, no copy kept."""
HTMX = (
    '{"allowEval":false,"selfRequestsOnly":true,"includeIndicatorStyles":false,"allowScriptTags":false,'
    '"historyCacheSize":0,"refreshOnHistoryMiss":true,"scrollIntoViewOnBoost":false}'
)

log = structlog.stdlib.get_logger(__name__)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("spanloom_evaluator.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        ago=ago, clean=clean, count=count, duration=duration, money=money, plain=plain, score=score, share=share
    )
    made.filters.update(
        zip_same=_same, counted_options=_counted, clean_all=lambda texts: [clean(text) for text in texts]
    )
    made.globals.update(htmx=HTMX, version=version("spanloom"), told_apart=told_apart)
    return made


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    """Options of a choice whose values are their texts."""
    return [(value, value) for value in values]


def _counted(values: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    """Options of a choice with how often each occurs."""
    return [(name, f"{plain(name)} ({count(n)})") for name, n in values]


TEMPLATES = _environment()


def page(template: str, request: Request, code: int = 200, /, **values: Any) -> HTMLResponse:
    """A template as an answer. `request` tells the templates where they stand; what they show is in `values`."""
    keyed = request.app.state.settings.api_key is not None
    text = TEMPLATES.get_template(template).render(path=request.url.path, keyed=keyed, **values)
    # Lone surrogates cannot be sent; `clean` has shown them already wherever text is not ours.
    return HTMLResponse(text.encode("utf-8", "replace"), code)


def failure(request: Request, status: int, detail: str, problems: list[tuple[str, str]] | None = None) -> Response:
    """An error as a page that says what to do."""
    told = bounded(problems or [])
    return page("error.html", request, status, status=status, detail=cut(detail, MOST_SAID), problems=told)


class PageRoute(APIRoute):
    """A route whose answers carry the page's policy, and whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's hook: the handler of one request."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                response = await answer(request)
            except RequestValidationError as error:
                wrong = [
                    (".".join(map(str, item["loc"][1:])), str(item["msg"])) for item in error.errors()[:MAX_PROBLEMS]
                ]
                response = failure(request, 422, "the address asks for what is not there", wrong)
            except SpecError as error:
                response = failure(request, 422, "the specification cannot be carried out", error.problems)
            except ProblemError as error:
                response = failure(request, error.status, error.detail, error.problems)
            except SpanloomError as error:
                if (status := status_of(error)) == 500:
                    raise
                response = failure(request, status, str(error))
            except (DBAPIError, PoolTimeout) as error:
                if isinstance(error, DBAPIError) and not is_outage(error):
                    raise
                log.warning("database away", error=str(error).splitlines()[0])
                response = failure(request, 503, "the database is away; this page may be asked for again in a moment")
                response.headers["Retry-After"] = str(RETRY_AFTER_S)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handler


def same_origin(request: Request) -> None:
    """Refuse a request that changes something unless a page of ours sent it (fetch metadata, else the Origin).

    An Origin that is present has been checked by the app's access rules; browsers send it with every such request.
    Raises ProblemError (403).
    """
    site = request.headers.get("sec-fetch-site")
    if site == "same-origin" or (site is None and request.headers.get("origin") is not None):
        return
    raise ProblemError(403, "this can be asked for from Spanloom's own page alone; reload it and try again")


def address(path: str, given: Mapping[str, Any], **changes: Any) -> str:
    """A path with a query of what is given and changed; what is None or empty is left out.

    >>> address("/", {"state": "running", "page": 3}, page=None)
    '/?state=running'
    """
    from urllib.parse import urlencode

    wanted = {name: value for name, value in {**given, **changes}.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(wanted, doseq=True)}" if wanted else path
