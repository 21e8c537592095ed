"""Counts over verdicts: what `spanloom validate --json` prints and the ledger sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from spanloom.contracts.rules import Reason, Repair, Verdict


@dataclass
class Counts:
    """Calls, candidates and what became of them. `rejected` counts each candidate once, by its first reason.

    A call that failed is a call, but not one of `calls_without_object`: nothing was answered.
    """

    calls: int = 0
    calls_without_object: int = 0
    calls_failed: int = 0
    drafts: int = 0
    """Samples that were drafted while the model reasoned, and so are no candidates."""
    candidates: int = 0
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    """Candidates by repair, whatever became of them; one may have several."""
    marked: Counter[str] = field(default_factory=Counter)
    """Accepted samples by mark; one sample may have several."""

    def add_call(self, verdicts: Sequence[Verdict], drafts: int = 0) -> None:
        """Count one answered call."""
        self.calls += 1
        self.drafts += drafts
        self.calls_without_object += not verdicts
        self.candidates += len(verdicts)
        for verdict in verdicts:
            if verdict.repairs:
                self.repaired.update(map(str, verdict.repairs))
            if verdict.accepted:
                self.accepted += 1
                if verdict.marks:
                    self.marked.update(verdict.marks)
            else:
                self.rejected[str(verdict.reason)] += 1

    def add_failure(self) -> None:
        """Count one call that has an error in place of a completion."""
        self.calls += 1
        self.calls_failed += 1

    def as_json(self) -> dict[str, Any]:
        """Plain data; reasons and repairs in the order of their lists, those that did not occur left out."""
        return {
            "calls": self.calls,
            "calls_without_object": self.calls_without_object,
            "calls_failed": self.calls_failed,
            "drafts": self.drafts,
            "candidates": self.candidates,
            "accepted": self.accepted,
            "rejected": {str(reason): self.rejected[reason] for reason in Reason if self.rejected[reason]},
            "repaired": {str(repair): self.repaired[repair] for repair in Repair if self.repaired[repair]},
            "marked": {name: self.marked[name] for name in sorted(self.marked)},
        }


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of counts."""
    out = Counts()
    for part in parts:
        out.calls += part.calls
        out.calls_without_object += part.calls_without_object
        out.calls_failed += part.calls_failed
        out.drafts += part.drafts
        out.candidates += part.candidates
        out.accepted += part.accepted
        out.rejected += part.rejected
        out.repaired += part.repaired
        out.marked += part.marked
    return out
