"""What an operator meets: a server on the host, parts that are away or hang, outages, replicas, doors."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from compose.checks import expect
from compose.stack import APPS, Seen, Stack, docker
from support.chat_server import MODEL, ChatServer
from support.cluster import demo_language, tiny_training
from support.common import ROOT, wait_for

OUTAGE_S = 40
QUIET_S = 50
DEADLINE_S = 30
"""SPANLOOM_ANSWER_S as it is by itself."""
SLACK_S = 15
"""What an answer may take beyond its deadline on a machine that builds and trains meanwhile."""
LINES = 6
"""What one container may write because its broker or database was away for less than a minute."""
STEP = """
import json, pathlib, safetensors
(point,) = pathlib.Path("/models").glob("*/resume.safetensors")
print(json.loads(safetensors.safe_open(point, "pt").metadata()["checkpoint"])["state"]["step"])
"""
GRAFANA = """
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"dashboard at " + self.path.encode())
http.server.HTTPServer(("", 3000), Page).serve_forever()
"""


def spanloom(stack: Stack, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command as a person types it, towards the gateway, with the stack's key."""
    program = Path(sys.executable).with_name("spanloom")
    return subprocess.run(
        [program, *words], capture_output=True, text=True, env=stack.client_environment, timeout=300, **options
    )


def readme_specification(base_url: str, calls: int) -> dict[str, Any]:
    """README's own example, with the demo's gold data and trainings that take a second."""
    (text,) = re.findall(r"```yaml\n# mine\.yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    spec = dict(yaml.safe_load(text))
    (llm,) = [source for source in spec["sources"] if source["kind"] == "synthetic"]
    llm["engine"] |= {"base_url": base_url, "model": MODEL}
    llm |= {"m": 1, "n": 1, "stop": {"after_calls": calls}, "dev_calls": 0}
    return {**spec, "languages": [demo_language()], "training": tiny_training()}


def key_before_the_first_start(stack: Stack) -> str:
    """`make key` where nothing was started yet: a line that says so, and no image is built for it."""
    done = subprocess.run(
        ["make", "-s", "key", f"COMPOSE={shlex.join(stack.command)}"],
        capture_output=True, text=True, cwd=ROOT, env=stack.environment, timeout=120,
    )  # fmt: skip
    if done.returncode == 0 or "no key yet: it is made at the first start" not in done.stderr:
        raise Seen(f"make key before the first start: {done.returncode} {done.stdout} {done.stderr}")
    return "make key before the first start says that there is none yet"


# ------------------------------------------------------------------------------------------- a server on the host


def loopback_refused(stack: Stack) -> str:
    """README's example as it stands, and with its host listed: both errors name the host's own name in a container."""
    as_it_stands = "http://127.0.0.1:8080/v1"
    for base_url, told in ((as_it_stands, "is not among the hosts allowed here"), (stack.nowhere, "refused")):
        answer = stack.http.post("/v1/runs", content=yaml.safe_dump(readme_specification(base_url, 3)))
        expect(answer.status_code, 422, f"the status of a specification with {base_url}")
        said = {error["path"]: error["message"] for error in answer.json()["errors"]}.get("sources.1.engine.base_url")
        if said is None or told not in said or "host.docker.internal:" not in said:
            raise Seen(f"{base_url}: {answer.text}")
    return "a loopback address is refused, listed or not, with the name that the host has in a container"


def followed_through_an_outage(stack: Stack, server: ChatServer) -> str:
    """`spanloom run --follow` of README's example, its LLM on the host; the API is away for a while meanwhile."""
    spec = stack.data / "mine.yaml"
    base_url = f"http://host.docker.internal:{server.port}/v1"
    spec.write_text(yaml.safe_dump(readme_specification(base_url, 12)))
    log = stack.data / "followed.log"
    with log.open("w") as out:
        following = subprocess.Popen(
            [Path(sys.executable).with_name("spanloom"), "run", spec, "--follow"],
            stdout=out, stderr=subprocess.STDOUT, env=stack.client_environment,
        )  # fmt: skip
    try:
        stack.wait(lambda: server.waiting > 0, what=f"calls to reach the host's server\n{log.read_text()}")
        (api,) = stack.containers("api")
        docker("kill", api)
        time.sleep(OUTAGE_S)
        expect(following.poll(), None, "the command that follows, after the outage")
        docker("start", api)
        server.open()
        code = following.wait(180)
    finally:
        following.kill()
    said = log.read_text()
    expect(code, 0, f"the exit code of --follow\n{said}")
    for told in ("no answer for", "it answers again after"):
        if told not in said:
            raise Seen(f"--follow does not say `{told}`:\n{said}")
    again = next(line for line in said.splitlines() if "it answers again after" in line)
    return f"12 calls to a server on the host; --follow through {OUTAGE_S} s without the API: {again.strip()}"


# --------------------------------------------------------------------------------------------------- what is away


def missing(stack: Stack) -> str:
    """`wait` and `doctor --url` name the parts that are away, and those alone."""
    gone = [container for part in ("trainer", "evaluator") for container in stack.containers(part)]
    docker("stop", "-t", "40", *gone)
    waited = spanloom(stack, "wait", "--timeout-s", "3")
    looked = spanloom(stack, "doctor", "--url", stack.url)
    docker("start", *gone)
    expect((waited.returncode, looked.returncode), (3, 3), "the exit codes of wait and doctor")
    for part in APPS:
        away = part in ("trainer", "evaluator")
        expect(f"{part}: " in waited.stderr, away, f"wait names {part}\n{waited.stderr}")
        mark = "--" if away else "ok"
        expect(re.search(rf"^{mark} {part}\b", looked.stdout, re.MULTILINE) is not None, True, looked.stdout)
    began = time.monotonic()
    ready = spanloom(stack, "wait", "--timeout-s", "120")
    expect(ready.returncode, 0, ready.stderr)
    return (
        f"wait and doctor name trainer and evaluator while they are away; ready {time.monotonic() - began:.0f} s after"
    )


def hung(stack: Stack, start: Callable[[str], str], judge: Callable[[str], None]) -> str:
    """`docker pause` of the database in mid-run: reads answer 503 by their deadline, and all goes on afterwards."""
    run_id = start("hung")
    (postgres,) = stack.containers("postgres")
    docker("pause", postgres)
    times = []
    try:
        for _ in range(2):
            began = time.monotonic()
            answer = stack.http.get("/v1/runs", timeout=DEADLINE_S + 2 * SLACK_S)
            times.append(time.monotonic() - began)
            seen = answer.status_code, answer.headers["Content-Type"]
            expect(seen, (503, "application/problem+json"), "GET /v1/runs with a database that hangs")
        expect(stack.http.get("/healthz").status_code, 200, "the gateway's health")
    finally:
        docker("unpause", postgres)
    if max(times) > DEADLINE_S + SLACK_S:
        raise Seen(f"answers took {times} s")
    began = time.monotonic()
    stack.wait(lambda: stack.http.get("/v1/runs").status_code == 200, what="/v1/runs to answer", every_s=0.2)
    back = time.monotonic() - began
    stack.wait(stack.ready, what="every part to be ready", timeout_s=120)
    stack.end_of(run_id)
    judge(run_id)
    took = " and ".join(f"{seconds:.1f}" for seconds in times)
    return f"a database that hangs: 503 after {took} s, answers {back:.1f} s after it goes on, the run complete, lost 0"


def quiet(stack: Stack) -> str:
    """An outage of the broker, then of the database: a line when it begins and one when it ends, of each container."""
    most = {}
    for part in ("kafka", "postgres"):
        (container,) = stack.containers(part)
        before = {name: stack.containers(name)[0] for name in APPS}
        began = time.time()
        docker("stop", "-t", "60", container)
        time.sleep(QUIET_S)
        docker("start", container)
        stack.wait(stack.ready, what=f"every part to be ready after {part}", timeout_s=180)
        time.sleep(5)
        counts = {name: len(written(one, began)) for name, one in before.items()}
        if max(counts.values()) > LINES:
            worst = max(counts, key=lambda name: counts[name])
            raise Seen(f"{part} away for {QUIET_S} s: {counts}\n" + "\n".join(written(before[worst], began)[:40]))
        most[part] = sum(counts.values())
    told = ", ".join(f"{lines} lines of {part}" for part, lines in most.items())
    return f"outages of {QUIET_S} s: {told}, five services together"


def written(container: str, since: float) -> list[str]:
    """What a container wrote since a Unix time, without what it says of requests."""
    done = subprocess.run(["docker", "logs", "--since", f"{since:.3f}", container], capture_output=True, text=True)
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if not (line.startswith("{") and json.loads(line).get("event") == "request")]


# ------------------------------------------------------------------------------------------------------- replicas


def kept(stack: Stack) -> str:
    """A plain `up -d` and one with a profile leave the replicas that `.env` asks for, the very containers."""
    stack.up(validator=3)
    replicas = stack.containers("validator")
    expect(len(replicas), 3, "validators")
    stack.compose("up", "-d", "--no-build")
    expect(stack.containers("validator"), replicas, "validators after a plain up -d")
    stack.compose("--profile", "observability", "up", "-d", "--no-build", "gateway", "validator")
    expect(stack.containers("validator"), replicas, "validators after an up -d with a profile")
    return "VALIDATORS=3: the same three after a plain up -d and after one with a profile"


def saved_when_stopped(stack: Stack) -> str:
    """A training that is told to stop writes its resume point within the grace, and goes on from there."""
    recipe = {"learning_rate": 0.001, "epochs": 400, "restarts": 0, "patience": None}
    training = tiny_training(sizes=[300], recipe=recipe)
    spec = {"name": "long", "languages": [demo_language()], "sources": [{"kind": "organic"}], "training": training}
    run_id = stack.submit(spec)
    (trainer,) = stack.containers("trainer")

    def step() -> int:
        found = stack.sql("SELECT progress->>'step' FROM jobs WHERE run_id = %s", run_id)
        return int(found[0][0] or 0) if found else 0

    stack.wait(lambda: step() > 20, what="the training to be under way", timeout_s=120, every_s=0.2)
    before, began = step(), time.monotonic()
    docker("stop", "-t", "40", trainer)
    took = time.monotonic() - began
    expect(stack.inspect(trainer)["State"]["ExitCode"], 0, "the trainer's exit code in mid-training")
    found = stack.sql("SELECT state, attempt - forgiven FROM jobs WHERE run_id = %s", run_id)
    expect(found, [("queued", 0)], "its job: handed back, no attempt spent")
    saved = int(stack.compose("run", "--rm", "--no-deps", "-T", "trainer", "python", "-c", STEP))
    if saved < before:
        raise Seen(f"the resume point is of step {saved}; the training was at {before}")
    docker("start", trainer)
    stack.end_of(run_id)
    return f"a training stopped at step {before}: its resume point, of step {saved}, in {took:.1f} s; done from there"


# ---------------------------------------------------------------------------------------------------------- doors


@contextmanager
def _stand_in_grafana(stack: Stack) -> Iterator[None]:
    """Something on port 3000 that the gateway finds by Grafana's name; the real one has a scene of its own."""
    image, network = stack.inspect(stack.containers("api")[0])["Image"], f"{stack.project}_default"
    container = docker(
        "run",
        "-d",
        "--network",
        network,
        "--network-alias",
        "grafana",
        image,
        "python",
        "-c",
        GRAFANA,
    )
    try:
        yield
    finally:
        docker("rm", "-f", container)


def dashboard_door(stack: Stack) -> str:
    """A browser without a session signs in and is back at the dashboard; a program is told; /docs asks nobody else."""
    page = {"Accept": "text/html,*/*"}
    with _stand_in_grafana(stack), httpx.Client(base_url=stack.url, timeout=30) as browser:
        refused = browser.get("/grafana/d/spanloom/x", headers={"Accept": "application/json"})
        expect(refused.status_code, 401, "Grafana for a program without a key")
        asked = browser.get("/grafana/d/spanloom/x", headers=page)
        expect((asked.status_code, asked.headers["Location"]), (303, "/login?to=/grafana/d/spanloom/x"), "the way in")
        expect(browser.get(asked.headers["Location"], headers=page).status_code, 200, "the page to sign in")
        key = stack.http.headers["Authorization"].removeprefix("Bearer ")
        traded = browser.post("/v1/session", json={"key": key}, headers={"Origin": stack.url})
        expect(traded.status_code, 204, "the key for a cookie")
        wait_for(lambda: browser.get("/grafana/d/spanloom/x", headers=page).status_code == 200, what="the dashboard")
        expect(browser.get("/grafana/d/spanloom/x", headers=page).text, "dashboard at /grafana/d/spanloom/x", "it")
    docs = stack.http.get("/docs").text
    loaded = [place for place in re.findall(r"(?:src|href)=\"([^\"]+)\"", docs) if not place.startswith("data:")]
    foreign = [place for place in loaded if "//" in place]
    expect((len(loaded) > 0, foreign), (True, []), "what /docs loads")
    for place in loaded:
        expect(stack.http.get(httpx.URL(f"{stack.url}/docs").join(place).path).status_code, 200, place)
    return f"a browser signs in and is back at the dashboard; /docs loads {len(loaded)} files, all ours"
