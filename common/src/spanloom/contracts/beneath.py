"""Whether a path lies beneath folders, its links resolved; and opening what does, without ever blocking.

A check of a path and its opening are two moments, between which a link may be put elsewhere: `only_beneath` has the
opened file itself looked at.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from spanloom.errors import DataError

_roots: ContextVar[tuple[Path, ...] | None] = ContextVar("folders that may be read", default=None)


def is_beneath(path: Path, roots: Sequence[Path]) -> bool:
    """Whether a path, its links resolved, lies in one of the folders."""
    try:
        real = path.resolve()
        return any(real.is_relative_to(root.resolve()) for root in roots)
    except (OSError, RuntimeError, ValueError):  # a name too long, links in a circle, a zero byte
        return False


@contextmanager
def only_beneath(roots: Sequence[Path]) -> Iterator[None]:
    """Inside, `open_regular` opens files that lie beneath these folders alone."""
    token = _roots.set(tuple(roots))
    try:
        yield
    finally:
        _roots.reset(token)


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading that is a regular one, as its descriptor says. Never blocks. Raises DataError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise DataError("no such file", path=str(path)) from None
    except (OSError, ValueError) as error:
        raise DataError(f"cannot be opened: {getattr(error, 'strerror', error)}", path=str(path)) from error
    wrong = _wrong_with(descriptor, path)
    if wrong is not None:
        os.close(descriptor)
        raise DataError(wrong, path=str(path))
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most so many. Raises DataError."""
    with open_regular(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise DataError(f"is larger than {most:,} bytes", path=str(path))
    return data


def _wrong_with(descriptor: int, path: Path) -> str | None:
    """Why an opened file may not be read, or None."""
    about, roots = os.fstat(descriptor), _roots.get()
    if not stat.S_ISREG(about.st_mode):
        return f"is {'a folder' if stat.S_ISDIR(about.st_mode) else 'a device or a pipe'}, a file is expected"
    if roots is None:
        return None
    try:
        real = path.resolve(strict=True)
        same = os.path.samestat(about, os.lstat(real))
    except (OSError, RuntimeError):
        same = False
    # What was opened is what now lies there, and it lies beneath: no link led elsewhere meanwhile.
    return None if same and is_beneath(real, roots) else "is a link that leads out of the folders that may be read"
