"""What fakes of a turn on a GPU share: they note users, loads and names. Each says by itself when it is had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager


class FakeTurn:
    """A turn without a device; a test's own class adds `used`."""

    def __init__(self) -> None:
        self.over, self.users = False, 0
        self.named: list[int] = []
        self.loads: list[Callable[[], Collection[int]]] = []

    def name(self, pids: list[int]) -> None:
        self.named = pids

    @contextmanager
    def loading(self, processes: Callable[[], Collection[int]]) -> Iterator[None]:
        self.loads.append(processes)
        try:
            yield
        finally:
            self.loads.remove(processes)
