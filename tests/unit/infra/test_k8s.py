"""The manifests fit Kubernetes' own schema and are locked down; scalers ask about tables and topics that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from spanloom.bus.topics import ALL_TOPICS
from spanloom.store.models import Run
from support.common import ROOT

FOLDER = ROOT / "infra/k8s"


def _manifests() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name != "kustomization.yaml":
            for document in yaml.safe_load_all(path.read_text()):
                yield f"{path.name}:{document['kind']}:{document['metadata']['name']}", document


MANIFESTS = dict(_manifests())
OWN = {name: value for name, value in MANIFESTS.items() if not value["apiVersion"].startswith("keda.sh")}


@pytest.mark.parametrize("name", OWN)
def test_a_manifest_fits_the_schema(name: str) -> None:
    assert kubernetes_validate.validate(OWN[name], "1.31", strict=True)


@pytest.mark.parametrize("name", [n for n, v in OWN.items() if v["kind"] in ("Deployment", "Job")])
def test_pods_are_locked_down(name: str) -> None:
    pod = OWN[name]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert not container["image"].endswith(":latest")


def test_scalers_ask_about_what_exists() -> None:
    scalers = {v["metadata"]["name"]: v["spec"] for v in MANIFESTS.values() if v["kind"] == "ScaledObject"}
    deployments = {v["metadata"]["name"] for v in OWN.values() if v["kind"] == "Deployment"}
    assert set(scalers) == {"validator", "generator", "trainer"}
    for name, spec in scalers.items():
        assert spec["scaleTargetRef"]["name"] in deployments
        (trigger,) = spec["triggers"]
        if trigger["type"] == "kafka":
            assert trigger["metadata"]["topic"] in ALL_TOPICS
            assert trigger["metadata"]["consumerGroup"] == name
        else:
            tables = re.findall(r"(?:FROM|JOIN) (\w+)", trigger["metadata"]["query"])
            assert set(tables) <= set(Run.metadata.tables)


def test_every_manifest_is_applied() -> None:
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    assert {*kustomization["resources"], "kustomization.yaml"} == {path.name for path in FOLDER.glob("*.yaml")}
