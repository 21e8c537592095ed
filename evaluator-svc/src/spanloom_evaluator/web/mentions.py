"""Labelling every occurrence of a mention: plain functions over tokens and tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spanloom.ner.spans import spans_of


def occurrences(tokens: Sequence[str], mention: Sequence[str]) -> Iterator[int]:
    """Where a mention begins, left to right, none overlapping the one before.

    >>> list(occurrences(["a", "b", "a", "b"], ["a", "b"]))
    [0, 2]
    """
    at, size = 0, len(mention)
    while size and at + size <= len(tokens):
        if list(tokens[at : at + size]) == list(mention):
            yield at
            at += size
        else:
            at += 1


def label_occurrences(
    tokens: Sequence[str], tags: Sequence[int], mention: Sequence[str], kind: int | None
) -> list[int]:
    """Tags with every occurrence of the mention as one span of type `kind`, or as no entity (None).

    An occurrence that an entity reaches out of is left alone: in "New York Times" the town is not meant. `kind` is the
    type's index in the label schema; tag ids are IOB2 (odd begins, even goes on).

    >>> label_occurrences(["i", "Aarhus", "."], [0, 0, 0], ["Aarhus"], 2)
    [0, 5, 0]
    """
    out = list(tags)
    spans = spans_of(tags)
    for start in occurrences(tokens, mention):
        end = start + len(mention)
        touching = [span for span in spans if span.start < end and start < span.end]
        if any(span.start < start or span.end > end for span in touching):
            continue
        for i in range(start, end):
            out[i] = 0 if kind is None else 2 * kind + (1 if i == start else 2)
    return out
