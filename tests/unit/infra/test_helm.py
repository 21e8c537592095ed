"""The Helm chart, rendered for three sets of values: it fits Kubernetes' own schema, is locked down, names what exists,
and scales nothing that it counts as well."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from spanloom.bus.topics import ALL_TOPICS
from spanloom.settings import PREFIX, Settings
from spanloom.store.models import Run
from support.common import ROOT

CHART = ROOT / "infra/helm/spanloom"
SETS = ("small", "external", "scaled")
FOREIGN = ("keda.sh", "monitoring.coreos.com", "gateway.networking.k8s.io")
Manifest = dict[str, Any]


def helm(*words: str) -> subprocess.CompletedProcess[str]:
    found = shutil.which("helm") or shutil.which("helm", path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip("no helm here (infra/get-helm gets one)")
    return subprocess.run([found, *words], capture_output=True, text=True, check=False)


def rendered(name: str, *options: str) -> list[Manifest]:
    done = helm("template", "ner", str(CHART), "-n", "nlp", "-f", str(CHART / f"ci/{name}-values.yaml"), *options)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


@pytest.fixture(scope="module", params=SETS)
def chart(request: pytest.FixtureRequest) -> list[Manifest]:
    return rendered(request.param)


def pods(chart: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    for one in chart:
        spec = one["spec"]["jobTargetRef"] if one["kind"] == "ScaledJob" else one.get("spec", {})
        if "template" in spec:
            yield f"{one['kind']} {one['metadata']['name']}", spec["template"]["spec"]


def by_name(chart: list[Manifest], kind: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one for one in chart if one["kind"] == kind}


def test_every_manifest_fits_the_schema(chart: list[Manifest]) -> None:
    for one in chart:
        if not one["apiVersion"].startswith(FOREIGN):
            assert kubernetes_validate.validate(one, "1.31", strict=True), one["metadata"]["name"]
        assert one["metadata"]["namespace"] == "nlp"
    names = [(one["kind"], one["metadata"]["name"]) for one in chart]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", SETS)
def test_the_chart_has_no_fault_that_helm_finds(name: str) -> None:
    done = helm("lint", "--strict", str(CHART), "-f", str(CHART / f"ci/{name}-values.yaml"))
    assert done.returncode == 0, done.stdout


def test_pods_are_locked_down(chart: list[Manifest]) -> None:
    for name, pod in pods(chart):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"]["memory"], name
            if container["name"] != "kafka":  # its start writes its own configuration
                assert security["readOnlyRootFilesystem"] is True, name
            assert ":" in container["image"].rpartition("/")[2], name
            assert not container["image"].endswith(":latest"), name


def test_volumes_are_those_that_are_mounted_and_secrets_are_files(chart: list[Manifest]) -> None:
    for name, pod in pods(chart):
        claims = {"data"} if name.startswith("StatefulSet") else set()
        given = {volume["name"] for volume in pod.get("volumes", [])} | claims
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} == given, name
            for variable in container.get("env", []):
                if "PASSWORD" in variable["name"] or "API_KEY" in variable["name"]:
                    assert variable["value"].startswith("/secrets/"), name


def test_variables_are_settings(chart: list[Manifest]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name, pod in pods(chart):
        for variable in pod["containers"][0].get("env", []):
            if variable["name"].startswith(PREFIX):
                assert variable["name"].removesuffix("_FILE") in known, (name, variable)


def test_addresses_carry_their_namespace_and_are_there(chart: list[Manifest]) -> None:
    services = by_name(chart, "Service")
    for name, pod in pods(chart):
        for variable in pod["containers"][0].get("env", []):
            for host in re.findall(r"(ner-[a-z]+)\b(\S*?):\d", str(variable.get("value"))):
                assert host[0] in services, (name, variable)
                assert host[1] == ".nlp.svc.cluster.local", (name, variable)
    conf = by_name(chart, "ConfigMap")["ner-gateway"]["data"]["nginx.conf"]
    asked = set(re.findall(r"(ner-[a-z]+)\.nlp\.svc\.cluster\.local:(\d+)", conf))
    assert {f"ner-{part}" for part in ("api", "validator", "trainer", "evaluator")} <= {name for name, _ in asked}
    for name, port in asked - {("ner-grafana", "3000")}:
        assert services[name]["spec"]["ports"][0]["port"] == int(port)
    assert not re.search(r"[ \"](api|generator|validator|trainer|evaluator|grafana):\d", conf), (
        "a name without namespace"
    )
    assert "resolver kube-dns.kube-system.svc.cluster.local" in conf


def test_nothing_that_is_scaled_is_counted_too() -> None:
    scaled = rendered("scaled")
    deployments = by_name(scaled, "Deployment")
    targets = {one["spec"]["scaleTargetRef"]["name"] for one in by_name(scaled, "ScaledObject").values()}
    assert targets == {"ner-validator", "ner-generator"}
    for name, one in deployments.items():
        assert ("replicas" in one["spec"]) is (name not in targets), name
    assert all("replicas" in one["spec"] for one in by_name(rendered("small"), "Deployment").values())


def test_no_scaler_can_end_a_training_and_its_routes_stay() -> None:
    scaled = rendered("scaled")
    (job,) = by_name(scaled, "ScaledJob").values()
    template = job["spec"]["jobTargetRef"]["template"]
    env = {x["name"]: x.get("value") for x in template["spec"]["containers"][0]["env"]}
    assert (env["SPANLOOM_ROLE"], env["SPANLOOM_IDLE_EXIT_S"]) == ("worker", "120")
    assert float(env["SPANLOOM_GRACE_S"]) < template["spec"]["terminationGracePeriodSeconds"]
    assert template["metadata"]["annotations"]["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"
    for chart in (scaled, rendered("small")):
        routes = by_name(chart, "Deployment")["ner-trainer"]["spec"]
        env = {x["name"]: x.get("value") for x in routes["template"]["spec"]["containers"][0]["env"]}
        assert (routes["replicas"], env["SPANLOOM_ROLE"]) == (1, "api")
    assert "ner-training" in by_name(rendered("small"), "Deployment")


def test_scalers_ask_about_what_exists() -> None:
    scaled = rendered("scaled")
    authentications = by_name(scaled, "TriggerAuthentication")
    for one in (*by_name(scaled, "ScaledObject").values(), *by_name(scaled, "ScaledJob").values()):
        (trigger,) = one["spec"]["triggers"]
        if trigger["type"] == "kafka":
            assert trigger["metadata"]["topic"] in ALL_TOPICS
            assert trigger["metadata"]["bootstrapServers"] == "ner-kafka.nlp.svc.cluster.local:9092"
        else:
            tables = re.findall(r"(?:FROM|JOIN) (\w+)", trigger["metadata"]["query"])
            assert set(tables) <= set(Run.metadata.tables)
            assert trigger["authenticationRef"]["name"] in authentications


def test_the_schema_is_made_before_an_upgrade_and_beside_a_bundled_database() -> None:
    def hooks(*given: str) -> dict[str, str | None]:
        jobs = by_name(rendered(*given), "Job")
        return {name: one["metadata"].get("annotations", {}).get("helm.sh/hook") for name, one in jobs.items()}

    assert hooks("external") == {"ner-migrate": "pre-install,pre-upgrade"}
    assert hooks("small") == {"ner-migrate-first": None}
    assert hooks("small", "--is-upgrade") == {"ner-migrate": "pre-install,pre-upgrade"}


def test_doors() -> None:
    small, external, scaled = map(rendered, SETS)
    (ingress,) = by_name(small, "Ingress").values()
    assert ingress["spec"]["tls"] == [{"hosts": ["ner.example.org"], "secretName": "ner-tls"}]
    (route,) = by_name(external, "HTTPRoute").values()
    assert route["spec"]["parentRefs"] == [{"name": "public", "namespace": "gateways"}]
    assert not by_name(external, "StatefulSet")
    assert not by_name(external, "Secret")
    (monitor,) = by_name(scaled, "ServiceMonitor").values()
    secret = by_name(scaled, "Secret")[monitor["spec"]["endpoints"][0]["authorization"]["credentials"]["name"]]
    assert "api_key" in secret["stringData"]
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    policies = by_name(scaled, "NetworkPolicy")
    assert policies.keys() == {"ner-gateway", "ner-services", "ner-postgres", "ner-kafka"}
    assert by_name(scaled, "PodDisruptionBudget").keys() == {
        f"ner-{part}" for part in ("api", "validator", "evaluator", "trainer", "gateway")
    }


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--set", "postgres.bundled=false,postgres.host=db"), "secret.existing: your own PostgreSQL has a password"),
        (
            ("--set", "postgres.bundled=false", "--set", "secret.existing=x"),
            "postgres.host: say where your PostgreSQL is",
        ),
        (("--set", "kafka.bundled=false"), "kafka.bootstrap: say where your Kafka is"),
        (("--set", "route.enabled=true"), "route.gateway.name: the Gateway that the route belongs to"),
    ],
)
def test_what_is_missing_is_told(options: tuple[str, ...], told: str) -> None:
    done = helm("template", "ner", str(CHART), *options)
    assert done.returncode != 0
    assert told in done.stderr
