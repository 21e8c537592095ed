"""The evaluator's SQL: what an evaluation reads, and the rows it writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text

from spanloom.contracts.training import EvaluationSpec
from spanloom.errors import NotFound
from spanloom.ner.schema import LabelSchema
from spanloom.store.models import Json
from spanloom_evaluator.intervals import Interval
from spanloom_evaluator.score import READINGS, Scores

_READ = text("""
SELECT e.id, e.run_id, e.job_id, e.language, e.source, e.setting, e.size, e.training_seed,
       d.tags AS schema_tags, p.tags AS predicted, r.spec -> 'evaluation' AS evaluation
  FROM evaluations e JOIN datasets d ON d.id = e.dataset_id JOIN runs r ON r.id = e.run_id
  LEFT JOIN predictions p ON p.job_id = e.job_id AND p.dataset_id = e.dataset_id
 WHERE e.id = :id
""")
_GOLD = text("""
SELECT s.ner_tags FROM evaluations e JOIN samples s ON s.dataset_id = e.dataset_id
 WHERE e.id = :id ORDER BY s.call_index, s.candidate_index
""")
_WRITE = text("""
UPDATE evaluations SET precision = :precision, recall = :recall, f1 = :f1, lo = :lo, hi = :hi, readings = :readings
 WHERE id = :id
""").bindparams(bindparam("readings", type_=Json))
_SCORE = text("""
INSERT INTO scores (evaluation_id, reading, label, precision, recall, f1, gold, predicted)
VALUES (:id, :reading, :label, :precision, :recall, :f1, :gold, :predicted) ON CONFLICT DO NOTHING
""")
_SENTENCES = text("""
INSERT INTO sentence_scores (evaluation_id, reading, label, true_positive, predicted, gold)
VALUES (:id, :reading, :label, :tp, :pred, :gold) ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True)
class Unscored:
    """One evaluation as it stands before scoring: gold and predicted tag ids, sentence by sentence."""

    id: str
    run_id: str
    job_id: str
    schema: LabelSchema
    gold: list[list[int]]
    predicted: list[list[int]]
    settings: EvaluationSpec


def read(connection: Connection, evaluation_id: str) -> Unscored:
    """Everything an evaluation needs. Raises NotFound when the row or its predictions are not there."""
    row = connection.execute(_READ, {"id": evaluation_id}).first()
    if row is None or row.predicted is None:
        raise NotFound(f"evaluation {evaluation_id} or its predictions are not stored")
    gold = [list(r.ner_tags) for r in connection.execute(_GOLD, {"id": evaluation_id})]
    return Unscored(
        id=row.id,
        run_id=row.run_id,
        job_id=row.job_id,
        schema=LabelSchema(tuple(row.schema_tags)),
        gold=gold,
        predicted=row.predicted,
        settings=EvaluationSpec.model_validate(row.evaluation),
    )


def write(connection: Connection, evaluation_id: str, scores: Scores, interval: Interval) -> None:
    """Store an evaluation's scores and per-sentence counts, in the caller's transaction."""
    typed = scores.of("typed")
    connection.execute(
        _WRITE,
        {
            "id": evaluation_id,
            "precision": typed.precision,
            "recall": typed.recall,
            "f1": typed.f1,
            "lo": interval.lo,
            "hi": interval.hi,
            "readings": {**scores.as_dict(), "interval": interval._asdict()},
        },
    )
    connection.execute(_SCORE, [{"id": evaluation_id, **row} for row in score_rows(scores)])
    connection.execute(_SENTENCES, [{"id": evaluation_id, **row} for row in scores.counts.rows()])


def score_rows(scores: Scores) -> list[dict[str, Any]]:
    """`scores` rows: each reading over all spans (`*`, micro) and each type; macro and weighted for the typed one."""
    found = [(reading, label, scores.of(reading, label)) for reading in READINGS for label in (*scores.types, "*")]
    found += [("typed", "macro", scores.macro()), ("typed", "weighted", scores.weighted())]
    return [
        {
            "reading": reading,
            "label": label,
            "precision": prf.precision,
            "recall": prf.recall,
            "f1": prf.f1,
            "gold": round(prf.gold),
            "predicted": round(prf.pred),
        }
        for reading, label, prf in found
    ]
