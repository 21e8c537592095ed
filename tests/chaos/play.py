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
from functools import partial
from pathlib import Path

from chaos.clocks import LIBRARIES, NO_LIBRARY
from chaos.faults import KILLS, drawn, strike
from chaos.rounds import play_round
from chaos.stage import CALLS, DEFAULT, QUICK, Stage, staged
from chaos.verdict import Rows, Verdict, verdict_of


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
    folder: Path,
    *,
    rounds: int,
    seed: int,
    first: int = 1,
    say: Callable[[str], object] = print,
    patience_s: float = 180,
    slower: float = 1,
) -> Play:
    """Play `rounds` rounds, from number `first` on; a run's rows are looked at when it has ended, and after the last.

    `slower` makes the services' short times and our patience longer, for a machine that is busy with other work.

    Raises Stuck with the services' logs for a run that stands still for `patience_s` while all is up.
    """
    whole = Play()
    if not LIBRARIES:
        say(NO_LIBRARY)
    quick = {name: f"{float(value) * slower:g}" if name.endswith("_S") else value for name, value in QUICK.items()}
    with staged(folder) as stage:
        reference = stage.reference()
        ended: dict[str, str] = {}
        for number in range(first - 1, first - 1 + rounds):
            settings = DEFAULT if number % 10 == 9 else quick
            name, began = f"round-{number + 1}-of-seed-{seed}", time.monotonic()
            stage.start_all(settings)
            faults = drawn(random.Random(f"{seed}-{number}"), float(settings["SPANLOOM_LEASE_S"]))
            run_id = stage.submit(name)
            hit = partial(strike, stage, run_id)
            struck = play_round(stage, run_id, faults, hit, calls=CALLS, patience_s=patience_s * slower)
            ended[name] = run_id
            verdict = verdict_of(stage.db, run_id, reference)
            whole.note(name, verdict)
            whole.rounds += 1
            whole.struck.update(struck)
            kinds = " ".join(sorted(struck.elements()))
            good = "good" if verdict.good else "; ".join(verdict.wrong)
            say(f"{number + 1}/{first - 1 + rounds} in {time.monotonic() - began:.0f} s: {kinds}: {good}")
        _look_again(stage, ended, reference, whole)
    return whole


def _look_again(stage: Stage, ended: dict[str, str], reference: Rows, whole: Play) -> None:
    """What came late, repeated messages above all, must have changed no run that had ended."""
    for name, run_id in ended.items():
        verdict = verdict_of(stage.db, run_id, reference)
        if not verdict.good and not any(what.startswith(f"{name}:") for what in whole.wrong):
            whole.note(f"{name}, later", verdict)


def main(arguments: list[str]) -> int:
    """Play and print; 1 when anything was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="the number of the first round, to play one again")
    parser.add_argument("--slower", type=float, default=1, help="how many times longer than on a quiet machine to wait")
    parser.add_argument("--folder", type=Path, help="where logs and data stay; a temporary one by default")
    given = parser.parse_args(arguments)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="spanloom-chaos-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        whole = play(
            folder,
            rounds=given.rounds,
            seed=given.seed,
            first=given.first,
            say=lambda line: print(line, flush=True),
            slower=given.slower,
        )
    print(whole)
    for what in whole.wrong:
        print(what, file=sys.stderr)
    return 1 if whole.lost or whole.doubled or whole.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
