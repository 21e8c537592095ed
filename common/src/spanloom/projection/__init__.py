"""Spans carried over to a translation, as pure functions: by word links, by markers, by translated mentions.

In `common`, because three services need them: the generator prepares what is translated, the validator carries the
spans over, the evaluator carries those found in a translation back.
"""

from __future__ import annotations

from spanloom.contracts.projection import Projector
from spanloom.ner.textspans import cutter
from spanloom.projection.align import ByAlignment
from spanloom.projection.mark import ByMarkers
from spanloom.projection.mention import ByMention


def projector(name: str, tokens: str) -> Projector:
    """The projector of a specification's `projection`; `tokens` says how translations are cut (`gold.tokens`)."""
    cut = cutter(tokens)
    made: dict[str, Projector] = {"align": ByAlignment(cut), "mark": ByMarkers(cut), "mention": ByMention(cut)}
    return made[name]
