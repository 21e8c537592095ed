"""Folders of Spanloom's own, closed to other users of the machine."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import structlog

from spanloom.errors import SettingsError

log = structlog.stdlib.get_logger(__name__)

OURS = frozenset({"api_key", "postgres", "models", "devices", "demo", "uploads"})
"""What Spanloom keeps in its home."""


def private_folder(folder: Path, *, mode: int = 0o700) -> bool:
    """Make a folder that its owner alone may enter; whether it has that mode now. Folders above get the usual modes.

    One that is there is closed too, where it is this user's and holds nothing but Spanloom's own; else its mode is the
    business of whoever made it, and is left as it is. Raises SettingsError where it cannot be made.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if not _is_ours(folder):
                _tell(folder)
                return False
        if stat.S_IMODE(folder.stat().st_mode) != mode:
            folder.chmod(mode)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be made or read: {error.strerror}; name another folder") from None
    return True


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and names <= OURS


def _tell(folder: Path) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        log.info("folder left as it is, open to others, for it is not ours alone", path=str(folder), mode=f"{mode:o}")
