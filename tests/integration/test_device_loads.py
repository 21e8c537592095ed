"""What a user of a device loads is no part of its turn, and is named while it loads."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from spanloom.gpu.lock_file import DeviceFile, Holder
from spanloom.gpu.turn import DeviceTurn
from support.common import wait_for
from support.stored import running

TURN_S, LOADING_S = 1.0, 3.0


class Mine:
    """A turn of ours that another waits for, and what its file says."""

    def __init__(self, db: Engine, folder: Path) -> None:
        self.turn, self.rival = (
            DeviceTurn(
                db, DeviceFile(folder, "stand-in"), holder=holder, turn_s=TURN_S, loading_s=LOADING_S, handover_s=60,
                lease_s=10, poll_s=0.02,
            )
            for holder in ("mine", "rival")
        )  # fmt: skip
        self.file = DeviceFile(folder, "stand-in")
        self.rival_had_it = threading.Event()

    def holder(self) -> Holder:
        holder = self.file.holder()
        assert holder is not None
        return holder

    def want(self) -> None:
        with self.rival.used():
            self.rival_had_it.set()


@pytest.fixture
def mine(db: Engine, tmp_path: Path) -> Iterator[Mine]:
    """With one user."""
    mine = Mine(db, tmp_path)
    waiting = threading.Thread(target=mine.want)
    with running(mine.turn.run, mine.rival.run):
        with mine.turn.used():
            waiting.start()
            yield mine
        waiting.join()
    mine.turn.close()
    mine.rival.close()


def test_no_load_counts_the_second_neither(mine: Mine) -> None:
    since = mine.holder().since
    for _ in range(2):
        with mine.turn.loading():
            time.sleep(0.8 * TURN_S)
        assert not mine.turn.over
    assert 1.6 * TURN_S <= mine.holder().since - since < LOADING_S, "the time of the loads, and no more"
    wait_for(lambda: mine.turn.over, timeout_s=20, what="the turn to be over")


def test_loads_are_left_out_up_to_a_limit(mine: Mine) -> None:
    since = mine.holder().since
    with mine.turn.loading():
        wait_for(lambda: mine.turn.over, timeout_s=20, what="the turn of a load that hangs to be over")
    assert mine.holder().since - since == pytest.approx(LOADING_S, abs=1e-3)
    mine.turn.leave()
    assert mine.rival_had_it.wait(20)
    assert mine.turn.enter()
    since = mine.holder().since
    with mine.turn.loading():
        time.sleep(0.5)
    assert mine.holder().since - since >= 0.5, "the next turn leaves loads out again"


def test_while_another_user_works_a_load_counts(mine: Mine) -> None:
    since = mine.holder().since
    with mine.turn.used(), mine.turn.loading():
        wait_for(lambda: mine.turn.over, timeout_s=20, what="the turn to be over")
    assert mine.holder().since == since


def test_what_loads_is_named_while_it_does(mine: Mine) -> None:
    started: list[int] = []
    with mine.turn.loading(lambda: started), subprocess.Popen(["sleep", "60"]) as process:
        assert mine.holder().using == ()
        started.append(process.pid)
        wait_for(lambda: [one.pid for one in mine.holder().using] == started, what="the process to be named")
        process.kill()
