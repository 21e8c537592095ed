"""Fixtures of the integration tests: a migrated database of the test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from spanloom.store.db import connect
from spanloom.store.migrate import upgrade


@pytest.fixture
def db(database_url: str) -> Iterator[Engine]:
    """Connections to a database with the current schema."""
    upgrade(database_url)
    engine = connect(database_url, pool_size=12)
    yield engine
    engine.dispose()
