"""A clock for tests that goes when told."""

from __future__ import annotations


class Clock:
    """A fake clock, in seconds."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
