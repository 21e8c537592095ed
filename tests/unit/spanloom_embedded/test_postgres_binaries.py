"""The user that the server runs as, with a fake `useradd` and a fake list of users."""

from __future__ import annotations

import pwd
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spanloom.errors import EnvironmentMissing
from spanloom_embedded import postgres_binaries
from spanloom_embedded.postgres_binaries import SERVER_USER, ServerUser

SLOW_USERADD = """#!/bin/sh
echo began >>"{log}"
sleep 0.3
echo pgserver >"{users}"
"""


@pytest.fixture
def useradd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the fake `useradd` writes the user, on a machine that has none and whose user we are root of."""
    users = tmp_path / "users"

    def user(name: str) -> pwd.struct_passwd:
        if not users.exists():
            raise KeyError(name)
        return pwd.struct_passwd((name, "x", 995, 994, "", "/nonexistent", "/usr/sbin/nologin"))

    monkeypatch.setattr(postgres_binaries.os, "geteuid", lambda: 0)
    monkeypatch.setattr(postgres_binaries.pwd, "getpwnam", user)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program = tmp_path / "useradd"
    program.write_text(SLOW_USERADD.format(log=tmp_path / "log", users=users))
    program.chmod(0o755)
    return users


def test_of_many_at_once_one_makes_the_user(useradd: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = [future.result() for future in [pool.submit(ServerUser.current) for _ in range(6)]]
    assert made == [ServerUser(995, 994, needs_way=True)] * 6
    assert (useradd.parent / "log").read_text().splitlines() == ["began"]


def test_a_user_that_cannot_be_made_is_told_with_what_useradd_said(useradd: Path) -> None:
    (useradd.parent / "useradd").write_text("#!/bin/sh\necho no space >&2\nexit 1\n")
    with pytest.raises(EnvironmentMissing, match=f"the user '{SERVER_USER}' could not be made: no space"):
        ServerUser.current()


def test_without_useradd_it_says_what_to_do(useradd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (useradd.parent / "useradd").unlink()
    monkeypatch.setenv("PATH", str(useradd.parent))
    with pytest.raises(EnvironmentMissing, match="there is no `useradd`"):
        ServerUser.current()
