"""Projection by mentions: the LLM translates the sentence and each entity in it, and must find it there again.

The answer is one JSON object, `{"translation": str, "entities": {"1": str, ...}}`; each entity's translation must be a
part of the sentence's, as in CLaP (Parekh et al., 2024), here in one call. Mentions that stand in the translation as
often as they are asked for are taken in order; where they stand more often nobody can say which is meant.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from spanloom.contracts.projection import Lost, Projection
from spanloom.ner.links import Links
from spanloom.ner.spans import Span
from spanloom.ner.textspans import Cut, at_spaces, over_tokens

_Answer = tuple[str, dict[int, str]]


class ByMention:
    """The projector `mention`; `cut` says how the translation is cut into tokens."""

    name = "mention"

    def __init__(self, cut: Cut = at_spaces) -> None:
        self._cut = cut

    def prepare(self, tokens: Sequence[str], spans: Sequence[Span]) -> str:
        """The sentence, tokens joined by a space, and its entities by number, as one JSON object."""
        entities = {str(k): " ".join(tokens[span.start : span.end]) for k, span in enumerate(spans, 1)}
        return json.dumps({"sentence": " ".join(tokens), "entities": entities}, ensure_ascii=False)

    def plain(self, tokens: Sequence[str], answer: str) -> str:
        """The sentence's translation of the answer."""
        read = _read(answer)
        return "" if read is None else read[0].strip()

    def project(
        self, tokens: Sequence[str], spans: Sequence[Span], answer: str, links: Links | None = None
    ) -> Projection:
        """The sentence's translation with the spans where the entities' translations stand in it."""
        if not answer.strip():
            return Projection((), (), tuple((k, Lost.NO_TRANSLATION) for k in range(len(spans))))
        read = _read(answer)
        if read is None:
            return Projection((), (), tuple((k, Lost.ANSWER_UNREADABLE) for k in range(len(spans))))
        text, mentions = read
        pieces = self._cut(text)
        plain = tuple(text[start:end] for start, end in pieces)
        lost: dict[int, Lost] = {k: Lost.LABEL_LOST for k in range(len(spans)) if not mentions.get(k + 1, "").strip()}
        groups: dict[str, list[int]] = {}
        for k in range(len(spans)):
            if k not in lost:
                groups.setdefault(mentions[k + 1].strip(), []).append(k)
        found: dict[int, Span] = {}
        taken: set[int] = set()
        # The longest first, so that `New York Times` has its words before `New York` is looked for.
        for mention, asked in sorted(groups.items(), key=lambda group: (-len(group[0]), group[1])):
            places = [p for p in _places(mention, text, pieces) if taken.isdisjoint(range(*p))]
            if len(places) != len(asked):
                reason = Lost.MENTION_ABSENT if len(places) < len(asked) else Lost.MENTION_AMBIGUOUS
                lost |= dict.fromkeys(asked, reason)
                continue
            for k, (start, end) in zip(asked, places, strict=True):
                found[k] = Span(spans[k].type, start, end)
                taken.update(range(start, end))
        return Projection(
            plain, tuple(sorted(found.values(), key=lambda span: span.start)), tuple(sorted(lost.items()))
        )


def _read(answer: str) -> _Answer | None:
    """The object of an answer, whatever stands before and after it; None where it is not the one asked for."""
    start, end = answer.find("{"), answer.rfind("}")
    try:
        value = json.loads(answer[start : end + 1]) if 0 <= start < end else None
    except (json.JSONDecodeError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("translation"), str):
        return None
    entities = value.get("entities", {})
    if not value["translation"].strip() or not isinstance(entities, dict):
        return None
    if not all(isinstance(k, str) and k.isdecimal() and len(k) < 7 and isinstance(v, str) for k, v in entities.items()):
        return None
    return value["translation"], {int(k): v for k, v in entities.items()}


def _places(mention: str, text: str, words: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the mention stands as whole tokens, or, where it nowhere does, as part of tokens."""
    at: list[int] = []
    start = text.find(mention)
    while start >= 0:
        at.append(start)
        start = text.find(mention, start + len(mention))
    spans = [span for span in over_tokens([(0, a, a + len(mention)) for a in at], words) if span is not None]
    whole = {start for start, _ in words}, {end for _, end in words}
    exact = [
        (span.start, span.end)
        for span, a in zip(spans, at, strict=True)
        if a in whole[0] and a + len(mention) in whole[1]
    ]
    return exact or [(span.start, span.end) for span in spans]
