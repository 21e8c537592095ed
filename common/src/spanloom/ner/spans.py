"""IOB2: from tags to spans, and the repair of orphan I- tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """An entity: type index in the schema's order, first token, one past the last token."""

    type: int
    start: int
    end: int


def spans_of(tags: Sequence[int]) -> list[Span]:
    """Spans of IOB2 tag ids (0 = O, odd = B-X, even = I-X; type = (id - 1) // 2).

    An orphan I-X (after O or another type) begins a span, as seqeval's default reading has it.
    """
    spans: list[Span] = []
    current, start = -1, 0
    for i, tag in enumerate(tags):
        kind = (tag - 1) // 2 if tag else -1
        if current >= 0 and (tag == 0 or tag % 2 == 1 or kind != current):
            spans.append(Span(current, start, i))
            current = -1
        if tag and current < 0:
            current, start = kind, i
    if current >= 0:
        spans.append(Span(current, start, len(tags)))
    return spans


def orphans(tags: Sequence[int]) -> list[int]:
    """Positions of I-X that follow neither B-X nor I-X of the same type."""
    return [i for i, tag in enumerate(tags) if tag and tag % 2 == 0 and (i == 0 or tags[i - 1] not in (tag, tag - 1))]


def repair_iob(tags: Sequence[int]) -> tuple[int, ...]:
    """Tags with each orphan I-X turned into B-X; the spans stay what `spans_of` reads."""
    fixed = set(orphans(tags))
    return tuple(tag - 1 if i in fixed else tag for i, tag in enumerate(tags))


def tags_of(spans: Iterable[Span], length: int) -> tuple[int, ...]:
    """IOB2 tag ids of `length` tokens from spans that do not overlap; `spans_of` reads the same spans.

    Raises ValueError for a span that is empty, overlaps another or ends past the last token.
    """
    tags = [0] * length
    for span in spans:
        if not 0 <= span.start < span.end <= length or any(tags[span.start : span.end]):
            raise ValueError(f"{span} does not fit {length} tokens beside the others")
        tags[span.start : span.end] = [2 * span.type + 1] + [2 * span.type + 2] * (span.end - span.start - 1)
    return tuple(tags)


def replaced(tags: Sequence[int], gone: Iterable[Span], new: Iterable[Span]) -> tuple[int, ...]:
    """Tags with some spans taken out and others put in. Raises ValueError as `tags_of` does."""
    out = set(gone)
    return tags_of([*(span for span in spans_of(tags) if span not in out), *new], len(tags))
