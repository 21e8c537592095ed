"""Fixtures of the integration tests: a migrated database of the test's own, and what several of them keep there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from spanloom.store.db import connect
from spanloom.store.migrate import upgrade
from support.cluster import replay_source
from support.evaluated import Evaluate, evaluating
from support.recordings import write_recording
from support.served import served
from support.stored import store_run


@pytest.fixture
def db(database_url: str) -> Iterator[Engine]:
    """Connections to a database with the current schema."""
    upgrade(database_url)
    engine = connect(database_url, pool_size=12)
    yield engine
    engine.dispose()


@pytest.fixture
def prompts(db: Engine, tmp_path: Path) -> str:
    """A run of five prompts that nobody has touched."""
    return store_run(db, replay_source(write_recording(tmp_path / "r.jsonl", calls=5, objects=1), calls=5))


@pytest.fixture
def run(db: Engine) -> str:
    """A run of which nothing is scored."""
    return store_run(db)


@pytest.fixture
def evaluate(db: Engine, run: str) -> Evaluate:
    """Scores arms of `run`."""
    return evaluating(db, run)


@pytest.fixture
def http(db: Engine) -> Iterator[TestClient]:
    """A client of the evaluator's routes over `db`."""
    with served(db) as client:
        yield client
