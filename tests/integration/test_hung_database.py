"""A database that stands still, as `docker pause` leaves it: its kernel answers for it. Nothing waits for ever."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom.store import db as store_db
from spanloom.store.db import connect, is_outage
from spanloom.store.migrate import upgrade
from spanloom.workers.runtime import open_runtime, service_of
from spanloom_embedded.postgres import EmbeddedPostgres
from spanloom_generator import service as generator
from support.common import wait_for
from support.own_postgres import own_postgres


@contextmanager
def frozen(server: EmbeddedPostgres) -> Iterator[None]:
    """The server and all its processes stopped for the block."""
    main = server.postmaster()
    assert main is not None
    processes = [psutil.Process(main.pid), *psutil.Process(main.pid).children(recursive=True)]
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process.pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with own_postgres(durable=False) as postgres:
        upgrade(postgres.url)
        yield postgres


@contextmanager
def engine_of(url: str, **options: float) -> Iterator[Engine]:
    engine = connect(url, **options)  # type: ignore[arg-type]
    try:
        yield engine
    finally:
        engine.dispose()


def test_silence_on_an_open_connection_is_an_outage_and_passes(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_db, "SILENCE_AFTER_S", 0.5)
    with engine_of(server.url, statement_s=0.5) as engine, engine.connect() as connection:
        with frozen(server):
            began = time.monotonic()
            with pytest.raises(OperationalError, match=r"the database did not answer for 1 s") as silent:
                connection.execute(text("SELECT 1"))
            assert time.monotonic() - began < 20
        assert is_outage(silent.value)
        connection.invalidate()
        connection.rollback()
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_a_new_connection_to_a_server_that_stands_still(server: EmbeddedPostgres) -> None:
    with engine_of(server.url, timeout_s=1, statement_s=120) as engine:
        with frozen(server), pytest.raises(OperationalError, match=r"the database did not connect in 2 s") as silent:
            engine.connect()
        assert is_outage(silent.value)
        with engine.connect() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "2min"


def test_the_server_ends_a_statement_that_takes_too_long(server: EmbeddedPostgres) -> None:
    with engine_of(server.url, statement_s=0.3) as engine:
        with engine.connect() as connection, pytest.raises(OperationalError, match="statement timeout") as ended:
            connection.execute(text("SELECT pg_sleep(30)"))
        assert is_outage(ended.value)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_what_an_operator_watches_is_not_bounded(server: EmbeddedPostgres) -> None:
    with engine_of(server.url) as engine, engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "0"


def test_what_a_network_swallows_ends_by_the_kernels_word(server: EmbeddedPostgres) -> None:
    with engine_of(server.url) as engine, engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
        raw: Any = connection.connection.dbapi_connection
        assert raw.info.dsn_parameters["tcp_user_timeout"] == "30000"


def test_the_api_answers_503_in_time_and_goes_on_when_the_database_does(server: EmbeddedPostgres) -> None:
    settings = load_settings(
        port=0, keyless=True, bus="memory://hung", answer_s=2.0, statement_s=6.0, database_timeout_s=3.0, grace_s=5.0
    )
    runtime = open_runtime(settings, server.url)
    service: Service = service_of(runtime, [generator.build(runtime)], name="generator", port=0)
    with service, httpx.Client(base_url=service.url, timeout=60) as http:
        assert http.get("/v1/runs").status_code == 200
        with frozen(server):
            for _ in range(3):
                began = time.monotonic()
                answer = http.get("/v1/runs")
                assert time.monotonic() - began < 20, "the deadline is 2 s; a loaded machine has its time"
                assert answer.status_code == 503
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert "Retry-After" in answer.headers
            assert "not answered in 2 s: the database may hang" in answer.json()["detail"]
            assert http.get("/healthz").status_code == 200
            assert http.get("/readyz").status_code == 503
        wait_for(lambda: http.get("/v1/runs").status_code == 200, timeout_s=60)
        wait_for(lambda: http.get("/readyz").status_code == 200, timeout_s=60)
