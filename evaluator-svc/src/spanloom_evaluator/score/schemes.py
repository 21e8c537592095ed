"""Scores of predictions against gold: every evaluation scheme from one pass, kept as counts per sentence.

    typed     same boundaries and type, in seqeval's default scheme
    strict    the same, in seqeval's strict IOB2 scheme (an orphan I- is no span)
    boundary  same boundaries, any type
    partial   SemEval-2013 task 9.1 partial: an overlap counts one half, any type
    type      SemEval-2013 task 9.1 type: some overlap and the same type

Precision, recall and F1 of any selection of sentences, intervals and tests are sums over the counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spanloom.ner.schema import LabelSchema
from spanloom_evaluator.score.decode import Ints, Spans, Tags, check_aligned, decode, flatten, flatten_names
from spanloom_evaluator.score.overlap import match

# Stored rows and the API call a scheme `reading`.
SCHEMES = ("typed", "strict", "boundary", "partial", "type")
ALL = "*"
"""The row of `SentenceCounts` over all types together; a type's own row is read as if the others were not there."""

METRIC_VERSION = 1
"""Counts with the same version can be compared; raise it when a scheme changes."""


class Prf(NamedTuple):
    """Precision, recall and F1 as fractions (0 where undefined, as seqeval has it), and the counts behind them."""

    precision: float
    recall: float
    f1: float
    tp: float
    pred: float
    gold: float

    @classmethod
    def of(cls, tp: float, pred: float, gold: float) -> Prf:
        """From counts of true positives, predicted and gold spans."""
        f1 = 2 * tp / (pred + gold) if tp else 0.0
        return cls(tp / pred if pred else 0.0, tp / gold if gold else 0.0, f1, tp, pred, gold)


@dataclass(frozen=True)
class SentenceCounts:
    """Counts per sentence: `array` is (schemes, types + 1, 3, sentences), the 3 being tp, pred, gold.

    The last row of the second axis is `ALL`. Counts of the partial scheme are in halves (all three of them), so that
    they are whole numbers and the same formulas hold.
    """

    types: tuple[str, ...]
    array: NDArray[np.int32]

    @property
    def sentences(self) -> int:
        """How many sentences were counted."""
        return int(self.array.shape[-1])

    def of(self, scheme: str = "typed", label: str = ALL) -> NDArray[np.int32]:
        """(3, sentences): tp, pred, gold of one scheme and one type (or `ALL`)."""
        row = len(self.types) if label == ALL else self.types.index(label)
        out: NDArray[np.int32] = self.array[SCHEMES.index(scheme), row]
        return out

    def rows(self) -> list[dict[str, Any]]:
        """Plain rows to store: `{reading, label, tp, pred, gold}`, each count a list of ints, one per sentence."""
        return [
            {"reading": scheme, "label": label, "tp": tp.tolist(), "pred": pred.tolist(), "gold": gold.tolist()}
            for scheme in SCHEMES
            for label in (*self.types, ALL)
            for tp, pred, gold in [self.of(scheme, label)]
        ]

    @classmethod
    def from_rows(cls, rows: Iterable[dict[str, Any]]) -> SentenceCounts:
        """Back from stored `rows`, in any order. Raises ValueError when a row is missing or twice there."""
        by_key: dict[tuple[str, str], list[list[int]]] = {}
        for row in rows:
            key = (row["reading"], row["label"])
            if key in by_key:
                raise ValueError(f"counts of scheme {key[0]!r}, label {key[1]!r} are there twice")
            by_key[key] = [row["tp"], row["pred"], row["gold"]]
        types = tuple(dict.fromkeys(label for _, label in by_key if label != ALL))
        missing = [(r, label) for r in SCHEMES for label in (*types, ALL) if (r, label) not in by_key]
        if missing or len(by_key) != len(SCHEMES) * (len(types) + 1):
            raise ValueError(f"counts of {missing or sorted(by_key)} are missing or unknown; schemes are {SCHEMES}")
        cube = [[by_key[r, label] for label in (*types, ALL)] for r in SCHEMES]
        return cls(types, np.asarray(cube, np.int32))


class Illegal(NamedTuple):
    """Orphan I- tags, each of which breaks IOB2."""

    after_outside: int
    """I-X at the start of a sentence or after O."""
    after_other: int
    """I-X after a span of another type."""


@dataclass(frozen=True)
class Scores:
    """All that one pass over gold and predictions tells."""

    counts: SentenceCounts
    tokens: int
    illegal_gold: Illegal
    illegal_pred: Illegal

    @cached_property
    def totals(self) -> NDArray[np.int64]:
        """(schemes, types + 1, 3): counts over all sentences."""
        out: NDArray[np.int64] = self.counts.array.sum(axis=-1, dtype=np.int64)
        return out

    @property
    def types(self) -> tuple[str, ...]:
        """Entity types in the schema's order."""
        return self.counts.types

    def of(self, scheme: str = "typed", label: str = ALL) -> Prf:
        """Precision, recall, F1 of one scheme: over all spans (micro), or of one type."""
        row = len(self.types) if label == ALL else self.types.index(label)
        tp, pred, gold = self.totals[SCHEMES.index(scheme), row].tolist()
        unit = 2 if scheme == "partial" else 1
        return Prf.of(tp / unit, pred / unit, gold / unit) if unit > 1 else Prf.of(tp, pred, gold)

    def macro(self, scheme: str = "typed") -> Prf:
        """Unweighted mean over the types that occur in gold or predictions."""
        return self._mean(scheme, weighted=False)

    def weighted(self, scheme: str = "typed") -> Prf:
        """Mean over types, weighted by their gold spans."""
        return self._mean(scheme, weighted=True)

    def _mean(self, scheme: str, *, weighted: bool) -> Prf:
        rows = [row for row in (self.of(scheme, label) for label in self.types) if row.gold or row.pred]
        weights = [row.gold if weighted else 1.0 for row in rows]
        total = sum(weights)
        p, r, f = (
            sum(w * row[i] for w, row in zip(weights, rows, strict=True)) / total if total else 0.0 for i in range(3)
        )
        return Prf(p, r, f, sum(x.tp for x in rows), sum(x.pred for x in rows), sum(x.gold for x in rows))

    @property
    def entity_span_accuracy(self) -> float:
        """Gold spans whose boundaries are predicted exactly, type ignored, over all gold spans."""
        return self.of("boundary").recall

    @property
    def exact(self) -> float:
        """Gold spans predicted with their boundaries and their type, over all gold spans."""
        return self.of("typed").recall

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON and for a row of `evaluations`."""
        return {
            **{scheme: self.of(scheme)._asdict() for scheme in SCHEMES},
            "macro": self.macro()._asdict(),
            "weighted": self.weighted()._asdict(),
            "entity_span_accuracy": self.entity_span_accuracy,
            "exact": self.exact,
            "labels": {
                label: {**self.of("typed", label)._asdict(), **{r: self.of(r, label)._asdict() for r in SCHEMES[1:]}}
                for label in self.types
            },
            "illegal": {"gold": self.illegal_gold._asdict(), "pred": self.illegal_pred._asdict()},
            "sentences": self.counts.sentences,
            "tokens": self.tokens,
            "metric_version": METRIC_VERSION,
        }


def score(gold: Sequence[Sequence[int]], pred: Sequence[Sequence[int]], schema: LabelSchema) -> Scores:
    """Score predicted tag ids against gold ones, sentence by sentence.

    Raises SchemaError for an id outside the schema, DataError where sentences or lengths differ.
    """
    return _score(flatten(gold, len(schema), "gold"), flatten(pred, len(schema), "predicted"), schema)


def score_names(gold: Sequence[Sequence[str]], pred: Sequence[Sequence[str]], schema: LabelSchema) -> Scores:
    """`score` of tag names such as `B-PER`."""
    return _score(flatten_names(gold, schema, "gold"), flatten_names(pred, schema, "predicted"), schema)


def _score(gold: Tags, pred: Tags, schema: LabelSchema) -> Scores:
    check_aligned(gold, pred)
    gold_spans, pred_spans = decode(gold), decode(pred)
    tokens = len(gold.ids)
    counts = count(gold_spans, pred_spans, sentences=len(gold.offsets) - 1, tokens=tokens, types=schema.types)
    return Scores(counts, tokens, _illegal(gold_spans), _illegal(pred_spans))


def count(gold: Spans, pred: Spans, *, sentences: int, tokens: int, types: tuple[str, ...]) -> SentenceCounts:
    """Counts per sentence of all schemes, from the spans of gold and predictions."""
    end_at, type_at = np.full(tokens + 1, -1, np.int64), np.full(tokens + 1, -1, np.int64)
    begins_at = np.zeros(tokens + 1, bool)
    end_at[gold.start], type_at[gold.start], begins_at[gold.start] = gold.end, gold.type, gold.begins
    boundary = end_at[pred.start] == pred.end
    typed = boundary & (type_at[pred.start] == pred.type)
    strict = typed & pred.begins & begins_at[pred.start]
    halves, type_hits = match(gold, pred)
    own_halves, own_type_hits = match(gold, pred, shift=tokens)

    out = np.empty((len(SCHEMES), len(types) + 1, 3, sentences), np.int32)
    grid = _Grid(len(types), sentences)
    gold_all, pred_all = grid.sums(gold, None), grid.sums(pred, None)
    # Within one type, equal boundaries are a typed match.
    weights = {"typed": (typed, typed), "strict": (strict, strict), "boundary": (typed, boundary)}
    weights |= {"partial": (own_halves, halves), "type": (own_type_hits, type_hits)}
    for i, scheme in enumerate(SCHEMES):
        own, over_all = weights[scheme]
        out[i, :-1, 0], out[i, -1, 0] = grid.sums(pred, own)[:-1], grid.sums(pred, over_all)[-1]
        unit = 2 if scheme == "partial" else 1
        is_strict = scheme == "strict"
        out[i, :, 1] = grid.sums(pred, pred.begins) if is_strict else unit * pred_all
        out[i, :, 2] = grid.sums(gold, gold.begins) if is_strict else unit * gold_all
    return SentenceCounts(types, out)


class _Grid(NamedTuple):
    types: int
    sentences: int

    def sums(self, spans: Spans, weight: NDArray[Any] | None) -> Ints:
        """(types + 1, sentences): weights (or one each) of spans added up by type, the last row over all types."""
        cell = spans.type * self.sentences + spans.sentence
        size = self.types * self.sentences
        if weight is not None and weight.dtype == bool:
            flat = np.bincount(cell[weight], minlength=size)
        else:
            flat = np.bincount(cell, weight, minlength=size).astype(np.int64)
        table = flat.reshape(self.types, self.sentences)
        return np.concatenate([table, table.sum(axis=0, keepdims=True)])


def _illegal(spans: Spans) -> Illegal:
    orphan = ~spans.begins
    return Illegal(int((orphan & ~spans.after_type).sum()), int((orphan & spans.after_type).sum()))
