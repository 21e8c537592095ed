"""Every route of every service answers an error in the one shape, with a database behind it and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from spanloom.settings import load_settings
from spanloom.store.migrate import upgrade
from spanloom.workers.runtime import open_runtime, service_of
from spanloom_embedded.app import all_parts

SHAPE = {"type", "title", "status", "detail", "instance", "request_id"}
GARBAGE = ("nowhere", "-1", "%F0%9F%98%80", "x" * 5000, "%2e%2e%2fetc", "1e99", "999999999999999999999999")


def app_over(url: str) -> Iterator[FastAPI]:
    settings = load_settings(database_url=url, bus="memory://error-shape", database_timeout_s=1)
    runtime = open_runtime(settings, url)
    service = service_of(runtime, all_parts(runtime), name="spanloom", port=0)
    yield service.app
    service.stop()


@pytest.fixture(params=["database", "no database"])
def app(request: pytest.FixtureRequest) -> Iterator[FastAPI]:
    """All four services' routes; once over a database, once over an address where nothing listens."""
    if request.param == "no database":
        yield from app_over("postgresql://nobody@127.0.0.1:9/nothing")
        return
    url = request.getfixturevalue("database_url")
    upgrade(url)
    yield from app_over(url)


def operations(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    """`(METHOD, path template, operation)` of every route but the endless ones."""
    return [
        (method.upper(), path, operation)
        for path, found in app.openapi()["paths"].items()
        for method, operation in found.items()
        if not path.endswith("/events")
    ]


def check(answer: Any) -> None:
    """A success, or a problem in the one shape that tells nothing of our inside."""
    place = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}"
    assert answer.status_code != 500, place
    if answer.status_code < 400:
        return
    assert answer.headers["Content-Type"] == "application/problem+json", place
    body = answer.json()
    assert body.keys() - {"errors"} == SHAPE, place
    assert body["status"] == answer.status_code, place
    assert body["detail"], place
    assert all(item.keys() == {"path", "message"} for item in body.get("errors", [])), place
    assert not re.search(r"Traceback|psycopg2|sqlalchemy|\.py\b", answer.text), place


def test_every_route_has_the_one_error_shape(app: FastAPI) -> None:
    api = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    called = 0
    with capture_logs():
        for method, template, operation in operations(app):
            for garbage in GARBAGE:
                path = re.sub(r"\{[^}]+\}", garbage, template)
                parameters = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
                for query in ("", *(f"?{name}={garbage}" for name in parameters)):
                    check(api.request(method, path + query))
                    called += 1
            for body in (b"", b"{", b"[]", b'"\\u0000"', b"\xff\xfe", b"&a [*a]", b'{"name": "x"}'):
                for kind in ("application/json", "application/yaml", "text/plain"):
                    path = re.sub(r"\{[^}]+\}", "nowhere", template)
                    check(api.request(method, path, content=body, headers={"Content-Type": kind}))
                    called += 1
            check(api.request("PATCH", re.sub(r"\{[^}]+\}", "nowhere", template)))
            check(api.request(method, "/v1/no/such/route"))
    assert called > 100


def test_every_route_is_documented(app: FastAPI) -> None:
    for method, path, operation in operations(app):
        assert operation.get("summary"), f"{method} {path}"
        assert operation["responses"]["default"], f"{method} {path}"
