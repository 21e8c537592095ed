"""The validator's worker: judges completions and completes datasets, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from spanloom import telemetry
from spanloom.contracts.messages import CompletionMessage
from spanloom.contracts.rules import Reason, Repair, Treatment, Verdict
from spanloom.ner.sentence import content_hash, identity_hash
from spanloom.store.events import emit
from spanloom.store.settle import settle
from spanloom_validator import records
from spanloom_validator.judge import EXCERPT, judge_completion
from spanloom_validator.records import DatasetContext

CONTEXTS = 64
"""Datasets whose context is kept in memory."""


@dataclass(frozen=True)
class Judged:
    """A completion's verdicts, before the dataset's other samples were looked at."""

    message: CompletionMessage
    context: DatasetContext | None
    verdicts: list[Verdict]


@dataclass
class Tally:
    """What one batch adds to a dataset."""

    calls: int = 0
    failed: int = 0
    without: int = 0
    candidates: int = 0
    accepted: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)
    rejections: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """For the dataset's row."""
        return {
            "calls": self.calls,
            "failed": self.failed,
            "without": self.without,
            "candidates": self.candidates,
            "accepted": self.accepted,
        }


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
            done = self._store(connection, [Judged(failed, self._context(connection, message.dataset_id), [])])
        for run_id in done:
            settle(self.db, run_id)

    def judge(self, messages: Sequence[CompletionMessage]) -> list[Judged]:
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
                out.append(Judged(message, context, []))
                continue
            examples = {context.gold_train[i] for i in seeds.get(message.id, ()) if i < len(context.gold_train)}
            verdicts = judge_completion(
                written,
                schema=context.schema,
                rules=context.rules,
                sample_format=context.sample_format,
                json_object=context.json_object,
                gold_eval=context.gold_eval,
                prompt_examples=examples,
                script=context.script,
            )
            out.append(Judged(message, context, verdicts))
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

    def _store(self, connection: Connection, judged: Sequence[Judged]) -> list[str]:
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
            tally = _tally(connection, context, batch, room=_room(row))
            records.insert_samples(connection, tally.samples)
            records.insert_rejections(connection, tally.rejections)
            after = records.count(connection, dataset, tally.counts())
            if row.state == "collecting" and after.state == "complete":
                emit(
                    connection, context.run_id, "dataset",
                    id=dataset, state="complete", accepted=after.accepted, reason=after.reason,
                )  # fmt: skip
                done.append(context.run_id)
            _measure(context, tally)
        return done


def _room(row: Any) -> int | None:
    """How many samples a locked dataset still takes: none when complete, None for any number."""
    if row.state != "collecting":
        return 0
    return None if row.stop_accepted is None else max(0, row.stop_accepted - row.accepted)


def _tally(connection: Connection, context: DatasetContext, batch: Sequence[Judged], room: int | None) -> Tally:
    tally = Tally()
    fresh: dict[tuple[int, int], tuple[Verdict, str]] = {}
    for item in batch:
        tally.calls += 1
        tally.failed += item.message.error is not None
        tally.without += item.message.error is None and not item.verdicts
        tally.candidates += len(item.verdicts)
        for verdict in item.verdicts:
            place = (item.message.call_index, verdict.index)
            if verdict.accepted:
                fresh[place] = (verdict, identity_hash(verdict.tokens, verdict.tags))
            else:
                tally.rejections.append(_rejection_row(context.id, place, verdict))
    _judge_duplicates(connection, context, fresh, tally, room)
    return tally


def _judge_duplicates(
    connection: Connection,
    context: DatasetContext,
    fresh: dict[tuple[int, int], tuple[Verdict, str]],
    tally: Tally,
    room: int | None,
) -> None:
    """Keep the first of equal samples by place, whatever order completions arrive in.

    A stored sample of which an earlier call now brings the first copy gives way (rejected, or marked). What comes
    after the dataset has all its samples (`room`, None for any number) is surplus.
    """
    if room == 0:
        tally.rejections += [_late_row(context.id, place, Reason.SURPLUS, fresh[place][0]) for place in sorted(fresh)]
        return
    treatment = context.rules.treatment(Reason.DUPLICATE)
    stored = (
        records.firsts(connection, context.id, [i for _, i in fresh.values()]) if treatment != Treatment.OFF else {}
    )
    first = {identity: (row.call_index, row.candidate_index) for identity, row in stored.items()}
    for place in sorted(fresh):
        verdict, identity = fresh[place]
        earlier = first.get(identity)
        late = treatment != Treatment.OFF and earlier is not None and earlier < place
        if not late:
            if treatment != Treatment.OFF and earlier is not None:
                _demote(connection, context, stored[identity], treatment, tally)
            first[identity] = place
        if late and treatment == Treatment.REJECT:
            tally.rejections.append(_late_row(context.id, place, Reason.DUPLICATE, verdict))
            continue
        if room is not None and tally.accepted >= room:
            tally.rejections.append(_late_row(context.id, place, Reason.SURPLUS, verdict))
            continue
        marks = [*verdict.marks, str(Reason.DUPLICATE)] if late else list(verdict.marks)
        tally.samples.append(_sample_row(context.id, place, verdict, identity, marks))
        tally.accepted += 1


def _demote(connection: Connection, context: DatasetContext, row: Any, treatment: Treatment, tally: Tally) -> None:
    place = (row.call_index, row.candidate_index)
    if treatment == Treatment.MARK:
        records.mark_sample(connection, context.id, *place, str(Reason.DUPLICATE))
        return
    records.drop_sample(connection, context.id, *place)
    repairs = tuple(map(Repair, row.repairs))
    gone = Verdict(index=place[1], accepted=True, offset=row.char_offset, tokens=tuple(row.tokens), repairs=repairs)
    tally.rejections.append(_late_row(context.id, place, Reason.DUPLICATE, gone))
    tally.accepted -= 1


def _sample_row(
    dataset: str, place: tuple[int, int], verdict: Verdict, identity: str, marks: list[str]
) -> dict[str, Any]:
    return {
        "dataset_id": dataset,
        "call_index": place[0],
        "candidate_index": place[1],
        "tokens": list(verdict.tokens),
        "ner_tags": list(verdict.tags),
        "content": content_hash(verdict.tokens),
        "identity": identity,
        "char_offset": verdict.offset,
        "repairs": [str(name) for name in verdict.repairs],
        "marks": marks,
    }


def _rejection_row(dataset: str, place: tuple[int, int], verdict: Verdict) -> dict[str, Any]:
    return {
        "dataset_id": dataset,
        "call_index": place[0],
        "candidate_index": place[1],
        "reason": str(verdict.reason),
        "reasons": [str(reason) for reason in verdict.reasons],
        "char_offset": verdict.offset,
        "delta": verdict.delta,
        "repairs": [str(name) for name in verdict.repairs],
        "excerpt": verdict.excerpt,
    }


def _late_row(dataset: str, place: tuple[int, int], reason: Reason, verdict: Verdict) -> dict[str, Any]:
    """The rejection of a candidate that was good in itself."""
    late = verdict._replace(accepted=False, reason=reason, reasons=(reason,), excerpt=_excerpt(verdict.tokens))
    return _rejection_row(dataset, place, late)


def _excerpt(tokens: Sequence[str]) -> str:
    return " ".join(tokens)[:EXCERPT]


def _measure(context: DatasetContext, tally: Tally) -> None:
    label = {"language": context.language, "source": context.source}
    telemetry.VERDICTS.labels(**label, reason="accepted").inc(max(tally.accepted, 0))
    for row in tally.rejections:
        telemetry.VERDICTS.labels(**label, reason=row["reason"]).inc()
