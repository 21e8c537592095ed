"""A run's events over HTTP: the stream ends with the run, and not at an end that a resume undid."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine

from spanloom.http import create_app
from spanloom.lifecycle import FunctionWorker, Service
from spanloom.settings import load_settings
from spanloom.store import runs
from spanloom.store.events import Place, since
from spanloom_generator.api.events import EventHub
from spanloom_generator.api.runs import run_routes
from support.common import wait_for
from support.stored import store_run


@pytest.fixture
def service(db: Engine) -> Iterator[Service]:
    settings = load_settings(port=0)

    def fetch(run_id: str, place: Place, limit: int) -> list[tuple[Place, str, dict[str, object]]]:
        with db.connect() as connection:
            return since(connection, run_id, place, limit)

    hub: EventHub[Place] = EventHub(fetch, every_s=0.05)
    app = create_app("t", settings=settings, routers=[run_routes(db, hub, settings)])
    with Service("t", settings=settings, app=app, workers=[FunctionWorker("events", hub.run)]) as service:
        yield service


def test_the_stream_goes_on_past_an_end_that_was_resumed(db: Engine, service: Service) -> None:
    run_id = store_run(db)
    with db.begin() as connection:
        runs.cancel(connection, run_id)
    with db.begin() as connection:
        runs.resume(connection, run_id)
    states: list[str] = []

    def listen() -> None:
        with httpx.stream("GET", f"{service.url}/v1/runs/{run_id}/events", timeout=30) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    states.append(json.loads(line.removeprefix("data:"))["state"])

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    wait_for(lambda: states == ["running", "cancelled", "running"], what="the events so far")
    assert listener.is_alive(), "the run goes on, and so does the stream"
    with db.begin() as connection:
        runs.cancel(connection, run_id)
    listener.join(20)
    assert not listener.is_alive(), "the run has ended, and so has the stream"
    assert states == ["running", "cancelled", "running", "cancelled"]


def test_what_cannot_be_streamed_is_a_problem_and_no_stream(db: Engine, service: Service) -> None:
    nobodys = httpx.get(f"{service.url}/v1/runs/nobodys/events", timeout=10)
    assert (nobodys.status_code, nobodys.headers["Content-Type"]) == (404, "application/problem+json")
    assert "there is no run 'nobodys'" in nobodys.json()["detail"]
    address = f"{service.url}/v1/runs/{store_run(db)}/events"
    strange = httpx.get(address, headers={"Last-Event-ID": "strange"}, timeout=10)
    assert (strange.status_code, strange.headers["Content-Type"]) == (400, "application/problem+json")
