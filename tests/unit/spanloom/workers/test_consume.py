"""The consuming loop and the room that its worker has."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from spanloom.bus.memory import MemoryBus
from spanloom.bus.topics import PROMPTS
from spanloom.contracts.messages import PromptMessage
from spanloom.workers.consume import LOOK_AGAIN_S, Consuming


class FakeFreed(threading.Event):
    """An event whose waits are noted; each of them makes room, as a call that ends meanwhile does."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self.room = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        self.room = 1
        self.set()
        return True


@pytest.fixture
def bus() -> Iterator[MemoryBus]:
    with MemoryBus("room") as bus:
        bus.ensure_topics()
        yield bus


def send(bus: MemoryBus, name: str) -> None:
    bus.producer().send(PROMPTS, "same", PromptMessage(id=name, run_id="r", dataset_id="d", call_index=0).encode())


def test_room_that_was_made_is_used_at_once(bus: MemoryBus) -> None:
    freed, stop = FakeFreed(), threading.Event()
    taken: list[list[str]] = []

    def handle(messages: list[PromptMessage]) -> None:
        taken.append([message.id for message in messages])
        freed.room -= len(messages)
        if len(taken) == 3:
            stop.set()

    loop = Consuming(
        create_engine("sqlite://"),
        bus,
        PROMPTS,
        "generator",
        PromptMessage,
        handle,
        room=lambda: freed.room,
        freed=freed,
    )
    for i in range(3):
        send(bus, f"p{i}")
    loop.run(stop)
    assert taken == [["p0"], ["p1"], ["p2"]], "no more than there is room for"
    assert freed.waits == [LOOK_AGAIN_S] * 3, "a wait for each, which ends when room is made"


def test_room_made_while_it_is_looked_for_is_heard_of(bus: MemoryBus) -> None:
    """A call that ends between the look and the wait has set the event after it was cleared."""
    freed, stop, looks = threading.Event(), threading.Event(), iter([0, 1, 1])
    heard: list[bool] = []

    def room() -> int:
        heard.append(freed.is_set())
        freed.set()
        return next(looks)

    def handle(messages: list[PromptMessage]) -> None:
        stop.set()

    send(bus, "p")
    loop = Consuming(
        create_engine("sqlite://"), bus, PROMPTS, "generator", PromptMessage, handle, room=room, freed=freed
    )
    loop.run(stop)
    assert set(heard) == {False}, "cleared before each look, never after it"
    assert freed.is_set()
