"""How a service's process ends when its settings are wrong."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from spanloom.workers.runtime import Parts, Runtime, serve


def nothing(_: Runtime) -> Parts:
    return Parts("nothing", 0)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "127.0.0.1:1")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that a start makes lies here."""
    monkeypatch.setenv("SPANLOOM_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DATABASE_URL", "", "DATABASE_URL is not set"),
        ("DATABASE_URL", "mysql://x@y/z", "must begin with postgresql://"),
        ("SPANLOOM_LEASE_S", "soon", "SPANLOOM_LEASE_S"),
        ("SPANLOOM_HOST", "0.0.0.0", "SPANLOOM_API_KEY"),
    ],
)
def test_a_wrong_setting_is_said_in_a_line_and_ends_it_with_2(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as ended:
        serve(nothing)
    captured = capsys.readouterr()
    assert (ended.value.code, said in captured.err, "Traceback" in captured.err) == (2, True, False)


def test_a_port_that_is_taken_is_said_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("SPANLOOM_PORT", str(port))
        with pytest.raises(SystemExit) as ended:
            serve(nothing)
    assert (ended.value.code, f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err) == (2, True)
