"""The stack on containers, as a person or an operator handles it: `docker compose`, `docker`, HTTP and SQL."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import yaml
from sqlalchemy import Engine

from spanloom.store.db import connect
from support.common import ROOT, query

APPS = ("api", "generator", "validator", "trainer", "evaluator")
PORTS = {"api": 8001, "generator": 8001, "validator": 8002, "trainer": 8003, "evaluator": 8004}
FILES = ["-f", "docker-compose.yml", "-f", "docker-compose.cpu.yml"]


class Seen(AssertionError):
    """Something that is not as it should be; its text says what was seen."""


def docker(*arguments: str, check: bool = True, timeout_s: float = 120) -> str:
    """What `docker ...` prints. Raises Seen with its error output when it fails and `check` is set."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout_s)
    if check and done.returncode:
        raise Seen(f"docker {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def _compose() -> list[str]:
    """Compose version 2 where docker has it, else version 1."""
    found = subprocess.run(["docker", "compose", "version"], capture_output=True)
    return ["docker-compose"] if found.returncode else ["docker", "compose"]


class Stack:
    """One project of `docker compose`. Containers are reached by their addresses on the bridge, so on Linux alone:
    nothing but the gateway is published, and this keeps it so."""

    def __init__(self, data: Path, *llm_hosts: str) -> None:
        self.data = data
        self.port = int(os.environ.get("SPANLOOM_GATEWAY_PORT", "8080"))
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = shlex.split(os.environ.get("COMPOSE", "")) or [*_compose(), *FILES]
        self.files: list[str] = []
        self.nowhere = "http://127.0.0.1:9/v1"
        """An address that specifications may name, and that nobody answers at."""
        self.environment = {
            **os.environ,
            "SPANLOOM_DATA_FOLDER": str(data),
            "SPANLOOM_GATEWAY_PORT": str(self.port),
            "SPANLOOM_LLM_HOSTS": ",".join(["127.0.0.1:9", *llm_hosts]),
        }
        self.database: Mapping[str, str] = {}
        self.http = httpx.Client(base_url=self.url, timeout=60)

    # docker compose

    def compose(self, *arguments: str, check: bool = True, timeout_s: float = 600) -> str:
        """What `docker compose ...` prints; raises Seen with all its output when it fails and `check` is set."""
        command = [*self.command, *self.files, *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_s, cwd=ROOT, env=self.environment
        )
        if check and done.returncode:
            raise Seen(f"{shlex.join(command)}: {done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done.stdout.strip()

    def up(self, **replicas: int) -> None:
        """Bring all up as the files say, with so many replicas from here on, and wait until every part is ready."""
        self.environment |= {f"{service.upper()}S": str(count) for service, count in replicas.items()}
        self.compose("up", "-d", "--no-build")
        secret = lambda name: self.compose("run", "--rm", "--no-deps", "-T", "init", "cat", f"/secrets/{name}")  # noqa: E731
        if not self.database:
            self.http.headers["Authorization"] = f"Bearer {secret('api_key')}"
            self.database = {role: secret(f"services/{role}_password") for role in ("spanloom", "analyst")}
        self.wait(self.ready, what="every part to be ready", timeout_s=180)

    def ready(self) -> bool:
        """Whether each part that the gateway names says so."""
        parts = self.http.get("/readyz").headers.get("X-Spanloom-Parts", "").split()
        return bool(parts) and all(self.http.get(f"/readyz/{part}").status_code == 200 for part in parts)

    @property
    def client_environment(self) -> dict[str, str]:
        """What the `spanloom` command finds the gateway and its key by."""
        key = str(self.http.headers["Authorization"]).removeprefix("Bearer ")
        return {**os.environ, "SPANLOOM_URL": self.url, "SPANLOOM_API_KEY": key}

    def containers(self, service: str, *, all_: bool = False) -> list[str]:
        """The ids of a service's containers, those that have ended too with `all_`."""
        label = f"com.docker.compose.service={service}"
        found = docker("ps", "-q", "--no-trunc", *(["-a"] if all_ else []), "--filter", f"label={label}",
                       "--filter", f"label=com.docker.compose.project={self.project}")  # fmt: skip
        oneoff = [i for i in found.split() if self.label(i, "oneoff") != "True"]
        return sorted(oneoff)

    @property
    def project(self) -> str:
        """The project's name, as compose derives it from the folder's."""
        return os.environ.get("COMPOSE_PROJECT_NAME") or ROOT.name.lower()

    def label(self, container: str, name: str) -> str:
        """One of compose's labels of a container."""
        return docker("inspect", "-f", f'{{{{index .Config.Labels "com.docker.compose.{name}"}}}}', container)

    def inspect(self, container: str) -> dict[str, Any]:
        """All that docker knows of a container."""
        return dict(json.loads(docker("inspect", container))[0])

    def address(self, container: str) -> str:
        """Its address on the project's network; empty while it does not run."""
        return docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container)

    def inside(self, service: str, *command: str, user: int | None = None) -> tuple[int, str]:
        """The exit code and all output of a command inside a service's first container; `user` instead of its own."""
        as_ = [] if user is None else ["-u", str(user)]
        done = subprocess.run(
            ["docker", "exec", *as_, self.containers(service)[0], *command], capture_output=True, text=True, timeout=60
        )
        return done.returncode, done.stdout + done.stderr

    # SQL

    def database_url(self, role: str = "spanloom") -> str:
        """Where the database is now; containers that start again may change their addresses."""
        running = self.containers("postgres")
        address = self.address(running[0]) if running else ""
        if not address:
            raise psycopg2.OperationalError("the database's container does not run")
        return f"postgresql://{role}:{self.database[role]}@{address}:5432/spanloom"

    def sql(self, statement: str, *values: Any, role: str = "spanloom") -> list[tuple[Any, ...]]:
        """Rows of a query; raises psycopg2.OperationalError while the database is away."""
        return query(self.database_url(role), statement, values, connect_timeout=2)

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """An SQLAlchemy engine over the database, for those who judge rows."""
        engine = connect(self.database_url(), pool_size=3)
        try:
            yield engine
        finally:
            engine.dispose()

    # Runs

    def submit(self, spec: Mapping[str, Any]) -> str:
        """POST a specification through the gateway; the run's id."""
        answer = self.http.post("/v1/runs", content=yaml.safe_dump(dict(spec)))
        if answer.status_code != 202:
            raise Seen(f"POST /v1/runs: {answer.status_code} {answer.text[:2000]}")
        return str(answer.json()["id"])

    def end_of(self, run_id: str, timeout_s: float = 300) -> dict[str, Any]:
        """The run once it has ended well."""
        row: dict[str, Any] = {}

        def ended() -> bool:
            answer = self.http.get(f"/v1/runs/{run_id}")
            row.update(answer.json() if answer.status_code == 200 else {})
            return row.get("state", "running") != "running"

        self.wait(ended, what=f"run {run_id} to end", timeout_s=timeout_s, every_s=0.5)
        if row["state"] != "complete":
            raise Seen(f"run {run_id} is {row['state']}: {row.get('reason')}")
        return row

    def wait(self, ask: Any, *, what: str, timeout_s: float = 60, every_s: float = 1.0) -> None:
        """Wait until `ask` is true; a connection that is refused meanwhile is no answer yet."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                if ask():
                    return
            except (httpx.TransportError, psycopg2.OperationalError):
                pass  # asked again below, until the time is up
            if time.monotonic() > until:
                raise Seen(f"waited {timeout_s:g} s for {what}\n{self.logs()}")
            time.sleep(every_s)

    # When something is wrong

    def broken(self) -> list[str]:
        """Containers of ours that do not run."""
        return [
            f"{service} {container[:12]} is {state['Status']} with {state['ExitCode']}"
            for service in (*APPS, "kafka", "postgres", "gateway")
            for container in self.containers(service, all_=True)
            if not (state := self.inspect(container)["State"])["Running"]
        ]

    def logs(self, run_id: str = "") -> str:
        """How everything stands, and the end of the logs."""
        return self.compose("ps", check=False) + "\n" + self.compose("logs", "--tail", "25", check=False)[-12_000:]
