"""What `make up-containers` sees of a host before anything is built, and `make key` where nothing was started."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.common import ROOT

CPU = "COMPOSE_FILE=docker-compose.yml:docker-compose.cpu.yml"
GPU = "SPANLOOM_GPUS=all"
FAKE_COMPOSE = """#!/bin/sh
cat <<END
services:
  api:
    image: spanloom/generator-api:9.9.9
    volumes:
      - type: bind
        source: $FOLDERS/gold data
        target: /data
        read_only: true
      - source: $FOLDERS/keys
        target: /keys
      - type: volume
        source: cache
        target: /cache
END
"""


class Host:
    """A checkout of its own with a compose that tells its configuration, and with a GPU or without."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin = folder / "checkout", folder / "bin"
        (self.root / "infra").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(ROOT / "infra/containers", self.root / "infra")
        shutil.copy(ROOT / ".env.example", self.root)
        self.program("compose", FAKE_COMPOSE)
        self.environment = {"PATH": f"{self.bin}:/usr/bin:/bin", "FOLDERS": str(folder / "host")}

    def program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def looked_at(self, **variables: str) -> str:
        """What the script says, in this environment."""
        done = subprocess.run(
            [self.root / "infra/containers", "compose"],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    @property
    def kept(self) -> list[str]:
        """What `.env` sets."""
        file = self.root / ".env"
        return [line for line in file.read_text().splitlines() if line and line[0] != "#"] if file.exists() else []


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.mark.parametrize(("gpu", "said", "kept"), [(False, "no GPU here: ", CPU), (True, "a GPU is here: ", GPU)])
def test_what_a_host_has_is_said_in_a_line_and_kept(host: Host, gpu: bool, said: str, kept: str) -> None:
    host.program("nvidia-smi", f"#!/bin/sh\nexit {0 if gpu else 9}\n")
    told = host.looked_at()
    assert told.startswith(said)
    assert kept in told
    assert len(told.splitlines()) == 1
    assert host.kept == [kept]
    assert (host.root / ".env").read_text().startswith((ROOT / ".env.example").read_text())
    assert host.looked_at() == "", "it is chosen once"
    assert host.kept == [kept]


@pytest.mark.parametrize("line", [CPU, "SPANLOOM_GPUS=2"])
def test_what_was_chosen_stays(host: Host, line: str) -> None:
    (host.root / ".env").write_text(f"VALIDATORS=3\n{line}")
    assert host.looked_at() == ""
    assert host.kept == ["VALIDATORS=3", line]
    (host.root / ".env").unlink()
    name, _, value = line.partition("=")
    assert host.looked_at(**{name: value}) == ""
    assert host.kept == []


def test_a_file_of_ones_own_keeps_its_lines(host: Host) -> None:
    (host.root / ".env").write_text("VALIDATORS=3")  # and no end of line
    host.program("nvidia-smi", "#!/bin/sh\nexit 9\n")
    host.looked_at()
    assert host.kept == ["VALIDATORS=3", CPU]


def test_folders_of_the_host_are_made_as_the_users_own(host: Host, tmp_path: Path) -> None:
    host.looked_at(COMPOSE_FILE="x")
    made = {path.name: path.stat().st_uid for path in (tmp_path / "host").iterdir()}
    assert made == {"gold data": os.getuid(), "keys": os.getuid()}


def test_no_key_before_the_first_start(host: Host) -> None:
    shutil.copy(ROOT / "Makefile", host.root)
    host.program("docker", "#!/bin/sh\nexit 1\n")

    def key() -> subprocess.CompletedProcess[str]:
        words = ["make", "-s", "key", "COMPOSE=compose"]
        return subprocess.run(words, cwd=host.root, env=host.environment, capture_output=True, text=True)

    none = key()
    assert (none.returncode != 0, none.stdout) == (True, "")
    assert "no key yet: it is made at the first start (make up-containers)" in none.stderr
    host.program("docker", '#!/bin/sh\n[ "$*" = "image inspect spanloom/generator-api:9.9.9" ]\n')
    host.program("compose", FAKE_COMPOSE.replace("cat <<", '[ "$1" = run ] && { printf secret; exit; }\ncat <<'))
    there = key()
    assert (there.returncode, there.stdout) == (0, "secret\n")
