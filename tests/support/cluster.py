"""The four services as four processes, on a real bus and a real database, to be stopped and killed at will."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import yaml
from sqlalchemy.engine import make_url

from spanloom.store.migrate import upgrade
from support.common import free_port, query, wait_for

SERVICES = ("generator", "validator", "trainer", "evaluator")
SHORT = {
    "SPANLOOM_KEYLESS": "true",
    "SPANLOOM_LEASE_S": "3",
    "SPANLOOM_RENEW_S": "0.7",
    "SPANLOOM_SWEEP_S": "0.5",
    "SPANLOOM_REPUBLISH_AFTER_S": "2",
    "SPANLOOM_SESSION_TIMEOUT_S": "6",
    "SPANLOOM_HEARTBEAT_S": "1",
    "SPANLOOM_BACKOFF_S": "0.2",
    "SPANLOOM_BACKOFF_MAX_S": "1",
    "SPANLOOM_PARTITIONS": "4",
    "SPANLOOM_GRACE_S": "10",
    "OMP_NUM_THREADS": "1",
}


class Process:
    """One service process; its log goes to a file that a failing test shows."""

    def __init__(self, service: str, environment: Mapping[str, str], folder: Path, number: int) -> None:
        self.service, self.port = service, free_port()
        self.log = folder / f"{service}-{number}.log"
        env = {**environment, "SPANLOOM_PORT": str(self.port)}
        with self.log.open("ab") as out:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", f"spanloom_{service}"], env=env, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    def ready(self) -> bool:
        assert self.alive, f"{self.service} ended with {self.popen.returncode}:\n{self.tail()}"
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """kill -9."""
        self.popen.kill()
        self.popen.wait()

    def freeze(self) -> None:
        self.popen.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.popen.send_signal(signal.SIGCONT)

    def stop(self, timeout_s: float = 20) -> int:
        """SIGTERM, and the exit code."""
        if self.alive:
            self.popen.send_signal(signal.SIGCONT)
            self.popen.terminate()
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.service} did not stop in {timeout_s} s:\n{self.tail()}") from None

    def tail(self, size: int = 6000) -> str:
        return self.log.read_text(errors="replace")[-size:]


class Cluster:
    """Services on one Kafka and one PostgreSQL. Ends them all at the end of a `with`."""

    def __init__(self, database_url: str, bootstrap: str, folder: Path, **settings: str) -> None:
        self.folder, self.database_url = folder, make_url(database_url).set(drivername="postgresql")
        self.environment = {
            "DATABASE_URL": self.database_url.render_as_string(hide_password=False),
            "KAFKA_BOOTSTRAP": bootstrap,
            "SPANLOOM_HOME": str(folder / "home"),
            "SPANLOOM_MODELS": str(folder / "models"),
            "SPANLOOM_CACHE": str(folder / "cache"),
            "SPANLOOM_DATA": "/",
            **settings,
        }
        self.processes: list[Process] = []

    def process_environment(self, **settings: str) -> dict[str, str]:
        """The environment of a service's process: ours, short times, where the bus and the database are."""
        return {**os.environ, **SHORT, **self.environment, **settings}

    def migrate(self) -> None:
        """Bring the schema up to date, as `spanloom db upgrade` does."""
        upgrade(self.environment["DATABASE_URL"])

    def logs(self) -> str:
        """The end of every service's log."""
        return "\n".join(f"--- {p.service}\n{p.tail(2500)}" for p in self.processes)

    def start(self, *services: str, wait: bool = True, **settings: str) -> list[Process]:
        """Start processes of these services (all four by default); with `wait` until they are ready."""
        new = []
        for service in services or SERVICES:
            process = Process(service, self.process_environment(**settings), self.folder, len(self.processes))
            self.processes.append(process)
            new.append(process)
        if wait:
            for process in new:
                wait_for(process.ready, timeout_s=300, every_s=0.1, what=f"{process.service} to be ready")
        return new

    def of(self, service: str) -> Process:
        """A live process of a service."""
        return next(p for p in self.processes if p.service == service and p.alive)

    def submit(self, spec: Mapping[str, Any], key: str | None = None) -> str:
        """POST a specification; its run id."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = httpx.post(
            f"{self.of('generator').url}/v1/runs", content=yaml.safe_dump(dict(spec)), headers=headers, timeout=60
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        return dict(httpx.get(f"{self.of('generator').url}/v1/runs/{run_id}", timeout=30).json())

    def wait_for_end(self, run_id: str, timeout_s: float = 120) -> dict[str, Any]:
        """The run, once it has ended; shows the services' logs when it does not."""
        deadline = time.monotonic() + timeout_s
        while True:
            row = self.sql("SELECT state FROM runs WHERE id = %s", run_id)
            if row and row[0][0] != "running":
                return self.run(run_id)
            if time.monotonic() > deadline:
                raise AssertionError(f"{run_id} did not end in {timeout_s} s: {self.counts(run_id)}\n{self.logs()}")
            time.sleep(0.1)

    def counts(self, run_id: str) -> dict[str, Any]:
        """Rows by table and state, for messages."""
        return {
            table: dict(self.sql(f"SELECT state, count(*) FROM {table} WHERE run_id = %s GROUP BY state", run_id))
            for table in ("prompts", "completions", "jobs", "evaluations")
        }

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query on the cluster's database."""
        return query(self.database_url.render_as_string(hide_password=False), statement, values)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            if process.alive:
                process.kill()


def tiny_training(**changes: Any) -> dict[str, Any]:
    """A training section that takes a second: a very small encoder, one epoch."""
    return {
        "settings": ["from_scratch"],
        "sizes": [30],
        "encoder": {"tiny": {"hidden": 32, "layers": 1, "heads": 2, "ffn": 64, "vocabulary": 500}},
        "recipe": {"learning_rate": 0.001, "epochs": 1, "related_epochs": 1},
        "dev": "gold",
        **changes,
    }


def demo_language(**changes: Any) -> dict[str, Any]:
    """The demo corpus's Danish as a target."""
    return {"code": "da", "gold": {"demo": "da"}, **changes}


def replay_source(path: Path, name: str = "recorded", calls: int = 30, **changes: Any) -> dict[str, Any]:
    """A synthetic source that replays a file."""
    return {
        "kind": "synthetic",
        "name": name,
        "engine": {"kind": "replay", "files": {"da": str(path)}},
        "stop": {"after_calls": calls},
        **changes,
    }


def lines_of(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The first column."""
    return [row[0] for row in rows]
