"""The tables. One writer each: see the design's "One writer a table"; anyone may read.

Text columns hold what models wrote: PostgreSQL's jsonb refuses U+0000, text refuses only the character itself,
and `spanloom.store.text.storable` takes that out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

import spanloom.store.result_tables  # noqa: F401  theirs are tables of the same metadata
from spanloom.store.tables import RUN_STATES, Table, Work, one_of, work_args


class Run(Table):
    """One specification carried out. Written by the generator's API; ended by `settle`."""

    __tablename__ = "runs"
    __table_args__ = (CheckConstraint(one_of("state", RUN_STATES), name="runs_state"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    spec: Mapped[dict[str, Any]]
    spec_hash: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="running")
    reason: Mapped[str | None]
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    ended_at: Mapped[datetime | None]


class Dataset(Table):
    """The samples of one (run, language, source, split, version). Gold is complete at birth."""

    __tablename__ = "datasets"
    __table_args__ = (
        UniqueConstraint("run_id", "language", "source", "split", "version"),
        CheckConstraint(one_of("state", ("collecting", "complete")), name="datasets_state"),
        CheckConstraint("calls_judged <= calls_expected", name="datasets_calls"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    language: Mapped[str]
    source: Mapped[str]
    split: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    kind: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rules: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(server_default="collecting")
    reason: Mapped[str | None]
    paused: Mapped[str | None]
    """Why its calls are held back, until the run is resumed; null where they are not."""
    calls_expected: Mapped[int] = mapped_column(server_default="0")
    calls_judged: Mapped[int] = mapped_column(server_default="0")
    calls_failed: Mapped[int] = mapped_column(server_default="0")
    calls_without_object: Mapped[int] = mapped_column(server_default="0")
    candidates: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    stop_accepted: Mapped[int | None]
    calls_max: Mapped[int | None]
    content_sha256: Mapped[str | None]
    info: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    completed_at: Mapped[datetime | None]


class Prompt(Work, Table):
    """One call to be made. `request` is the engine's request as JSON text."""

    __tablename__ = "prompts"
    __table_args__ = (
        UniqueConstraint("dataset_id", "call_index"),
        Index("prompts_text", "text_key", postgresql_where=text("text_key IS NOT NULL")),
        *work_args("prompts"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    call_index: Mapped[int]
    request: Mapped[str]
    seeds: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    text_key: Mapped[str | None]
    """What is asked, where the same is asked but once a database: a hash of text, wording and translator."""


class Completion(Work, Table):
    """What a call gave: raw text, or the error it failed with. Judged once."""

    __tablename__ = "completions"
    __table_args__ = (
        UniqueConstraint("dataset_id", "call_index"),
        Index("completions_failed", "run_id", postgresql_where=text("error IS NOT NULL")),
        *work_args("completions"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    call_index: Mapped[int]
    text: Mapped[str | None]
    error: Mapped[str | None]
    finish_reason: Mapped[str | None]
    model: Mapped[str | None]
    tokens_in: Mapped[int | None]
    tokens_out: Mapped[int | None]
    seconds: Mapped[float | None]
    links: Mapped[str | None]
    linked_by: Mapped[str | None]
    link_seconds: Mapped[float | None]
    notes: Mapped[str | None]
    drafts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    judged_at: Mapped[datetime | None]


class Sample(Table):
    """An accepted candidate, or a gold sentence (call 0, its sentence index).

    `content` hashes the tokens alone (NFC, case-folded), to find copies of gold and of prompts; `identity` tokens (NFC)
    and tags, to find duplicates.
    """

    __tablename__ = "samples"
    __table_args__ = (
        Index("samples_identity", "dataset_id", "identity"),
        Index(
            "samples_flagged",
            "dataset_id",
            "call_index",
            "candidate_index",
            postgresql_where=text("repairs <> '{}' OR marks <> '{}'"),
        ),
    )
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    call_index: Mapped[int] = mapped_column(primary_key=True)
    candidate_index: Mapped[int] = mapped_column(primary_key=True)
    tokens: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ner_tags: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    content: Mapped[str]
    identity: Mapped[str]
    char_offset: Mapped[int] = mapped_column(server_default="0")
    repairs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    marks: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    diagnostics: Mapped[dict[str, Any] | None]


class SampleBand(Table):
    """One key of a sample's MinHash; near-duplicates share one. Kept where a dataset's rules look for them."""

    __tablename__ = "sample_bands"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dataset_id", "call_index", "candidate_index"],
            ["samples.dataset_id", "samples.call_index", "samples.candidate_index"],
            ondelete="CASCADE",
        ),
        Index("sample_bands_sample", "dataset_id", "call_index", "candidate_index"),
    )
    dataset_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    call_index: Mapped[int] = mapped_column(primary_key=True)
    candidate_index: Mapped[int] = mapped_column(primary_key=True)


class Rejection(Table):
    """A candidate that was refused: the first reason, all reasons, and where it stood."""

    __tablename__ = "rejections"
    __table_args__ = (Index("rejections_reason", "dataset_id", "reason"),)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    call_index: Mapped[int] = mapped_column(primary_key=True)
    candidate_index: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    char_offset: Mapped[int]
    delta: Mapped[int | None]
    repairs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    excerpt: Mapped[str]


class Correction(Table):
    """What a person said of a sample: who, when, and its tags before and after. Written by the evaluator's page.

    The last row of a sample counts. `applied_to` is the dataset version that took it in, null until one is made.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        Index("corrections_sample", "dataset_id", "call_index", "candidate_index", "id"),
        CheckConstraint(one_of("action", ("accept", "change", "reject")), name="corrections_action"),
    )
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    call_index: Mapped[int]
    candidate_index: Mapped[int]
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    action: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any] | None]
    applied_to: Mapped[str | None]


class Job(Work, Table):
    """The training of one arm; its id is the arm's hash. `needs` names the pre-training it waits for."""

    __tablename__ = "jobs"
    __table_args__ = work_args("jobs")
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    kind: Mapped[str]
    arm: Mapped[dict[str, Any]]
    needs: Mapped[str | None]
    progress: Mapped[dict[str, Any] | None]
    outcome: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Model(Table):
    """A model folder under SPANLOOM_MODELS, written by the attempt that finished the job.

    `place` is the (run, language, setting, source) that it is the best of so far, null where all are kept. `facts` are
    the training's, for the model card; `scored` says that the card on the disk tells its scores.
    """

    __tablename__ = "models"
    id: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), unique=True)
    run_id: Mapped[str]
    path: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    place: Mapped[str | None] = mapped_column(unique=True)
    dev_f1: Mapped[float | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    scored: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Prediction(Table):
    """The tags a job's model gave one gold set: one list of tag ids a sentence, in order.

    `method` is `direct` for the first try, `direct+restarts` for the try chosen after a collapse.
    """

    __tablename__ = "predictions"
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    method: Mapped[str] = mapped_column(primary_key=True, server_default="direct")
    tags: Mapped[list[Any]]


class Event(Table):
    """A state change. Shown only below the oldest running transaction, so that none is skipped."""

    __tablename__ = "events"
    __table_args__ = (Index("events_order", "run_id", "txid", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    txid: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))
    run_id: Mapped[str]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class DeadLetter(Table):
    """A message that could not be read or failed for good."""

    __tablename__ = "dead_letters"
    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str | None]
    value: Mapped[bytes]
    headers: Mapped[dict[str, Any]]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    replayed_at: Mapped[datetime | None]


class DeviceQueueEntry(Table):
    """Who wants a GPU, in order of `place`, and who has it. Rows tell; a file's lock excludes (`spanloom.gpu`)."""

    __tablename__ = "device_turns"
    __table_args__ = (
        UniqueConstraint("device", "holder"),
        CheckConstraint(one_of("state", ("waiting", "holding")), name="device_turns_state"),
    )
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    device: Mapped[str]
    holder: Mapped[str]
    pid: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="waiting")
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    since: Mapped[datetime | None]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
