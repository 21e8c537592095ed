"""From what held-out models say of every word to spans that look wrong. Plain functions over arrays; no torch.

A finding is a place where the tags that held-out models think likeliest name other spans than those given. It is
`flagged` where confident learning (Northcutt, Jiang and Chuang, 2021) says so too: at one of its words the proposed
tag has at least the probability that this tag has on the average word that is given it. So the threshold follows from
the data, and from how much the models know of a tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import Span, repair_iob, replaced, spans_of

Kind = Literal["type", "boundary", "both", "spurious", "missed"]


@dataclass(frozen=True)
class HeldOut:
    """What models that did not see a sentence said of its words, over several looks during training."""

    probabilities: NDArray[np.float32]
    """(words, tags): the mean over the looks."""
    loss: NDArray[np.float32]
    """(words,): the mean cross entropy of the given tag, in nats."""
    agreement: NDArray[np.float32]
    """(words,): the share of looks whose likeliest tag was the given one."""


@dataclass(frozen=True)
class Finding:
    """Spans of one sentence that held-out models would have given otherwise, over words `start` to `end - 1`.

    `kind`: another `type`, another `boundary`, `both` (or one span for several), `spurious` (they see no entity),
    `missed` (they see one where none is given).
    """

    sentence: int
    start: int
    end: int
    given: tuple[Span, ...]
    proposed: tuple[Span, ...]
    kind: Kind
    suspicion: float
    """0 to 1: how much likelier the proposed tags are than the given ones, the mean over the words that differ."""
    loss: float
    """Cross entropy of the given tags in nats, the mean over looks and over the words that differ."""
    agreement: float
    """Share of looks that gave the given tag, the mean over the words that differ."""
    flagged: bool


def findings_of(sentences: Sequence[Sentence], held: Sequence[HeldOut], tags: int) -> list[Finding]:
    """All findings, the most suspicious first. `held` is what was said of each sentence, over `tags` tags."""
    limits = confident_limits(sentences, held, tags)
    found = [one for i in range(len(sentences)) for one in _of_sentence(i, sentences[i], held[i], limits)]
    return sorted(found, key=lambda one: (-one.suspicion, one.sentence, one.start))


def confident_limits(sentences: Sequence[Sentence], held: Sequence[HeldOut], tags: int) -> NDArray[np.float64]:
    """(tags,): the mean probability of each tag over the words that are given it; above 1 for a tag none is given."""
    total, words = np.zeros(tags), np.zeros(tags)
    for sentence, said in zip(sentences, held, strict=True):
        given = np.asarray(repair_iob(sentence.tags), dtype=np.int64)
        np.add.at(total, given, said.probabilities[np.arange(len(given)), given])
        np.add.at(words, given, 1)
    return np.where(words > 0, total / np.maximum(words, 1), 2.0)


def _of_sentence(i: int, sentence: Sentence, held: HeldOut, limits: NDArray[np.float64]) -> list[Finding]:
    given = np.asarray(repair_iob(sentence.tags), dtype=np.int64)
    proposed = np.asarray(repair_iob(held.probabilities.argmax(1).tolist()), dtype=np.int64)
    if np.array_equal(given, proposed):
        return []
    ours, theirs = set(spans_of(given.tolist())), set(spans_of(proposed.tolist()))
    out = []
    for start, end in touching([*(ours - theirs), *(theirs - ours)]):
        words = start + np.flatnonzero(given[start:end] != proposed[start:end])
        likely = held.probabilities[words, proposed[words]]
        here = tuple(sorted((s for s in ours - theirs if start <= s.start < end), key=lambda s: s.start))
        there = tuple(sorted((s for s in theirs - ours if start <= s.start < end), key=lambda s: s.start))
        out.append(
            Finding(
                sentence=i,
                start=start,
                end=end,
                given=here,
                proposed=there,
                kind=_kind(here, there),
                # A repaired orphan may be less likely than what was given.
                suspicion=max(0.0, float((likely - held.probabilities[words, given[words]]).mean())),
                loss=float(held.loss[words].mean()),
                agreement=float(held.agreement[words].mean()),
                flagged=bool((likely >= limits[proposed[words]]).any()),
            )
        )
    return out


def touching(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Stretches `[start, end)` that spans cover, those that overlap taken together, in order.

    >>> touching([Span(0, 0, 2), Span(1, 1, 3), Span(0, 3, 4)])
    [(0, 3), (3, 4)]
    """
    out: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if out and span.start < out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], span.end)
        else:
            out.append((span.start, span.end))
    return out


def _kind(given: Sequence[Span], proposed: Sequence[Span]) -> Kind:
    if not given:
        return "missed"
    if not proposed:
        return "spurious"
    if len(given) != 1 or len(proposed) != 1:
        return "both"
    if given[0].type == proposed[0].type:
        return "boundary"
    return "type" if given[0][1:] == proposed[0][1:] else "both"


def relabelled(tags: Sequence[int], findings: Sequence[Finding]) -> tuple[int, ...]:
    """A sentence's tags with the given spans of its findings replaced by the proposed ones."""
    gone = [span for one in findings for span in one.given]
    return replaced(tags, gone, [span for one in findings for span in one.proposed])


def plain(one: Finding, schema: LabelSchema) -> dict[str, Any]:
    """A finding as plain data: spans as `{"type", "start", "stop"}`, with the types' names."""

    def spans(of: Sequence[Span]) -> list[dict[str, Any]]:
        return [{"type": schema.types[span.type], "start": span.start, "stop": span.end} for span in of]

    return {
        "sentence": one.sentence,
        "start": one.start,
        "stop": one.end,
        "kind": one.kind,
        "given": spans(one.given),
        "proposed": spans(one.proposed),
        "suspicion": one.suspicion,
        "loss": one.loss,
        "agreement": one.agreement,
        "flagged": one.flagged,
    }
