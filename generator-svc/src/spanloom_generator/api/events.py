"""Server-sent events: one reader a process serves every client, and no client holds a database connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, Generic, NamedTuple, TypeVar

from fastapi.sse import ServerSentEvent

P = TypeVar("P", bound=Hashable)


class StoredEvent(NamedTuple, Generic[P]):
    """An event with the place (SSE id) after which a reader goes on."""

    place: P
    kind: str
    data: dict[str, Any]


Fetch = Callable[[str, P, int], list[tuple[P, str, dict[str, Any]]]]
"""`(topic, place, limit)` -> the events of that topic after that place, oldest first, at most `limit`."""


@dataclass(eq=False)
class _Client(Generic[P]):
    topic: str
    place: P
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[StoredEvent[P] | None] = field(default_factory=asyncio.Queue)

    def give(self, item: StoredEvent[P] | None) -> None:
        try:
            self.loop.call_soon_threadsafe(self.queue.put_nowait, item)
        except RuntimeError:
            return  # the loop is closed: this client is gone and will not read again


class EventHub(Generic[P]):
    """A worker that reads events for all clients: clients of one topic at one place share one query.

    `fetch` reads the store; `every_s` is the pause between rounds; a client with more than `ahead` unread events
    is left out of a round, so that a slow one costs no memory.
    """

    name = "events"

    def __init__(self, fetch: Fetch[P], *, every_s: float = 0.5, page: int = 500, ahead: int = 1000) -> None:
        self._fetch, self._every_s, self._page, self._ahead = fetch, every_s, page, ahead
        self._clients: set[_Client[P]] = set()
        self._lock, self._woken, self._stopped = Lock(), Event(), False

    def run(self, stop: Event) -> None:
        """Serve until `stop` is set; then every client's stream ends."""
        try:
            while not stop.is_set():
                self._woken.clear()
                if not self._round():
                    self._woken.wait(self._every_s)
        finally:
            if stop.is_set():
                self.close()

    def close(self) -> None:
        """End every stream, now and from now on."""
        with self._lock:
            self._stopped = True
            clients = list(self._clients)
        for client in clients:
            client.give(None)

    def _round(self) -> bool:
        """One query for each (topic, place) that somebody waits at. True when there may be more at once."""
        with self._lock:
            waiting: dict[tuple[str, P], list[_Client[P]]] = {}
            for client in self._clients:
                if client.queue.qsize() < self._ahead:
                    waiting.setdefault((client.topic, client.place), []).append(client)
        more = False
        for (topic, place), clients in waiting.items():
            found = [StoredEvent(*row) for row in self._fetch(topic, place, self._page)]
            more = more or len(found) == self._page
            for client in clients if found else ():
                for event in found:
                    client.give(event)
                client.place = found[-1].place
        return more

    @contextmanager
    def _joined(self, topic: str, place: P) -> Any:
        client = _Client(topic, place, asyncio.get_running_loop())
        with self._lock:
            self._clients.add(client)
            if self._stopped:
                client.give(None)
        self._woken.set()
        try:
            yield client
        finally:
            with self._lock:
                self._clients.discard(client)

    async def listen(self, topic: str, place: P) -> AsyncIterator[StoredEvent[P]]:
        """The events of `topic` after `place`, as they come, until the hub stops."""
        with self._joined(topic, place) as client:
            while (event := await client.queue.get()) is not None:
                yield event


async def event_stream(
    hub: EventHub[P], topic: str, place: P, *, until: Callable[[StoredEvent[P]], bool] | None = None
) -> AsyncIterator[ServerSentEvent]:
    """Events as SSE, to be yielded from a route with `response_class=EventSourceResponse`.

    The id is the place's text. The stream ends after an event of which `until` is true, and when the service stops.
    """
    async for event in hub.listen(topic, place):
        yield ServerSentEvent(id=str(event.place), event=event.kind, data=event.data)
        if until is not None and until(event):
            return
