"""What goes wrong in a round: faults drawn from a seed, each at its own point of the run's progress."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil
import pytest

from chaos.clocks import LIBRARIES
from chaos.stage import CAST, Stage
from spanloom.bus.port import Record
from spanloom.errors import BusError
from spanloom.store.statements import WORK_TABLES
from spanloom.workers.relay import record_of
from support.common import wait_for
from support.stored import select

# How often each fault is drawn, against the others.
WEIGHTS = {
    "kill": 8,
    "stop": 3,
    "freeze": 2,
    "kill_training": 2,
    "kill_broker": 2,
    "stop_broker": 1,
    "kill_database": 2,
    "stop_database": 1,
    "duplicate": 5,
    "freeze_training": 2,
    "crash_all": 1,
    "clock": 3,
    "memory": 2,
}
KILLS = ("kill", "kill_training", "kill_broker", "kill_database", "crash_all")
JUMPS_S = (-10 * 365 * 86400, -90, 90, 10 * 365 * 86400)
Repair = Callable[[], object]


@dataclass(frozen=True)
class Fault:
    """`kind` happens to `victim` (a place in the cast) at `at` of the run's progress; mended after `pause_s`."""

    at: float
    kind: str
    victim: int
    pause_s: float
    seed: int


def drawn(rng: random.Random, lease_s: float, weights: Mapping[str, int] = WEIGHTS) -> list[Fault]:
    """The faults of one round, in order."""
    kinds = rng.choices(list(weights), weights=list(weights.values()), k=rng.randint(5, 9))
    faults = []
    for kind in kinds:
        trainers = [place for place, service in enumerate(CAST) if service == "trainer"]
        victim = rng.choice(trainers) if kind in ("kill_training", "freeze_training") else rng.randrange(len(CAST))
        # A frozen one must wake up after its lease: that is what freezing is for.
        pause = lease_s + rng.uniform(1, 3) if kind == "freeze" else rng.uniform(0.2, 3)
        faults.append(Fault(rng.uniform(0, 0.95), kind, victim, pause, rng.randrange(2**32)))
    return sorted(faults, key=lambda fault: fault.at)


def strike(stage: Stage, run_id: str, fault: Fault) -> Repair | None:
    """Do the fault; returns what mends it later. None for one that has no object now, or needs no mending."""
    process = stage.cast[fault.victim]
    if fault.kind == "memory":
        return _take_memory(stage, fault.victim) if process.alive else None
    if fault.kind in ("kill", "stop", "freeze"):
        return _strike_service(stage, fault) if process.alive else None
    if fault.kind in ("kill_training", "freeze_training"):
        return (lambda: None) if process.alive and _strike_children(process.popen.pid, fault.kind) else None
    if fault.kind == "crash_all":
        return _crash_all(stage)
    if fault.kind == "clock":
        return _set_clock(stage, fault)
    if fault.kind in ("kill_broker", "stop_broker"):
        if not stage.broker.running:
            return None
        stage.broker.kill9() if fault.kind == "kill_broker" else stage.broker.stop()
        return stage.broker.start
    if fault.kind == "kill_database":
        return stage.start_database if stage.kill_database() else None
    if fault.kind == "stop_database":
        if stage.postgres.postmaster() is None:
            return None
        stage.postgres.stop()
        return stage.start_database
    return (lambda: None) if deliver_again(stage, run_id, random.Random(fault.seed)) else None


def _strike_children(pid: int, kind: str) -> int:
    """Kill or freeze a trainer's children: how many. One that is frozen is ended by its parent, silent for too long."""
    struck = 0
    for child in psutil.Process(pid).children():
        with suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
            child.kill() if kind == "kill_training" else child.suspend()
            struck += 1
    return struck


def _crash_all(stage: Stage) -> Repair | None:
    """Every service that lives is killed at once, and again as soon as it has been started anew."""
    hit = [place for place, process in enumerate(stage.cast) if process.alive]
    for place in hit:
        stage.cast[place].kill()

    def again() -> None:
        for place in hit:
            stage.restart(place)
            stage.cast[place].kill()
            stage.restart(place)

    return again if hit else None


def _take_memory(stage: Stage, place: int) -> Repair:
    """A service gets no more memory for a while. It may end of that, and is then started anew; else it must go on."""
    process = stage.cast[place]
    seen = psutil.Process(process.popen.pid)
    seen.rlimit(psutil.RLIMIT_AS, (seen.memory_info().vms, psutil.RLIM_INFINITY))

    def give_back() -> None:
        try:
            seen.rlimit(psutil.RLIMIT_AS, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
            wait_for(process.ready, timeout_s=60, every_s=0.5, what=f"{process.service} to be ready")
        except (psutil.NoSuchProcess, AssertionError, pytest.fail.Exception):
            process.kill()
            stage.restart(place)

    return give_back


def _set_clock(stage: Stage, fault: Fault) -> Repair | None:
    """The database's clock, by which all leases go, is wrong for a while.

    No service's: under libfaketime Python's `time.sleep` fails (EINVAL) once its time has passed, as after a freeze.
    """
    if not LIBRARIES:
        return None
    stage.database_clock.jump(random.Random(fault.seed).choice(JUMPS_S))
    return stage.database_clock.right


def _strike_service(stage: Stage, fault: Fault) -> Repair:
    place = fault.victim
    process = stage.cast[place]
    if fault.kind == "freeze":
        process.freeze()
        return process.thaw
    if fault.kind == "kill":
        process.kill()
        return lambda: stage.restart(place)
    process.popen.terminate()

    def after_stop() -> None:
        process.stop(60)
        stage.restart(place)

    return after_stop


def deliver_again(stage: Stage, run_id: str, rng: random.Random) -> bool:
    """Send messages of the run twice more, out of order, whatever became of their rows. False in an outage."""
    if not stage.broker.running or stage.postgres.postmaster() is None:
        return False
    records: list[Record] = []
    for table in WORK_TABLES:
        rows = select(stage.db, f"SELECT * FROM {table} WHERE run_id = :run ORDER BY id", run=run_id)
        records += [record_of(table, row._mapping, 1_000_000) for row in rng.sample(rows, min(len(rows), 40))]
    records *= 2
    rng.shuffle(records)
    try:
        return bool(stage.bus.producer().publish(records))
    except BusError:
        return False
