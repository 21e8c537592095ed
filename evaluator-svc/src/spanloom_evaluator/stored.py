"""Arms over their training seeds, and the tests between them, as the database holds them.

Both are made anew from the counts per sentence whenever an evaluation ends, in its transaction: the views then join
and adjust plain rows, and whoever reads them, psql too, waits for nothing. No prediction is read again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from spanloom.contracts.arm import IDENTITY, RESTARTED
from spanloom.contracts.training import EvaluationSpec
from spanloom_evaluator.score.intervals import bootstrap
from spanloom_evaluator.score.schemes import ALL
from spanloom_evaluator.score.significance import compare

# Arms that differ in their source alone share all of these.
_ALIKE = ("run_id", "language", "dataset_id", "label_mapping", "setting", "control", "size")
_OWN = ("source", "version", "method")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(run_id, 6)) FROM evaluations WHERE id = :id")
_COUNTS = text("""
SELECT e.run_id, e.language, e.dataset_id, e.label_mapping, e.setting,
       coalesce(e.facts ->> 'control', 'epochs') AS control, e.size, e.source,
       coalesce((e.facts ->> 'version')::integer, 1) AS version, e.method, e.id, e.id = m.id AS mine,
       s.true_positive, s.predicted, s.gold
  FROM evaluations m
  JOIN evaluations e ON e.run_id = m.run_id AND e.language = m.language AND e.dataset_id = m.dataset_id
                    AND e.label_mapping = m.label_mapping AND e.state = 'done'
                    AND (e.size = 0 OR m.size = 0 OR e.setting = m.setting AND e.size = m.size
                         AND coalesce(e.facts ->> 'control', 'epochs') = coalesce(m.facts ->> 'control', 'epochs'))
  JOIN sentence_scores s ON s.evaluation_id = e.id AND s.reading = :reading AND s.label = :label
 WHERE m.id = :id
 ORDER BY e.source, version, e.method, e.training_seed, e.subset_seed, e.id
""")
_ARM = text("""
INSERT INTO arm_scores (id, run_id, language, dataset_id, label_mapping, setting, control, size, source, version,
                        method, seeds, f1, lo, hi, level, resamples, varies)
VALUES (:id, :run_id, :language, :dataset_id, :label_mapping, :setting, :control, :size, :source, :version, :method,
        :seeds, :f1, :lo, :hi, :level, :resamples, :varies)
ON CONFLICT (id) DO UPDATE SET seeds = excluded.seeds, f1 = excluded.f1, lo = excluded.lo, hi = excluded.hi,
       level = excluded.level, resamples = excluded.resamples, varies = excluded.varies
""")
_STORED = text("SELECT id FROM arm_scores WHERE id = ANY(:ids)")
_MARK = text(
    "UPDATE evaluations SET facts = facts || jsonb_build_object('arm', CAST(:arm AS text)) WHERE id = ANY(:ids)"
)
_TEST = text("""
INSERT INTO arm_tests (first, second, difference, lo, hi, p, swaps)
VALUES (:first, :second, :difference, :lo, :hi, :p, :swaps)
ON CONFLICT (first, second) DO UPDATE SET difference = excluded.difference, lo = excluded.lo, hi = excluded.hi,
       p = excluded.p, swaps = excluded.swaps
""")


@dataclass(frozen=True)
class SchemeCounts:
    """Counts per sentence of one scheme and label, as one row of `sentence_scores` holds them; (3, sentences)."""

    scheme: str
    label: str
    array: NDArray[np.int32]

    @property
    def sentences(self) -> int:
        """How many sentences were counted."""
        return int(self.array.shape[1])

    def of(self, scheme: str, label: str) -> NDArray[np.int32]:
        """The counts. Raises ValueError when they are of another scheme or label."""
        if (scheme, label) != (self.scheme, self.label):
            raise ValueError(f"these counts are of {self.scheme} {self.label}, not of {scheme} {label}")
        return self.array


@dataclass
class ArmCounts:
    """What was trained on one source at one size: `key` says which (`_ALIKE` and `_OWN`), `counts` one a seed."""

    key: dict[str, Any]
    counts: list[SchemeCounts]
    evaluations: list[str]
    mine: bool = False
    """Whether the evaluation that ended is one of its seeds."""

    @property
    def id(self) -> str:
        """A hash of the key."""
        canonical = json.dumps([self.key[name] for name in (*_ALIKE, *_OWN)])
        return "arm-" + hashlib.sha256(canonical.encode()).hexdigest()[:24]


def arms_alike(connection: Connection, evaluation: str, *, scheme: str = "typed", label: str = ALL) -> list[ArmCounts]:
    """The evaluation's arm, those that differ from it in their source alone, and those that were not trained on the
    target (zero-shot, translate-test), whatever their setting, with the counts of ended seeds; all arms where the
    evaluation's own is one of the latter.
    """
    arms: dict[str, ArmCounts] = {}
    for row in connection.execute(_COUNTS, {"id": evaluation, "reading": scheme, "label": label}):
        arm = ArmCounts({name: getattr(row, name) for name in (*_ALIKE, *_OWN)}, [], [])
        arm = arms.setdefault(arm.id, arm)
        arm.counts.append(
            SchemeCounts(scheme, label, np.asarray([row.true_positive, row.predicted, row.gold], np.int32))
        )
        arm.evaluations.append(row.id)
        arm.mine = arm.mine or row.mine
    return list(arms.values())


def refresh_arm(connection: Connection, evaluation: str, settings: EvaluationSpec) -> None:
    """Renew the arm of an evaluation that ends in this transaction, and its tests against the other sources and against
    zero-shot.

    Scores of restarted tries have intervals, but are not compared: neither are those of some of the labels alone.
    The lock makes the last seed of an arm see all others: evaluations of a run end one after the other.
    """
    connection.execute(_LOCK, {"id": evaluation})
    arms = arms_alike(connection, evaluation)
    mine = next(arm for arm in arms if arm.mine)
    stored = {row.id for row in connection.execute(_STORED, {"ids": [arm.id for arm in arms]})}
    for arm in arms:
        # Evaluations that ended under an older schema have no arm yet.
        if arm.mine or arm.id not in stored:
            _store(connection, arm, settings)
    if mine.key["method"] == RESTARTED or mine.key["label_mapping"] != IDENTITY:
        return
    for other in arms:
        if other.mine or other.key["method"] == RESTARTED:
            continue
        first, second = (mine, other) if arms.index(mine) < arms.index(other) else (other, mine)
        found = compare(
            first.counts, second.counts, swaps=settings.swaps, level=settings.confidence, rng_seed=settings.seed
        )
        names = ("difference", "lo", "hi", "p", "swaps")
        row = {"first": first.id, "second": second.id, **{name: getattr(found, name) for name in names}}
        connection.execute(_TEST, row)


def _store(connection: Connection, arm: ArmCounts, settings: EvaluationSpec) -> None:
    interval = bootstrap(
        arm.counts, resamples=settings.resamples, level=settings.confidence, rng_seed=settings.seed
    )._asdict()
    connection.execute(_ARM, {"id": arm.id, **arm.key, **interval})
    connection.execute(_MARK, {"ids": arm.evaluations, "arm": arm.id})
