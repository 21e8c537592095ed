"""Arms over their training seeds, and the tests between them, as the database holds them.

Both are made anew from the counts per sentence whenever an evaluation ends, in its transaction: the views then join
and adjust plain rows, and whoever reads them, psql too, waits for nothing. No prediction is read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, text

from spanloom.contracts.arm import IDENTITY, RESTARTED
from spanloom.contracts.training import EvaluationSpec
from spanloom.store.tables import Json
from spanloom_evaluator.score.intervals import MEASURES, Interval, bootstrap_all, schemes_of, values_of
from spanloom_evaluator.score.schemes import ALL
from spanloom_evaluator.score.significance import compare_all, differences_of

# Arms that differ in their source alone share all of these.
_ALIKE = ("run_id", "language", "dataset_id", "label_mapping", "setting", "control", "size")
_OWN = ("source", "version", "method")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(run_id, 6)) FROM evaluations WHERE id = :id")
_COUNTS = text("""
SELECT e.run_id, e.language, e.dataset_id, e.label_mapping, e.setting,
       coalesce(e.facts ->> 'control', 'epochs') AS control, e.size, e.source,
       coalesce((e.facts ->> 'version')::integer, 1) AS version, e.method, e.id, e.id = m.id AS mine,
       e.readings ? 'intervals' AS drawn, s.reading, s.true_positive, s.predicted, s.gold
  FROM evaluations m
  JOIN evaluations e ON e.run_id = m.run_id AND e.language = m.language AND e.dataset_id = m.dataset_id
                    AND e.label_mapping = m.label_mapping AND e.state = 'done'
                    AND (e.size = 0 OR m.size = 0 OR e.setting = m.setting AND e.size = m.size
                         AND coalesce(e.facts ->> 'control', 'epochs') = coalesce(m.facts ->> 'control', 'epochs'))
  JOIN sentence_scores s ON s.evaluation_id = e.id AND s.reading = ANY(:readings) AND s.label = :label
 WHERE m.id = :id
 ORDER BY e.source, version, e.method, e.training_seed, e.subset_seed, e.id, s.reading
""")
_ARM = text("""
INSERT INTO arm_scores (id, run_id, language, dataset_id, label_mapping, setting, control, size, source, version,
                        method, seeds, f1, lo, hi, level, resamples, varies, measures)
VALUES (:id, :run_id, :language, :dataset_id, :label_mapping, :setting, :control, :size, :source, :version, :method,
        :seeds, :f1, :lo, :hi, :level, :resamples, :varies, :measures)
ON CONFLICT (id) DO UPDATE SET seeds = excluded.seeds, f1 = excluded.f1, lo = excluded.lo, hi = excluded.hi,
       level = excluded.level, resamples = excluded.resamples, varies = excluded.varies, measures = excluded.measures
""").bindparams(bindparam("measures", type_=Json))
_STORED = text(
    "SELECT id FROM arm_scores WHERE id = ANY(:ids) AND (measures -> 'f1' ->> 'value')::double precision = f1"
)
_MARK = text(
    "UPDATE evaluations SET facts = facts || jsonb_build_object('arm', CAST(:arm AS text)) WHERE id = ANY(:ids)"
)
_INTERVALS = text(
    "UPDATE evaluations SET readings = readings || jsonb_build_object('intervals', CAST(:intervals AS jsonb)) "
    "WHERE id = :id"
).bindparams(bindparam("intervals", type_=Json))
_TEST = text("""
INSERT INTO arm_tests (first, second, difference, lo, hi, p, swaps, measures)
VALUES (:first, :second, :difference, :lo, :hi, :p, :swaps, :measures)
ON CONFLICT (first, second) DO UPDATE SET difference = excluded.difference, lo = excluded.lo, hi = excluded.hi,
       p = excluded.p, swaps = excluded.swaps, measures = excluded.measures
""").bindparams(bindparam("measures", type_=Json))


@dataclass(frozen=True)
class SchemeCounts:
    """Counts per sentence of one label, by scheme, as rows of `sentence_scores` hold them; each (3, sentences)."""

    label: str
    arrays: Mapping[str, NDArray[np.int32]]

    @property
    def sentences(self) -> int:
        """How many sentences were counted."""
        return int(next(iter(self.arrays.values())).shape[1])

    def of(self, scheme: str, label: str) -> NDArray[np.int32]:
        """The counts. Raises ValueError when they are of another scheme or label."""
        if label != self.label or scheme not in self.arrays:
            raise ValueError(f"these counts are of {', '.join(self.arrays)} {self.label}, not of {scheme} {label}")
        return self.arrays[scheme]


@dataclass
class ArmCounts:
    """What was trained on one source at one size: `key` says which (`_ALIKE` and `_OWN`), `counts` one a seed."""

    key: dict[str, Any]
    counts: list[SchemeCounts] = field(default_factory=list)
    evaluations: list[str] = field(default_factory=list)
    undrawn: list[int] = field(default_factory=list)
    """Places of the evaluations that have no intervals of their own but that of typed F1."""
    mine: bool = False
    """Whether the evaluation that ended is one of its seeds."""

    @property
    def id(self) -> str:
        """A hash of the key."""
        canonical = json.dumps([self.key[name] for name in (*_ALIKE, *_OWN)])
        return "arm-" + hashlib.sha256(canonical.encode()).hexdigest()[:24]


def arms_alike(
    connection: Connection, evaluation: str, *, schemes: Sequence[str] = ("typed",), label: str = ALL
) -> list[ArmCounts]:
    """The evaluation's arm, those that differ from it in their source alone, and those that were not trained on the
    target (zero-shot, translate-test), whatever their setting, with the counts of ended seeds; all arms where the
    evaluation's own is one of the latter.
    """
    arms: dict[str, ArmCounts] = {}
    for row in connection.execute(_COUNTS, {"id": evaluation, "readings": list(schemes), "label": label}):
        arm = ArmCounts({name: getattr(row, name) for name in (*_ALIKE, *_OWN)})
        arm = arms.setdefault(arm.id, arm)
        # The rows of an evaluation, one a scheme, come one after the other.
        if arm.evaluations[-1:] != [row.id]:
            if not row.drawn:
                arm.undrawn.append(len(arm.evaluations))
            arm.counts.append(SchemeCounts(label, {}))
            arm.evaluations.append(row.id)
            arm.mine = arm.mine or row.mine
        counts = np.asarray([row.true_positive, row.predicted, row.gold], np.int32)
        arm.counts[-1] = SchemeCounts(label, {**arm.counts[-1].arrays, row.reading: counts})
    return list(arms.values())


def refresh_arm(
    connection: Connection, evaluation: str, settings: EvaluationSpec, *, tested: Collection[str] = ()
) -> None:
    """Renew the arm of an evaluation that ends in this transaction, and its tests against the other sources and against
    zero-shot, but for those against arms that are `tested`.

    Scores of restarted tries have intervals, but are not compared: neither are those of some of the labels alone.
    The lock makes the last seed of an arm see all others: evaluations of a run end one after the other.
    """
    connection.execute(_LOCK, {"id": evaluation})
    arms = arms_alike(connection, evaluation, schemes=schemes_of(MEASURES))
    mine = next(arm for arm in arms if arm.mine)
    stored = {row.id for row in connection.execute(_STORED, {"ids": [arm.id for arm in arms]})}
    for arm in arms:
        # Evaluations that ended under an older schema have no arm yet, or one without all measures.
        if arm.mine or arm.id not in stored:
            _store(connection, arm, settings)
    if mine.key["method"] == RESTARTED or mine.key["label_mapping"] != IDENTITY:
        return
    for other in arms:
        if other.mine or other.key["method"] == RESTARTED or other.id in tested:
            continue
        first, second = (mine, other) if arms.index(mine) < arms.index(other) else (other, mine)
        found = compare_all(
            first.counts, second.counts, swaps=settings.swaps, level=settings.confidence, rng_seed=settings.seed
        )
        names = ("difference", "lo", "hi", "p", "swaps")
        row = {"first": first.id, "second": second.id, **{name: getattr(found["f1"], name) for name in names}}
        connection.execute(_TEST, {**row, "measures": differences_of(found)})


def _store(connection: Connection, arm: ArmCounts, settings: EvaluationSpec) -> None:
    def drawn(counts: Sequence[SchemeCounts]) -> dict[str, Interval]:
        return bootstrap_all(counts, resamples=settings.resamples, level=settings.confidence, rng_seed=settings.seed)

    intervals = drawn(arm.counts)
    typed = intervals["f1"]._asdict()
    connection.execute(_ARM, {"id": arm.id, **arm.key, **typed, "measures": values_of(intervals)})
    connection.execute(_MARK, {"ids": arm.evaluations, "arm": arm.id})
    for place in arm.undrawn:
        own = {"id": arm.evaluations[place], "intervals": values_of(drawn([arm.counts[place]]))}
        connection.execute(_INTERVALS, own)
