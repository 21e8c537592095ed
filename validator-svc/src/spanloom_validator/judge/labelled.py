"""The verdict on a labelled sentence: its own words with the entities that the answer marked, or a reject."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import accumulate, pairwise

from spanloom.contracts.rules import Reason, Verdict
from spanloom.ner.spans import Span, spans_of, tags_of
from spanloom.ner.textspans import over_tokens
from spanloom_validator.judge.verdict import reject


def on_sentence(verdicts: Sequence[Verdict], tokens: Sequence[str]) -> list[Verdict]:
    """The verdicts on what was answered when the sentence `tokens` was to be labelled, in order.

    An answer may cut the words otherwise than the sentence does: its entities are carried over by their characters. One
    that changes a character beside white space (after NFC) is `text_changed`, one with two entities within one token
    `overlap`. The first that fits is taken, further ones are `surplus`.
    """
    out: list[Verdict] = []
    for verdict in verdicts:
        if not verdict.accepted:
            out.append(verdict)
        elif any(one.accepted for one in out):
            out.append(reject(verdict, Reason.SURPLUS))
        else:
            out.append(_carried(verdict, tokens))
    return out


def _carried(verdict: Verdict, tokens: Sequence[str]) -> Verdict:
    theirs, ours = _seen(verdict.tokens), _seen(tokens)
    if "".join(theirs) != "".join(ours):
        return reject(verdict, Reason.TEXT_CHANGED)
    tags = tuple(verdict.tags)
    if theirs != ours:
        spans = _over(spans_of(tags), theirs, ours)
        if any(left.end > right.start for left, right in pairwise(spans)):
            return reject(verdict, Reason.OVERLAP)
        tags = tags_of(spans, len(ours))
    return verdict._replace(tokens=tuple(tokens), tags=tags)


def _seen(tokens: Sequence[str]) -> list[str]:
    """What of each token is compared: its characters but for white space, composed."""
    return ["".join(unicodedata.normalize("NFC", token).split()) for token in tokens]


def _over(spans: Sequence[Span], theirs: Sequence[str], ours: Sequence[str]) -> list[Span]:
    """Spans over the tokens `theirs` as spans over `ours`, which hold the same characters; in order."""
    starts = list(accumulate(map(len, theirs), initial=0))
    pieces = list(pairwise(accumulate(map(len, ours), initial=0)))
    stretches = [(span.type, starts[span.start], starts[span.end]) for span in spans]
    return sorted((span for span in over_tokens(stretches, pieces) if span is not None), key=lambda span: span.start)
