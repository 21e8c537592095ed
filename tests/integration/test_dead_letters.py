"""The routes of dead letters: listed, shown, replayed once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert

from spanloom.bus import JOBS, Bus, Message, open_bus
from spanloom.errors import BusError
from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom.store.models import DeadLetter
from spanloom_generator.api.dead_letters import dead_letter_routes


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = open_bus("memory://http-store")
    bus.ensure_topics()
    yield bus
    bus.close()


@pytest.fixture
def api(db: Engine, bus: Bus) -> TestClient:
    app = create_app("t", settings=load_settings(), routers=[dead_letter_routes(db, bus)])
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.fixture
def dead(db: Engine) -> None:
    rows = [
        {"topic": JOBS, "partition": n % 2, "offset": n, "key": f"k{n}", "value": b"\xff not json", "reason": "why",
         "headers": {"traceparent": "x"}}
        for n in range(5)
    ]  # fmt: skip
    with db.begin() as connection:
        connection.execute(insert(DeadLetter), rows)


def received(bus: Bus) -> list[Message]:
    consumer = bus.consumer([JOBS], "test")
    found: list[Message] = []
    while batch := consumer.poll(0.3, 100):
        found += batch
    consumer.close()
    return found


@pytest.mark.usefixtures("dead")
def test_dead_letters_are_listed_over_pages(api: TestClient) -> None:
    seen, cursor = [], ""
    while True:
        page = api.get(f"/v1/dead-letters?limit=2{cursor}").json()
        seen += [(item["partition"], item["offset"]) for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [(0, 0), (0, 2), (0, 4), (1, 1), (1, 3)]
    assert api.get("/v1/dead-letters?topic=prompts.v1").json()["items"] == []


@pytest.mark.usefixtures("dead")
def test_a_dead_letter_is_shown_whole(api: TestClient) -> None:
    shown = api.get(f"/v1/dead-letters/{JOBS}/1/3").json()
    assert (shown["value"], shown["bytes"], shown["reason"]) == (r"\xff not json", 10, "why")
    assert api.get(f"/v1/dead-letters/{JOBS}/1/4").status_code == 404
    assert api.get(f"/v1/dead-letters/{JOBS}/1/{2**63}").status_code == 422


@pytest.mark.usefixtures("dead")
def test_a_replay_sends_the_original_once(api: TestClient, bus: Bus) -> None:
    place = f"/v1/dead-letters/{JOBS}/1/3"
    assert api.post(f"{place}/replay").json()["state"] == "replayed"
    again = api.post(f"{place}/replay")
    assert (again.status_code, "replayed already" in again.json()["detail"]) == (409, True)
    (message,) = received(bus)
    assert (message.topic, message.key, message.value) == (JOBS, "k3", b"\xff not json")
    assert message.headers["traceparent"] == b"x"
    left = [item["offset"] for item in api.get("/v1/dead-letters").json()["items"]]
    assert left == [0, 2, 4, 1]
    assert len(api.get("/v1/dead-letters?all=true").json()["items"]) == 5
    assert api.post(f"/v1/dead-letters/{JOBS}/7/7/replay").status_code == 404


@pytest.mark.usefixtures("dead")
def test_a_replay_that_could_not_be_sent_is_not_marked(
    api: TestClient, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise BusError("the broker is away")

    monkeypatch.setattr(type(bus.producer()), "publish", lambda self, records: refuse(records))
    assert api.post(f"/v1/dead-letters/{JOBS}/1/3/replay").status_code == 503
    monkeypatch.undo()
    assert api.post(f"/v1/dead-letters/{JOBS}/1/3/replay").status_code == 200
