"""What must be true after a round: nothing lost, nothing twice, whatever was killed meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from chaos.stage import CALLS
from support.stored import judged_rows, select

SEEDS = 2
ARMS = 2 * SEEDS
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Verdict:
    """Rows that are missing, rows that are too many, and whatever else is wrong, said in words."""

    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing to complain of."""
        return not (self.lost or self.doubled or self.wrong)

    def expect(self, found: int, expected: int, what: str) -> None:
        """Note a count that is not as it should be."""
        self.lost += max(0, expected - found)
        self.doubled += max(0, found - expected)
        if found != expected:
            self.wrong.append(f"{found} {what}, not {expected}")


def verdict_of(db: Engine, run_id: str, reference: Rows, calls: int = CALLS) -> Verdict:
    """Judge what a round of `calls` calls left behind, by its rows alone."""
    verdict = Verdict()
    _judging(db, run_id, reference, calls, verdict)
    _accounting(db, run_id, verdict)
    _training(db, run_id, verdict)
    _letters(db, verdict)
    return verdict


def _one(db: Engine, statement: str, run_id: str) -> int:
    return int(select(db, f"SELECT count(*) AS n FROM {statement}", run=run_id)[0].n)


def _judging(db: Engine, run_id: str, reference: Rows, calls: int, verdict: Verdict) -> None:
    """Every call has one verdict, and the rows are those of a calm judging."""
    verdict.expect(_one(db, "completions WHERE run_id = :run", run_id), calls, "completions")
    verdict.expect(_one(db, "completions WHERE run_id = :run AND judged_at IS NOT NULL", run_id), calls, "verdicts")
    verdict.expect(_one(db, "prompts WHERE run_id = :run AND state = 'done'", run_id), calls, "prompts done")
    ours = judged_rows(db, run_id)
    for table, rows in reference.items():
        found, wanted = Counter(map(repr, ours[table])), Counter(map(repr, rows))
        missing, extra = (wanted - found).total(), (found - wanted).total()
        verdict.lost += missing
        verdict.doubled += extra
        if missing or extra:
            verdict.wrong.append(f"{table}: {missing} missing, {extra} too many against a calm judging")


def _accounting(db: Engine, run_id: str, verdict: Verdict) -> None:
    """The counts of the datasets' rows are those of samples, rejections and completions."""
    for row in select(
        db,
        "SELECT d.id, d.candidates, d.accepted, d.calls_judged, d.calls_expected, "
        "(SELECT count(*) FROM samples s WHERE s.dataset_id = d.id) AS samples, "
        "(SELECT count(*) FROM rejections r WHERE r.dataset_id = d.id) AS rejections, "
        "(SELECT count(*) FROM completions c WHERE c.dataset_id = d.id AND c.judged_at IS NOT NULL) AS judged "
        "FROM datasets d WHERE d.run_id = :run",
        run=run_id,
    ):
        told = (row.candidates, row.accepted, row.calls_judged, row.calls_expected)
        counted = (row.samples + row.rejections, row.samples, row.judged, row.judged)
        if told != counted:
            verdict.wrong.append(f"dataset {row.id} says {told}, its rows say {counted}")
    completed = _one(db, "events WHERE run_id = :run AND kind = 'dataset'", run_id)
    verdict.expect(completed, 1, "times that the dataset was completed")
    ended = "events WHERE run_id = :run AND kind = 'run' AND data ->> 'state' <> 'running'"
    verdict.expect(_one(db, ended, run_id), 1, "times that the run ended")
    run = select(db, "SELECT state, reason FROM runs WHERE id = :run", run=run_id)[0]
    if tuple(run) != ("complete", None):
        verdict.wrong.append(f"the run is {run.state}: {run.reason}")


def _training(db: Engine, run_id: str, verdict: Verdict) -> None:
    """One job an arm, one evaluation a model, each ended once."""
    verdict.expect(_one(db, "jobs WHERE run_id = :run", run_id), ARMS, "jobs")
    arms = _one(db, "(SELECT DISTINCT arm FROM jobs WHERE run_id = :run) AS arms", run_id)
    verdict.expect(arms, ARMS, "arms")
    verdict.expect(_one(db, "jobs WHERE run_id = :run AND state = 'done'", run_id), ARMS, "jobs done")
    of_run = "JOIN jobs j ON j.id = p.job_id WHERE j.run_id = :run"
    verdict.expect(_one(db, f"predictions p {of_run}", run_id), ARMS, "predictions")
    verdict.expect(_one(db, f"evaluations p {of_run} AND p.f1 IS NOT NULL", run_id), ARMS, "evaluations")
    for row in select(db, "SELECT arm, reason FROM jobs WHERE run_id = :run AND state = 'failed'", run=run_id):
        verdict.wrong.append(f"the job of arm {row.arm} failed: {row.reason}")
    for kind in ("job", "evaluation"):
        done = _one(db, f"events WHERE run_id = :run AND kind = '{kind}' AND data ->> 'state' = 'done'", run_id)
        verdict.expect(done, ARMS, f"times that a {kind} was done")


def _letters(db: Engine, verdict: Verdict) -> None:
    """Chaos makes no message unreadable: there is no dead letter to explain."""
    for row in select(db, "SELECT topic, key, reason FROM dead_letters WHERE replayed_at IS NULL"):
        verdict.wrong.append(f"unread dead letter {row.topic} {row.key}: {row.reason or 'without a reason'}")
