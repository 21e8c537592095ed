"""One round: a run, and what is done to it while it goes. Processes and containers are played by the same rules."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import psycopg2

from chaos.faults import Fault, Repair
from chaos.verdict import ARMS

LOOK_S = 0.15
ANYWAY_S = 20
"""After so long without progress the next fault comes whatever the run's progress: what was struck holds it up."""


class Stuck(AssertionError):
    """A run that does not go on though everything is up."""


class Scene(Protocol):
    """What a round is played on."""

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query; raises psycopg2.OperationalError while the database is away."""

    def broken(self) -> list[str]:
        """What ended without being asked to."""

    def logs(self, run_id: str) -> str:
        """Counts of the run and the end of the logs."""


def play_round(
    scene: Scene,
    run_id: str,
    faults: Sequence[Fault],
    strike: Callable[[Fault], Repair | None],
    *,
    calls: int,
    patience_s: float,
) -> Counter[str]:
    """Strike each fault when the run of `calls` calls has come so far, mend it after its pause; gives what was struck.

    Raises Stuck with the logs when the run stands still for `patience_s` while nothing waits to be mended.
    """
    struck: Counter[str] = Counter()
    waiting, mending = list(faults), list[tuple[float, Repair]]()
    best, moved = -1.0, time.monotonic()
    while True:
        now = time.monotonic()
        for due in [item for item in mending if item[0] <= now]:
            mending.remove(due)
            due[1]()
            moved = time.monotonic()
        here = progress(scene, run_id, calls)
        if here is not None and here > best:
            best, moved = here, now
        while waiting and (waiting[0].at <= best or now - moved > ANYWAY_S):
            fault = waiting.pop(0)
            repair = strike(fault)
            if repair is not None:
                struck[fault.kind] += 1
                mending.append((time.monotonic() + fault.pause_s, repair))
                moved = now
        if best >= 1 and not mending:
            return struck
        if not mending:
            assert not scene.broken(), "\n".join(scene.broken())
            if now - moved > patience_s:
                raise Stuck(f"{run_id} stands at {best:.2f}: {scene.logs(run_id)}")
        time.sleep(LOOK_S)


def progress(scene: Scene, run_id: str, calls: int) -> float | None:
    """How far the run has come, 1 when it has ended; None while the database is away."""
    try:
        ((state, prompts, judged, jobs, evaluations),) = scene.sql(
            "SELECT state, "
            "(SELECT count(*) FROM prompts WHERE run_id = r.id AND state = 'done'), "
            "(SELECT count(*) FROM completions WHERE run_id = r.id AND state = 'done'), "
            "(SELECT count(*) FROM jobs WHERE run_id = r.id AND state = 'done'), "
            "(SELECT count(*) FROM evaluations WHERE run_id = r.id AND state = 'done') FROM runs r WHERE id = %s",
            run_id,
        )
    except psycopg2.OperationalError:
        return None
    done = (prompts + judged + 50 * jobs + 50 * evaluations) / (2 * calls + 100 * ARMS)
    return 1.0 if state != "running" else min(done, 0.99)
