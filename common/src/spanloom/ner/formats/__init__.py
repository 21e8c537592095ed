"""Sentence formats: what a sample looks like in prompts and completions."""

from __future__ import annotations

from spanloom.errors import SpecError
from spanloom.ner.formats.arrays import TagIds, TagNames
from spanloom.ner.formats.entities import Entities
from spanloom.ner.formats.inline import Inline
from spanloom.ner.formats.pairs import Pairs
from spanloom.ner.formats.port import FormatProblem, SampleFormat

FORMATS: dict[str, SampleFormat] = {f.name: f for f in (TagIds(), TagNames(), Pairs(), Entities(), Inline())}
"""The formats by name."""

__all__ = ["FORMATS", "FormatProblem", "SampleFormat", "sample_format"]


def sample_format(name: str) -> SampleFormat:
    """The format of a name. Raises SpecError naming those there are."""
    try:
        return FORMATS[name]
    except KeyError:
        raise SpecError([("format", f"{name!r} is not a format; allowed: {', '.join(FORMATS)}")]) from None
