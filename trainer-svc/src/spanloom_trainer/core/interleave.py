"""Several trainings in one process, update by update in turns: one's memory traffic under another's arithmetic.

Each has a thread, for gradient mode, autocast and the current CUDA stream are a thread's own in torch. What a process
has once (its random generators, whether kernels are deterministic) is put back for whoever goes on, so that no bit of a
training depends on the others. One thread at a time runs; what a GPU has been given goes on meanwhile.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class ProcessState:
    """What torch has once a process. `cuda` points to the state of the device's generator and moves with it."""

    cpu: Tensor
    cuda: torch.Generator | None
    deterministic: tuple[bool, bool]
    """Whether kernels must be deterministic, and whether that is only warned of."""

    @classmethod
    def now(cls, device: torch.device) -> ProcessState:
        """As it stands."""
        return cls(
            torch.get_rng_state(),
            generator_of(device).graphsafe_get_state() if device.type == "cuda" else None,
            kernels_are_deterministic(),
        )

    def put_back(self, device: torch.device) -> None:
        """Have torch go on from here."""
        torch.set_rng_state(self.cpu)
        if self.cuda is not None:
            generator_of(device).graphsafe_set_state(self.cuda)
        if kernels_are_deterministic() != self.deterministic:
            wanted, warn_only = self.deterministic
            torch.use_deterministic_algorithms(wanted, warn_only=warn_only)


def kernels_are_deterministic() -> tuple[bool, bool]:
    """See `ProcessState.deterministic`."""
    return torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()


def generator_of(device: torch.device) -> torch.Generator:
    """The generator that a CUDA device's kernels draw from."""
    torch.cuda.init()  # type: ignore[no-untyped-call]
    index = torch.cuda.current_device() if device.index is None else device.index
    return torch.cuda.default_generators[index]


class Interleaved:
    """The lanes of one process on one device. They run in the order in which they came, one after another."""

    def __init__(self, device: torch.device) -> None:
        # with its number, without which it cannot be made a thread's own
        whole = device.type != "cuda" or device.index is not None
        self.device = device if whole else torch.device("cuda", torch.cuda.current_device())
        self._order: deque[Lane] = deque()  # the first one runs, the others wait
        self._outside: ProcessState | None = None  # what torch was like before the first one came
        self._changed = threading.Condition()

    def lane(self) -> Lane:
        """A new place, for one thread at a time."""
        return Lane(self)

    def __len__(self) -> int:
        """The lanes that run or wait for their turn."""
        return len(self._order)

    def enter(self, lane: Lane) -> None:
        """Wait for the lane's first turn."""
        with self._changed:
            if not self._order:
                self._outside = ProcessState.now(self.device)
            self._order.append(lane)
            self._wait(lane)

    def begin(self) -> None:
        """Begin the first turn of the lane that runs with torch as it is outside."""
        if self._outside is None:
            raise AssertionError("no lane runs")
        self._outside.put_back(self.device)

    def rotate(self, lane: Lane) -> None:
        """Let each of the others have a turn, and go on as if nothing had been."""
        with self._changed:
            if len(self._order) == 1:
                return
            state = ProcessState.now(self.device)
            self._order.rotate(-1)
            self._changed.notify_all()
            self._wait(lane)
            state.put_back(self.device)

    def leave(self) -> None:
        """End the turn of the lane that runs, and its part. After the last one torch is as it was before the first."""
        with self._changed:
            self._order.popleft()
            if not self._order and self._outside is not None:
                self._outside.put_back(self.device)
                self._outside = None
            self._changed.notify_all()

    def _wait(self, lane: Lane) -> None:
        self._changed.wait_for(lambda: self._order[0] is lane)


class Lane:
    """A place for one training after another, interleaved with those in the other lanes.

    On CUDA it has a stream and a generator of its own. Both stay, for a captured update draws from the generator state
    that was there when it was captured: what is kept for the next training (`Workspaces`) belongs to one lane.
    """

    def __init__(self, among: Interleaved) -> None:
        self.among, self.device = among, among.device
        self._stream: torch.cuda.Stream | None = None
        self._generator: torch.Generator | None = None
        if self.device.type == "cuda":
            self._stream = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
            self._generator = generator_of(self.device).clone_state()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run what stands inside in turns with the other lanes, each of which gets its turn at `give_way`.

        What it leaves on the device is complete at the end, whichever stream goes on with it.
        """
        self.among.enter(self)
        try:
            self.among.begin()
            self._take_generator()
            with self._on_stream():
                yield
                if self._stream is not None:
                    self._stream.synchronize()
        finally:
            self.among.leave()

    def give_way(self) -> None:
        """Let the others have their turns; returns when it is this one's again."""
        self.among.rotate(self)

    def _take_generator(self) -> None:
        # The device's kernels draw from the lane's own generator, which goes on from where the device's stood.
        if self._generator is not None:
            default = generator_of(self.device)
            self._generator.set_state(default.get_state())
            default.graphsafe_set_state(self._generator)

    def _on_stream(self) -> AbstractContextManager[object]:
        if self._stream is None:
            return nullcontext()
        torch.cuda.set_device(self.device)  # a thread's own, too
        self._stream.wait_stream(torch.cuda.default_stream(self.device))  # a base that was put on the device there
        return torch.cuda.stream(self._stream)
