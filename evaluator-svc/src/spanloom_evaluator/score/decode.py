"""From IOB2 tag ids to spans, a whole test set at a time, on numpy.

One pass gives a tag sequence under both schemes. In seqeval's default scheme an orphan I-X (after O or another type)
begins a span; in its strict IOB2 scheme only B-X does. A span that begins with B-X ends at the same token in both, so
the strict spans are the default ones whose first tag is a B-.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from spanloom.errors import DataError, SchemaError
from spanloom.ner.schema import LabelSchema

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Tags:
    """Tag ids of all sentences end to end.

    `ids` (tokens,) and `offsets` (sentences + 1,): sentence i is `ids[offsets[i]:offsets[i + 1]]`.
    """

    ids: Ints
    offsets: Ints


@dataclass(frozen=True)
class Spans:
    """Spans in order of position; all arrays are (spans,). Positions count tokens over the whole test set."""

    sentence: Ints
    type: Ints
    start: Ints
    end: Ints
    begins: Bools
    """Whether the first tag is a B-: the strict scheme keeps these alone."""
    after_type: Bools
    """Whether the token before belongs to a span (of the same sentence)."""


def flatten(sentences: Sequence[Sequence[int]], size: int, name: str) -> Tags:
    """Tag ids end to end, checked against a label schema of `size` tags.

    Raises SchemaError that names the sentence and the token (both 0-based) of the first id outside the schema.
    """
    offsets = _offsets(sentences)
    ids = np.fromiter(chain.from_iterable(sentences), np.int64, int(offsets[-1]))
    wrong = np.flatnonzero((ids < 0) | (ids >= size))
    if len(wrong):
        sentence = int(np.searchsorted(offsets, wrong[0], "right")) - 1
        raise SchemaError(
            f"{name} sentence {sentence}, token {wrong[0] - offsets[sentence]}: tag id {ids[wrong[0]]} is outside "
            f"the label schema (0 to {size - 1})"
        )
    return Tags(ids, offsets)


def flatten_names(sentences: Sequence[Sequence[str]], schema: LabelSchema, name: str) -> Tags:
    """Tag names end to end, as ids of the schema.

    Raises SchemaError that names the sentence and the token (both 0-based) of the first tag outside the schema.
    """
    offsets = _offsets(sentences)
    try:
        ids = np.fromiter(map(schema.index.__getitem__, chain.from_iterable(sentences)), np.int64, int(offsets[-1]))
    except KeyError as error:
        number, token = next((i, s.index(error.args[0])) for i, s in enumerate(sentences) if error.args[0] in s)
        raise SchemaError(
            f"{name} sentence {number}, token {token}: tag {error.args[0]!r} is not in the label schema "
            f"({', '.join(schema.tags)})"
        ) from None
    return Tags(ids, offsets)


def _offsets(sentences: Sequence[Sequence[object]]) -> Ints:
    offsets = np.zeros(len(sentences) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, sentences), np.int64, len(sentences)), out=offsets[1:])
    return offsets


def check_aligned(gold: Tags, pred: Tags) -> None:
    """Raises DataError unless both hold the same sentences, length by length."""
    if len(gold.offsets) != len(pred.offsets):
        raise DataError(
            f"gold has {len(gold.offsets) - 1} sentences and the predictions {len(pred.offsets) - 1}; "
            "give one prediction per gold sentence"
        )
    wrong = np.flatnonzero(np.diff(gold.offsets) != np.diff(pred.offsets))
    if len(wrong):
        i = int(wrong[0])
        raise DataError(
            f"sentence {i} has {np.diff(gold.offsets)[i]} gold tags and {np.diff(pred.offsets)[i]} predicted ones; "
            "give one tag per token"
        )


def decode(tags: Tags) -> Spans:
    """Spans of IOB2 tag ids (0 = O, odd = B-X, even = I-X; type = (id - 1) // 2), in seqeval's default scheme."""
    ids, count = tags.ids, len(tags.ids)
    first = np.zeros(count + 1, bool)
    first[tags.offsets] = True
    kind = (ids - 1) >> 1  # (tokens,), -1 for O
    before = np.full(count + 1, -1, np.int64)
    before[1:] = kind
    same = (kind == before[:-1]) & ~first[:-1]
    starts = (kind >= 0) & ((ids & 1 == 1) | ~same)
    # A span ends before a token that is O, begins another span or opens a sentence, and at the very end.
    closes = np.ones(count + 1, bool)
    closes[:-1] = (kind < 0) | starts | first[:-1]
    start = np.flatnonzero(starts)
    end = np.flatnonzero(closes & (before >= 0))
    return Spans(
        sentence=np.searchsorted(tags.offsets, start, "right") - 1,
        type=kind[start],
        start=start,
        end=end,
        begins=ids[start] & 1 == 1,
        after_type=(before[start] >= 0) & ~first[start],
    )
