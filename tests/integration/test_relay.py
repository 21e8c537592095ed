"""Who wakes a relay, on real PostgreSQL."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import Engine

from spanloom.bus.memory import MemoryBus
from spanloom.store import work
from spanloom.store.statements import WORK_TABLES
from spanloom.store.work import Lease
from spanloom.workers.relay import Relay
from support.common import wait_for
from support.stored import running


class CountedRelay(Relay):
    """A relay that counts how often it looked, and never looks unasked."""

    looked = 0

    def publish_waiting(self, stop: threading.Event | None = None) -> int:
        self.looked += 1
        return super().publish_waiting(stop)


@pytest.mark.parametrize("table", WORK_TABLES)
def test_a_relay_is_woken_by_its_own_table_alone(db: Engine, table: str) -> None:
    with MemoryBus("woken") as bus:
        bus.ensure_topics()
        relay = CountedRelay(db, bus, table, Lease(), poll_s=600.0)
        with running(relay.run):
            wait_for(lambda: relay.looked == 1, what="the first look")
            for other in WORK_TABLES:
                if other != table:
                    with db.begin() as connection:
                        work.notify(connection, other)
            time.sleep(0.5)  # for those to come
            assert relay.looked == 1
            with db.begin() as connection:
                work.notify(connection, table)
            wait_for(lambda: relay.looked > 1, what="the look that was asked for")
            assert relay.looked == 2
            relay.poll_s = 0.0  # from the next look on, so that it hears of the stop
            with db.begin() as connection:
                work.notify(connection, table)


def test_a_relay_looks_now_and_then_without_being_woken(db: Engine) -> None:
    with MemoryBus("unasked") as bus:
        bus.ensure_topics()
        relay = CountedRelay(db, bus, "prompts", Lease(), poll_s=0.05)
        with running(relay.run):
            wait_for(lambda: relay.looked > 3, what="looks that nobody asked for")
