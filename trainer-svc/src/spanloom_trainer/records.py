"""The trainer's SQL: what a job reads, and the rows it writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text

from spanloom.contracts.arms import Arm
from spanloom.data.subset import subset
from spanloom.errors import NotFound
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.store import work
from spanloom.store.gold_used import gold_used
from spanloom.store.models import Json
from spanloom.store.samples import schema_of, sentences_of

_ARM = text("SELECT arm FROM jobs WHERE id = :job")
_GOLD = text("""
SELECT id, language FROM datasets
 WHERE run_id = :run AND source = 'gold' AND split = :split AND language = ANY(:languages)
""")
_MODEL = text("SELECT path FROM models WHERE job_id = :job")
_PREDICTION = text(
    "INSERT INTO predictions (job_id, dataset_id, tags) VALUES (:job, :dataset, :tags) ON CONFLICT DO NOTHING"
).bindparams(bindparam("tags", type_=Json))
_EVALUATION = text("""
INSERT INTO evaluations (id, run_id, job_id, dataset_id, language, source, setting, size, size_asked,
                         training_seed, subset_seed, facts)
VALUES (:id, :run, :job, :dataset, :language, :source, :setting, :size, :size_asked, :training_seed, :subset_seed,
        :facts) ON CONFLICT DO NOTHING
""").bindparams(bindparam("facts", type_=Json))
_SAVED = text("""
INSERT INTO models (id, job_id, run_id, path, bytes) VALUES (:job, :job, :run, :path, :bytes) ON CONFLICT DO NOTHING
""")
_OUTCOME = text("UPDATE jobs SET outcome = :outcome WHERE id = :job").bindparams(bindparam("outcome", type_=Json))
_PROGRESS = text(
    "UPDATE jobs SET progress = :progress WHERE id = :job AND attempt = :attempt AND state = 'claimed'"
).bindparams(bindparam("progress", type_=Json))


@dataclass(frozen=True)
class JobData:
    """All sentences a job needs. `tests` by gold test dataset: (dataset id, language, sentences)."""

    arm: Arm
    schema: LabelSchema
    train: list[Sentence]
    dev: list[Sentence] | None
    tests: list[tuple[str, str, list[Sentence]]]
    encoder_text: list[Sentence]
    start_from: str | None
    gold_used: int | None


def arm_of(connection: Connection, job: str) -> Arm:
    """The arm of a job. Raises NotFound."""
    arm = connection.execute(_ARM, {"job": job}).scalar()
    if arm is None:
        raise NotFound(f"there is no job {job!r}")
    return Arm.model_validate(arm)


def job_data(connection: Connection, arm: Arm) -> JobData:
    """Read a job's sentences and where its model starts from. Raises NotFound when the pre-trained model is gone."""
    start_from = None
    if arm.needs is not None:
        start_from = connection.execute(_MODEL, {"job": arm.needs}).scalar()
        if start_from is None:
            raise NotFound(f"the pre-trained model of {arm.needs} is not stored")
    tests = [
        (row.id, row.language, sentences_of(connection, row.id))
        for row in connection.execute(_GOLD, {"run": arm.run_id, "split": "test", "languages": list(arm.tests)})
    ]
    return JobData(
        arm=arm,
        schema=schema_of(connection, arm.train_dataset),
        train=sentences_of(connection, arm.train_dataset),
        dev=sentences_of(connection, arm.dev_dataset) if arm.dev_dataset else None,
        tests=sorted(tests),
        encoder_text=_encoder_text(connection, arm) if start_from is None else [],
        start_from=start_from,
        gold_used=gold_used(connection, arm),
    )


def _encoder_text(connection: Connection, arm: Arm) -> list[Sentence]:
    """What the tokenizer of a tiny encoder is trained on: the same for every arm of a language, whatever its source."""
    if arm.encoder.tiny is None:
        return []
    if arm.encoder_text:
        sets = [sentences_of(connection, dataset) for dataset in arm.encoder_text]
        return equal_shares(sets, arm.encoder.tiny.seed)
    known = {arm.language, *arm.tests}
    gold = connection.execute(_GOLD, {"run": arm.run_id, "split": "train", "languages": sorted(known)})
    return [s for row in sorted(gold) for s in sentences_of(connection, row.id)]


def equal_shares(sets: Sequence[Sequence[Sentence]], seed: int) -> list[Sentence]:
    """As many sentences of each set as the smallest holds, drawn by `seed`; the sets in the order given."""
    share = min(len(sentences) for sentences in sets)
    return [sentence for sentences in sets for sentence in subset(sentences, share, seed)]


def write_progress(connection: Connection, claim: work.Claim, progress: Mapping[str, Any]) -> None:
    """Overwrite the job's one row of progress, if the attempt still holds it."""
    connection.execute(_PROGRESS, {"job": claim.id, "attempt": claim.attempt, "progress": dict(progress)})


def write_result(
    connection: Connection,
    arm: Arm,
    job: str,
    predictions: Mapping[str, list[list[int]]],
    languages: Mapping[str, str],
    outcome: Mapping[str, Any],
    facts: Mapping[str, Any],
    model: tuple[str, int] | None,
) -> None:
    """Store predictions, model and evaluations of a finished job, in the transaction that ends it.

    A pre-training's predictions on its targets are their zero-shot evaluations: size 0.
    """
    connection.execute(_OUTCOME, {"job": job, "outcome": dict(outcome)})
    if model is not None:
        connection.execute(_SAVED, {"job": job, "run": arm.run_id, "path": model[0], "bytes": model[1]})
    zero_shot = arm.kind == "pretrain"
    for dataset, tags in predictions.items():
        connection.execute(_PREDICTION, {"job": job, "dataset": dataset, "tags": tags})
        connection.execute(
            _EVALUATION,
            {
                "id": f"{job}.{languages[dataset]}",
                "run": arm.run_id,
                "job": job,
                "dataset": dataset,
                "language": languages[dataset],
                "source": arm.source,
                "setting": arm.setting,
                "size": 0 if zero_shot else arm.size,
                "size_asked": 0 if zero_shot else arm.size_asked,
                "training_seed": arm.training_seed,
                "subset_seed": arm.subset_seed,
                "facts": dict(facts),
            },
        )
    work.notify(connection, "evaluations")
