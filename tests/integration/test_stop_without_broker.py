"""A service told to stop while Kafka is away does not wait for it: its rows wait in the database."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from spanloom.bus import BusSettings, open_bus
from spanloom.bus.port import Record
from spanloom.errors import BusError
from support.kafka_broker import KafkaBroker


@pytest.mark.slow
def test_publishing_ends_with_its_service_while_the_broker_is_away(tmp_path: Path) -> None:
    broker, stop, ended = KafkaBroker(tmp_path), threading.Event(), list[BusError]()
    broker.start()
    try:
        with open_bus(broker.url, BusSettings(partitions=1, delivery_timeout_s=600)) as bus:
            bus.ensure_topics()
            producer = bus.producer()
            producer.publish([Record("jobs.v1", "before", b"{}")], stop)
            broker.kill9()

            def publish() -> None:
                with pytest.raises(BusError, match="may be sent again") as caught:
                    producer.publish([Record("jobs.v1", "during", b"{}")], stop)
                ended.append(caught.value)

            thread = threading.Thread(target=publish, daemon=True)
            thread.start()
            thread.join(3)
            assert thread.is_alive(), "until then it waits for the broker"
            stop.set()
            began = time.monotonic()
            thread.join(60)
            assert ended, f"still waiting {time.monotonic() - began:.0f} s after the stop"
    finally:
        if broker.running:
            broker.stop()
