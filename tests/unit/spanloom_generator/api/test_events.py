"""Events reach every client, in order, with one query a place."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse
from fastapi.testclient import TestClient

from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom_generator.api.events import EventHub, event_stream


class Store:
    """Events in a list, and every query that was made."""

    def __init__(self, count: int = 0) -> None:
        self.rows = [(n, "tick", {"n": n}) for n in range(1, count + 1)]
        self.asked: list[tuple[str, int]] = []

    def add(self, kind: str = "tick") -> None:
        self.rows.append((len(self.rows) + 1, kind, {"n": len(self.rows) + 1}))

    def fetch(self, topic: str, place: int, limit: int) -> list[tuple[int, str, dict[str, Any]]]:
        self.asked.append((topic, place))
        return [row for row in self.rows if row[0] > place][:limit]


@contextmanager
def running(hub: EventHub[int]) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=hub.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


async def take(hub: EventHub[int], count: int, place: int = 0) -> list[int]:
    seen: list[int] = []
    async for event in hub.listen("run", place):
        seen.append(event.place)
        if len(seen) == count:
            break
    return seen


def test_every_client_gets_every_event_after_its_place() -> None:
    store = Store(1000)
    hub: EventHub[int] = EventHub(store.fetch, every_s=0.01, page=64, ahead=100)

    async def scenario() -> list[list[int]]:
        return await asyncio.gather(take(hub, 1000), take(hub, 400, 600), take(hub, 1, 999))

    with running(hub):
        whole, half, last = asyncio.run(scenario())
    assert whole == list(range(1, 1001))
    assert half == list(range(601, 1001))
    assert last == [1000]


def test_clients_at_one_place_share_a_query() -> None:
    store = Store()
    hub: EventHub[int] = EventHub(store.fetch, every_s=0.02)

    async def scenario() -> list[list[int]]:
        clients = [asyncio.create_task(take(hub, 2)) for _ in range(50)]
        await asyncio.sleep(0.2)
        store.asked.clear()
        store.add()
        store.add()
        return await asyncio.gather(*clients)

    with running(hub):
        seen = asyncio.run(scenario())
    assert seen == [[1, 2]] * 50
    assert 0 < len(store.asked) < 50


def test_nobody_listening_asks_nothing() -> None:
    store = Store(5)
    hub: EventHub[int] = EventHub(store.fetch, every_s=0.01)
    with running(hub):
        assert asyncio.run(take(hub, 5)) == [1, 2, 3, 4, 5]
        threading.Event().wait(0.1)
        store.asked.clear()
        threading.Event().wait(0.1)
    assert store.asked == []


def test_streams_end_when_the_hub_stops() -> None:
    hub: EventHub[int] = EventHub(Store(1).fetch, every_s=0.01)

    async def scenario(stop: threading.Event) -> list[int]:
        seen = []
        async for event in hub.listen("run", 0):
            seen.append(event.place)
            stop.set()
        return seen

    with running(hub) as stop:
        assert asyncio.run(asyncio.wait_for(scenario(stop), 5)) == [1]
    assert asyncio.run(asyncio.wait_for(take(hub, 1), 5)) == [], "a stopped hub lets nobody wait"


def test_a_failed_query_ends_no_stream() -> None:
    store = Store(1)
    fails = iter([True, True])

    def fetch(topic: str, place: int, limit: int) -> list[tuple[int, str, dict[str, Any]]]:
        if next(fails, False):
            raise ConnectionError("away")
        return store.fetch(topic, place, limit)

    hub: EventHub[int] = EventHub(fetch, every_s=0.01)
    stop = threading.Event()

    def restarted() -> None:
        while not stop.is_set():
            try:
                hub.run(stop)
            except ConnectionError:
                continue

    thread = threading.Thread(target=restarted)
    thread.start()
    assert asyncio.run(asyncio.wait_for(take(hub, 1), 5)) == [1]
    stop.set()
    thread.join(5)


def test_the_stream_is_server_sent_events_until_its_last() -> None:
    store = Store(2)
    store.add("end")
    store.add("after")
    hub: EventHub[int] = EventHub(store.fetch, every_s=0.01)
    router = APIRouter()

    @router.get("/v1/events", response_class=EventSourceResponse)
    async def events() -> Any:
        async for event in event_stream(hub, "run", 1, until=lambda event: event.kind == "end"):
            yield event

    app = create_app("t", settings=load_settings(), routers=[router])
    with running(hub), TestClient(app, base_url="http://127.0.0.1") as api:
        answer = api.get("/v1/events")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.text == 'event: tick\ndata: {"n": 2}\nid: 2\n\nevent: end\ndata: {"n": 3}\nid: 3\n\n'
