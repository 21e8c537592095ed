"""Turns on a device: one GPU, one holder. A row queues, a file's lock excludes, and a turn ends when another waits.

`SPANLOOM_DEVICE_LOCKS` names the folder of the lock files, which all services of a host share. With someone waiting a
holder gives the device up when it is idle, or when its turn (`SPANLOOM_GPU_TURN_S`) is over; one that does not within
`SPANLOOM_GPU_HANDOVER_S` has what it runs on the device ended, and after as long again is ended itself: by the one that
waits, or by its guard where that is in another container.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

import structlog
from sqlalchemy import Engine

from spanloom.gpu.card import used_memory, wait_for_memory
from spanloom.gpu.guard import start_guard, stop_guard
from spanloom.gpu.lock_file import DeviceFile, Holder, end, namespace, this_process, using
from spanloom.gpu.queue import Queue
from spanloom.settings import Settings
from spanloom.workers.outage import Outage, is_transient

log = structlog.stdlib.get_logger(__name__)
LOADING_S = 1800.0
"""What a turn leaves out of loads, all of them together: a model of 70 billion parameters from a slow disk."""
LINGER_S = 2.0
"""An idle holder gives way after so long: between two jobs it is idle for a moment too."""
Processes = Callable[[], Collection[int]]
"""Tells the ids of the processes that use the device by now."""


class DeviceTurn:
    """One would-be holder of one device. Threads `enter` and `leave`; `run`, in a thread of its own, queues for them.

    Several users of one holder share its turn. `let_go` ends what holds the device's memory, once no user is left and
    another waits; `settle` waits for the memory of whoever had the device before.
    """

    def __init__(
        self,
        db: Engine,
        file: DeviceFile,
        *,
        holder: str,
        turn_s: float,
        handover_s: float,
        lease_s: float,
        poll_s: float = 1.0,
        loading_s: float = LOADING_S,
        let_go: Callable[[], object] = lambda: None,
        settle: Callable[[], object] = lambda: None,
    ) -> None:
        self.db, self.file, self.turn_s, self.handover_s, self.poll_s = db, file, turn_s, handover_s, poll_s
        self.loading_s, self.let_go, self.settle = loading_s, let_go, settle
        self.queue = Queue(file.device, holder, os.getpid(), lease_s)
        self.outage = Outage(most_s=lease_s)
        self._me: Holder | None = None  # ourselves in the file, while we hold the device
        self._guard: subprocess.Popen[bytes] | None = None
        self._over_since: float | None = None
        self._loads: list[Processes] = []  # one of each user that loads
        self._counted_at = self._left_out = 0.0
        self._users = self._wanting = 0
        self._in_queue = False
        self._asked_at = self._idle_since = time.monotonic()
        self._changed, self._wake = threading.Condition(), threading.Event()

    @property
    def over(self) -> bool:
        """Whether the turn has ended: users should leave soon."""
        return self._over_since is not None

    @property
    def overdue(self) -> bool:
        """Whether a third of the time to give way is gone: users should leave now, whatever they lose."""
        since = self._over_since
        return since is not None and time.monotonic() - since > self.handover_s / 3

    def enter(self, give_up: Callable[[], bool] = lambda: False) -> bool:
        """Wait for the device and become a user of it; False when `give_up()` turned true first."""
        with self._changed:
            self._wanting += 1
            self._wake.set()
            try:
                while self._me is None or self.over:
                    if give_up():
                        return False
                    self._changed.wait(0.1)
                self._count()
                self._users += 1
                return True
            finally:
                self._wanting -= 1

    def leave(self) -> None:
        """Be a user no longer."""
        with self._changed:
            self._count()
            self._users -= 1
            self._idle_since = time.monotonic()
        self._wake.set()

    @contextmanager
    def used(self, give_up: Callable[[], bool] = lambda: False) -> Iterator[bool]:
        """`enter` and `leave`; gives whether the device was had."""
        entered = self.enter(give_up)
        try:
            yield entered
        finally:
            if entered:
                self.leave()

    def name(self, pids: Collection[int]) -> None:
        """Name processes that use the device for us: a new holder ends them should we die."""
        with self._changed:
            if self._me is not None:
                self._me = using(self._me, pids)
                self.file.name(self._me)

    @contextmanager
    def loading(self, processes: Processes = lambda: ()) -> Iterator[None]:
        """What a user loads here is no part of the turn, while no other user works: nobody who waits takes it for over.

        `processes` is asked during the load, from `run`'s thread, so that what loads is named as soon as it is there.
        Beyond `loading_s` seconds a turn counts as ever, so that a load that hangs does not keep the device for good.
        """
        with self._changed:
            self._count()
            self._loads.append(processes)
        try:
            yield
        finally:
            with self._changed:
                self._count()
                self._loads.remove(processes)

    def _count(self) -> None:
        """Leave the time since this was last called out of the turn, where all users loaded; the lock is ours."""
        now, before = time.monotonic(), self._counted_at
        self._counted_at = now
        if self._me is None or self.over or not self._loads or len(self._loads) < self._users:
            return
        left_out = min(now - before, self.loading_s - self._left_out)
        if left_out > 0:
            self._left_out += left_out
            self._me = replace(self._me, since=self._me.since + left_out)
            self.file.name(self._me)

    def _look_at_loads(self) -> None:
        with self._changed:
            self._count()
            loads = list(self._loads)
        if pids := {pid for processes in loads for pid in processes()}:
            self.name(pids)

    def step(self) -> None:
        """One look: hold on, give way, queue up, or take the device."""
        self._look_at_loads()
        if self._me is not None:
            self._hold_on(self._me)
        elif self._wanting:
            self._try_to_take()
        elif self._in_queue:
            self._leave_queue()

    def run(self, stop: threading.Event) -> None:
        """Look every `poll_s` seconds, and at once when something changes, until `stop` is set."""
        while not stop.is_set():
            pause = self.poll_s
            try:
                self.step()
                self.outage.over(asked=False)
            except Exception as error:
                if not is_transient(error):
                    raise
                pause = self.outage.note(error)
            self._wake.wait(min(pause, self.poll_s * 5))
            self._wake.clear()

    def close(self) -> None:
        """Give the device up at the end; its users have left."""
        if self._me is not None:
            self._give_up()
        if self._guard is not None:
            stop_guard(self._guard)
            self._guard = None
        try:
            self._leave_queue()
        except Exception as error:
            if not is_transient(error):
                raise
            log.info("the device's row stays until its lease ends", device=self.file.device, error=str(error))

    def _hold_on(self, me: Holder) -> None:
        if self.over and not self._users:
            self._give_up()
            self._leave_queue()
            return
        with self.db.begin() as connection:
            waited_for = self.queue.someone_waits(connection)
        now = time.monotonic()
        with self._changed:
            self._count()
            me = self._me or me  # with what was loaded while the database was asked
            idle = not self._users and not self._wanting and now - self._idle_since >= min(LINGER_S, self.turn_s)
            if waited_for and (idle or now - me.since >= self.turn_s):
                if not self.over:
                    log.info("turn over", device=self.file.device, holder=self.queue.holder, idle=idle)
                    self._over_since = now
                if not self._users:
                    self._wake.set()  # to be given up at once

    def _give_up(self) -> None:
        try:
            self.let_go()
        finally:
            with self._changed:
                self._me, self._over_since, self._in_queue = None, None, True
                self.file.name(None)
                self.file.free()

    def _leave_queue(self) -> None:
        self.file.free()  # taken, but wanted no longer before it could be shown
        with self.db.begin() as connection:
            self.queue.leave(connection)
        self._in_queue = False

    def _try_to_take(self) -> None:
        if not self._in_queue:
            self._asked_at = time.monotonic()
        with self.db.begin() as connection:
            first = self.queue.ask(connection)
        self._in_queue = True
        if not first:
            return
        if not self.file.take():
            self._unstick()
            return
        before = self.file.holder()
        if before is not None and not end(before):  # it died: whoever gives up takes its name away
            self.file.free()
            return
        self.settle()
        with self.db.begin() as connection:
            self.queue.hold(connection)
        if self._guard is None or self._guard.poll() is not None:
            self._guard = start_guard(self.file)
        with self._changed:
            self._me, self._over_since = this_process(self.queue.holder, self.turn_s, self.handover_s), None
            self._idle_since = self._counted_at = time.monotonic()
            self._left_out = 0.0
            self.file.answered()  # what was asked of the holder before
            self.file.name(self._me)
            self._changed.notify_all()
        log.info("device taken", device=self.file.device, holder=self.queue.holder)

    def _unstick(self) -> None:
        """End what a holder runs on the device, and then the holder, where it should have given way long ago."""
        holder = self.file.holder()
        if holder is None:
            return
        late = time.monotonic() - max(holder.since + holder.turn_s, self._asked_at) - holder.handover_s
        if late > 0 and holder.namespace == namespace():
            end(holder, itself=late > holder.handover_s)
        elif late > 0:
            self.file.ask_to_end(holder, itself=late > holder.handover_s)


def turn_on(
    db: Engine, settings: Settings, device: str, *, holder: str, let_go: Callable[[], object] = lambda: None
) -> DeviceTurn:
    """A holder's turns on a GPU, by its UUID."""
    return DeviceTurn(
        db,
        DeviceFile(settings.device_locks_folder, device),
        holder=holder,
        turn_s=settings.gpu_turn_s,
        handover_s=settings.gpu_handover_s,
        lease_s=settings.lease_s,
        let_go=let_go,
        settle=lambda: wait_for_memory(lambda: used_memory(device)),
    )
