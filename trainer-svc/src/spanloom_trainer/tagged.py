"""Arms that train nothing: a dataset stands for a test set, tagged by a model that is there, or tagged already."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, text

from spanloom.contracts.arm import IDENTITY, LLM_TAG, SHARED, TAGGER, Arm
from spanloom.errors import LeaseLost
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.store import work
from spanloom.store.events import emit
from spanloom.store.gold_used import gold_used
from spanloom.store.samples import sentences_of
from spanloom.store.settle import settle
from spanloom.store.work import Claim
from spanloom_trainer import records
from spanloom_trainer.labels import annotated, shared_labels
from spanloom_trainer.records import BaseGone, TestPrediction

log = structlog.stdlib.get_logger(__name__)
_BASE = text("SELECT m.path, j.outcome FROM jobs j LEFT JOIN models m ON m.job_id = j.id WHERE j.id = :job")
_TEST = text("""
SELECT id, language, tags, info FROM datasets
 WHERE run_id = :run AND language = :language AND source = 'gold' AND split = 'test'
""")
_TRAINED = text("SELECT tags, info FROM datasets WHERE id = :id")

Tag = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Has a child process do a job of kind `tag`."""


@dataclass(frozen=True)
class TagData:
    """What tagging needs: the model's folder, the sentences, the test set that they stand for and its facts.

    Without a model or a ready `tagger` (of the arm) the sentences are tagged already: an LLM's answers.
    """

    arm: Arm
    model: str | None
    sentences: list[Sentence]
    test: str
    schema: LabelSchema
    labels: tuple[str, ...] | None
    facts: dict[str, Any]


def tag_data(connection: Connection, arm: Arm) -> TagData:
    """Read what a tagging arm needs. Raises BaseGone where the model that tags is not stored."""
    if arm.tagged is None or (arm.needs is None) != (arm.method in (LLM_TAG, TAGGER)):
        raise AssertionError("a tagging arm names a dataset, and the model that tags it unless an LLM has done it")
    base = connection.execute(_BASE, {"job": arm.needs}).first()
    if arm.needs is not None and (base is None or base.path is None):
        raise BaseGone(arm.needs)
    (code,) = arm.tests
    test = connection.execute(_TEST, {"run": arm.run_id, "language": code}).one()
    trained = connection.execute(_TRAINED, {"id": arm.train_dataset}).one()
    return TagData(
        arm=arm,
        model=base.path if base else None,
        sentences=sentences_of(connection, arm.tagged),
        test=test.id,
        schema=LabelSchema(tuple(trained.tags)),
        labels=shared_labels((test.tags, test.info), annotated(trained.tags, trained.info)) if not arm.tagger else None,
        facts=_facts(arm, (base.outcome if base else None) or {}, gold_used(connection, arm)),
    )


def _facts(arm: Arm, outcome: Mapping[str, Any], gold: int | None) -> dict[str, Any]:
    tries = outcome.get("tries") or [{}]
    chosen = tries[int(outcome.get("chosen", 0))]
    trained = arm.needs is not None
    return {
        "control": "epochs",
        "dev": arm.dev if trained else None,
        "gold_used": gold,
        "encoder": (arm.encoder.name or "tiny") if trained else None if arm.tagger is None else arm.tagger.model,
        "recipe": arm.recipe.model_dump() if trained else None,
        "related": arm.related,
        "collapsed": bool(chosen.get("collapsed", False)),
        "few_updates": bool(outcome.get("few_updates", False)),
        "restarts": 0,
        "tokens_lost": 0,
        "labels_absent": list(outcome.get("labels_absent") or []),
    }


def tag_arm(claim: Claim, data: TagData, tag: Tag) -> tuple[TestPrediction, dict[str, Any]]:
    """Have the sentences tagged; the prediction, and what the job's row says of it. `tag` runs a job in a child."""
    began = time.monotonic()
    ready = data.arm.tagger
    if data.model is None and ready is None:
        tags = [list(sentence.tags) for sentence in data.sentences]
    else:
        job = {"kind": "tag", "job_id": claim.id, "attempt": claim.attempt, "model": data.model}
        if ready is not None:
            job |= {"model": ready.model, "ask": [list(pair) for pair in ready.ask], "threshold": ready.threshold}
        found = tag({**job, "sentences": [list(sentence.tokens) for sentence in data.sentences]})
        tags = [[data.schema.index[name] for name in one["tags"]] for one in found["sentences"]]
    seconds = time.monotonic() - began
    facts = {**data.facts, "tagging_seconds": seconds}
    by_mapping = {IDENTITY: facts}
    if data.labels:
        by_mapping[SHARED] = {**facts, "labels": list(data.labels)}
    (code,) = data.arm.tests
    prediction = TestPrediction(data.test, code, data.arm.method, tags, by_mapping, data.arm.tagged)
    return prediction, {"tagged": len(tags), "seconds": seconds}


def finish(db: Engine, claim: Claim, arm: Arm, prediction: TestPrediction, outcome: Mapping[str, Any]) -> None:
    """Store the prediction with its evaluations, and end the job. Where another has taken it, nothing is kept."""
    try:
        with db.begin() as connection:
            work.finish(connection, "jobs", claim)
            records.write_result(connection, arm, claim.id, [prediction], outcome)
            emit(connection, arm.run_id, "job", id=claim.id, state="done")
    except LeaseLost as error:
        log.info("late tagging dropped", error=str(error))
        return
    settle(db, arm.run_id)
