"""One version for all members, told with the commit: `0.2.0+g1a2b3c4`, and `.dirty` where files differ from it.

In a checkout (an editable install, a worktree) git is asked, so that results of two commits are told apart. An
installed wheel says what it was built from; a build without git, such as an image's, is told the commit by
`SPANLOOM_COMMIT`. Where nobody knows it, the version is the release alone. Members read their version from here when
they are built, so this module imports nothing of ours.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
from functools import cache
from pathlib import Path

RELEASE = "0.2.0"
"""What members pin each other to; CHANGELOG.md says what is in it."""
COMMIT_ENV = "SPANLOOM_COMMIT"
_ABBREVIATED = 7
_GIT_TIMEOUT_S = 10


@cache
def version() -> str:
    """The version of the code that runs."""
    root = checkout()
    if root is not None:
        return version_of_tree(root)
    try:
        return importlib.metadata.version("spanloom")
    except importlib.metadata.PackageNotFoundError:
        return version_of_tree(None)


def version_of_tree(root: Path | None) -> str:
    """The release with the commit of a source tree: git's where `root` is its checkout, else `SPANLOOM_COMMIT`'s."""
    described = _git_describe(root) if root is not None else None
    commit = described or os.environ.get(COMMIT_ENV, "")
    found = re.fullmatch(r"([0-9a-f]{7,40})(-dirty)?", commit)
    if found is None:
        return RELEASE
    return f"{RELEASE}+g{found[1][:_ABBREVIATED]}{'.dirty' if found[2] else ''}"


def checkout() -> Path | None:
    """The root of the git checkout (or worktree) that this file is part of; None where it is installed or copied."""
    here = Path(__file__).resolve()
    root = here.parents[3]
    return root if here.parents[2].name == "common" and (root / ".git").exists() else None


def _git_describe(root: Path) -> str | None:
    """The abbreviated commit, `-dirty` behind it where tracked files differ; None where git cannot say."""
    asked = ["git", "--no-optional-locks", "-C", str(root), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(
            [*asked, f"--abbrev={_ABBREVIATED}"], capture_output=True, text=True, timeout=_GIT_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
