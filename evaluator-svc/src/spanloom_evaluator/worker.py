"""The evaluator's worker: claims evaluations, scores them, settles their runs."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import Engine, text

from spanloom import telemetry
from spanloom.contracts.messages import EvaluationMessage
from spanloom.errors import DataError, LeaseLost, NotFound, SchemaError
from spanloom.store import work
from spanloom.store.events import emit
from spanloom.store.settle import settle
from spanloom.store.text import storable
from spanloom.store.work import Claim, Lease
from spanloom.workers.outage import is_transient
from spanloom_evaluator import records
from spanloom_evaluator.advise.stored import advice_of
from spanloom_evaluator.facts import facts_of_data
from spanloom_evaluator.records import Unscored
from spanloom_evaluator.score.check import check
from spanloom_evaluator.score.intervals import Interval, bootstrap_all
from spanloom_evaluator.score.schemes import Scores, score
from spanloom_evaluator.stored import refresh_arm

TABLE = "evaluations"
log = structlog.stdlib.get_logger(__name__)


class EvaluatorWorker:
    """Scores each evaluation once. Each is claimed on its own and takes well under a lease: nothing is renewed."""

    def __init__(self, db: Engine, *, holder: str, lease: Lease) -> None:
        self.db, self.holder, self.lease = db, holder, lease

    def handle(self, messages: list[EvaluationMessage]) -> None:
        """Score what can be claimed; what is done, held or cancelled is left alone."""
        for message in messages:
            with self.db.begin() as connection:
                claims = work.claim(connection, TABLE, [message.id], holder=self.holder, lease=self.lease, begun=True)
            for claim in claims:
                self._evaluate_or_fail(claim)

    def _evaluate_or_fail(self, claim: Claim) -> None:
        """What nobody foresaw (a library that is missing) fails the row at once: left claimed, it would keep its run
        open until the lease had run out three times."""
        try:
            self.evaluate(claim)
        except Exception as error:
            if is_transient(error):
                raise
            log.exception("evaluation failed", id=claim.id)
            self._fail(claim, storable(f"{type(error).__name__}: {error}")[0])

    def evaluate(self, claim: Claim) -> None:
        """Score one evaluation and end its row. Data that do not fit fail it with the reason."""
        with self.db.connect() as connection:
            try:
                unscored = records.read(connection, claim.id)
            except (NotFound, SchemaError) as error:
                return self._fail(claim, str(error))
        try:
            scores = score([s.tags for s in unscored.test], unscored.predicted, unscored.schema)
            checked_by = _checked(unscored, scores)
        except (DataError, SchemaError) as error:
            return self._fail(claim, str(error))
        settings = unscored.settings
        intervals = bootstrap_all(
            [scores.counts], resamples=settings.resamples, level=settings.confidence, rng_seed=settings.seed
        )
        facts = {**unscored.facts, **facts_of_data(unscored.test, unscored.predicted, unscored.trained_on)}
        facts["checked_by"] = checked_by
        self._finish(claim, unscored, scores, intervals, facts)

    def _finish(
        self, claim: Claim, unscored: Unscored, scores: Scores, intervals: dict[str, Interval], facts: dict[str, Any]
    ) -> None:
        run_id = unscored.run_id
        try:
            with self.db.begin() as connection:
                work.finish(connection, TABLE, claim)
                records.write(connection, claim.id, scores, intervals, facts)
                refresh_arm(connection, claim.id, unscored.settings)
                emit(connection, run_id, "evaluation", id=claim.id, state="done", f1=intervals["f1"].f1)
                work.notify(connection, "evaluations")  # the relay tells of it on results.v1
        except LeaseLost:
            return
        telemetry.EVALUATIONS.labels("done").inc()
        if settle(self.db, run_id).ended:
            advice_of(self.db, run_id)  # for the view `gold_equivalents`

    def _fail(self, claim: Claim, reason: str) -> None:
        fail(self.db, claim, reason)


def _checked(unscored: Unscored, scores: Scores) -> str:
    """seqeval's name and version, once it says the same of the same tags. Raises DataError with both figures."""
    gold = [unscored.schema.names(sentence.tags) for sentence in unscored.test]
    predicted = [unscored.schema.names(tags) for tags in unscored.predicted]
    return check("seqeval", gold, predicted, scores).by


def fail(db: Engine, claim: Claim, reason: str) -> None:
    """End an evaluation as failed, and settle its run."""
    try:
        with db.begin() as connection:
            work.finish(connection, TABLE, claim, failed=reason)
            run_id = connection.execute(
                text("SELECT run_id FROM evaluations WHERE id = :id"), {"id": claim.id}
            ).scalar_one()
            emit(connection, run_id, "evaluation", id=claim.id, state="failed", reason=reason)
    except LeaseLost:
        return
    telemetry.EVALUATIONS.labels("failed").inc()
    settle(db, run_id)


def give_up(db: Engine, lease: Lease) -> int:
    """Fail evaluations at which holder after holder ended without a word; returns how many."""
    with db.begin() as connection:
        claims = work.exhausted(connection, TABLE, lease=lease)
    for claim, reason in claims.items():
        fail(db, claim, reason)
    return len(claims)
