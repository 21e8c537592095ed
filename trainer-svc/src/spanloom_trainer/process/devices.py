"""The devices of this machine, their slots, and trainings in turn on one that is shared."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from spanloom.gpu.card import gpus
from spanloom.gpu.turn import DeviceTurn
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.memory import memory_of
from spanloom_trainer.process.slot import Slot

Report = Callable[[Mapping[str, Any]], None]


def make_slots(
    models: Path, count: int, *, together: int = 1, silence_s: float = 120.0, stall_s: float = 3600.0
) -> list[Slot]:
    """`count` children on each CUDA device, or on the CPU where there is none, with `together` slots each.

    See `Slot` for their patience.
    """
    return [
        slot
        for device in _devices()
        for _ in range(count)
        for slot in Slot.sharing(together, device, models, silence_s=silence_s, stall_s=stall_s)
    ]


def _devices() -> list[str]:
    # The parent trains nothing: where no driver offers a device it is spared torch and its seconds.
    drivers = ("/dev/nvidiactl", "/dev/nvmap", "/dev/dxg")  # NVIDIA, Jetson, WSL
    if sys.platform == "linux" and not any(Path(driver).exists() for driver in drivers):
        return ["cpu"]
    import torch

    return [f"cuda:{i}" for i in range(torch.cuda.device_count())] or ["cpu"]


class Devices:
    """The slots' devices: each one's memory is shared out, and taken in turns with other services where it has one."""

    def __init__(self, slots: Sequence[Slot], turns: Mapping[str, DeviceTurn] | None = None) -> None:
        self.slots, self.turns = list(slots), dict(turns or {})
        seen = gpus()
        self.memory = {device: memory_of(device, seen) for device in {slot.device for slot in slots}}
        for device, turn in self.turns.items():
            turn.let_go = partial(end_children, [slot for slot in self.slots if slot.device == device])

    def run(
        self,
        slot: Slot,
        job: Mapping[str, Any],
        *,
        needed: int | None,
        report: Report,
        stopped: Callable[[], bool],
        pausing: Callable[[], bool] = lambda: False,
        begin: Callable[[], object] = lambda: None,
    ) -> dict[str, Any]:
        """Train in a slot once its device's memory has room for `needed` bytes beside the trainings under way.

        `begin` is called once the waiting is over. Raises Cancelled where `stopped()` turned true; and where
        `pausing()` did, or another has its turn on the device, once the training is saved.
        """
        with self.memory[slot.device].held(needed, lambda: stopped() or pausing()) as entered:
            if not entered:
                raise Cancelled("stopped while it waited for memory")
            turn = self.turns.get(slot.device)
            if turn is not None:
                return run_in_turn(slot, job, turn, report, stopped, pausing, begin)
            begin()
            return slot.run(job, report, stopped, pausing)

    def problem(self) -> str | None:
        """What is wrong with a child, for /readyz."""
        return next((problem for slot in self.slots if (problem := slot.problem())), None)

    def close(self) -> None:
        """End all children."""
        end_children(self.slots)


def run_in_turn(
    slot: Slot,
    job: Mapping[str, Any],
    turn: DeviceTurn,
    report: Report,
    stopped: Callable[[], bool],
    pausing: Callable[[], bool] = lambda: False,
    begin: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """Train in our turn on a shared device. At the turn's end the training is saved and gives way.

    What comes before its first progress is no part of the turn: the process starts, and loads what it trains.
    """
    with turn.used(give_up=lambda: stopped() or pausing()) as entered, ExitStack() as loading:
        if not entered:
            raise Cancelled("stopped while it waited for the GPU")
        begin()
        loading.enter_context(turn.loading(partial(processes_of, slot)))
        slot.start()
        turn.name(processes_of(slot))
        if job.get("kind") == "tag":
            loading.close()  # it tells of no progress

        def under_way(progress: Mapping[str, Any]) -> None:
            loading.close()
            report(progress)

        try:
            return slot.run(job, under_way, lambda: stopped() or turn.overdue, lambda: turn.over or pausing())
        except Cancelled as why:
            if stopped() or pausing() or not turn.over:
                raise
            raise Cancelled("another has its turn on the GPU") from why


def processes_of(slot: Slot) -> list[int]:
    """The ids of a slot's processes."""
    pid = slot.pid
    return [] if pid is None else [pid]


def end_children(slots: Iterable[Slot]) -> None:
    """End the children of these slots, in mid-job too."""
    for slot in slots:
        slot.close()
