"""Four processes on real Kafka and PostgreSQL under attack by whoever holds the key, and by whoever has none.

No file, secret or address leaves, no answer is a 5xx, nothing hangs; a run that goes meanwhile ends complete.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml

from spanloom.http.session import COOKIE
from support.cluster import Cluster, Process, demo_language, replay_source, tiny_training
from support.common import own_database, wait_for
from support.kafka_broker import KafkaBroker
from support.recordings import write_recording

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SECRET = "db_password = tr0ub4dor"
KEY = "k" * 40
HALF_OPEN = 400
HEAD_S = 5
MOST_ANSWER = 60_000
"""Bytes of a refusal: a hundred problems and a count, however many there are."""


class Attacked:
    """The services, a folder that the operator opened, and one beside it that they did not."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster, self.folder = cluster, folder
        self.data, self.secret = folder / "data", folder / "secret.conll"
        self.client = httpx.Client(timeout=600, headers={"Authorization": f"Bearer {KEY}"})

    def url(self, service: str) -> str:
        return self.cluster.of(service).url

    def refused(self, body: str | bytes) -> str:
        """Submit what must be refused; what was answered."""
        answer = self.client.post(f"{self.url('generator')}/v1/runs", content=body)
        assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:2000])
        assert len(answer.content) < MOST_ANSWER, f"an answer of {len(answer.content):,} bytes"
        assert SECRET not in answer.text
        assert KEY not in answer.text
        return answer.text


@pytest.fixture(scope="module")
def attacked(
    postgres_url: str, kafka_session: KafkaBroker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attacked]:
    folder = tmp_path_factory.mktemp("attacks")
    data = folder / "data"
    data.mkdir()
    secret = folder / "secret.conll"
    secret.write_text(f"{SECRET}\nO\n")
    secret.chmod(0o600)
    (data / "link.conll").symlink_to(secret)
    os.mkfifo(data / "pipe.conll")
    write_recording(data / "recording.jsonl", calls=40)
    settings = {
        "SPANLOOM_DATA": str(data),
        "SPANLOOM_SUBMISSION_S": "600",
        "SPANLOOM_KEYLESS": "false",
        "SPANLOOM_API_KEY": KEY,
        "SPANLOOM_HEAD_S": str(HEAD_S),
        "SPANLOOM_BODY_S": str(HEAD_S),
    }
    with (
        own_database(postgres_url) as url,
        Cluster(url, kafka_session.bootstrap, folder, **settings) as cluster,
    ):
        cluster.migrate()
        cluster.start()
        made = Attacked(cluster, folder)
        with made.client:
            run_id = _submit(made, "meanwhile")
            yield made
            cluster.wait_for_end(run_id, timeout_s=300)
            states = cluster.sql("SELECT DISTINCT state FROM runs")
            assert states == [("complete",)], "refused specifications leave no run"
            assert cluster.sql("SELECT count(*) FROM dead_letters") == [(0,)]
            assert all(process.alive for process in cluster.processes)


def _spec(**changes: Any) -> dict[str, Any]:
    given = {
        "name": "good",
        "languages": [demo_language()],
        "sources": [replay_source(Path("recording.jsonl"), calls=40)],
        "training": tiny_training(),
    }
    return {**given, **changes}


def _submit(attacked: Attacked, name: str) -> str:
    answer = attacked.client.post(f"{attacked.url('generator')}/v1/runs", content=yaml.safe_dump(_spec(name=name)))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def _asked(**changes: Any) -> dict[str, Any]:
    engine = {"kind": "openai", "model": "m", "base_url": "http://127.0.0.1:9/v1"}
    source = {"kind": "synthetic", "name": "s", "m": 2, "engine": engine, "stop": {"after_calls": 3}}
    return {**source, **changes, "engine": {**engine, **changes.get("engine", {})}}


ELSEWHERE = ["secret.conll", "../secret.conll", "/proc/self/environ", "/etc/passwd", "link.conll", "~root/.ssh/id_rsa"]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_no_file_beyond_the_operators_folders_is_read_or_told_of(attacked: Attacked, path: str) -> None:
    if path == "secret.conll":
        path = str(attacked.secret)
    told = [
        attacked.refused(yaml.safe_dump(_spec(sources=[_asked(prompt={"template": path})]))),
        attacked.refused(yaml.safe_dump(_spec(sources=[_asked(engine={"api_key_file": path})]))),
        attacked.refused(yaml.safe_dump(_spec(languages=[demo_language(gold={"file": path})]))),
        attacked.refused(yaml.safe_dump(_spec(sources=[replay_source(Path(path), calls=2)]))),
    ]
    absent = attacked.refused(yaml.safe_dump(_spec(languages=[demo_language(gold={"file": "/no/such/file"})])))
    if path.startswith("/"):
        same = told[2].replace(path, "PATH").partition('"request_id"')[0]
        assert same == absent.replace("/no/such/file", "PATH").partition('"request_id"')[0], "nor whether it exists"


@pytest.mark.parametrize("name", ["DATABASE_URL", "SPANLOOM_API_KEY", "HOME", "PATH", "KAFKA_BOOTSTRAP"])
def test_no_variable_but_keys_is_sent_as_one(attacked: Attacked, name: str) -> None:
    assert "api_key_env" in attacked.refused(yaml.safe_dump(_spec(sources=[_asked(engine={"api_key_env": name})])))


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest", "http://[fe80::1]/v1", "http://[::ffff:169.254.169.254]/v1", "http://0.0.0.0/v1",
        "http://metadata.google.internal/v1", "http://user:pw@127.0.0.1:9/v1", "file:///etc/passwd", "http://2852039166/v1",
    ],
)  # fmt: skip
def test_no_metadata_address_is_asked(attacked: Attacked, url: str) -> None:
    assert "base_url" in attacked.refused(yaml.safe_dump(_spec(sources=[_asked(engine={"base_url": url})])))


def test_paths_that_block_stop_nobody(attacked: Attacked) -> None:
    for path in ("pipe.conll", "/dev/ptmx", "/dev/zero", "/dev/stdin"):
        for _ in range(3):
            attacked.refused(yaml.safe_dump(_spec(languages=[demo_language(gold={"file": path})])))
    _submit(attacked, "after-what-blocks")


MALFORMED = [
    "? [a]\n: b", "a: !!int x", "a: 2026-13-45", "a: 2001-12-14t21:59:43.10-99:99", f"a: {'9' * 5000}", f"a: {2**70}",
    f"name: {'x' * 4000}", "a: !!binary x", "\x00", "- " * 900, "{" * 900, "a: &x b\nc: *x",
    "a: !!python/object:os.system x", "name: ~nosuchuser/x", "[]", "", "a: .nan",
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(MALFORMED)))
def test_what_is_malformed_is_refused_in_words(attacked: Attacked, number: int) -> None:
    attacked.refused(MALFORMED[number])


def test_what_is_too_much_is_refused_at_once_and_briefly(attacked: Attacked) -> None:
    labels = yaml.safe_dump(_spec(labels=[f"L{i}" for i in range(100_000)]))
    keys = yaml.safe_dump(_spec()) + "\n".join(f"k{i}: 1" for i in range(80_003))
    calls = yaml.safe_dump(_spec(sources=[_asked(stop={"after_calls": 10**9})]))
    for body, said in ((labels, "at most 10,000"), (keys, "at most 1,000"), (calls, "1000000")):
        assert said in attacked.refused(body)


def _connected(process: Process) -> int:
    return sum(
        c.status == psutil.CONN_ESTABLISHED and c.laddr.port == process.port
        for c in psutil.Process(process.popen.pid).net_connections(kind="tcp")
    )


def test_half_open_connections_leave_no_trace_in_any_service(attacked: Attacked) -> None:
    for process in attacked.cluster.processes:
        with contextlib.ExitStack() as stack:
            for _ in range(HALF_OPEN):
                sock = stack.enter_context(socket.create_connection(("127.0.0.1", process.port), timeout=30))
                sock.sendall(b"POST /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            assert httpx.get(f"{process.url}/healthz", timeout=60).status_code == 200, process.service
            wait_for(
                lambda p=process: _connected(p) <= 2, timeout_s=120, every_s=1, what=f"{process.service} to end them"
            )
        wait_for(process.ready, timeout_s=60, what=f"{process.service} to be ready")


def test_nothing_opens_without_the_key(attacked: Attacked) -> None:
    asked: list[Callable[[str], httpx.Response]] = [
        lambda url: httpx.get(url, timeout=60),
        lambda url: httpx.get(url, timeout=60, headers={"Authorization": "Bearer " + "x" * 40}),
        lambda url: httpx.get(url, timeout=60, cookies={f"{COOKIE}_{httpx.URL(url).port}": "9.9"}),
        lambda url: httpx.post(url, timeout=60, content=b"x" * 1000),
    ]
    routes = ("/v1/runs", "/metrics", "/v1/results", "/v1/jobs", "/nothing", "/v1/../v1/runs")
    urls = [process.url + route for process in attacked.cluster.processes for route in routes]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda url: [ask(url).status_code for ask in asked], urls))
    seen = {status for each in answers for status in each}
    assert seen <= {401, 403, 404, 405}, dict(zip(urls, answers, strict=True))
    assert all(401 in each for each in answers)
