"""What a batch of verdicts adds to a dataset: its rows and counts, with the duplicates among all samples told.

Runs under the dataset's lock, so that what is stored and what is added are seen together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection

from spanloom.contracts.messages import CompletionMessage
from spanloom.contracts.rules import Reason, Repair, Treatment, Verdict
from spanloom.ner.sentence import content_hash, identity_hash
from spanloom_validator import records
from spanloom_validator.duplicates.rule import DuplicateRule, Place
from spanloom_validator.judge.diagnostics import Diagnostics
from spanloom_validator.judge.verdict import reject
from spanloom_validator.records import JudgedDataset


@dataclass
class Tally:
    """What one batch adds to a dataset."""

    calls: int = 0
    failed: int = 0
    without: int = 0
    candidates: int = 0
    accepted: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)
    bands: list[tuple[int, Place]] = field(default_factory=list)
    """MinHash keys with the sample that holds them."""
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


@dataclass(frozen=True)
class JudgedCompletion:
    """A completion's verdicts, before the dataset's other samples were looked at."""

    message: CompletionMessage
    dataset: JudgedDataset | None
    verdicts: list[Verdict]
    diagnostics: dict[int, Diagnostics] = field(default_factory=dict)
    """By the index of each accepted verdict."""
    bands: dict[int, list[int]] = field(default_factory=dict)
    """MinHash keys, likewise; none where the rules look for no near-duplicates."""
    drafts: int = 0
    """Samples drafted in its reasoning, which are no candidates."""


class NewSample(NamedTuple):
    """A sample that is good in itself."""

    verdict: Verdict
    identity: str
    diagnostics: Diagnostics | None
    bands: Sequence[int] = ()


def tally(connection: Connection, dataset: JudgedDataset, batch: Sequence[JudgedCompletion], room: int | None) -> Tally:
    """What a batch adds to a locked dataset that still takes `room` samples (None: any number).

    Writes nothing, but takes back, or marks, stored samples of which an earlier call now brings the first copy.
    """
    out = Tally()
    fresh: dict[Place, NewSample] = {}
    for item in batch:
        out.calls += 1
        out.failed += item.message.error is not None
        out.without += item.message.error is None and not item.verdicts
        out.candidates += len(item.verdicts)
        for verdict in item.verdicts:
            place = (item.message.call_index, verdict.index)
            if verdict.accepted:
                identity = identity_hash(verdict.tokens, verdict.tags)
                bands = item.bands.get(verdict.index, ())
                fresh[place] = NewSample(verdict, identity, item.diagnostics.get(verdict.index), bands)
            else:
                out.rejections.append(_rejection_row(dataset.id, place, verdict))
    if room == 0:
        surplus = ((place, fresh[place].verdict) for place in sorted(fresh))
        out.rejections += [_late_row(dataset.id, place, Reason.SURPLUS, verdict) for place, verdict in surplus]
    else:
        _judge_duplicates(connection, dataset, fresh, out, room)
    return out


def _judge_duplicates(
    connection: Connection, dataset: JudgedDataset, fresh: Mapping[Place, NewSample], out: Tally, room: int | None
) -> None:
    """Add what the duplicate rule accepts. What comes after the dataset has all its samples is surplus.

    A stored sample of which an earlier call now brings the first copy gives way (rejected, or marked).
    """
    rules, treatment = dataset.context.rules, dataset.context.rules.treatment(Reason.DUPLICATE)
    identities = [item.identity for item in fresh.values()]
    stored = records.firsts(connection, dataset.id, identities) if treatment is not Treatment.OFF else {}
    first = {identity: (row.call_index, row.candidate_index) for identity, row in stored.items()}
    keys = [key for item in fresh.values() for key in item.bands]
    rule = DuplicateRule(rules, first, records.bands(connection, dataset.id, keys) if keys else {})
    for place in sorted(fresh):
        verdict, identity, _, bands = fresh[place]
        ruling = rule.offer(place, identity, bands)
        if ruling.rejected:
            out.rejections.append(_late_row(dataset.id, place, Reason.DUPLICATE, verdict))
            continue
        if ruling.replaces is not None:
            _demote(connection, dataset.id, stored[identity], treatment, out)
        if room is not None and out.accepted >= room:
            rule.withdraw(place, identity, bands, ruling.replaces)
            out.rejections.append(_late_row(dataset.id, place, Reason.SURPLUS, verdict))
            continue
        out.samples.append(_sample_row(dataset.id, place, fresh[place], [*verdict.marks, *ruling.marks]))
        out.accepted += 1
        out.bands += [(key, place) for key in sorted(set(bands))]


def _demote(connection: Connection, dataset: str, row: Any, treatment: Treatment, out: Tally) -> None:
    place = (row.call_index, row.candidate_index)
    if treatment is Treatment.MARK:
        records.mark_sample(connection, dataset, *place, str(Reason.DUPLICATE))
        return
    records.drop_sample(connection, dataset, *place)
    repairs = tuple(map(Repair, row.repairs))
    gone = Verdict(index=place[1], accepted=True, offset=row.char_offset, tokens=tuple(row.tokens), repairs=repairs)
    out.rejections.append(_late_row(dataset, place, Reason.DUPLICATE, gone))
    out.accepted -= 1


def _sample_row(dataset: str, place: Place, item: NewSample, marks: list[str]) -> dict[str, Any]:
    verdict, identity, diagnostics, _ = item
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
        "diagnostics": diagnostics.as_json() if diagnostics is not None else None,
    }


def _rejection_row(dataset: str, place: Place, verdict: Verdict) -> dict[str, Any]:
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


def _late_row(dataset: str, place: Place, reason: Reason, verdict: Verdict) -> dict[str, Any]:
    """The rejection of a candidate that was good in itself."""
    return _rejection_row(dataset, place, reject(verdict, reason))
