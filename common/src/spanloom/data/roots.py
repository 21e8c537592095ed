"""Whose files may be read: those beneath the operator's folders, whatever a specification names.

A service reads beneath `SPANLOOM_DATA` (and, for wording, `SPANLOOM_PROMPTS`), links resolved; a person's own command
reads whatever that person may read (`own_roots`). Only regular files are read (`open_regular`): a device or a pipe
would block, or never end.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from spanloom.contracts.beneath import is_beneath, only_beneath, open_regular
from spanloom.errors import DataError

__all__ = ["ANYWHERE", "DATA_ENV", "Roots", "admitted", "find_beneath", "only_beneath", "open_regular", "own_roots"]

Roots = tuple[Path, ...]
"""The folders beneath which files are read; a relative name is looked for in each, in order."""
ANYWHERE = Path("/")
DATA_ENV = "SPANLOOM_DATA"


def own_roots(data: Sequence[Path]) -> Roots:
    """What a command reads for the person who typed it: here, in the data folders, and anywhere by its whole path."""
    return (Path.cwd(), *data, ANYWHERE)


def find_beneath(
    name: str, roots: Sequence[Path], *, kind: Literal["file", "folder", "either"] = "either", what: str, setting: str
) -> Path:
    """The first file (or folder) of this name beneath a root. `~` is the home folder.

    Raises DataError saying where was looked. Of what lies outside the roots it does not tell whether it is there.
    `what` names the thing in errors ("gold data"), `setting` the variable whose folders are the roots.
    """
    try:
        given = Path(name).expanduser()
    except RuntimeError:
        raise DataError(f"there is no such user's home folder; write the whole path of {what}", path=name) from None
    places = [given] if given.is_absolute() else [root / given for root in roots if root != ANYWHERE]
    inside = [place for place in places if is_beneath(place, roots)]
    for place in inside:
        if _is_there(place, kind):
            return place
    listed = ", ".join(str(root) for root in roots if root != ANYWHERE)
    if not inside:
        raise DataError(
            f"{what} is read beneath {listed or 'no folder'} alone, links resolved, and this is elsewhere. Move it "
            f"there, or let whoever runs the service add its folder to {setting} (`spanloom up --data FOLDER`)",
            path=name,
        )
    wanted = {"file": "file", "folder": "folder", "either": "file or folder"}[kind]
    raise DataError(
        f"no such {wanted} for {what}; looked for {', '.join(map(str, inside))}. Give a path that exists beneath "
        f"the folders of {setting} (`spanloom up --data FOLDER` adds one)",
        path=name,
    )


def admitted(path: Path, roots: Sequence[Path]) -> Path:
    """The path, which was found in a folder beneath the roots. Raises DataError where it is a link that leads out."""
    if not is_beneath(path, roots):
        raise DataError("is a link that leads out of the folders that may be read", path=str(path))
    return path


def _is_there(path: Path, kind: str) -> bool:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return (kind != "folder" and stat.S_ISREG(mode)) or (kind != "file" and stat.S_ISDIR(mode))
