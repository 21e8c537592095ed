"""The gateway as it stands in compose, by a real nginx: readiness of every part, the docs, the dashboard's door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from typer.testing import CliRunner

from spanloom.http import create_app
from spanloom.http.docs import FOLDER, POLICY
from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom_cli.app import app as command
from support.gateway import gateway

KEY = "a-key-of-sufficient-length"
PARTS = {"api": 8001, "generator": 8001, "validator": 8002, "trainer": 8003, "evaluator": 8004}


class Gate:
    """A gateway before five shells of services, whose readiness a test sets, and a fake Grafana."""

    def __init__(self) -> None:
        self.url = ""
        self.missing: dict[str, str | None] = dict.fromkeys(PARTS)
        self.shells: dict[str, Service] = {}

    def shell(self, name: str) -> Service:
        """A service's shell with one check and a route that tells who answered."""
        settings, router = load_settings(port=0, api_key=KEY), APIRouter()

        @router.get("/v1/{path:path}")
        def told(path: str) -> dict[str, str]:
            return {"part": name, "path": path}

        checks = {"database": lambda: self.missing[name]}
        return Service(
            name, settings=settings, app=create_app(name, settings=settings, ready_checks=checks, routers=[router])
        )


def fake_grafana() -> FastAPI:
    """Knows no key; says what it was asked for."""
    fake = FastAPI()

    @fake.get("/grafana/{path:path}")
    def asked(path: str, request: Request) -> dict[str, str]:
        return {"asked": path, "query": request.url.query}

    return fake


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    made = Gate()
    with ExitStack() as stack:
        made.shells = {name: stack.enter_context(made.shell(name)) for name in PARTS}
        grafana = stack.enter_context(Service("grafana", settings=load_settings(port=0), app=fake_grafana()))
        places = {f"{name}:{port}": made.shells[name].url.removeprefix("http://") for name, port in PARTS.items()}
        places["grafana:3000"] = grafana.url.removeprefix("http://")
        made.url = stack.enter_context(gateway(places, tmp_path_factory.mktemp("gateway")))
        yield made


@pytest.fixture
def http(gate: Gate) -> Iterator[httpx.Client]:
    gate.missing = dict.fromkeys(PARTS)
    with httpx.Client(base_url=gate.url, timeout=30) as client:
        yield client


def test_each_part_tells_of_itself(gate: Gate, http: httpx.Client) -> None:
    assert http.get("/readyz").headers["X-Spanloom-Parts"].split() == list(PARTS)
    gate.missing["trainer"] = "no room"
    for name in PARTS:
        answer = http.get(f"/readyz/{name}")
        assert answer.status_code == (503 if name == "trainer" else 200), answer.text
        if name != "trainer":
            assert answer.json()["service"] == name
    assert http.get("/readyz/nobody").status_code == 401, "what is no part is asked of the page, which asks for a key"


def test_wait_and_doctor_ask_every_part(gate: Gate, http: httpx.Client) -> None:
    def spanloom(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(command, [*words, "--url", gate.url], catch_exceptions=False)
        return done.exit_code, done.output

    assert spanloom("wait", "--timeout-s", "0") == (0, f"{gate.url} is ready\n")
    assert spanloom("doctor")[0] == 0
    gate.missing["trainer"], gate.missing["generator"] = "no room", "no engine"
    code, told = spanloom("wait", "--timeout-s", "0")
    assert code == 3
    assert "trainer: " in told
    assert "database: no room" in told
    assert "database: no engine" in told
    assert "validator" not in told
    code, told = spanloom("doctor")
    assert code == 3
    assert [line.split()[:2] for line in told.splitlines() if line[:3] in ("ok ", "-- ")] == [
        ["ok", "api"],
        ["--", "generator"],
        ["ok", "validator"],
        ["--", "trainer"],
        ["ok", "evaluator"],
    ]


def test_a_part_that_is_away_is_named(gate: Gate, http: httpx.Client, tmp_path: Path) -> None:
    places = {f"{name}:{port}": gate.shells[name].url.removeprefix("http://") for name, port in PARTS.items()}
    places["validator:8002"] = "127.0.0.1:9"
    with gateway(places, tmp_path) as url:
        done = CliRunner().invoke(command, ["wait", "--timeout-s", "0", "--url", url])
    assert done.exit_code == 3
    assert "validator: " in done.output
    assert "127.0.0.1:9 does not answer; it may be starting" in done.output


@pytest.mark.parametrize("path", ["runs", "calls", "ids/run/a", "dead-letters", "runs/r/events"])
def test_routes_reach_their_part(http: httpx.Client, path: str) -> None:
    answer = http.get(f"/v1/{path}", headers={"X-API-Key": KEY})
    assert answer.json() == {"part": "api", "path": path}


def test_the_docs_are_the_services_own_and_load_nothing_from_elsewhere(gate: Gate, http: httpx.Client) -> None:
    service = httpx.Client(base_url=gate.shells["api"].url)
    for place in sorted(FOLDER.iterdir()):
        path = "/docs" if place.name == "index.html" else f"/docs/{place.name}"
        for client in (http, service):
            answer = client.get(path)
            assert (answer.status_code, answer.content) == (200, place.read_bytes()), path
        kinds = {client.get(path).headers["Content-Type"].split(";")[0].split("/")[1] for client in (http, service)}
        assert len(kinds) == 1, kinds
    assert http.get("/docs").headers["Content-Security-Policy"] == POLICY
    assert service.get("/docs").headers["Content-Security-Policy"] == POLICY
    assert "https://" not in (FOLDER / "index.html").read_text()
    assert http.get("/openapi.json").json()["openapi"].startswith("3.")
    service.close()


def test_a_browser_signs_in_and_is_back_at_the_dashboard(http: httpx.Client) -> None:
    page = {"Accept": "text/html,*/*"}
    asked = http.get("/grafana/d/spanloom/x?orgId=1&from=now-1h", headers=page)
    assert (asked.status_code, asked.headers["Location"]) == (303, "/login?to=/grafana/d/spanloom/x?orgId=1")
    traded = http.post("/v1/session", json={"key": KEY}, headers={"Origin": str(http.base_url).rstrip("/")})
    assert traded.status_code == 204
    back = http.get("/grafana/d/spanloom/x?orgId=1", headers=page)
    assert back.json() == {"asked": "d/spanloom/x", "query": "orgId=1"}


def test_who_has_no_key_does_not_see_the_dashboard(http: httpx.Client) -> None:
    refused = http.get("/grafana/", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (401, "application/problem+json")
    assert "sign in at /login" in refused.json()["detail"]
    assert http.get("/grafana/", headers={"X-API-Key": "a-wrong-key-that-is-long"}).status_code == 401
    assert http.get("/grafana/", headers={"X-API-Key": KEY}).status_code == 200
    odd = http.get("/grafana/%0d%0aSet-Cookie:x", headers={"Accept": "text/html"})
    assert (odd.status_code, odd.headers["Location"]) == (303, "/login?to=/grafana/")
    assert "Set-Cookie" not in odd.headers
