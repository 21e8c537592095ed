"""`spanloom up`: one holder a folder, and a run that survives kill -9 of PostgreSQL and of `up` itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import yaml

from spanloom_embedded.postgres import EmbeddedPostgres
from support.cluster import demo_language, replay_source, tiny_training
from support.common import free_port, wait_for
from support.recordings import write_recording

CALLS = 100
COMMAND = [str(Path(sys.executable).with_name("spanloom")), "up"]


class Up:
    """A `spanloom up` on a folder."""

    def __init__(self, home: Path, log: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = log
        with log.open("ab") as out:
            self.popen = subprocess.Popen(COMMAND, env=_environment(home, self.url), stdout=out, stderr=out)

    def is_ready(self) -> bool:
        assert self.popen.poll() is None, self.log.read_text()[-4000:]
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def run(self, run_id: str) -> dict[str, Any]:
        """The run; empty while the database is away."""
        answer = httpx.get(f"{self.url}/v1/runs/{run_id}", timeout=30)
        assert answer.status_code in (200, 503), answer.text
        return dict(answer.json()) if answer.status_code == 200 else {}


def _environment(home: Path, url: str) -> dict[str, str]:
    """Short leases, but the usual 5 minutes until an unclaimed row is published again: a new `up` must not need it."""
    settings = {"LEASE_S": "3", "RENEW_S": "0.7", "SWEEP_S": "0.5", "BACKOFF_S": "0.2", "PORT": url.rpartition(":")[2]}
    short = {f"SPANLOOM_{name}": value for name, value in settings.items()}
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "SPANLOOM_DATA": "/",
        "SPANLOOM_KEYLESS": "true",
        "SPANLOOM_HOME": str(home),
        **short,
    }


@contextmanager
def up(home: Path, log: Path) -> Iterator[Up]:
    started = Up(home, log)
    try:
        wait_for(started.is_ready, timeout_s=240, every_s=0.1, what="`spanloom up` to be ready")
        yield started
    finally:
        if started.popen.poll() is None:
            started.popen.kill()
            started.popen.wait()


def _submit(served: Up, folder: Path) -> str:
    recording = write_recording(folder / "recorded.jsonl", calls=CALLS, objects=5)
    spec = {
        "name": "survivor",
        "languages": [demo_language()],
        "sources": [{"kind": "organic"}, replay_source(recording, calls=CALLS)],
        "training": tiny_training(),
    }
    answer = httpx.post(f"{served.url}/v1/runs", content=yaml.safe_dump(spec), timeout=60)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def test_its_folder_deleted_in_mid_run_is_one_message_and_the_end(tmp_path: Path) -> None:
    home, log = Path(tempfile.mkdtemp(prefix="spanloom-up-")), tmp_path / "up.log"
    try:
        with up(home, log) as served:
            run_id = _submit(served, tmp_path)
            wait_for(lambda: served.run(run_id)["calls"]["judged"], every_s=0.01, what="a judged call")
            shutil.rmtree(home, ignore_errors=True)
            assert served.popen.wait(60) == 1
        said = log.read_text()
        assert said.count("data folder gone") == 1
        assert f"{home}/postgres was deleted or replaced while it was in use" in said
        assert len(said) < 200_000
        assert not (home / "postgres" / "pgdata" / "PG_VERSION").exists(), "nothing is made in its place"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_a_run_survives_kill_9_of_postgres_and_of_up(tmp_path: Path) -> None:
    # Not under tmp_path: PostgreSQL runs as another user than root, and each start of pytest closes that folder to it.
    home, log = Path(tempfile.mkdtemp(prefix="spanloom-up-")), tmp_path / "up.log"
    postgres = EmbeddedPostgres(home / "postgres", home=home)
    try:
        with up(home, log) as first:
            second = subprocess.run(
                COMMAND, env=_environment(home, first.url), capture_output=True, text=True, timeout=240, check=False
            )
            said = second.stdout + second.stderr
            assert second.returncode not in (0, None), said
            assert f"process {first.popen.pid}" in said
            assert first.url in said
            assert "Traceback" not in said

            run_id = _submit(first, tmp_path)
            wait_for(lambda: first.run(run_id)["calls"]["judged"], every_s=0.01, what="a judged call")
            server = postgres.postmaster()
            assert server is not None
            os.kill(server.pid, signal.SIGKILL)
            wait_for(lambda: first.run(run_id), what="the database to be back")
            wait_for(lambda: first.run(run_id).get("jobs", {}).get("running"), timeout_s=240, what="a running job")
            first.popen.kill()
            first.popen.wait()

        left = postgres.postmaster()
        assert left is not None, "kill -9 of `up` leaves the server behind"
        assert left.pid != server.pid
        with up(home, log) as again:
            assert again.run(run_id)["state"] == "running", "it was killed in mid-run"
            wait_for(
                lambda: again.run(run_id)["state"] != "running", timeout_s=240, what=f"the end of {again.run(run_id)}"
            )
            run = again.run(run_id)
            adopted = postgres.postmaster()
            again.popen.terminate()
            assert again.popen.wait(30) == 0
        assert (run["state"], run["reason"]) == ("complete", None)
        assert (run["calls"]["judged"], run["jobs"]["done"], run["evaluations"]["done"]) == (CALLS, 2, 2)
        assert adopted is not None
        assert adopted.pid == left.pid
        assert postgres.postmaster() is None, "SIGTERM stops the server too"
    finally:
        server_left = postgres.postmaster()
        if server_left is not None:
            psutil.Process(server_left.pid).kill()
        shutil.rmtree(home, ignore_errors=True)
