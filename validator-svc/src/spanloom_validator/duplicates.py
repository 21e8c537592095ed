"""Duplicates within a dataset: the one thing a verdict cannot say without the samples before it.

A sample is judged against accepted samples only, and only when nothing else rejects it. So the number of duplicates
in a dataset does not depend on the order in which its completions arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from spanloom.contracts.rules import Reason, Rules, Treatment, Verdict
from spanloom.ner.sentence import identity_hash


@dataclass
class Seen:
    """What a dataset's accepted samples leave behind: plain data, so that a table can hold the same."""

    identities: set[str] = field(default_factory=set)


def mark_duplicates(verdicts: Iterable[Verdict], seen: Seen, rules: Rules) -> list[Verdict]:
    """The verdicts with duplicates rejected or marked, as the rules have it; adds accepted samples to `seen`."""
    treatment = rules.treatment(Reason.DUPLICATE)
    out = []
    for verdict in verdicts:
        if verdict.accepted and treatment is not Treatment.OFF:
            key = identity_hash(verdict.tokens, verdict.tags)
            if key in seen.identities:
                verdict = as_duplicate(verdict, treatment)
            seen.identities.add(key)
        out.append(verdict)
    return out


def as_duplicate(verdict: Verdict, treatment: Treatment) -> Verdict:
    """The verdict on a sample whose key the dataset already has."""
    if treatment is Treatment.REJECT:
        return reject(verdict, Reason.DUPLICATE)
    if treatment is Treatment.MARK:
        return verdict._replace(marks=(*verdict.marks, str(Reason.DUPLICATE)))
    return verdict


def reject(verdict: Verdict, reason: Reason) -> Verdict:
    """An accepted verdict turned into a rejected one, for a reason known only now: `duplicate`, `surplus`."""
    return verdict._replace(
        accepted=False, reason=reason, reasons=(reason,), marks=(), excerpt=" ".join(verdict.tokens)[:240]
    )
