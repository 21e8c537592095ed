"""Fixtures of the whole suite: a real Kafka broker and a real PostgreSQL 18 a session, a database a test.

What this machine cannot have is skipped with its reason.
With `CI=true` a skip is a failure, save of tests marked `cuda`.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from spanloom.bus import BusSettings
from spanloom.errors import EnvironmentMissing
from spanloom_embedded.postgres import EmbeddedPostgres
from support.common import ROOT, own_database
from support.kafka_broker import KafkaBroker

# Small models are slower and not repeatable with more threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Read by cuBLAS at the first product of a process; deterministic trainings need it.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

# What a machine is busy with besides is no property of the code.
settings.register_profile("spanloom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("spanloom")

CI = os.environ.get("CI", "").lower() in ("true", "1")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With CI=true, turn a skip into a failure; an expected failure (xfail) is no skip."""
    report: pytest.TestReport = yield  # type: ignore[misc, assignment]
    if CI and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("cuda") is None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"with CI=true nothing may be skipped but tests marked cuda: {item.nodeid}: {reason}"
    return report  # type: ignore[return-value]


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """With CI=true, a module skipped as a whole is an error too."""
    report: pytest.CollectReport = yield  # type: ignore[misc, assignment]
    if CI and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"with CI=true nothing may be skipped: {collector.nodeid}: {report.longrepr}"
    return report  # type: ignore[return-value]


@pytest.fixture(scope="session")
def kafka_session() -> Iterator[KafkaBroker]:
    """The session's broker; use `kafka`."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it reports every lost connection, which tests provoke
    folder = Path(tempfile.mkdtemp(prefix="spanloom-kafka-"))
    try:
        broker = KafkaBroker(folder)
        broker.start()
    except EnvironmentMissing as error:
        shutil.rmtree(folder)
        pytest.skip(str(error))
    yield broker
    broker.stop()
    shutil.rmtree(folder)


@pytest.fixture
def kafka(kafka_session: KafkaBroker) -> Iterator[KafkaBroker]:
    """A running broker; `kafka.url` is what `open_bus` takes. A test may kill it; the next one finds it running."""
    yield kafka_session
    if not kafka_session.running:
        kafka_session.start()


@pytest.fixture(scope="session")
def bus_settings() -> BusSettings:
    """Short times, so that tests of crashes do not wait."""
    return BusSettings(
        partitions=4,
        session_timeout_s=3.0,
        heartbeat_s=0.5,
        topic_check_s=0.5,
        silence_rebuild_s=5.0,
    )


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server: `DATABASE_URL` when set, else one started for this session."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="spanloom-pg-"))
    try:
        server = EmbeddedPostgres(folder, durable=False)
        server.start()
    except EnvironmentMissing as error:
        shutil.rmtree(folder)
        pytest.skip(str(error))
    yield server.admin_url  # tests make databases and roles
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """A database of the test's own, empty; dropped at the end."""
    with own_database(postgres_url) as url:
        yield url


@pytest.fixture
def project_root() -> Path:
    """The root of the repository."""
    return ROOT
