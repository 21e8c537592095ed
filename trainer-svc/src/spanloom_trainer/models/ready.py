"""Tagging with a ready zero-shot model: GLiNER through its own package, asked for each label in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from spanloom.contracts.beneath import read_regular
from spanloom.contracts.folders import MOST_CONFIG_BYTES
from spanloom.errors import DataError, EnvironmentMissing
from spanloom.ner.schema import LabelSchema
from spanloom.ner.spans import Span, tags_of
from spanloom.ner.textspans import over_tokens

WINDOW = 128
"""Words that the model sees at a time; what it was trained on is of that length, and its own limit lies above it."""
BATCH = 16


class GlinerTagger:
    """A GLiNER model, a folder or a name on the hub, loaded once.

    `ask` are pairs of a label and what the model is asked for, in tag order. Raises EnvironmentMissing where package or
    model is not there, DataError for a model that brings code of its own.
    """

    def __init__(
        self, model: str, ask: Sequence[Sequence[str]], *, threshold: float = 0.5, device: str = "cpu"
    ) -> None:
        self.schema = LabelSchema.of([label for label, _ in ask])
        self.asked = [words for _, words in ask]
        self.threshold = threshold
        self.model = _load(model, device)

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[int]]:
        """A tag id for every word. A long sentence is read in pieces of `WINDOW` words, so that none is left out."""
        pieces = [(i, at) for i, words in enumerate(sentences) for at in range(0, len(words), WINDOW)]
        texts = [" ".join(sentences[i][at : at + WINDOW]) for i, at in pieces]
        found = self.model.inference(texts, self.asked, threshold=self.threshold, batch_size=BATCH) if texts else []
        out = [[0] * len(words) for words in sentences]
        for (i, at), entities in zip(pieces, found, strict=True):
            words = sentences[i][at : at + WINDOW]
            out[i][at : at + len(words)] = entity_tags(words, entities, self.asked)
        return out


def entity_tags(words: Sequence[str], entities: Sequence[Mapping[str, Any]], asked: Sequence[str]) -> list[int]:
    """Tag ids of words from entities of their text, the words joined by a space: `start`, `end`, `label`, `score`.

    An entity covers each word it touches; where two share one, the lower score gives way.

    >>> entity_tags(["Anna", "Li", "."], [{"start": 0, "end": 7, "label": "people", "score": 0.9}], ["people"])
    [1, 2, 0]
    """
    starts = accumulate((len(word) + 1 for word in words[:-1]), initial=0)
    places = [(start, start + len(word)) for start, word in zip(starts, words, strict=True)] if words else []
    best = sorted(entities, key=lambda entity: (-float(entity["score"]), int(entity["start"])))
    stretches = [(asked.index(str(entity["label"])), int(entity["start"]), int(entity["end"])) for entity in best]
    kept: list[Span] = []
    for span in over_tokens(stretches, places):
        if span is not None and all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return list(tags_of(kept, len(words)))


def _load(model: str, device: str) -> Any:
    try:
        from gliner import GLiNER
    except ImportError as error:
        raise EnvironmentMissing(
            f"source kind `tagger` needs the package gliner ({error}): pip install 'spanloom-trainer[gliner]'"
        ) from None
    _refuse_code(Path(model).expanduser())
    try:
        return GLiNER.from_pretrained(model, map_location=device)
    except (OSError, ValueError) as error:
        raise EnvironmentMissing(f"the GLiNER model {model!r} cannot be loaded: {error}") from error


def _refuse_code(folder: Path) -> None:
    """The package lets a configuration name code to be run; ours must not. Raises DataError."""
    config = folder / "gliner_config.json"
    if config.is_file() and "auto_map" in json.dumps(json.loads(read_regular(config, MOST_CONFIG_BYTES))):
        raise DataError("names code of its own (auto_map), which is not run; take another model", path=str(config))
