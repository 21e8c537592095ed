"""The command in a virtual environment of its own: nothing of what serves comes with it, and it runs a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine

from spanloom.http import create_app
from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom_generator.api.events import EventHub
from spanloom_generator.api.runs import run_routes
from support.common import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SERVING = {"kafka-python", "sqlalchemy", "alembic", "fastapi", "starlette", "uvicorn", "torch", "transformers", "numpy"}
SPEC = {
    "name": "alone",
    "languages": [{"code": "da", "gold": {"demo": "da"}}],
    "sources": [{"kind": "organic"}],
    "training": {"settings": ["from_scratch"], "sizes": [30], "encoder": {"tiny": {}}},
}

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that holds the command and what it asks for, no more."""
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
    python = folder / "bin" / "python"
    asked = ["-c", "constraints.txt", "./common", "./cli"]
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *asked],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return python


@pytest.fixture(scope="module")
def spanloom(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    home = tmp_path_factory.mktemp("home")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SPANLOOM_", "PYTHON"))}

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(python.parent / "spanloom"), *arguments],
            env={**inherited, "SPANLOOM_HOME": str(home), **environment},
            cwd=home, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    return run


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump(SPEC))
    return str(path)


@pytest.fixture
def url(db: Engine, tmp_path: Path) -> Iterator[str]:
    """A generator's API on a real port, on a database."""
    settings, hub = load_settings(port=0, home=tmp_path), EventHub[Any](lambda *_: [])
    app = create_app("generator", settings=settings, routers=[run_routes(db, hub, settings)])
    with Service("generator", settings=settings, app=app) as service:
        yield service.url


def test_nothing_of_what_serves_is_installed(python: Path) -> None:
    listed = subprocess.run([str(python), "-m", "pip", "list", "--format", "json"], capture_output=True, check=True)
    names = {package["name"].lower() for package in json.loads(listed.stdout)}
    assert {"spanloom", "spanloom-cli"} <= names
    assert not names & SERVING


def test_it_says_what_it_can_do_and_what_it_would_do(spanloom: Command, spec: str) -> None:
    shown = spanloom("--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "not installed" not in shown.stdout
    planned = spanloom("plan", spec, "--json")
    assert planned.returncode == 0, planned.stderr
    assert json.loads(planned.stdout)["arms"] > 0
    assert spanloom("settings", "--markdown").stdout == (ROOT / "docs" / "settings.md").read_text()


def test_what_needs_more_says_so_in_a_line(spanloom: Command) -> None:
    for arguments in (("db", "upgrade"), ("metrics",)):
        done = spanloom(*arguments)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "`pip install 'spanloom[server]'`" in done.stderr
    looked = spanloom("doctor", "--json")
    database = next(part for part in json.loads(looked.stdout)["parts"] if part["key"] == "database")
    assert not database["ok"]
    assert "spanloom[server]" in database["advice"]


def test_it_runs_a_run_against_a_service(spanloom: Command, spec: str, url: str) -> None:
    made = spanloom("run", spec, "--json", SPANLOOM_URL=url)
    assert made.returncode == 0, made.stderr
    run_id = json.loads(made.stdout)["id"]
    shown = spanloom("show", run_id, "--json", SPANLOOM_URL=url)
    assert (shown.returncode, json.loads(shown.stdout)["name"]) == (0, "alone")
    listed = spanloom("runs", SPANLOOM_URL=url)
    assert run_id in listed.stdout
