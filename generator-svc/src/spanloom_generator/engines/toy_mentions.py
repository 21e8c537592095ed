"""Exchanging mentions between training sentences, so that no sentence comes twice the same way."""

from __future__ import annotations

import random
from collections.abc import Iterable

from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of

Mentions = dict[int, list[tuple[str, ...]]]
"""Tokens of mentions by type index."""


def mentions_of(sentences: Iterable[Sentence]) -> Mentions:
    """The mentions of the sentences, each as often as it occurs."""
    mentions: Mentions = {}
    for sentence in sentences:
        for span in spans_of(sentence.tags):
            mentions.setdefault(span.type, []).append(sentence.tokens[span.start : span.end])
    return mentions


def exchange_mentions(sentence: Sentence, mentions: Mentions, share: float, rng: random.Random) -> Sentence:
    """The sentence with about a `share` of its mentions replaced by random ones of their type.

    The mention replacement of Dai and Adel, "An Analysis of Simple Data Augmentation for Named Entity Recognition"
    (COLING 2020). Raises KeyError when a type of the sentence has no mention.
    """
    tokens: list[str] = []
    tags: list[int] = []
    done = 0
    for span in spans_of(sentence.tags):
        tokens += sentence.tokens[done : span.start]
        tags += sentence.tags[done : span.start]
        mention = sentence.tokens[span.start : span.end]
        if rng.random() < share:
            mention = rng.choice(mentions[span.type])
        tokens += mention
        tags += [2 * span.type + 1, *[2 * span.type + 2] * (len(mention) - 1)]
        done = span.end
    return Sentence((*tokens, *sentence.tokens[done:]), (*tags, *sentence.tags[done:]))
