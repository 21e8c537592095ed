"""The services' routes over a test's database in one app, and the command's client over it, without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom_cli.client import Client
from spanloom_evaluator.api.advice import advice_routes
from spanloom_evaluator.api.results import result_routes
from spanloom_evaluator.api.views import view_routes
from spanloom_evaluator.web.site import page_routes
from spanloom_generator.api.runs import run_routes
from spanloom_validator.api import dataset_routes


@contextmanager
def served(db: Engine) -> Iterator[TestClient]:
    """Runs, datasets, results and the page."""
    settings = load_settings(data="/")
    routers = [
        run_routes(db, cast(Any, None), settings),  # nobody follows events
        dataset_routes(db),
        result_routes(db),
        advice_routes(db),
        view_routes(db),
        page_routes(db, settings),
    ]
    with TestClient(create_app("t", settings=settings, routers=routers), base_url="http://127.0.0.1") as client:
        yield client


def reading(http: TestClient) -> Client:
    """The command's client over an app, for what it reads."""

    def through(request: httpx.Request) -> httpx.Response:
        content = {"content-type": request.headers["content-type"]} if request.content else {}
        answer = http.request(request.method, str(request.url), content=request.content, headers=content)
        return httpx.Response(answer.status_code, content=answer.content, headers={"content-type": "application/json"})

    return Client("http://127.0.0.1", transport=httpx.MockTransport(through))
