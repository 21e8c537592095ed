"""The one-shot step that writes secrets: at random, once, for the right readers."""

from __future__ import annotations

import hashlib
import os
import runpy
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from support.common import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="giving files to other groups needs root")
SCRIPT = ROOT / "infra/init/write_secrets.py"
main = runpy.run_path(str(SCRIPT))["main"]


def _state(root: Path) -> dict[str, tuple[str, int, int]]:
    return {
        str(path.relative_to(root)): (path.read_text(), stat.S_IMODE(path.stat().st_mode), path.stat().st_gid)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_secrets_are_random_and_readable_by_their_group_alone(tmp_path: Path) -> None:
    main(tmp_path / "a", services=10001, postgres=999)
    main(tmp_path / "b", services=10001, postgres=999)
    one, other = _state(tmp_path / "a"), _state(tmp_path / "b")
    assert {name: value[1:] for name, value in one.items()} == {
        "api_key": (0o400, 0),
        "services/spanloom_password": (0o440, 10001),
        "services/analyst_password": (0o440, 10001),
        "services/api_key_hash": (0o440, 10001),
        "postgres/postgres_password": (0o440, 999),
        "postgres/spanloom_password": (0o440, 999),
        "postgres/analyst_password": (0o440, 999),
        "prometheus/api_key": (0o440, 65534),
    }
    assert not {text for text, *_ in one.values()} & {text for text, *_ in other.values()}
    assert all(len(text) >= 32 for text, *_ in one.values())


def test_a_second_run_changes_nothing_and_fills_what_is_missing(tmp_path: Path) -> None:
    main(tmp_path, services=10001, postgres=999)
    before = _state(tmp_path)
    (tmp_path / "services/spanloom_password").unlink()
    main(tmp_path, services=10001, postgres=999)
    assert _state(tmp_path) == before


def test_services_and_database_agree(tmp_path: Path) -> None:
    main(tmp_path, services=10001, postgres=999)
    for role in ("spanloom", "analyst"):
        ours, theirs = (tmp_path / folder / f"{role}_password" for folder in ("services", "postgres"))
        assert ours.read_text() == theirs.read_text()
    digest = hashlib.sha256((tmp_path / "api_key").read_bytes()).hexdigest()
    assert (tmp_path / "services/api_key_hash").read_text() == f"sha256:{digest}"


def test_it_runs_as_the_image_runs_it(tmp_path: Path) -> None:
    """As a script: its folder comes first among the modules, so that its name must not be that of one it imports."""
    done = subprocess.run([sys.executable, str(SCRIPT), str(tmp_path), "10001", "999"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(_state(tmp_path)) == 8
