"""One device, one holder: processes that take turns on a stand-in, are killed, and stall."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, text

from spanloom.gpu.lock_file import DeviceFile
from spanloom.gpu.turn import DeviceTurn
from support.common import ROOT, wait_for

USER = ROOT / "tests" / "support" / "device_user.py"


class Users:
    """Processes that want the stand-in device; every line in its log was written by one that uses it."""

    def __init__(self, db: Engine, folder: Path) -> None:
        self.db, self.locks, self.log = db, folder / "locks", folder / "log"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        *,
        manners: str = "good",
        turn_s: float = 0.4,
        handover_s: float = 1.0,
        within: Sequence[str] = (),
    ) -> int:
        url = self.db.url.set(drivername="postgresql").render_as_string(hide_password=False)
        arguments = [url, self.locks, self.log, name, turn_s, handover_s, manners]
        self.processes[name] = subprocess.Popen([*within, sys.executable, str(USER), *map(str, arguments)])
        return self.processes[name].pid

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def turns(self) -> list[str]:
        """Who wrote, in order, neighbours that are the same taken as one."""
        return [name for name, _ in groupby(self.lines())]

    def wait_for_turn(self, name: str, *, after: int = 0) -> None:
        wait_for(
            lambda: any(line.startswith(f"{name}#") for line in self.lines()[after:]),
            timeout_s=60,
            what=f"a turn of {name} after {self.turns()[-6:]}",
        )

    def never_both(self) -> bool:
        """Whether no one wrote again once another had written."""
        turns = self.turns()
        return len(turns) == len(set(turns))

    def rows(self) -> list[tuple[str, str]]:
        with self.db.connect() as connection:
            found = connection.execute(text("SELECT holder, state FROM device_turns ORDER BY place"))
            return [(row.holder, row.state) for row in found]

    def end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        with_lock = DeviceTurn(
            self.db,
            DeviceFile(self.locks, "stand-in"),
            holder="end",
            turn_s=1,
            handover_s=0.1,
            lease_s=0.1,
            poll_s=0.05,
        )
        stop = threading.Event()
        thread = threading.Thread(target=with_lock.run, args=(stop,))
        thread.start()
        assert with_lock.enter(), "whoever comes last ends what the others left"
        with_lock.leave()
        stop.set()
        thread.join()
        with_lock.close()


@pytest.fixture
def users(db: Engine, tmp_path: Path) -> Iterator[Users]:
    users = Users(db, tmp_path)
    yield users
    users.end()
    written = users.log.stat().st_size
    time.sleep(0.2)
    assert users.log.stat().st_size == written, "a writer was left behind"


def test_three_take_turns_and_none_starves(users: Users) -> None:
    for name in ("ann", "bob", "cem"):
        users.start(name)
    wait_for(lambda: len(users.turns()) >= 15, timeout_s=90, what="15 turns")
    turns = users.turns()
    assert users.never_both()
    counts = Counter(turn.split("#")[0] for turn in turns)
    assert len(counts) == 3
    # from the moment that all three want it, nobody comes twice before each of the others came once
    begun = max(turns.index(f"{name}#1") for name in counts)
    in_order = [turn.split("#")[0] for turn in turns[begun:]]
    assert all(len(set(in_order[i : i + 3])) == 3 for i in range(len(in_order) - 2))
    holding = [holder for holder, state in users.rows() if state == "holding"]
    assert len(holding) <= 1


def test_alone_a_holder_keeps_the_device(users: Users) -> None:
    users.start("ann", turn_s=0.1)
    users.wait_for_turn("ann")
    time.sleep(1)
    assert users.turns() == ["ann#1"]


def test_a_killed_holder_is_replaced_and_what_it_left_is_ended(users: Users) -> None:
    users.start("ann", turn_s=60)
    users.wait_for_turn("ann")
    users.start("bob", turn_s=60)
    wait_for(lambda: ("bob", "waiting") in users.rows(), what="bob to wait")
    killed_at = len(users.lines())
    users.processes["ann"].kill()
    time.sleep(0.1)
    assert len(users.lines()) > killed_at, "the orphan still writes"
    users.wait_for_turn("bob")
    assert users.turns() == ["ann#1", "bob#1"]
    wait_for(lambda: users.rows() == [("bob", "holding")], what="bob to be shown as the holder")


def test_a_killed_waiter_holds_up_nobody(users: Users) -> None:
    users.start("ann", turn_s=25)  # both others start within it, on a loaded machine too
    users.wait_for_turn("ann")
    users.start("bob")
    wait_for(lambda: ("bob", "waiting") in users.rows(), what="bob to wait")
    users.start("cem")
    wait_for(lambda: ("cem", "waiting") in users.rows(), what="cem to wait")
    assert users.turns() == ["ann#1"]
    users.processes["bob"].kill()
    users.wait_for_turn("cem")
    assert users.turns()[:2] == ["ann#1", "cem#1"]


def test_what_a_deaf_holder_runs_is_ended(users: Users) -> None:
    users.start("ann", manners="deaf")
    users.wait_for_turn("ann")
    users.start("bob", turn_s=60)
    users.wait_for_turn("bob")
    assert users.turns() == ["ann#1", "bob#1"]
    assert users.processes["ann"].poll() is None, "its own process, which gave way, lives on"


def test_a_load_longer_than_turn_and_handover_is_let_be(users: Users) -> None:
    users.start("ann", manners="slow", turn_s=0.5, handover_s=2)
    wait_for(lambda: ("ann", "holding") in users.rows(), timeout_s=90, what="ann to hold the device")
    users.start("bob", turn_s=60)
    users.wait_for_turn("bob")
    assert users.turns() == ["ann#1", "bob#1"], "ann has loaded, had its turn, and given way"
    assert users.processes["ann"].poll() is None


def test_what_a_load_that_hangs_has_started_is_ended(users: Users) -> None:
    users.start("ann", manners="stuck", turn_s=0.2, handover_s=2)
    users.wait_for_turn("ann")
    users.start("bob", turn_s=60)
    users.wait_for_turn("bob")
    assert users.turns() == ["ann#1", "bob#1"]
    assert users.processes["ann"].poll() is None, "its own process, which gave way, lives on"


def test_a_frozen_holder_is_ended_itself(users: Users) -> None:
    pid = users.start("ann")
    users.wait_for_turn("ann")
    os.kill(pid, signal.SIGSTOP)
    users.start("bob", turn_s=60)
    users.wait_for_turn("bob")
    assert users.turns() == ["ann#1", "bob#1"]
    assert users.processes["ann"].wait(10) == -signal.SIGKILL


# A process namespace of its own, as a container has; its first process is a shell, as there an init.
ELSEWHERE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", '"$@"; exit $?', "sh")


@pytest.fixture
def elsewhere() -> Sequence[str]:
    """How to start a process where its rivals cannot see it."""
    tried = subprocess.run([*ELSEWHERE, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this machine lets nobody make a process namespace: {tried.stderr.strip()}")
    return ELSEWHERE


def inner(pid: int) -> psutil.Process:
    """The user of the device among the descendants of what started it."""
    found: list[psutil.Process] = []

    def alone() -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):  # one that lived for a moment
            found[:] = [p for p in psutil.Process(pid).children(recursive=True) if p.cmdline()[1:2] == [str(USER)]]
        return len(found) == 1

    wait_for(alone, what="one user of the device")
    return found[0]


def test_in_another_namespace_its_guard_ends_what_a_deaf_holder_runs(users: Users, elsewhere: Sequence[str]) -> None:
    pid = users.start("ann", manners="deaf", within=elsewhere)
    users.wait_for_turn("ann")
    users.start("bob", turn_s=60)
    users.wait_for_turn("bob")
    assert users.turns() == ["ann#1", "bob#1"]
    assert inner(pid).is_running(), "its own process, which gave way, lives on"
    assert not (users.locks / "stand-in.end").exists()


def test_in_another_namespace_its_guard_ends_a_frozen_holder(users: Users, elsewhere: Sequence[str]) -> None:
    pid = users.start("ann", within=elsewhere)
    users.wait_for_turn("ann")
    inner(pid).suspend()
    users.start("bob", turn_s=60)
    users.wait_for_turn("bob")
    assert users.turns() == ["ann#1", "bob#1"]
    assert users.processes["ann"].wait(10) == 128 + signal.SIGKILL


def test_in_another_namespace_a_killed_holder_leaves_nothing(users: Users, elsewhere: Sequence[str]) -> None:
    pid = users.start("ann", turn_s=60, within=elsewhere)
    users.wait_for_turn("ann")
    inner(pid).kill()
    users.start("bob", turn_s=60)
    users.wait_for_turn("bob")
    assert users.turns() == ["ann#1", "bob#1"]


def test_a_guard_ends_with_its_parent(users: Users) -> None:
    pid = users.start("ann")
    users.wait_for_turn("ann")
    (guard,) = [p for p in psutil.Process(pid).children() if "spanloom.gpu.guard" in p.cmdline()]
    users.processes["ann"].kill()
    users.processes["ann"].wait()
    guard.wait(5)
    assert not guard.is_running()
