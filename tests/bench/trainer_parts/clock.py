"""Time spent, by the wall and by the CPU, and the lines that tell of it."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import torch

T = TypeVar("T")


class Spent(NamedTuple):
    """Seconds on the wall and of this process's CPU time, which other programs on the machine disturb less."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Spent:
        return cls(time.perf_counter(), time.process_time())

    def since(self) -> Spent:
        now = Spent.now()
        return Spent(now.wall - self.wall, now.cpu - self.cpu)


NOTHING = Spent(0.0, 0.0)


def cpu_of(ours: Spent, theirs: Spent) -> dict[str, Any]:
    return {
        "cpu_s": {"ours": round(ours.cpu, 2), "theirs": round(theirs.cpu, 2), "ratio": round(theirs.cpu / ours.cpu, 2)}
    }


def mean(all_of: Sequence[Spent]) -> Spent:
    return Spent(sum(one.wall for one in all_of) / len(all_of), sum(one.cpu for one in all_of) / len(all_of))


def timed(way: Callable[[], T]) -> tuple[Spent, T]:
    began = Spent.now()
    result = way()
    return began.since(), result


def settled(way: Callable[[], Any], device: str) -> Spent:
    """Time once; on CUDA after a first time, in which libraries load and choose their kernels."""
    if device == "cuda":
        way()
    wait(device)
    began = Spent.now()
    way()
    wait(device)
    return began.since()


def wait(kind: str) -> None:
    if kind == "cuda":
        torch.cuda.synchronize()


def peak(device: str) -> float:
    """Peak memory since the last call, GiB."""
    if device == "cpu":
        return 0.0
    peak = torch.cuda.max_memory_allocated() / 2**30
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    return peak


def report(name: str, ours: float, theirs: float, unit: str, *, more_is_better: bool = False, **facts: Any) -> None:
    ratio = ours / theirs if more_is_better else theirs / ours
    machine = f"{platform.machine()}, {platform.system()}, {device_name(name)}, torch {torch.__version__}"
    line = {"name": name, "ours": round(ours, 4), "theirs": round(theirs, 4), "ratio": round(ratio, 2), "unit": unit}
    print(json.dumps({**line, "machine": machine, **facts}), flush=True)


def device_name(name: str) -> str:
    if name.startswith("cuda"):
        return str(torch.cuda.get_device_name())
    return f"{torch.get_num_threads()} thread, {torch.backends.cpu.get_cpu_capability()}"
