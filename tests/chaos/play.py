"""Rounds of chaos: `make chaos ROUNDS=50 SEED=1`. A run, and faults while it goes; then every row is looked at.

A round's faults depend on the seed and the round's number alone. The last round of every ten has a service's own
times (lease 60 s, session 30 s) instead of short ones.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from chaos.faults import KILLS, Fault, Repair, drawn, strike
from chaos.stage import CALLS, DEFAULT, QUICK, Stage, staged
from chaos.verdict import ARMS, Rows, Verdict, verdict_of

LOOK_S = 0.15
STEPS = 2 * CALLS + 100 * ARMS


class Stuck(AssertionError):
    """A run that does not go on though everything is up."""


@dataclass
class Play:
    """What happened in all rounds."""

    rounds: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How many processes got kill -9."""
        return sum(self.struck[kind] for kind in KILLS)

    def note(self, name: str, verdict: Verdict) -> None:
        """Add a round's verdict."""
        self.lost += verdict.lost
        self.doubled += verdict.doubled
        self.wrong += [f"{name}: {what}" for what in verdict.wrong]

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.struck.items()))
        return f"rounds {self.rounds}, kills {self.kills} ({kinds}), lost = {self.lost}, doubled = {self.doubled}"


def play(
    folder: Path, *, rounds: int, seed: int, say: Callable[[str], object] = print, patience_s: float = 180
) -> Play:
    """Play `rounds` rounds; a run's rows are looked at when it has ended and again after the last round.

    Raises Stuck with the services' logs for a run that stands still for `patience_s` while all is up.
    """
    whole = Play()
    with staged(folder) as stage:
        reference = stage.reference()
        ended: dict[str, str] = {}
        for number in range(rounds):
            settings = DEFAULT if number % 10 == 9 else QUICK
            name, began = f"round-{number + 1}-of-seed-{seed}", time.monotonic()
            stage.start_all(settings)
            faults = drawn(random.Random(f"{seed}-{number}"), float(settings["SPANLOOM_LEASE_S"]))
            run_id = stage.submit(name)
            struck = play_round(stage, run_id, faults, patience_s=patience_s)
            ended[name] = run_id
            verdict = verdict_of(stage.db, run_id, reference)
            whole.note(name, verdict)
            whole.rounds += 1
            whole.struck.update(struck)
            kinds = " ".join(sorted(struck.elements()))
            good = "good" if verdict.good else "; ".join(verdict.wrong)
            say(f"{number + 1}/{rounds} in {time.monotonic() - began:.0f} s: {kinds}: {good}")
        _look_again(stage, ended, reference, whole)
    return whole


def _look_again(stage: Stage, ended: dict[str, str], reference: Rows, whole: Play) -> None:
    """What came late, repeated messages above all, must have changed no run that had ended."""
    for name, run_id in ended.items():
        verdict = verdict_of(stage.db, run_id, reference)
        if not verdict.good and not any(what.startswith(f"{name}:") for what in whole.wrong):
            whole.note(f"{name}, later", verdict)


def play_round(stage: Stage, run_id: str, faults: list[Fault], *, patience_s: float) -> Counter[str]:
    """Strike each fault when the run has come so far, mend it after its pause; returns what was struck by kind."""
    struck: Counter[str] = Counter()
    waiting, mending = list(faults), list[tuple[float, Repair]]()
    best, moved = -1.0, time.monotonic()
    while True:
        now = time.monotonic()
        for due in [item for item in mending if item[0] <= now]:
            mending.remove(due)
            due[1]()
            moved = time.monotonic()
        here = _progress(stage, run_id)
        if here is not None and here > best:
            best, moved = here, now
        # One that the run's progress does not reach, because what was struck before holds it up, comes anyway.
        while waiting and (waiting[0].at <= best or now - moved > 20):
            fault = waiting.pop(0)
            repair = strike(stage, fault, run_id)
            if repair is not None:
                struck[fault.kind] += 1
                mending.append((time.monotonic() + fault.pause_s, repair))
                moved = now
        if best >= 1 and not mending:
            return struck
        if not mending:
            assert not stage.broken(), "\n".join(stage.broken())
            if now - moved > patience_s:
                raise Stuck(f"{run_id} stands at {best:.2f}: {stage.cluster.counts(run_id)}\n{stage.logs()}")
        time.sleep(LOOK_S)


def _progress(stage: Stage, run_id: str) -> float | None:
    """How far the run has come, 1 when it has ended; None while the database is away."""
    if stage.postgres.postmaster() is None:
        return None
    try:
        ((state, prompts, judged, jobs, evaluations),) = stage.cluster.sql(
            "SELECT state, "
            "(SELECT count(*) FROM prompts WHERE run_id = r.id AND state = 'done'), "
            "(SELECT count(*) FROM completions WHERE run_id = r.id AND state = 'done'), "
            "(SELECT count(*) FROM jobs WHERE run_id = r.id AND state = 'done'), "
            "(SELECT count(*) FROM evaluations WHERE run_id = r.id AND state = 'done') FROM runs r WHERE id = %s",
            run_id,
        )
    except psycopg2.OperationalError:
        return None
    done = (prompts + judged + 50 * jobs + 50 * evaluations) / STEPS
    return 1.0 if state != "running" else min(done, 0.99)


def main(arguments: list[str]) -> int:
    """Play and print; 1 when anything was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where logs and data stay; a temporary one by default")
    given = parser.parse_args(arguments)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="spanloom-chaos-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        whole = play(folder, rounds=given.rounds, seed=given.seed, say=lambda line: print(line, flush=True))
    print(whole)
    for what in whole.wrong:
        print(what, file=sys.stderr)
    return 1 if whole.lost or whole.doubled or whole.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
