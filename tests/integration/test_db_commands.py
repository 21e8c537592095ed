"""`spanloom db`: on a database of DATABASE_URL, and on the embedded one, held by another process or not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanloom_embedded.postgres import EmbeddedPostgres


def spanloom(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SPANLOOM_DATABASE_URL")}
    return subprocess.run(
        [sys.executable, "-c", "from spanloom_cli.app import main; main()", *arguments],
        env={**variables, **environment}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that PostgreSQL's own user may reach under root; pytest closes its folders to others at any time."""
    folder = Path(tempfile.mkdtemp(prefix="spanloom-home-"))
    yield folder
    shutil.rmtree(folder)


def test_upgrade_brings_the_schema_and_is_repeatable(database_url: str) -> None:
    for _ in range(2):
        done = spanloom("db", "upgrade", DATABASE_URL=database_url)
        assert (done.returncode, done.stdout.startswith("schema ")) == (0, True), done.stderr


def test_a_wrong_address_is_told_without_a_trace() -> None:
    done = spanloom("db", "upgrade", DATABASE_URL="mysql://x/y")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "must begin with postgresql://" in done.stderr


def test_a_database_that_is_away_is_told_without_a_trace() -> None:
    done = spanloom("db", "upgrade", DATABASE_URL="postgresql://u:secret@127.0.0.1:9/x")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "does not answer" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize("held", [False, True], ids=["nobody runs it", "another process runs it"])
def test_shell_opens_the_embedded_database(home: Path, held: bool) -> None:
    server = EmbeddedPostgres(home / "postgres", home=home, durable=False)
    server.start()
    if not held:
        server.stop()
    try:
        done = spanloom("db", "shell", "-c", "select 6 * 7 as answer", SPANLOOM_HOME=str(home))
        failed = spanloom("db", "shell", "-c", "select nonsense", SPANLOOM_HOME=str(home))
    finally:
        server.stop()
    assert (done.returncode, "42" in done.stdout) == (0, True), done.stderr
    assert (failed.returncode, "nonsense" in failed.stderr) == (1, True)
