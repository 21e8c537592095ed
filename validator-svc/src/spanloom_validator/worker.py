"""The validator's worker: judges completions and completes datasets, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine

from spanloom import telemetry
from spanloom.contracts.messages import CompletionMessage
from spanloom.contracts.rules import Treatment, Verdict
from spanloom.store.events import emit
from spanloom.store.settle import settle
from spanloom_validator import records
from spanloom_validator.duplicates.near import band_keys
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.diagnostics import apply_rules, diagnose
from spanloom_validator.records import DatasetContext, SeedSentence
from spanloom_validator.tally import JudgedCompletion, Tally, tally

CONTEXTS = 64
"""Datasets whose context is kept in memory."""


class ValidatorWorker:
    """Judges completions once, whoever delivers them and how often."""

    def __init__(self, db: Engine) -> None:
        self.db = db
        self._contexts: dict[str, DatasetContext] = {}

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
            done = self._store(
                connection, [JudgedCompletion(failed, self._context(connection, message.dataset_id), [])]
            )
        for run_id in done:
            settle(self.db, run_id)

    def judge(self, messages: Sequence[CompletionMessage]) -> list[JudgedCompletion]:
        """Verdicts of each completion; reads only. A failed call has none."""
        with self.db.connect() as connection:
            bare = [m.id for m in messages if not m.inline]
            texts = records.texts_of(connection, bare) if bare else {}
            seeds = records.seeds_of(connection, [m.id for m in messages])
            contexts = {m.dataset_id: self._context(connection, m.dataset_id) for m in messages}
        out = []
        for message in messages:
            context = contexts[message.dataset_id]
            written = message.text if message.inline else texts.get(message.id)
            if context is None or written is None:
                out.append(JudgedCompletion(message, context, []))
                continue
            shown = [context.gold_train[i] for i in seeds.get(message.id, ()) if i < len(context.gold_train)]
            verdicts = judge_completion(
                written,
                schema=context.schema,
                rules=context.rules,
                sample_format=context.sample_format,
                json_object=context.json_object,
                gold_eval=context.gold_eval,
                prompt_examples=frozenset(seed.content for seed in shown),
                script=context.script,
                alphabet=context.alphabet,
            )
            out.append(_diagnosed(message, context, verdicts, shown))
        return out

    def _context(self, connection: Connection, dataset: str) -> DatasetContext | None:
        context = self._contexts.get(dataset)
        if context is None:
            context = records.dataset_context(connection, dataset)
            if context is not None:
                if len(self._contexts) >= CONTEXTS:
                    self._contexts.pop(next(iter(self._contexts)))
                self._contexts[dataset] = context
        return context

    def _store(self, connection: Connection, judged: Sequence[JudgedCompletion]) -> list[str]:
        """The transaction: lock, take, insert, count. Returns the runs of datasets that became complete."""
        locked = records.lock_datasets(connection, [j.message.dataset_id for j in judged])
        mine = [j for j in judged if j.message.dataset_id in locked]
        taken = records.take_completions(connection, [j.message.id for j in mine])
        done = []
        for dataset, row in locked.items():
            batch = [j for j in mine if j.message.dataset_id == dataset and j.message.id in taken]
            context = batch[0].context if batch else None
            if context is None:
                continue
            found = tally(connection, context, batch, room=_room(row))
            records.insert_samples(connection, found.samples)
            records.insert_bands(connection, dataset, found.bands)
            records.insert_rejections(connection, found.rejections)
            after = records.count(connection, dataset, found.counts())
            if row.state == "collecting" and after.state == "complete":
                emit(
                    connection, context.run_id, "dataset",
                    id=dataset, state="complete", accepted=after.accepted, reason=after.reason,
                )  # fmt: skip
                done.append(context.run_id)
            _measure(context, found)
        return done


def _diagnosed(
    message: CompletionMessage, context: DatasetContext, verdicts: list[Verdict], shown: Sequence[SeedSentence]
) -> JudgedCompletion:
    """The verdicts under the rules about diagnostics, and the diagnostics of what is still accepted."""
    known = frozenset[str]().union(*(seed.entities for seed in shown))
    out, diagnostics, bands = [], {}, {}
    near, threshold = context.rules.near_duplicate, context.rules.near_duplicate_threshold
    for verdict in verdicts:
        if verdict.accepted:
            found = diagnose(verdict.tokens, verdict.tags, known=known, script=context.script, language=context.label)
            verdict = apply_rules(verdict, found, context.rules)
            diagnostics[verdict.index] = found
            if near is not Treatment.OFF:
                bands[verdict.index] = band_keys(verdict.tokens, threshold)
        out.append(verdict)
    return JudgedCompletion(message, context, out, diagnostics, bands)


def _room(row: Any) -> int | None:
    """How many samples a locked dataset still takes: none when complete, None for any number."""
    if row.state != "collecting":
        return 0
    return None if row.stop_accepted is None else max(0, row.stop_accepted - row.accepted)


def _measure(context: DatasetContext, found: Tally) -> None:
    label = {"language": context.language, "source": context.source}
    telemetry.VERDICTS.labels(**label, reason="accepted").inc(max(found.accepted, 0))
    for row in found.rejections:
        telemetry.VERDICTS.labels(**label, reason=row["reason"]).inc()
