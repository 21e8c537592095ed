"""A toy language whose entities are told by their neighbours: for trainings that take a second."""

from __future__ import annotations

import random

from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence

SCHEMA = LabelSchema.of(["PER", "LOC"])


def toy_sentences(count: int, seed: int) -> list[Sentence]:
    draw = random.Random(seed)
    people = ["anna", "bo", "carla", "dan", "eva", "finn"]
    places = ["oslo", "rom", "wien", "bern", "york"]
    fill = ["og", "så", "men", "det", "var", "her", "nu", "altid"]
    out = []
    for _ in range(count):
        tokens, tags = [], []
        for _ in range(draw.randint(1, 4)):
            kind = draw.choice(["per", "loc", "fill", "fill"])
            if kind == "per":
                words = draw.sample(people, draw.choice([1, 1, 2]))
                tokens += ["hr", *words]
                tags += [0, 1, *[2] * (len(words) - 1)]
            elif kind == "loc":
                tokens += ["i", draw.choice(places)]
                tags += [0, 3]
            else:
                tokens += draw.choices(fill, k=draw.randint(1, 3))
                tags += [0] * (len(tokens) - len(tags))
        out.append(Sentence(tuple(tokens), tuple(tags)))
    return out
