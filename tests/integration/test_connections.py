"""A connection pool that is spent is an outage to wait out, not a worker's death; and a process keeps to its budget."""

from __future__ import annotations

import time

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from spanloom.cli.probes import POOL_OVERFLOW
from spanloom.store.db import connect, is_outage


def test_a_process_opens_no_more_than_its_budget_and_waits_no_longer_than_asked(database_url: str) -> None:
    engine = connect(database_url, pool_size=3, timeout_s=0.3)
    held = [engine.connect() for _ in range(3 + POOL_OVERFLOW)]
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
