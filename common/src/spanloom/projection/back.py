"""Projection back: spans found in a translation, carried to the sentence that was translated."""

from __future__ import annotations

from collections.abc import Sequence

from spanloom.contracts.projection import Projection
from spanloom.ner.links import Links, reversed_links
from spanloom.ner.spans import Span
from spanloom.projection.align import project_links


def project_back(spans: Sequence[Span], links: Links, translated_length: int, tokens: Sequence[str]) -> Projection:
    """Carry `spans` of a translation of so many tokens to the sentence's `tokens`; `links` go from sentence to
    translation, as they were found. What cannot be placed is lost with its reason, as on the way there.
    """
    return project_links(spans, reversed_links(links), translated_length, tokens)
