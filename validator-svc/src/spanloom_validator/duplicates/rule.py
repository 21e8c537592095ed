"""Duplicates within a dataset: the one thing a verdict cannot say without the samples before it.

The first of equal samples is kept, by place and not by arrival: a sample stored earlier gives way to one of an earlier
call. Only accepted samples are looked at, and only where nothing else rejects. So neither the number of exact
duplicates nor which one is kept depends on the order in which completions arrive. Of near-duplicates the one that
arrives first stays. The same rule holds a file's samples in memory (`mark_duplicates`) and a batch against the tables.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from spanloom.contracts.rules import NEAR_DUPLICATE, Reason, Rules, Treatment, Verdict
from spanloom_validator.duplicates.near import band_keys
from spanloom_validator.judge.verdict import reject

Place = tuple[int, int]
"""Call index and candidate index: of equal samples the one with the lowest is the first."""

Identity = TypeVar("Identity", bound=Hashable)


class Ruling(NamedTuple):
    """What the rule says of one sample that is good in itself."""

    rejected: bool
    """It is a duplicate, and duplicates are rejected."""
    marks: tuple[str, ...] = ()
    """`duplicate`, `near_duplicate`, where these are only marked."""
    replaces: Place | None = None
    """A sample of the dataset at a later place that is the same and gives way to this one."""


_NEW, _REJECTED = Ruling(False), Ruling(True)


class DuplicateRule(Generic[Identity]):
    """The accepted samples of a dataset, as far as the rules ask for them, and what these make of one more."""

    def __init__(
        self, rules: Rules, first: dict[Identity, Place] | None = None, holders: dict[int, set[Place]] | None = None
    ) -> None:
        self.exact, self.near = rules.treatment(Reason.DUPLICATE), rules.near_duplicate
        self.threshold = rules.near_duplicate_threshold
        self.first = first if first is not None else {}
        """The first sample of each identity: tokens after NFC and tags, or a hash of these."""
        self.holders = holders if holders is not None else {}
        """The samples that hold each MinHash key; empty unless near-duplicates are looked for."""

    def offer(self, place: Place, identity: Identity, bands: Sequence[int] = ()) -> Ruling:
        """What the rule makes of a sample, which counts from now on unless it is rejected.

        `bands` are its `near.band_keys`; none where the rules ask for none.
        """
        earlier = None
        if self.exact is not Treatment.OFF:
            earlier = self.first.setdefault(identity, place)  # looking first would hash it twice
            if earlier is place:
                earlier = None
        if earlier is None and not bands:
            return _NEW
        late = earlier is not None and earlier < place
        if late and self.exact is Treatment.REJECT:
            return _REJECTED
        near = not late and any(self.holders.get(key, set()) - {earlier} for key in bands)
        if near and self.near is Treatment.REJECT:
            if earlier is None:
                self.first.pop(identity, None)
            return _REJECTED
        if earlier is not None and not late:
            self.first[identity] = place
        for key in bands:
            self.holders.setdefault(key, set()).add(place)
        marks = (*[str(Reason.DUPLICATE)] * late, *[NEAR_DUPLICATE] * near)
        return Ruling(False, marks, None if late else earlier)

    def withdraw(self, place: Place, identity: Identity, bands: Sequence[int], replaced: Place | None) -> None:
        """Count a sample no longer, which was not rejected and is not taken all the same."""
        if replaced is not None:
            self.first[identity] = replaced
        elif self.first.get(identity) == place:
            del self.first[identity]
        for key in bands:
            self.holders[key].discard(place)


TextAndTags = tuple[str, tuple[int, ...]]
"""A sample's tokens in one string, each after a NUL, which no accepted token holds; and its tags."""


class SeenSamples(DuplicateRule[TextAndTags]):
    """The rule over samples in memory, which come in their order: each one's place is the next."""

    samples = 0


def mark_duplicates(verdicts: Iterable[Verdict], seen: SeenSamples) -> list[Verdict]:
    """The verdicts with duplicates rejected or marked, as the rules have it; adds accepted samples to `seen`."""
    out = list(verdicts)
    accepted = [index for index, verdict in enumerate(out) if verdict.accepted]
    # One string is hashed faster than many; one is looked at faster, too.
    texts = ["\0".join(out[index].tokens) for index in accepted]
    if not _is_normal("\0".join(texts)):
        texts = [unicodedata.normalize("NFC", text) for text in texts]
    near, exact, setdefault = seen.near is not Treatment.OFF, seen.exact is not Treatment.OFF, seen.first.setdefault
    number = seen.samples
    seen.samples += len(accepted)
    for index, text in zip(accepted, texts, strict=True):
        verdict = out[index]
        number += 1
        place, identity = (number, 0), (text, verdict.tags)
        if near:
            ruling = seen.offer(place, identity, band_keys(verdict.tokens, seen.threshold))
        elif exact and setdefault(identity, place) is not place:
            ruling = seen.offer(place, identity)
        else:
            continue  # new, as `offer` would say: nearly all are
        if ruling.rejected:
            out[index] = reject(verdict, Reason.DUPLICATE)
        elif ruling.marks:
            out[index] = verdict._replace(marks=(*verdict.marks, *ruling.marks))
    return out


def _is_normal(text: str) -> bool:
    """Whether NFC surely leaves the text as it is.

    The Tamil vowel sign AA stands in most Tamil text, and but after two other vowel signs it joins nothing; the
    library, which does not look at what stands before, would take each such text apart and put it together again.
    """
    if text.isascii():
        return True
    if "\u0bbe" in text and "\u0bc6\u0bbe" not in text and "\u0bc7\u0bbe" not in text:
        text = text.replace("\u0bbe", "\u0b86")
    return unicodedata.is_normalized("NFC", text)
