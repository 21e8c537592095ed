"""Spanloom against what one would pick instead: the same calls to the same server, and the same again with kill -9.

Run as `make bench BENCH=peers` (`ARGS="--only plain,embedded --scenes whole --calls 100"`). 500 calls of 10 seeds that
ask for 20 samples, 64 in flight, 200 ms a call; one in fifty is first refused with Retry-After, one in a hundred first
breaks off (`peers/server.py`). A JSON line a way and scene, then a table:

- `calls_s`: calls a second, from the server's first request to its last answer
- `to_first_s`, `whole_s`: from the start of the process to the first request, and to the end
- `cpu_s`, `peak_mb`: of all its processes together; of it `cpu_calls_s` since the first request, and `cpu_apart_s` of
  broker and database, where they stand apart
- `kept`: usable samples, of 17 a call; `lost` those that are not there, `doubled` those that are there twice
- `twice`: calls that were paid again

In the scene `killed` all that the way runs gets kill -9 when half of the calls are answered, and is started again.
Peers are installed once, each into a virtual environment of its own under SPANLOOM_CACHE (`peers/NAME.txt`: pins of
everything in it). Where that cannot be, the peer is skipped and the reason told.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import httpx

from bench.peers import ours, server
from bench.peers.meter import MARK, Meter
from spanloom.settings import Settings

HERE = Path(__file__).parent / "peers"
PATIENCE_S = 180.0
SCENES = ("whole", "killed")
QUIET = {"HF_HUB_OFFLINE": "1", "TELEMETRY_ENABLED": "false", "NEMO_TELEMETRY_ENABLED": "false", "OMP_NUM_THREADS": "1"}
"""Peers that report home do not, nor look for hubs."""


class Way(Protocol):
    """One way to make the calls. `folders` and `apart` are the meter's."""

    mark: str
    folders: Sequence[Path]
    apart: Sequence[str]

    def start(self) -> None:
        """Start it; after a kill, again on what it left."""

    def ended(self) -> bool:
        """Whether it is through."""

    def kept(self) -> list[list[str]]:
        """The tokens of each sample kept."""


class Script:
    """A peer, by its script in an environment of its own."""

    apart = ()

    def __init__(self, python: Path, script: Path, base_url: str, calls: Path, in_flight: int, mark: str) -> None:
        self.mark = mark
        self._temporary = tempfile.TemporaryDirectory(prefix="spanloom-peer-", ignore_cleanup_errors=True)
        self.out = Path(self._temporary.name)
        self.folders = [self.out]
        self.command = [
            str(python), str(script), "--base-url", base_url, "--model", server.MODEL, "--calls", str(calls),
            "--out", str(self.out / "out"), "--in-flight", str(in_flight),
        ]  # fmt: skip
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the script."""
        inherited = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        env = {**inherited, MARK: self.mark, "HOME": str(self.out), "OPENAI_API_KEY": "none", **QUIET}
        with (self.out / "log").open("ab") as log:
            self.popen = subprocess.Popen(
                self.command,
                env=env,
                cwd=self.out,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def ended(self) -> bool:
        """Whether the script is through. Raises where it failed."""
        assert self.popen is not None
        code = self.popen.poll()
        if code not in (None, 0):
            raise RuntimeError(f"ended with {code}:\n{(self.out / 'log').read_text(errors='replace')[-3000:]}")
        return code == 0

    def kept(self) -> list[list[str]]:
        """What it wrote."""
        lines = (self.out / "out" / "kept.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["tokens"] for line in lines]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.popen is not None and self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)  # with the workers that it started
            self.popen.wait()
        self._temporary.cleanup()


class Peer(NamedTuple):
    """Somebody else's package: its script, and the file of its pins."""

    script: str
    pins: str


PEERS = {
    "plain": Peer("with_plain.py", "plain.txt"),
    "distilabel": Peer("with_distilabel.py", "distilabel.txt"),
    "bespokelabs-curator": Peer("with_curator.py", "curator.txt"),
    "data-designer": Peer("with_data_designer.py", "data_designer.txt"),
}
OURS: dict[str, Callable[..., Any]] = {"embedded": ours.Embedded, "kafka": ours.OnKafka}


def environment_of(pins: Path, cache: Path) -> Path:
    """The Python of an environment that holds these pins, made where there is none. Raises CannotInstall."""
    name = f"{pins.stem}-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}"
    folder = cache / "peers" / name
    python = folder / "bin" / "python"
    if (folder / "made").exists():
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", "-r", str(pins)],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if "WARNING" not in line]
            raise CannotInstall(" ".join(said[-3:]) or f"{step[0]} ended with {done.returncode}")
    (folder / "made").touch()
    return python


class CannotInstall(Exception):
    """Why a peer is not here."""


@contextmanager
def serving(calls: Path, latency_s: float) -> Iterator[str]:
    """The measured server, in a process of its own; its address."""
    command = [sys.executable, str(HERE / "server.py"), str(calls), "--latency", str(latency_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{int(process.stdout.readline())}"
        try:
            until(lambda: answers(address), what="the server")
            yield address
        finally:
            process.kill()


def answers(address: str) -> bool:
    """Whether the server is there."""
    try:
        return httpx.get(f"{address}/counts").status_code == 200
    except httpx.TransportError:
        return False


def until(true: Callable[[], bool], *, what: str, every_s: float = 0.1) -> None:
    """Wait."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE_S:g} s for {what}")
        time.sleep(every_s)


Open = Callable[[str, str], AbstractContextManager[Way]]


def measure(open_way: Open, calls: Path, scene: str, latency_s: float) -> dict[str, Any]:
    """One way in one scene."""
    count = len(calls.read_text(encoding="utf-8").splitlines())
    facts: dict[str, Any] = {}
    with serving(calls, latency_s) as address, open_way(f"{address}/v1", uuid.uuid4().hex) as way:

        def counts() -> dict[str, Any]:
            return dict(httpx.get(f"{address}/counts").json())

        with Meter(way.mark, way.folders, apart=way.apart) as meter:
            began = time.monotonic()
            way.start()
            if scene == "killed":
                until(lambda: counts()["paid"] >= count // 2, what="half of the calls", every_s=0.01)
                meter.kill()
                facts["paid_when_killed"], killed = counts()["paid"], time.monotonic()
                way.start()
            until(way.ended, what="the end")
            ended = time.monotonic()
        asked, kept = counts(), Counter(map(tuple, way.kept()))
    if scene == "killed":
        facts["restart_to_end_s"] = round(ended - killed, 1)
    else:
        facts["calls_s"] = round(count / (asked["last_s"] - asked["first_s"]), 1)
    wanted = {
        tuple(json.loads(line)["tokens"]) for i in range(count) for line in server.answer(i).splitlines()[: server.GOOD]
    }
    return {
        **facts,
        "to_first_s": round(asked["first_s"] - began, 1),
        "whole_s": round(ended - began, 1),
        "cpu_s": round(meter.cpu_s, 1),
        "cpu_calls_s": round(meter.cpu_s - meter.cpu_until(asked["first_s"]), 1),
        "cpu_apart_s": round(meter.cpu_apart_s, 1),
        "peak_mb": round(meter.peak_bytes / 1e6),
        "kept": len(kept),
        "lost": len(wanted - kept.keys()),
        "doubled": kept.total() - len(kept),
        "twice": asked["twice"],
        "most_in_flight": asked["most_in_flight"],
        "requests": asked["requests"],
        "load": round(os.getloadavg()[0], 1),
    }


def opener(name: str, calls: Path, in_flight: int, cache: Path) -> Open:
    """How a way is opened, given the server's address and a mark. Raises CannotInstall."""
    if name in OURS:
        count = len(calls.read_text(encoding="utf-8").splitlines())
        return lambda base_url, mark: OURS[name](base_url, count, in_flight, mark)
    peer = PEERS[name]
    python = environment_of(HERE / peer.pins, cache)
    return lambda base_url, mark: Script(python, HERE / peer.script, base_url, calls, in_flight, mark)


def table(rows: Sequence[dict[str, Any]], scene: str) -> str:
    """The lines of a scene as Markdown."""
    names = ["calls_s", "whole_s"] if scene == "whole" else ["twice", "restart_to_end_s"]
    names += ["cpu_s", "peak_mb", "kept", "lost", "doubled"]
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for row in (one for one in rows if one["scene"] == scene):
        if "kept" in row:
            cells = [f"{row[name]:,}" for name in names]
        else:
            cells = [row.get("failed") or f"skipped: {row['skipped']}", *[""] * (len(names) - 1)]
        lines.append(f"| {row['way']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds a call")
    parser.add_argument("--rounds", type=int, default=1, help="of all ways in turns")
    parser.add_argument("--only", default=",".join([*PEERS, *OURS]), help="which ways")
    parser.add_argument("--scenes", default=",".join(SCENES))
    given = parser.parse_args()
    wanted = given.only.split(",")
    if unknown := set(wanted) - PEERS.keys() - OURS.keys():
        parser.error(f"no way {', '.join(unknown)}; there are {', '.join([*PEERS, *OURS])}")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="spanloom-peers-") as temporary:
        calls = Path(temporary) / "calls.jsonl"
        ours.write_calls(calls, given.calls)
        for _ in range(given.rounds):
            for scene in given.scenes.split(","):
                for name in wanted:
                    row = {"way": name, "scene": scene}
                    try:
                        way = opener(name, calls, given.in_flight, Settings().cache)
                        row |= measure(way, calls, scene, given.latency)
                    except CannotInstall as why:
                        row["skipped"] = str(why)
                    except (RuntimeError, TimeoutError) as why:
                        row["failed"] = str(why)
                    rows.append(row)
                    print(json.dumps(row), flush=True)
    for scene in given.scenes.split(","):
        print(f"\n{scene}\n\n{table(rows, scene)}")


if __name__ == "__main__":
    main()
