"""Spanloom as it is measured: embedded (`spanloom up`), and two services on Kafka and PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import yaml

from bench.peers.meter import MARK
from bench.peers.server import MODEL
from spanloom.contracts.spec import check_spec
from spanloom.data.languages import complete_spec
from spanloom.data.roots import ANYWHERE
from spanloom_embedded.postgres import EmbeddedPostgres
from spanloom_generator.prompts import plan_prompts
from spanloom_generator.submit import load_all_gold
from support.cluster import Cluster, demo_language, tiny_training
from support.common import free_port, query, wait_for
from support.kafka_broker import KafkaBroker
from support.own_postgres import own_postgres

SEEDS, ASKED = 10, 20
# A service's own times, not the short ones of tests.
TIMES = {
    "LEASE_S": "60", "RENEW_S": "15", "SWEEP_S": "15", "REPUBLISH_AFTER_S": "300", "SESSION_TIMEOUT_S": "30",
    "HEARTBEAT_S": "3", "BACKOFF_S": "1", "BACKOFF_MAX_S": "60", "PARTITIONS": "12", "GRACE_S": "25",
}  # fmt: skip


def spec_of(base_url: str, calls: int, in_flight: int) -> dict[str, Any]:
    """The run: so many calls of 10 seeds that ask for 20 samples, and one tiny training that comes after them."""
    engine = {"kind": "openai", "base_url": base_url, "model": MODEL, "concurrency": in_flight}
    source = {
        "kind": "synthetic", "name": "llm", "engine": engine, "format": "tag_ids", "m": SEEDS, "n": ASKED,
        "stop": {"after_calls": calls}, "dev_calls": 0,
    }  # fmt: skip
    return {"name": "peers", "languages": [demo_language()], "sources": [source], "training": tiny_training()}


def write_calls(path: Path, calls: int) -> None:
    """The calls that Spanloom would make, a line each, for all: `index`, `messages`, `seed`."""
    spec = check_spec(complete_spec(spec_of("http://127.0.0.1/v1", calls, 1)))
    language = spec.languages[0].code
    planned = plan_prompts(spec, spec.sources[0], language, load_all_gold(spec, (ANYWHERE,))[language]["train"])
    with path.open("w", encoding="utf-8") as out:
        for plan in planned:
            line = {"index": plan.call_index, "messages": plan.call.messages, "seed": plan.call.sampling.seed}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def kept_in(url: str) -> list[list[str]]:
    """The tokens of every sample that a run kept."""
    statement = "SELECT s.tokens FROM samples s JOIN datasets d ON d.id = s.dataset_id WHERE d.source = 'llm'"
    return [row[0] for row in query(url, statement, ())]


class Embedded:
    """`spanloom up` on a folder of its own, PostgreSQL in it; kill -9 ends both."""

    apart = ()

    def __init__(self, base_url: str, calls: int, in_flight: int, mark: str) -> None:
        self.spec, self.calls, self.mark = spec_of(base_url, calls, in_flight), calls, mark
        self.home = Path(tempfile.mkdtemp(prefix="spanloom-peers-"))  # empty, so that its modes may be changed
        self.log = Path(tempfile.mkdtemp(prefix="spanloom-peers-")) / "up.log"
        self.folders = [self.home]
        self.run_id: str | None = None
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and the run the first time."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        env = {**os.environ, MARK: self.mark, "SPANLOOM_HOME": str(self.home), "SPANLOOM_KEYLESS": "true",
               "SPANLOOM_PORT": str(port), "SPANLOOM_DATA": str(self.home), "OMP_NUM_THREADS": "1"}  # fmt: skip
        with self.log.open("ab") as out:
            command = [str(Path(sys.executable).with_name("spanloom")), "up"]
            self.popen = subprocess.Popen(command, env=env, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        wait_for(self._ready, timeout_s=240, every_s=0.05, what="`spanloom up` to be ready")
        if self.run_id is None:
            answer = httpx.post(f"{self.url}/v1/runs", content=yaml.safe_dump(self.spec), timeout=120)
            assert answer.status_code == 202, answer.text
            self.run_id = str(answer.json()["id"])

    def _ready(self) -> bool:
        assert self.popen is not None
        assert self.popen.poll() is None, self.log.read_text()[-4000:]
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def ended(self) -> bool:
        """Whether every call's answer is judged and stored."""
        answer = httpx.get(f"{self.url}/v1/runs/{self.run_id}", timeout=30)
        return answer.status_code == 200 and answer.json()["calls"]["judged"] == self.calls

    def kept(self) -> list[list[str]]:
        """The tokens of every sample kept."""
        return kept_in(EmbeddedPostgres(self.home / "postgres", home=self.home).url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.popen is not None and self.popen.poll() is None:
            self.popen.terminate()
            self.popen.wait(300)
        for folder in (self.home, self.log.parent):
            shutil.rmtree(folder, ignore_errors=True)


class OnKafka:
    """A generator and a validator on Kafka and PostgreSQL; kill -9 ends the two services."""

    apart = ("java", "postgres")

    def __init__(self, base_url: str, calls: int, in_flight: int, mark: str) -> None:
        self.spec, self.calls, self.mark = spec_of(base_url, calls, in_flight), calls, mark
        self.folder = Path(tempfile.mkdtemp(prefix="spanloom-peers-"))
        self.run_id: str | None = None
        self.stack = ExitStack()

    def __enter__(self) -> Self:
        with self.stack as stack:
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            os.environ[MARK] = self.mark  # for the broker, which this process starts
            stack.callback(os.environ.pop, MARK)
            postgres = stack.enter_context(own_postgres())
            broker = KafkaBroker(self.folder)
            broker.start()
            stack.callback(broker.stop)
            times = {f"SPANLOOM_{name}": value for name, value in TIMES.items()}
            self.cluster = stack.enter_context(Cluster(postgres.url, broker.bootstrap, self.folder, **times))
            self.cluster.migrate()
            self.folders = [postgres.folder]
            self.stack = stack.pop_all()
        return self

    def start(self) -> None:
        """Start the services, and the run the first time."""
        self.cluster.start("generator", "validator")
        if self.run_id is None:
            self.run_id = self.cluster.submit(self.spec)

    def ended(self) -> bool:
        """Whether every call's answer is judged and stored."""
        judged = self.cluster.sql("SELECT count(judged_at) FROM completions WHERE run_id = %s", self.run_id)
        return bool(judged[0][0] == self.calls)

    def kept(self) -> list[list[str]]:
        """The tokens of every sample kept."""
        return kept_in(self.cluster.database_url.render_as_string(hide_password=False))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stack.close()
