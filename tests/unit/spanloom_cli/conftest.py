"""A fake service on a real port, and the command pointed at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from spanloom.http import create_app
from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom_cli import follow
from spanloom_cli.app import app
from support.fake_service import FakeService

Command = Callable[..., Result]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    """The fake, listening; SPANLOOM_URL names it."""
    fake, settings = FakeService(), load_settings(port=0)
    with capture_logs():
        shell = Service("fake", settings=settings, app=create_app("fake", settings=settings, routers=[fake.router()]))
        with shell:
            monkeypatch.setenv("SPANLOOM_URL", shell.url)
            monkeypatch.setattr(follow, "EVERY_S", 0.05)
            yield fake


@pytest.fixture
def spanloom() -> Command:
    """`spanloom("runs", "--json")` -> exit_code, stdout, stderr."""
    runner = CliRunner()
    return lambda *args, **options: runner.invoke(app, list(args), catch_exceptions=False, **options)
