"""Tagging with a finished model."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.spans import spans_of
from spanloom_trainer.core.base import load_base
from spanloom_trainer.core.data import split
from spanloom_trainer.core.encode import encode
from spanloom_trainer.core.precision import resolve
from spanloom_trainer.core.tagging import tag


def described(schema: LabelSchema, tokens: Sequence[str], tags: Sequence[int]) -> dict[str, Any]:
    """A tagged sentence as plain data: tokens, tag names, and entities with the words `[start, end)` they span."""
    entities = [
        {"type": schema.types[s.type], "start": s.start, "end": s.end, "text": " ".join(tokens[s.start : s.end])}
        for s in spans_of(tags)
    ]
    return {"tokens": list(tokens), "tags": schema.names(tags), "entities": entities}


class Tagger:
    """A model folder or hub name, loaded once. Raises EnvironmentMissing or DataError where it cannot tag."""

    def __init__(self, model: str | Path, *, device: str = "cpu") -> None:
        self.base = load_base(str(model))
        if self.base.tags is None:
            raise DataError(
                "has no label names, so it was not trained to tag; export one with Spanloom", path=str(model)
            )
        self.schema = LabelSchema(self.base.tags)
        place = torch.device(device)
        self.model, self.precision = self.base.model, "fp32"  # on a CPU, so that every machine tags alike
        if place.type != "cpu":
            self.model = copy.deepcopy(self.base.model).to(place)  # the base is remembered: trainings start from it
            self.precision = resolve("auto", place, self.base.inner_parameters)

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[int]]:
        """A tag id for every word; long sentences are windowed and merged, so none is lost."""
        longest = min(512, self.base.longest)
        encoded = encode(self.base.tokenizer, sentences, max_length=longest, stride=longest // 4)
        words = split(encoded, (), None)
        return tag(self.model, words, padding=self.base.padding, precision=self.precision).tags
