"""Whether a path lies beneath folders, its links resolved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def is_beneath(path: Path, roots: Sequence[Path]) -> bool:
    """Whether a path, its links resolved, lies in one of the folders."""
    try:
        real = path.resolve()
        return any(real.is_relative_to(root.resolve()) for root in roots)
    except (OSError, RuntimeError, ValueError):  # a name too long, links in a circle, a zero byte
        return False
