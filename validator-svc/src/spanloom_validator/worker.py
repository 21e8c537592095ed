"""The validator's worker: judges completions and completes datasets, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, Engine

from spanloom import telemetry
from spanloom.contracts.messages import CompletionMessage
from spanloom.contracts.rules import Treatment
from spanloom.store.corrected import take_over
from spanloom.store.events import emit
from spanloom.store.settle import settle
from spanloom_validator import records
from spanloom_validator.duplicates.near import band_keys
from spanloom_validator.extract.candidates import drafts_in
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.diagnostics import diagnose_accepted
from spanloom_validator.judge.labelled import on_sentence
from spanloom_validator.project.judge import judge_translation
from spanloom_validator.records import JudgedDataset, SeedSentence
from spanloom_validator.tally import JudgedCompletion, Tally, tally

log = structlog.stdlib.get_logger(__name__)
DATASETS = 64
"""Datasets of which what judging needs is kept in memory."""


class ValidatorWorker:
    """Judges completions once, whoever delivers them and how often."""

    def __init__(self, db: Engine) -> None:
        self.db = db
        self._datasets: dict[str, JudgedDataset] = {}

    def handle(self, messages: list[CompletionMessage]) -> None:
        """Judge a batch and store it; then settle the runs whose datasets it completed."""
        judged = self.judge(list({m.id: m for m in messages}.values()))
        with self.db.begin() as connection:
            done = self._store(connection, judged)
        for run_id in done:
            settle(self.db, run_id)

    def give_up(self, message: CompletionMessage, reason: str) -> None:
        """Count a completion that cannot be judged as a failed call: without it its dataset would never complete."""
        failed = message.model_copy(update={"text": None, "error": f"could not be judged: {reason}", "inline": True})
        with self.db.begin() as connection:
            if records.lock_datasets(connection, [message.dataset_id]):
                records.note_error(connection, message.id, str(failed.error))
            dataset = self._dataset(connection, message.dataset_id)
            done = self._store(connection, [JudgedCompletion(failed, dataset, [])])
        for run_id in done:
            settle(self.db, run_id)

    def judge(self, messages: Sequence[CompletionMessage]) -> list[JudgedCompletion]:
        """Verdicts of each completion; reads only. A failed call has none."""
        with self.db.connect() as connection:
            bare = [m.id for m in messages if not m.inline]
            texts = records.texts_of(connection, bare) if bare else {}
            seeds = records.seeds_of(connection, [m.id for m in messages])
            datasets = {m.dataset_id: self._dataset(connection, m.dataset_id) for m in messages}
            labelled = [m.id for m in messages if (known := datasets[m.dataset_id]) is not None and known.labelled]
            given = records.sentences_given(connection, labelled) if labelled else {}
        out = []
        for message in messages:
            dataset = datasets[message.dataset_id]
            written, links = (message.text, message.links) if message.inline else texts.get(message.id, (None, None))
            if dataset is None or written is None:
                out.append(JudgedCompletion(message, dataset, []))
                continue
            if dataset.translated is not None:
                verdicts = judge_translation(
                    message.call_index, written, links, dataset.translated, dataset.context.gold_eval
                )
                out.append(JudgedCompletion(message, dataset, verdicts))
                continue
            shown = [dataset.gold_train[i] for i in seeds.get(message.id, ()) if i < len(dataset.gold_train)]
            out.append(_judged(message, dataset, written, shown, given.get(message.id)))
        return out

    def _dataset(self, connection: Connection, dataset_id: str) -> JudgedDataset | None:
        dataset = self._datasets.get(dataset_id)
        if dataset is None:
            dataset = records.read_dataset(connection, dataset_id)
            if dataset is not None:
                if len(self._datasets) >= DATASETS:
                    self._datasets.pop(next(iter(self._datasets)))
                self._datasets[dataset_id] = dataset
        return dataset

    def _store(self, connection: Connection, judged: Sequence[JudgedCompletion]) -> list[str]:
        """The transaction: lock, take, insert, count. Returns the runs of datasets that became complete."""
        locked = records.lock_datasets(connection, [j.message.dataset_id for j in judged])
        mine = [j for j in judged if j.message.dataset_id in locked]
        taken = records.take_completions(connection, [j.message.id for j in mine])
        done = []
        for dataset_id, row in locked.items():
            batch = [j for j in mine if j.message.dataset_id == dataset_id and j.message.id in taken]
            dataset = batch[0].dataset if batch else None
            if dataset is None:
                continue
            found = tally(connection, dataset, batch, room=_room(row))
            records.insert_samples(connection, found.samples)
            records.insert_bands(connection, dataset_id, found.bands)
            records.insert_rejections(connection, found.rejections)
            records.note_drafts(connection, {j.message.id: j.drafts for j in batch if j.drafts})
            after = records.count(connection, dataset_id, found.counts())
            if row.state == "collecting" and after.state == "complete":
                taken_out = take_over(connection, dataset_id).rejected
                emit(
                    connection, dataset.run_id, "dataset",
                    id=dataset_id, state="complete", accepted=after.accepted - taken_out, reason=after.reason,
                )  # fmt: skip
                done.append(dataset.run_id)
            if after.paused:
                log.warning("dataset paused", dataset=dataset_id, why=after.paused)
                emit(connection, dataset.run_id, "dataset", id=dataset_id, state="paused", reason=after.paused)
            _measure(dataset, found)
        return done


def _judged(
    message: CompletionMessage,
    dataset: JudgedDataset,
    written: str,
    shown: Sequence[SeedSentence],
    given: Sequence[str] | None,
) -> JudgedCompletion:
    """The verdicts on a completion whose prompt showed some sentences, and gave one to be labelled or none, with what
    the tables keep of accepted ones.
    """
    context = dataset.context
    examples = frozenset(seed.content for seed in shown)
    known = frozenset[str]().union(*(seed.entities for seed in shown))
    verdicts = judge_completion(written, context, prompt_examples=examples)
    if given is not None:
        verdicts = on_sentence(verdicts, given)
    verdicts, diagnostics = diagnose_accepted(verdicts, context, known)
    bands = {}
    if context.rules.near_duplicate is not Treatment.OFF:
        threshold = context.rules.near_duplicate_threshold
        bands = {verdict.index: band_keys(verdict.tokens, threshold) for verdict in verdicts if verdict.accepted}
    drafts = drafts_in(written, context.sample_format)
    return JudgedCompletion(message, dataset, verdicts, diagnostics, bands, drafts)


def _room(row: Any) -> int | None:
    """How many samples a locked dataset still takes: none when complete, None for any number."""
    if row.state != "collecting":
        return 0
    return None if row.stop_accepted is None else max(0, row.stop_accepted - row.accepted)


def _measure(dataset: JudgedDataset, found: Tally) -> None:
    label = {"language": dataset.language, "source": dataset.source}
    telemetry.VERDICTS.labels(**label, reason="accepted").inc(max(found.accepted, 0))
    for row in found.rejections:
        telemetry.VERDICTS.labels(**label, reason=row["reason"]).inc()
