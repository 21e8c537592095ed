"""What the compose files promise, looked at from inside the containers, from the network and from outside.

Each check gives a line of what it saw, or raises Seen.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import defaultdict
from typing import Any

import httpx
import psycopg2

from compose.stack import APPS, PORTS, Seen, Stack, docker
from support.cluster import demo_language, tiny_training
from support.common import ROOT

USERS = {**dict.fromkeys(APPS, 10001), "gateway": 101, "kafka": 1000, "postgres": 999}
"""Who a service's processes are; those of a public image are that image's."""
READ_ONLY = (*APPS, "gateway")


def expect(found: Any, wanted: Any, what: str) -> None:
    """Raise Seen unless both are equal."""
    if found != wanted:
        raise Seen(f"{what}: {found!r}, not {wanted!r}")


# ------------------------------------------------------------------------------------------------- from inside


def locked_down(stack: Stack) -> str:
    """Every process of every container: not root, without a capability, never to gain one; nothing to write on."""
    for service, uid in USERS.items():
        # As that user, for the command that looks is among the processes it sees.
        _, text = stack.inside(service, "sh", "-c", "cat /proc/[0-9]*/status 2>/dev/null", user=uid)
        told = defaultdict(set)
        for name, value in re.findall(r"^(Uid|CapEff|CapPrm|NoNewPrivs|Seccomp):\s+(\S+)", text, re.MULTILINE):
            told[name].add(int(value, 16) if name.startswith("Cap") else int(value))
        expect(told["Uid"], {uid}, f"{service} runs as")
        for name in ("CapEff", "CapPrm"):
            expect(told[name], {0}, f"{service}'s {name}")
        expect(told["NoNewPrivs"], {1}, f"{service}'s NoNewPrivs")
        expect(told["Seccomp"], {2}, f"{service}'s seccomp mode")
    for service in READ_ONLY:
        for place in ("/", "/etc", "/opt", "/usr/local/bin"):
            code, text = stack.inside(service, "touch", f"{place}/written")
            if code == 0 or "Read-only file system" not in text:
                raise Seen(f"{service}: touch {place}/written gave {code}: {text}")
    return f"{len(USERS)} services: no root, no capability, no new privileges; root of {len(READ_ONLY)} is read-only"


def secrets(stack: Stack) -> str:
    """Modes and groups of the files, and that a service reads its own and no others, and writes none."""
    listing = stack.compose(
        "run", "--rm", "--no-deps", "-T", "init", "find", "/secrets", "-type", "f", "-printf", r"%m %U %G %P\n"
    )
    files = {line.split()[3]: line.split()[:3] for line in listing.splitlines()}
    expect(files.pop("api_key"), ["400", "0", "0"], "the API key's mode, user and group")
    groups = {"services": "10001", "postgres": "999", "prometheus": "65534"}
    for name, found in files.items():
        expect(found, ["440", "0", groups[name.split("/")[0]]], f"mode, user and group of {name}")
    for service in APPS:
        expect(stack.inside(service, "cat", "/secrets/services/spanloom_password")[0], 0, f"{service} reads its secret")
        for other in ("api_key", "postgres/postgres_password", "prometheus/api_key"):
            code, text = stack.inside(service, "cat", f"/secrets/{other}")
            if code == 0 or "Permission denied" not in text:
                raise Seen(f"{service} may read {other}: {text}")
        code, text = stack.inside(service, "touch", "/secrets/services/written")
        if code == 0:
            raise Seen(f"{service} may write into /secrets")
        _, told = stack.inside(service, "sh", "-c", "cat /proc/1/environ")
        if stack.database["spanloom"] in told:
            raise Seen(f"{service} has the database's password in its environment")
    return f"{len(files) + 1} secrets of mode 0440 (the API key in clear 0400); each service reads its own alone"


def analyst(stack: Stack) -> str:
    """The analyst, with a password over the network, reads every view and table and writes none."""
    names = stack.sql(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','v')"
    )
    for (name,) in names:
        stack.sql(f'SELECT count(*) FROM "{name}"', role="analyst")
    tables = [name for (name,) in stack.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    statements = [f'DELETE FROM "{table}"' for table in tables]
    statements += ["CREATE TABLE mine (n int)", "UPDATE runs SET state = 'complete'", "TRUNCATE runs CASCADE"]
    for statement in statements:
        for first in ("", "SET TRANSACTION READ WRITE; "):
            try:
                stack.sql(first + statement, role="analyst")
            except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction):
                continue
            raise Seen(f"the analyst may {first}{statement}")
    return f"the analyst reads {len(names)} tables and views and may write none"


# ---------------------------------------------------------------------------------------------- from outside


def doors(stack: Stack) -> str:
    """One published port; a key; what is not published; bodies too large; hosts and origins."""
    ports = {
        f"{bind['HostIp']}:{bind['HostPort']}"
        for container in docker("ps", "-q", "--filter", f"label=com.docker.compose.project={stack.project}").split()
        for binds in stack.inspect(container)["NetworkSettings"]["Ports"].values()
        for bind in binds or ()
    }
    expect(ports, {f"127.0.0.1:{stack.port}"}, "published")
    stranger = httpx.Client(base_url=stack.url, timeout=30)
    for path, status in {
        "/v1/runs": 401, "/v1/datasets/1": 401, "/v1/jobs": 401, "/v1/models": 401, "/v1/results": 401,
        "/metrics": 404, "/docs": 200, "/openapi.json": 200, "/healthz": 200, "/readyz": 200,
    }.items():  # fmt: skip
        expect(stranger.get(path).status_code, status, f"GET {path} without a key")
    _routes(stack, stranger.get("/openapi.json").json()["paths"])
    for size in (1_210_000, 3_000_000):  # the service's limit, the gateway's
        answer = stack.http.post("/v1/runs", content=b"#" * size)
        expect((answer.status_code, answer.headers["Content-Type"]), (413, "application/problem+json"), f"{size} bytes")
        expect(answer.json()["status"], 413, f"the problem about {size} bytes")
    expect(stack.http.get("/v1/runs", headers={"Host": "evil.example"}).status_code, 403, "a foreign Host")
    expect(stack.http.get("/v1/runs", headers={"Origin": "http://evil.example"}).status_code, 403, "a foreign Origin")
    return f"{ports.pop()} alone is published; no key 401; /metrics 404; 1.21 MB 413; foreign Host 403, Origin 403"


def _routes(stack: Stack, paths: dict[str, dict[str, Any]]) -> None:
    """Every GET of the merged document reaches the service that knows it, whatever that says of an id of nobody."""
    for path in (path for path, methods in paths.items() if "get" in methods and path.startswith("/v1/")):
        with stack.http.stream("GET", re.sub(r"\{[^}]+\}", "1", path)) as answer:
            if answer.status_code < 400:
                continue
            said = answer.read().decode()
        if answer.status_code >= 500 or "no such route" in said:
            raise Seen(f"GET {path}: {answer.status_code} {said[:300]}")


def pictures(stack: Stack, run_id: str) -> str:
    """The evaluator draws on a root that it may not write to."""
    drawn = stack.http.get("/v1/results/f1_by_size.png", params={"run": run_id})
    expect((drawn.status_code, drawn.content[:4]), (200, b"\x89PNG"), "the plot")
    return f"the plot comes through the gateway ({len(drawn.content):,} bytes)"


class Listener(threading.Thread):
    """A client of a run's events, which notes when each one came."""

    def __init__(self, stack: Stack, run_id: str) -> None:
        super().__init__(daemon=True)
        self.stack, self.path = stack, f"/v1/runs/{run_id}/events"
        self.came: list[float] = []
        self.began = time.monotonic()

    def run(self) -> None:
        with self.stack.http.stream("GET", self.path, timeout=300) as answer:
            expect(answer.headers["Content-Type"].split(";")[0], "text/event-stream", "the type of events")
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    self.came.append(time.monotonic() - self.began)

    def told(self) -> str:
        """Raise Seen unless events came one after the other, and the stream ended with the run."""
        self.join(10)
        times = self.came
        if self.is_alive():
            raise Seen(f"the stream goes on after its run; {len(times)} events")
        if len(times) < 5 or times[-1] - times[0] < 1:
            raise Seen(f"{len(times)} events within {times[-1] - times[0] if times else 0:.1f} s: held back on the way")
        return (
            f"{len(times)} events came through the gateway from {times[0]:.1f} s to {times[-1]:.1f} s, none held back"
        )


def upstreams(stack: Stack, path: str, since: float) -> set[str]:
    """The addresses that the gateway sent requests of `path` to, by its log since a Unix time."""
    lines = docker("logs", "--since", str(int(since)), stack.containers("gateway")[0]).splitlines()
    found = set()
    for line in lines:
        if line.startswith("{") and (entry := json.loads(line))["path"] == path and entry["upstream"]:
            found |= set(entry["upstream"].split(", "))
    return found


def follows(stack: Stack) -> str:
    """The gateway uses every replica within seconds, and drops the one that goes without failing a request."""
    replicas = stack.containers("validator")
    wanted, began = {f"{stack.address(one)}:{PORTS['validator']}" for one in replicas}, time.time()
    ((dataset,),) = stack.sql("SELECT min(id) FROM datasets")
    path = f"/v1/datasets/{dataset}"

    def used() -> bool:
        for _ in range(5):
            expect(stack.http.get(path).status_code, 200, f"GET {path}")
        return upstreams(stack, path, began) >= wanted

    stack.wait(used, what=f"the gateway to use {wanted}", timeout_s=30)
    docker("stop", "-t", "40", replicas[0])
    codes = [stack.http.get(path).status_code for _ in range(40) if not time.sleep(0.2)]
    expect(set(codes), {200}, "answers while a replica stops")
    docker("start", replicas[0])
    return f"{len(wanted)} validators behind the gateway, each used; one stopped, {len(codes)} requests, none failed"


def away(stack: Stack) -> str:
    """Without its service the gateway says so as a problem, and finds the service again when it is back."""
    (api,) = stack.containers("api")
    docker("stop", "-t", "40", api)
    answer = stack.http.get("/v1/runs")
    seen = answer.status_code, answer.headers["Content-Type"], answer.headers.get("Retry-After")
    expect(seen, (503, "application/problem+json", "5"), "GET /v1/runs without the API")
    expect(answer.json()["instance"], "/v1/runs", "the problem's instance")
    stack.compose("rm", "-f", "-s", "api")
    stack.compose("up", "-d", "--no-build", "--no-deps", "api")
    began = time.monotonic()
    stack.wait(lambda: stack.http.get("/v1/runs").status_code == 200, what="the API through the gateway", every_s=0.2)
    return (
        f"without the API 503 and Retry-After; a new container of it was found after {time.monotonic() - began:.1f} s"
    )


def comes_back(stack: Stack) -> str:
    """A service that ends by itself is started again by the engine."""
    container = stack.containers("evaluator")[0]
    before = stack.inspect(container)["RestartCount"]
    stack.inside("evaluator", "python", "-c", "import os, signal; os.kill(1, signal.SIGTERM)")
    stack.wait(lambda: stack.inspect(container)["RestartCount"] > before, what="the evaluator to be started again")
    stack.wait(lambda: stack.http.get("/v1/results").status_code == 200, what="the evaluator to answer again")
    return "an evaluator that ended was started again"


def healthy(stack: Stack) -> str:
    """Every container with a health check is healthy."""
    services = (*APPS, "kafka", "postgres", "gateway")

    def all_well() -> bool:
        return all(
            stack.inspect(one)["State"]["Health"]["Status"] == "healthy"
            for service in services
            for one in stack.containers(service)
        )

    stack.wait(all_well, what="health checks", timeout_s=120)
    memory = docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").splitlines()
    return "all healthy: " + ", ".join(sorted(line.split(" / ")[0] for line in memory))


def observed(stack: Stack) -> str:
    """Prometheus reaches every replica with its key; Grafana has the dashboard. Where there are images of them."""
    told = []
    for service, port in (("prometheus", 9090), ("grafana", 3000)):
        image = stack.compose("--profile", "observability", "config").split(f"  {service}:\n")[1].split("image: ")[1]
        if not docker("image", "ls", "-q", image.split()[0]):
            told.append(f"no image of {service}: not tried")
            continue
        stack.compose("--profile", "observability", "up", "-d", "--no-build", "--no-deps", service)
        told.append(_scraped(stack, port) if service == "prometheus" else _dashboard(stack, port))
    return "; ".join(told)


def _scraped(stack: Stack, port: int) -> str:
    base = f"http://{stack.address(stack.containers('prometheus')[0])}:{port}"
    wanted = {f"{stack.address(one)}:{PORTS[app]}" for app in APPS for one in stack.containers(app)}
    health: dict[str, str] = {}

    def all_up() -> bool:
        targets = httpx.get(f"{base}/api/v1/targets").json()["data"]["activeTargets"]
        health.clear()
        health.update({t["labels"]["instance"]: f"{t['health']} {t['lastError']}".strip() for t in targets})
        return {place for place, how in health.items() if how == "up"} >= wanted

    try:
        stack.wait(all_up, what="Prometheus's targets to be up", timeout_s=60)
    except Seen as error:
        raise Seen(f"targets: {health}, wanted {wanted}") from error
    return f"Prometheus: {len(wanted)} replicas up; {_asked_by_panels(base)}; {_shown_once(stack, base)}"


def _asked_by_panels(base: str) -> str:
    """Prometheus answers what every panel of the dashboard asks; the panels of what always is have data."""
    dashboard = json.loads((ROOT / "infra/grafana/dashboards/spanloom.json").read_text())
    series = {}
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            said = httpx.get(f"{base}/api/v1/query", params={"query": target["expr"]}).json()
            expect(said["status"], "success", f"Prometheus on {target['expr']}: {said.get('error', '')}")
            series[panel["title"]] = len(said["data"]["result"])
    empty = {title for title, count in series.items() if not count}
    if missing := empty & {"Lag by topic", "Work rows", "In flight", "Dead letters"}:
        raise Seen(f"Prometheus has nothing for {', '.join(sorted(missing))}")
    return f"{len(series)} panels' queries answered, {len(series) - len(empty)} with data"


def _shown_once(stack: Stack, base: str) -> str:
    """The panel of work rows shows what the database has, though every process that sweeps exports it."""
    dashboard = json.loads((ROOT / "infra/grafana/dashboards/spanloom.json").read_text())
    (panel,) = [panel for panel in dashboard["panels"] if panel["title"] == "Work rows"]

    def asked(query: str) -> int:
        found = httpx.get(f"{base}/api/v1/query", params={"query": query}).json()["data"]["result"]
        of_jobs = [one for one in found if (one["metric"]["table"], one["metric"]["state"]) == ("jobs", "queued")]
        return int(of_jobs[0]["value"][1]) if of_jobs else 0

    trainers = stack.containers("trainer")
    docker("stop", "-t", "40", *trainers)  # jobs that wait for somebody are a number that stands still
    training = tiny_training(training_seeds=[1, 2, 3])
    spec = {"name": "queued", "languages": [demo_language()], "sources": [{"kind": "organic"}], "training": training}
    run_id = stack.submit(spec)
    expr = panel["targets"][0]["expr"]
    stack.wait(lambda: asked(expr) == 3, what="the panel to show three jobs that wait", timeout_s=120)
    exporters = asked("count by (table, state) (spanloom_work_rows)")
    docker("start", *trainers)
    stack.end_of(run_id)
    if exporters < 4:
        raise Seen(f"{exporters} processes export the database's totals")
    return f"3 jobs that wait are shown as 3 and exported by {exporters} processes"


def _dashboard(stack: Stack, port: int) -> str:
    base = f"http://{stack.address(stack.containers('grafana')[0])}:{port}/grafana"
    stack.wait(lambda: httpx.get(f"{base}/api/health").status_code == 200, what="Grafana", timeout_s=90)
    board = httpx.get(f"{base}/api/dashboards/uid/spanloom")
    expect(board.status_code, 200, "the provisioned dashboard")
    return f"Grafana: dashboard with {len(board.json()['dashboard']['panels'])} panels"
