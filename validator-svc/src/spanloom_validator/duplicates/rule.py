"""Duplicates within a dataset: the one thing a verdict cannot say without the samples before it.

A sample is judged against accepted samples only, and only when nothing else rejects it. So the number of exact
duplicates in a dataset does not depend on the order in which its completions arrive.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from spanloom.contracts.rules import NEAR_DUPLICATE, Reason, Rules, Treatment, Verdict
from spanloom_validator.duplicates.near import band_keys


@dataclass
class Seen:
    """What a dataset's accepted samples leave behind: plain data, so that tables can hold the same."""

    identities: set[tuple[tuple[str, ...], tuple[int, ...]]] = field(default_factory=set)
    """Tokens after NFC and tags, as `identity_hash` hashes them."""
    bands: set[int] = field(default_factory=set)
    """MinHash bands of the samples' tokens; empty unless near-duplicates are looked for."""


def mark_duplicates(verdicts: Iterable[Verdict], seen: Seen, rules: Rules) -> list[Verdict]:
    """The verdicts with duplicates rejected or marked, as the rules have it; adds accepted samples to `seen`."""
    treatment, identities = rules.treatment(Reason.DUPLICATE), seen.identities
    exact, near = treatment is not Treatment.OFF, rules.near_duplicate is not Treatment.OFF
    out = list(verdicts)
    for place, verdict in enumerate(out):
        if not verdict.accepted:
            continue
        before = len(identities)
        if exact:
            identity = _identity(verdict)
            identities.add(identity)  # at once: looking first would hash it twice
            if len(identities) == before:
                out[place] = verdict = as_duplicate(verdict, treatment, str(Reason.DUPLICATE))
        if near and verdict.accepted:
            out[place] = verdict = _judge_near(verdict, seen, rules)
            if not verdict.accepted and len(identities) > before:
                identities.remove(identity)
    return out


def _judge_near(verdict: Verdict, seen: Seen, rules: Rules) -> Verdict:
    """An accepted verdict after near-duplicates are looked for; if it stays accepted, its bands are added to `seen`."""
    keys = band_keys(verdict.tokens, rules.near_duplicate_threshold)
    if not seen.bands.isdisjoint(keys) and Reason.DUPLICATE not in verdict.marks:
        verdict = as_duplicate(verdict, rules.near_duplicate, NEAR_DUPLICATE)
    if verdict.accepted:
        seen.bands.update(keys)
    return verdict


def _identity(verdict: Verdict) -> tuple[tuple[str, ...], tuple[int, ...]]:
    tokens = verdict.tokens
    text = "".join(tokens)
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        tokens = tuple(unicodedata.normalize("NFC", token) for token in tokens)
    return tokens, verdict.tags


def as_duplicate(verdict: Verdict, treatment: Treatment, mark: str) -> Verdict:
    """The verdict on a sample that the dataset already has: rejected, or accepted with the mark."""
    if treatment is Treatment.REJECT:
        return reject(verdict, Reason.DUPLICATE)
    return Verdict._make((*verdict[:9], (*verdict.marks, mark), verdict.excerpt))


def reject(verdict: Verdict, reason: Reason) -> Verdict:
    """An accepted verdict turned into a rejected one, for a reason known only now: `duplicate`, `surplus`."""
    excerpt = " ".join(verdict.tokens)[:240]
    return Verdict._make((verdict[0], False, reason, (reason,), *verdict[4:9], (), excerpt))
