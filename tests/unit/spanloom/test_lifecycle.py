"""A service starts, restarts its workers, and stops in time."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import httpx
import pytest
from fastapi import APIRouter
from prometheus_client import REGISTRY

from spanloom.errors import SettingsError
from spanloom.http import create_app
from spanloom.lifecycle import FunctionWorker, Service
from spanloom.settings import load_settings
from support.common import wait_for

QUICK = {"port": 0, "restart_s": 0.01, "restart_max_s": 0.02, "grace_s": 5}


def restarts(worker: str) -> float:
    return REGISTRY.get_sample_value("spanloom_worker_restarts_total", {"worker": worker}) or 0.0


@pytest.mark.parametrize("death", [ValueError("broken"), SystemExit(3), MemoryError()], ids=["error", "exit", "memory"])
def test_a_worker_that_dies_is_counted_and_started_again(death: BaseException) -> None:
    began: list[int] = []

    def run(stop: threading.Event) -> None:
        began.append(1)
        if len(began) < 3:
            raise death
        stop.wait()

    before = restarts("fragile")
    with Service("t", settings=load_settings(**QUICK), workers=[FunctionWorker("fragile", run)]):
        wait_for(lambda: len(began) == 3)
    assert restarts("fragile") - before == 2


def test_a_worker_that_returns_early_is_started_again() -> None:
    began: list[int] = []
    with Service("t", settings=load_settings(**QUICK), workers=[FunctionWorker("w", lambda _: began.append(1))]):
        wait_for(lambda: len(began) >= 3)
    assert len(began) >= 3


def test_one_workers_death_leaves_the_others_alone() -> None:
    ticks: list[int] = []

    def steady(stop: threading.Event) -> None:
        ticks.append(1)
        stop.wait()

    def dying(_: threading.Event) -> None:
        raise ValueError

    workers = [FunctionWorker("steady", steady), FunctionWorker("dying", dying)]
    before = restarts("dying")
    with Service("t", settings=load_settings(**QUICK), workers=workers):
        wait_for(lambda: restarts("dying") - before >= 3)
    assert ticks == [1]


def test_stop_says_when_a_worker_would_not() -> None:
    held = threading.Event()
    worker = FunctionWorker("deaf", lambda _: held.wait() and None)
    service = Service("t", settings=load_settings(**{**QUICK, "grace_s": 0.2}), workers=[worker]).start()
    began = time.monotonic()
    assert service.stop() is False
    assert time.monotonic() - began < 2
    held.set()
    assert service.stop() is True


def test_closers_run_in_reverse_even_when_one_fails() -> None:
    closed: list[str] = []

    def failing() -> None:
        closed.append("b")
        raise OSError("no")

    closers: list[Callable[[], None]] = [lambda: closed.append("a"), failing, lambda: closed.append("c")]
    with Service("t", settings=load_settings(**QUICK), on_stop=closers):
        assert closed == []
    assert closed == ["c", "b", "a"]


def test_the_app_is_served_until_stopped_and_unready_while_stopping() -> None:
    app = create_app("t", settings=load_settings(**QUICK), routers=[APIRouter()])
    with Service("t", settings=load_settings(**QUICK), app=app) as service:
        assert httpx.get(f"{service.url}/readyz").status_code == 200
        app.state.stopping.set()
        draining = httpx.get(f"{service.url}/readyz")
        assert (draining.status_code, draining.json()["detail"]) == (503, "stopping")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{service.url}/healthz")


def test_a_taken_port_is_told() -> None:
    settings = load_settings(**QUICK)
    app = create_app("t", settings=settings)
    with Service("t", settings=settings, app=app) as first:
        port = int(first.url.rpartition(":")[2])
        second = Service("t", settings=load_settings(**{**QUICK, "port": port}), app=app)
        with pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1:{port}.*SPANLOOM_PORT"):
            second.start()


PROCESS = """
import threading, time
from spanloom.http import create_app
from spanloom.lifecycle import FunctionWorker, Service, main
from spanloom.settings import load_settings

def obedient(stop):
    print("up", flush=True)
    stop.wait()
    time.sleep(0.2)
    print("handed back", flush=True)

def deaf(stop):
    while True:
        time.sleep(0.05)

settings = load_settings(port=0, grace_s={grace})
main(Service("t", settings=settings, app=create_app("t", settings=settings),
             workers=[FunctionWorker("w", {worker}), FunctionWorker("o", obedient)]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "worker", "grace", "code"),
    [
        (signal.SIGTERM, "obedient", 10, 0),
        (signal.SIGINT, "obedient", 10, 0),
        (signal.SIGTERM, "deaf", 1, 1),
    ],
)
def test_a_signal_ends_the_process_within_the_grace_period(
    number: signal.Signals, worker: str, grace: int, code: int
) -> None:
    program = PROCESS.format(worker=worker, grace=grace)
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            # Two workers may say it at once, and then on one line.
            if process.stdout.readline().startswith("up"):
                process.send_signal(number)
            began = time.monotonic()
            out, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == code, errors
    assert time.monotonic() - began < grace + 2
    assert "handed back" in out
    assert ("not stopped" in errors) == (code == 1)
