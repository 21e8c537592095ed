"""Several trainings at once on one device, as long as its memory lasts: an arm that would not fit waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import structlog

from spanloom.gpu.card import free_memory

log = structlog.stdlib.get_logger(__name__)
CGROUP = Path("/sys/fs/cgroup")


class DeviceMemory:
    """The memory of one device. `free` gives its bytes that nobody uses, None where nobody can tell.

    What there is to share is measured while no training of ours runs; from then on their estimates count, because a
    training takes its memory little by little. A training that runs alone is always let in: waiting would free nothing.
    """

    def __init__(self, free: Callable[[], int | None], *, poll_s: float = 0.5) -> None:
        self.free, self.poll_s = free, poll_s
        self._held: list[int] = []
        self._shared: int | None = None
        self._changed = threading.Condition()

    @contextmanager
    def held(self, needed: int | None, give_up: Callable[[], bool] = lambda: False) -> Iterator[bool]:
        """Wait until `needed` bytes fit beside the trainings under way, and hold them; False if `give_up()` is first.

        Where the need is not known (None) it counts for nothing.
        """
        entered = self._enter(needed or 0, give_up)
        try:
            yield entered
        finally:
            if entered:
                with self._changed:
                    self._held.remove(needed or 0)
                    self._changed.notify_all()

    def _enter(self, needed: int, give_up: Callable[[], bool]) -> bool:
        with self._changed:
            waited = False
            while not self._fits(needed):
                if give_up():
                    return False
                if not waited:
                    log.info("waiting for memory", needed=needed, held=sum(self._held), shared=self._shared)
                waited = True
                self._changed.wait(self.poll_s)
            self._held.append(needed)
            return True

    def _fits(self, needed: int) -> bool:
        if not self._held:
            self._shared = self.free()
            return True
        return self._shared is None or sum(self._held) + needed <= self._shared


def memory_of(device: str, gpus: list[str]) -> DeviceMemory:
    """The memory of `cpu` or `cuda:N`; `gpus` are the UUIDs of the GPUs in the order of their numbers.

    A GPU is asked through its driver: torch would put a context of its own, hundreds of megabytes, on it.
    """
    number = int(device.partition(":")[2] or 0)
    if device.startswith("cuda"):
        return DeviceMemory(lambda: free_memory(gpus[number]) if number < len(gpus) else None)
    return DeviceMemory(free_ram)


def free_ram(cgroup: Path = CGROUP) -> int:
    """Bytes of memory to be had on this machine, or in this container where that is less."""
    available = int(psutil.virtual_memory().available)
    limit, used = cgroup / "memory.max", cgroup / "memory.current"
    if not limit.is_file() or (most := limit.read_text().strip()) == "max":
        return available
    return min(available, int(most) - int(used.read_text()))
