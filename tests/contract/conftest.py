"""Both buses under one contract: the memory bus and a real Kafka broker, a topic of a test's own, and its consumers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from spanloom.bus import Bus, BusSettings, Consumer, dlq_of, open_bus


@pytest.fixture(params=["memory", "kafka"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return f"memory://{uuid.uuid4().hex}"
    broker_url: str = request.getfixturevalue("kafka").url
    return broker_url


@pytest.fixture
def bus(url: str, bus_settings: BusSettings) -> Iterator[Bus]:
    with open_bus(url, bus_settings) as opened:
        yield opened


@pytest.fixture
def topic(bus: Bus) -> Iterator[str]:
    """A topic of the test's own, with its dead letter queue."""
    name = f"contract-{uuid.uuid4().hex}"
    bus.ensure_topics([name, dlq_of(name)])
    yield name
    bus.delete_topics([name, dlq_of(name)])


@pytest.fixture
def join(bus: Bus) -> Iterator[Callable[..., Consumer]]:
    """Makes consumers and closes them at the end."""
    made: list[Consumer] = []

    def join_(topics: str | list[str], group: str = "g") -> Consumer:
        made.append(bus.consumer(topics, group))
        return made[-1]

    yield join_
    for consumer in made:
        consumer.close()
