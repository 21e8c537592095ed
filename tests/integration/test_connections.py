"""A connection pool that is spent is an outage to wait out, not a worker's death; and a process keeps to its budget."""

from __future__ import annotations

import time

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from spanloom.settings import load_settings
from spanloom.store.db import connect, connection_budget, is_outage
from spanloom.workers.runtime import open_runtime
from spanloom_cli.probes import Part, probe


def test_a_process_opens_no_more_than_its_budget_and_waits_no_longer_than_asked(database_url: str) -> None:
    engine = connect(database_url, pool_size=3, timeout_s=0.3)
    held = [engine.connect() for _ in range(connection_budget(3))]
    start = time.monotonic()
    with pytest.raises(PoolTimeout) as spent:
        engine.connect()
    assert time.monotonic() - start < 5
    assert is_outage(spent.value)
    held.pop().close()
    engine.connect().close()
    for connection in held:
        connection.close()
    engine.dispose()


@pytest.mark.parametrize("services", [1, 4])
def test_a_process_of_several_services_opens_its_budget_and_no_more(
    services: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(database_pool=3, database_timeout_s=0.2, bus=f"memory://budget-{services}")
    runtime = open_runtime(settings, database_url, services=services)
    held = [runtime.db.connect() for _ in range(connection_budget(3, services))]
    with pytest.raises(PoolTimeout):
        runtime.db.connect()
    for connection in held:
        connection.close()
    runtime.db.dispose()
    runtime.bus.close()


def test_doctor_weighs_the_budget_against_the_server(database_url: str) -> None:
    def told(pool: int) -> Part:
        return next(
            p for p in probe(load_settings(database_url=database_url, database_pool=pool)) if p.key == "database"
        )

    small, large = told(5), told(100)
    assert small.ok, small.found
    assert "service processes of 7, or " in small.found
    assert "`spanloom up` of 22" in small.found
    assert not large.ok, "four services of 102 connections are more than the server has"
    assert "raise max_connections" in large.advice
