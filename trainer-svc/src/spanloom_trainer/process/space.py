"""Room for models on the disk, and what is said while there is none."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

from spanloom.plan import shortage


class DiskSpace:
    """The disk under the models' folder, of which `min_free_bytes` are kept free. None for a folder is never short."""

    def __init__(self, folder: Path | None, min_free_bytes: int = 0) -> None:
        self.folder, self.min_free_bytes = folder, min_free_bytes
        self._waiting = ("", "", 0.0)  # the last job that found no space, why, and until when that is said

    def short(self, needed: int = 0) -> str | None:
        """What is wrong with the space for models, None when there is enough for `needed` more bytes."""
        if self.folder is None:
            return None
        wrong = shortage(needed, self.folder, keep_free=self.min_free_bytes)
        return wrong and f"{wrong} (SPANLOOM_MODELS_MIN_FREE_BYTES); remove old models or enlarge the volume"

    def note_waiting(self, job: str, why: str, *, for_s: float) -> None:
        """Remember for `for_s` seconds that a job waits for space, so that /readyz can say so."""
        self._waiting = (job, why, time.monotonic() + for_s)

    def problem(self) -> str | None:
        """What keeps jobs from being trained, for /readyz: no space at all, or none for a job that had to wait."""
        wrong = self.short()
        if wrong is not None:
            return f"no job is taken: {wrong}"
        job, why, until = self._waiting
        return f"{job} waits: {why}" if time.monotonic() < until else None


def disk_is_full(reason: str) -> bool:
    """Whether a training failed because its files have no room: on the disk, in a quota, within a file's limit."""
    return any(os.strerror(code) in reason for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
