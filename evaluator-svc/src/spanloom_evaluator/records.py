"""The evaluator's SQL: what an evaluation reads, and the rows it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text

from spanloom.contracts.arm import IDENTITY, Arm
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.training import EvaluationSpec
from spanloom.data.split import split_of
from spanloom.errors import NotFound
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.store.gold_used import gold_used, text_used
from spanloom.store.samples import sentences_of, training_sentences
from spanloom.store.tables import Json
from spanloom_evaluator.carried import stood_for
from spanloom_evaluator.facts import facts_of_run
from spanloom_evaluator.score.intervals import Interval, values_of
from spanloom_evaluator.score.labels import only
from spanloom_evaluator.score.schemes import SCHEMES, Scores
from spanloom_evaluator.spent import spent

_READ = text("""
SELECT e.id, e.run_id, e.job_id, e.dataset_id, e.language, e.label_mapping, e.facts -> 'labels' AS labels,
       d.tags AS schema_tags, p.tags AS predicted, j.arm, r.spec
  FROM evaluations e JOIN datasets d ON d.id = e.dataset_id
  JOIN runs r ON r.id = e.run_id JOIN jobs j ON j.id = e.job_id
  LEFT JOIN predictions p ON p.job_id = e.job_id AND p.method = e.method
                         AND p.dataset_id = coalesce(j.arm ->> 'tagged', e.dataset_id)
 WHERE e.id = :id
""")
_TRAINED_ON = text("""
SELECT d.version, (SELECT string_agg(DISTINCT c.model, ', ' ORDER BY c.model) FROM completions c
                    WHERE c.dataset_id = d.id) AS model
  FROM datasets d WHERE d.id = :id
""")
_WRITE = text("""
UPDATE evaluations SET precision = :precision, recall = :recall, f1 = :f1, lo = :lo, hi = :hi, readings = :readings,
       facts = facts || :facts
 WHERE id = :id
""").bindparams(bindparam("readings", type_=Json), bindparam("facts", type_=Json))
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
    """One evaluation as it stands before scoring: test sentences with gold tags, predicted tags sentence by sentence.

    Both hold the labels alone that the evaluation is over. `facts` go into its row.
    """

    id: str
    run_id: str
    schema: LabelSchema
    test: list[Sentence]
    predicted: list[list[int]]
    settings: EvaluationSpec
    trained_on: list[Sentence]
    facts: dict[str, Any]


def read(connection: Connection, evaluation_id: str) -> Unscored:
    """Everything an evaluation needs.

    Raises NotFound when the row or its predictions are not there, SchemaError for a tag outside the run's schema.
    """
    row = connection.execute(_READ, {"id": evaluation_id}).first()
    if row is None or row.predicted is None:
        raise NotFound(f"evaluation {evaluation_id} or its predictions are not stored")
    arm, spec = Arm.stored(row.arm), RunSpec.stored(row.spec)
    source = connection.execute(_TRAINED_ON, {"id": arm.tagged or arm.train_dataset}).one()
    facts = facts_of_run(spec, arm, row.language)
    facts |= {
        "source_model": arm.tagger.model if arm.tagger else source.model,
        "version": source.version,
        "gold_used": gold_used(connection, arm),
    }
    facts["text_used"] = text_used(connection, arm)
    facts |= spent(connection, arm)
    schema = LabelSchema(tuple(row.schema_tags))
    test, predicted = sentences_of(connection, row.dataset_id), row.predicted
    if arm.tagged is not None:
        predicted, carried = stood_for(connection, arm, test, predicted)
        facts |= carried
    if row.label_mapping != IDENTITY:
        gold = only([s.tags for s in test], spec.schema_, row.labels)
        test = [Sentence(s.tokens, tuple(tags)) for s, tags in zip(test, gold, strict=True)]
        predicted = only(predicted, spec.schema_, row.labels)
    elif max((tag for tags in predicted for tag in tags), default=0) >= len(schema):
        # The model knows labels that the test set has not: what it says of them is neither right nor wrong.
        predicted = only(predicted, spec.schema_, schema.types)
    return Unscored(
        id=row.id,
        run_id=row.run_id,
        schema=schema,
        test=test,
        predicted=predicted,
        settings=spec.evaluation,
        trained_on=_trained_on(connection, arm),
        facts=facts,
    )


def _trained_on(connection: Connection, arm: Arm) -> list[Sentence]:
    """The arm's own training sentences, chosen as the trainer chose them; none of a ready model."""
    if arm.tagger is not None:
        return []
    samples = training_sentences(connection, arm)
    dev: list[Sentence] | None = None if arm.dev == "held_out" else []
    return split_of(samples, arm.size, dev, seed=arm.subset_seed, paper=arm.recipe.paper_subsets).train


def write(
    connection: Connection,
    evaluation_id: str,
    scores: Scores,
    intervals: Mapping[str, Interval],
    facts: Mapping[str, Any],
) -> None:
    """Store an evaluation's scores, intervals by measure, and per-sentence counts, in the caller's transaction."""
    typed, interval = scores.of("typed"), intervals["f1"]
    connection.execute(
        _WRITE,
        {
            "id": evaluation_id,
            "precision": typed.precision,
            "recall": typed.recall,
            "f1": typed.f1,
            "lo": interval.lo,
            "hi": interval.hi,
            "readings": {
                **scores.as_dict(),
                "interval": interval._asdict(),
                "intervals": values_of(intervals),
            },
            "facts": dict(facts),
        },
    )
    connection.execute(_SCORE, [{"id": evaluation_id, **row} for row in score_rows(scores)])
    connection.execute(_SENTENCES, [{"id": evaluation_id, **row} for row in scores.counts.rows()])


def score_rows(scores: Scores) -> list[dict[str, Any]]:
    """`scores` rows: each scheme over all spans (`*`, micro) and each type; macro and weighted for the typed one."""
    found = [(scheme, label, scores.of(scheme, label)) for scheme in SCHEMES for label in (*scores.types, "*")]
    found += [("typed", "macro", scores.macro()), ("typed", "weighted", scores.weighted())]
    return [
        {
            "reading": scheme,
            "label": label,
            "precision": prf.precision,
            "recall": prf.recall,
            "f1": prf.f1,
            "gold": round(prf.gold),
            "predicted": round(prf.pred),
        }
        for scheme, label, prf in found
    ]
