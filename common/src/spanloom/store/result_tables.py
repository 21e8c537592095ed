"""The tables of results: evaluations, their scores, and what is drawn from them. The evaluator writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from spanloom.store.tables import Json, Table, Work, work_args


class Evaluation(Work, Table):
    """The scores of one model on one gold test set; the row can be read alone.

    `told_at`: when its message on results.v1 was stored; null while it waits for that.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        UniqueConstraint("job_id", "dataset_id", "method", "label_mapping", "metric_version"),
        *work_args("evaluations"),
        Index("evaluations_untold", "finished_at", postgresql_where=text("state = 'done' AND told_at IS NULL")),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    method: Mapped[str] = mapped_column(server_default="direct")
    label_mapping: Mapped[str] = mapped_column(server_default="identity")
    metric_version: Mapped[int] = mapped_column(server_default="1")
    language: Mapped[str]
    source: Mapped[str]
    setting: Mapped[str]
    size: Mapped[int]
    size_asked: Mapped[int]
    training_seed: Mapped[int] = mapped_column(BigInteger)
    subset_seed: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    precision: Mapped[float | None]
    recall: Mapped[float | None]
    f1: Mapped[float | None]
    lo: Mapped[float | None]
    hi: Mapped[float | None]
    readings: Mapped[dict[str, Any] | None]
    told_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Score(Table):
    """One reading's figures for one label (or `micro`, `macro`, `weighted`)."""

    __tablename__ = "scores"
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id", ondelete="CASCADE"), primary_key=True)
    reading: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    precision: Mapped[float]
    recall: Mapped[float]
    f1: Mapped[float]
    gold: Mapped[int]
    predicted: Mapped[int]


class SentenceScores(Table):
    """Per-sentence counts of one reading and label, as arrays in sentence order."""

    __tablename__ = "sentence_scores"
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id", ondelete="CASCADE"), primary_key=True)
    reading: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    true_positive: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    predicted: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    gold: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class ArmScore(Table):
    """An arm over its training seeds on one test set: mean typed F1 and its interval, which no SQL can draw.

    Written by the evaluator in the transaction that ends an evaluation, so that it always speaks of all that ended.
    `id` hashes the columns before `seeds`; `version` is the training dataset's. `measures` has typed F1,
    boundary F1 and span accuracy by the names of their columns in the views, each with `value`, `lo` and `hi`; null
    where an earlier release scored the arm (`spanloom intervals RUN` draws them). A replica of that release that renews
    a row leaves its measures as they were: they hold where the typed F1 in them is the row's.
    """

    __tablename__ = "arm_scores"
    __table_args__ = (Index("arm_scores_run", "run_id"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    language: Mapped[str]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    label_mapping: Mapped[str]
    setting: Mapped[str]
    control: Mapped[str]
    size: Mapped[int]
    source: Mapped[str]
    version: Mapped[int]
    method: Mapped[str]
    seeds: Mapped[int]
    f1: Mapped[float]
    lo: Mapped[float]
    hi: Mapped[float]
    level: Mapped[float]
    resamples: Mapped[int]
    varies: Mapped[str]
    measures: Mapped[dict[str, Any] | None]


class ArmTest(Table):
    """Two arms that differ in their source alone, tested: `difference` is first less second, `p` is raw.

    `measures` as in `ArmScore`, each with `value`, `other` (the second arm's), `difference`, `lo`, `hi` and `p`; they
    hold where the difference of typed F1 in them is the row's.
    """

    __tablename__ = "arm_tests"
    first: Mapped[str] = mapped_column(ForeignKey("arm_scores.id", ondelete="CASCADE"), primary_key=True)
    second: Mapped[str] = mapped_column(ForeignKey("arm_scores.id", ondelete="CASCADE"), primary_key=True, index=True)
    difference: Mapped[float]
    lo: Mapped[float]
    hi: Mapped[float]
    p: Mapped[float]
    swaps: Mapped[int]
    measures: Mapped[dict[str, Any] | None]


class AuditSpan(Table):
    """Spans of a sample that models which never saw its sentence would have given otherwise. Written by the trainer.

    Words `start` to `stop - 1`; `given` and `proposed` are lists of `{"type", "start", "stop"}`.
    """

    __tablename__ = "audit_spans"
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    call_index: Mapped[int] = mapped_column(primary_key=True)
    candidate_index: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    stop: Mapped[int]
    kind: Mapped[str]
    given: Mapped[list[Any]]
    proposed: Mapped[list[Any]]
    suspicion: Mapped[float]
    loss: Mapped[float]
    agreement: Mapped[float]
    flagged: Mapped[bool]


class Advice(Table):
    """What to do next, for each language of a run, as the evaluator made it from this many ended evaluations."""

    __tablename__ = "advice"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    evaluations: Mapped[int]
    body: Mapped[list[Any]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
