"""Health, readiness and metrics."""

from __future__ import annotations

import threading
import time

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from spanloom.errors import StoreError
from spanloom.http import create_app, health
from spanloom.http.health import Check
from spanloom.settings import load_settings


def client(**checks: Check) -> TestClient:
    router = APIRouter()

    @router.get("/v1/things/{name}")
    def thing(name: str) -> str:
        return name

    app = create_app("t", settings=load_settings(), ready_checks=checks, routers=[router])
    return TestClient(app, base_url="http://127.0.0.1")


def test_alive_says_who() -> None:
    body = client().get("/healthz").json()
    assert (body["status"], body["service"]) == ("ok", "t")


def test_ready_lists_its_checks() -> None:
    answer = client(database=lambda: None, bus=lambda: None).get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "bus": "ok"}


def test_what_is_missing_is_named() -> None:
    def raising() -> str | None:
        raise StoreError("schema is empty; run `spanloom db upgrade`")

    def broken() -> str | None:
        raise KeyError("secret")

    answer = client(good=lambda: None, away=lambda: "does not answer", schema=raising, bug=broken).get("/readyz")
    assert answer.status_code == 503
    found = {item["path"]: item["message"] for item in answer.json()["errors"]}
    assert found == {
        "away": "does not answer",
        "schema": "schema is empty; run `spanloom db upgrade`",
        "bug": "the check failed: KeyError",
    }


def test_a_check_that_hangs_is_missing_and_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_S", 0.1)
    held, asked = threading.Event(), []

    def hanging() -> str | None:
        asked.append(1)
        held.wait(10)
        return None

    api = client(slow=hanging, quick=lambda: None)
    began = time.monotonic()
    for _ in range(3):
        assert [item["path"] for item in api.get("/readyz").json()["errors"]] == ["slow"]
    assert time.monotonic() - began < 5
    assert asked == [1]
    held.set()
    monkeypatch.setattr(health, "PATIENCE_S", 5)
    assert api.get("/readyz").status_code == 200


def test_metrics_count_requests_by_route_not_by_address() -> None:
    api = client()
    for name in ("one", "two", "three"):
        api.get(f"/v1/things/{name}")
    api.get("/v1/nowhere/at/all")
    text = api.get("/metrics").text
    assert 'spanloom_http_requests_total{method="GET",route="/v1/things/{name}",service="t",status="200"} 3.0' in text
    assert "/v1/things/one" not in text
    assert "/v1/nowhere" not in text
