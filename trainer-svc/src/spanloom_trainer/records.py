"""The trainer's SQL: what a job reads, and the rows it writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text

from spanloom.contracts.arm import DIRECT, IDENTITY, Arm
from spanloom.data.subset import subset
from spanloom.errors import NotFound
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.store import work
from spanloom.store.gold_used import gold_used
from spanloom.store.samples import sentences_of, training_sentences
from spanloom.store.tables import Json
from spanloom_trainer.labels import annotated, shared_labels
from spanloom_trainer.models.cards import facts_for_card
from spanloom_trainer.models.store import ExportPolicy, export_policy

_ARM = text("SELECT arm FROM jobs WHERE id = :job")
_GOLD = text("""
SELECT id, language, tags, info FROM datasets
 WHERE run_id = :run AND source = 'gold' AND split = :split AND language = ANY(:languages)
""")
_LABELS = text("SELECT tags, info FROM datasets WHERE id = ANY(:ids)")
_NEEDED = text("SELECT arm ->> 'train_dataset' FROM jobs WHERE id = :job")
_MODEL = text("SELECT path FROM models WHERE job_id = :job")
_PREDICTION = text(
    "INSERT INTO predictions (job_id, dataset_id, method, tags) VALUES (:job, :dataset, :method, :tags) "
    "ON CONFLICT DO NOTHING"
).bindparams(bindparam("tags", type_=Json))
_EVALUATION = text("""
INSERT INTO evaluations (id, run_id, job_id, dataset_id, method, label_mapping, language, source, setting, size,
                         size_asked, training_seed, subset_seed, facts)
VALUES (:id, :run, :job, :dataset, :method, :label_mapping, :language, :source, :setting, :size, :size_asked,
        :training_seed, :subset_seed, :facts) ON CONFLICT DO NOTHING
""").bindparams(bindparam("facts", type_=Json))
_OUTCOME = text("UPDATE jobs SET outcome = :outcome WHERE id = :job").bindparams(bindparam("outcome", type_=Json))
_AGAIN = text("""
UPDATE jobs SET state = 'queued', forgiven = attempt, published = 0, finished_at = NULL, publish_after = now(),
       reason = 'its model is gone, and arms start from it'
 WHERE id = :job AND state = 'done'
""")
_PROGRESS = text(
    "UPDATE jobs SET progress = :progress WHERE id = :job AND attempt = :attempt AND state = 'claimed'"
).bindparams(bindparam("progress", type_=Json))


class BaseGone(NotFound):
    """The pre-trained model is not stored any more; the pre-training has to be done again."""

    def __init__(self, needs: str) -> None:
        self.needs = needs
        super().__init__(f"the pre-trained model of {needs} is not stored; it is trained again")


@dataclass(frozen=True)
class GoldTest:
    """A gold test dataset. `labels` are those it shares with the training data, None where they are all of its own."""

    dataset: str
    language: str
    sentences: list[Sentence]
    labels: tuple[str, ...] | None


@dataclass(frozen=True)
class JobData:
    """All sentences a job needs. `schema` is the model's: the longest of those it is trained on."""

    arm: Arm
    schema: LabelSchema
    train: list[Sentence]
    dev: list[Sentence] | None
    tests: list[GoldTest]
    encoder_text: list[Sentence]
    start_from: str | None
    gold_used: int | None
    export_policy: ExportPolicy
    card: dict[str, Any]


@dataclass(frozen=True)
class TestPrediction:
    """What one training says of one gold test set: tag ids by sentence, and its evaluations' facts by label mapping."""

    dataset: str
    language: str
    method: str
    tags: list[list[int]]
    facts: Mapping[str, dict[str, Any]]
    tagged: str | None = None
    """The dataset whose sentences the tags are of, where it is not the test set itself but stands for it."""


def arm_of(connection: Connection, job: str) -> Arm:
    """The arm of a job. Raises NotFound."""
    arm = connection.execute(_ARM, {"job": job}).scalar()
    if arm is None:
        raise NotFound(f"there is no job {job!r}")
    return Arm.stored(arm)


def job_data(connection: Connection, arm: Arm) -> JobData:
    """Read a job's sentences and where its model starts from. Raises BaseGone when the pre-trained model is gone."""
    start_from = None
    if arm.needs is not None:
        start_from = connection.execute(_MODEL, {"job": arm.needs}).scalar()
        if start_from is None:
            raise BaseGone(arm.needs)
    trained = [dataset for dataset, _ in arm.parts]
    if arm.needs is not None:
        trained.append(connection.execute(_NEEDED, {"job": arm.needs}).scalar_one())
    schemas = connection.execute(_LABELS, {"ids": trained}).all()
    known = {name for row in schemas for name in annotated(row.tags, row.info)}
    tests = [
        GoldTest(row.id, row.language, sentences_of(connection, row.id), shared_labels((row.tags, row.info), known))
        for row in connection.execute(_GOLD, {"run": arm.run_id, "split": "test", "languages": list(arm.tests)})
    ]
    return JobData(
        arm=arm,
        schema=max((LabelSchema(tuple(row.tags)) for row in schemas), key=len),
        train=training_sentences(connection, arm),
        dev=sentences_of(connection, arm.dev_dataset) if arm.dev_dataset else None,
        tests=sorted(tests, key=lambda test: test.dataset),
        encoder_text=_encoder_text(connection, arm) if start_from is None else [],
        start_from=start_from,
        gold_used=gold_used(connection, arm),
        export_policy=export_policy(connection, arm),
        card=facts_for_card(connection, arm),
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
    return [s for dataset in sorted(row.id for row in gold) for s in sentences_of(connection, dataset)]


def equal_shares(sets: Sequence[Sequence[Sentence]], seed: int) -> list[Sentence]:
    """As many sentences of each set as the smallest holds, drawn by `seed`; the sets in the order given."""
    share = min(len(sentences) for sentences in sets)
    return [sentence for sentences in sets for sentence in subset(sentences, share, seed)]


def pretrain_again(connection: Connection, job: str) -> None:
    """Queue a pre-training anew whose model is gone; its evaluations stay as they are."""
    connection.execute(_AGAIN, {"job": job})
    work.notify(connection, "jobs")


def write_progress(connection: Connection, claim: work.Claim, progress: Mapping[str, Any]) -> None:
    """Overwrite the job's one row of progress, if the attempt still holds it."""
    connection.execute(_PROGRESS, {"job": claim.id, "attempt": claim.attempt, "progress": dict(progress)})


def write_result(
    connection: Connection, arm: Arm, job: str, found: Iterable[TestPrediction], outcome: Mapping[str, Any]
) -> None:
    """Store predictions and evaluations of a finished job, in the transaction that ends it.

    A pre-training's predictions on its targets are their zero-shot evaluations: size 0, as for all that is tagged by a
    model that saw nothing of the target.
    """
    connection.execute(_OUTCOME, {"job": job, "outcome": dict(outcome)})
    zero_shot = arm.kind != "train"
    for one in found:
        place = {"job": job, "dataset": one.dataset, "method": one.method}
        connection.execute(_PREDICTION, {**place, "dataset": one.tagged or one.dataset, "tags": one.tags})
        for mapping, facts in one.facts.items():
            connection.execute(
                _EVALUATION,
                {
                    **place,
                    "id": evaluation_id(job, one.language, one.method, mapping),
                    "run": arm.run_id,
                    "label_mapping": mapping,
                    "language": one.language,
                    "source": arm.source,
                    "setting": arm.setting,
                    "size": 0 if zero_shot else arm.size,
                    "size_asked": 0 if zero_shot else arm.size_asked,
                    "training_seed": arm.training_seed,
                    "subset_seed": arm.subset_seed,
                    "facts": facts,
                },
            )
    work.notify(connection, "evaluations")


def evaluation_id(job: str, language: str, method: str, label_mapping: str) -> str:
    """`<job>.<language>`, and what differs from the plain evaluation of a first try over all labels.

    >>> evaluation_id("job-1", "da", "direct+restarts", "shared")
    'job-1.da.direct+restarts.shared'
    """
    return ".".join([job, language, *(part for part in (method, label_mapping) if part not in (DIRECT, IDENTITY))])
