"""Train, dev and test sentences as the encoder sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from spanloom.contracts.training import Recipe
from spanloom.errors import DataError, SchemaError, SpecError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of
from spanloom_trainer.core.base import Base, vocabulary
from spanloom_trainer.core.batches import Ints
from spanloom_trainer.core.encode import IGNORE, Encoded, attended, encode, labels_of, pad


@dataclass(frozen=True)
class EncodedSplit:
    """One set of sentences. `ids` and `labels` are one row per window, `labels` empty for the test set.

    Ids are rows of the trimmed embedding where the vocabulary is trimmed.
    """

    encoded: Encoded
    ids: tuple[tuple[int, ...], ...]
    labels: tuple[tuple[int, ...], ...]
    gold: tuple[tuple[int, ...], ...]

    @property
    def lengths(self) -> list[int]:
        """Subwords of each window."""
        return [len(row) for row in self.ids]

    def padded(self, rows: Sequence[int], padding: int) -> tuple[Ints, Ints, Ints]:
        """Ids, labels and attention mask `(B, L)` of windows: ids filled up with `padding`, labels with IGNORE."""
        ids = pad((self.ids[i] for i in rows), padding)
        labels = pad((self.labels[i] for i in rows), IGNORE) if self.labels else np.full_like(ids, IGNORE)
        return ids, labels, attended(len(self.ids[i]) for i in rows)


@dataclass(frozen=True)
class TrainingData:
    """What a training reads. `keep` are the embedding rows in use, or None for all of them."""

    train: EncodedSplit
    dev: EncodedSplit
    test: EncodedSplit
    keep: tuple[int, ...] | None
    constant_loss: float
    """Cross entropy of the best guess that does not look at the sentence: the entropy of the train tags, in nats."""
    dev_entities: int
    """Gold spans in the dev set."""
    padding: int
    """What batches are filled up with; as the ids, a row of the trimmed embedding."""
    labels_absent: tuple[str, ...]
    """Entity types of the label schema that no train sentence holds: the model cannot have learnt them here."""


def prepare(
    train: Sequence[Sentence],
    dev: Sequence[Sentence],
    test: Sequence[Sequence[str]],
    recipe: Recipe,
    base: Base,
    schema: LabelSchema,
) -> TrainingData:
    """Check, cut, tokenise, trim.

    `test` are tokens alone: nothing that trains can see the test set's labels. Raises DataError for an empty train
    or dev set, SchemaError for a tag outside the schema, SpecError where the encoder is shorter than `max_length`.
    """
    if not train or not dev:
        raise DataError(f"the {'dev' if train else 'train'} set is empty; a training needs at least one sentence in it")
    if recipe.dev_cut:
        dev = dev[: len(train)]
    for name, sentences in (("train", train), ("dev", dev)):
        check_tags(name, sentences, schema)
    longest = longest_input(recipe, base)
    stride = longest // 4 if recipe.stride is None else recipe.stride
    coded = [
        encode_once(base.tokenizer, tuple(map(tuple, words)), longest, stride, recipe.truncate)
        for words in ([s.tokens for s in train], [s.tokens for s in dev], test)
    ]
    keep = tuple(vocabulary(base, set().union(*(part.ids() for part in coded)))) if recipe.trim else None
    counts = np.array(list(Counter(tag for s in train for tag in s.tags).values()), dtype=float)
    shares = counts / counts.sum()
    return TrainingData(
        train=split(coded[0], tuple(s.tags for s in train), keep),
        dev=split(coded[1], tuple(s.tags for s in dev), keep),
        test=split(coded[2], (), keep),
        keep=keep,
        constant_loss=float(-(shares * np.log(shares)).sum()),
        dev_entities=sum(len(spans_of(s.tags)) for s in dev),
        padding=keep.index(base.padding) if keep is not None else base.padding,
        labels_absent=labels_absent(train, schema),
    )


@lru_cache(maxsize=8)
def encode_once(
    tokenizer: Any, sentences: tuple[tuple[str, ...], ...], max_length: int, stride: int, truncate: bool
) -> Encoded:
    """`encode`, remembered for the last few sets of sentences: the arms of a run share their dev and test sets."""
    return encode(tokenizer, sentences, max_length=max_length, stride=stride, truncate=truncate)


def labels_absent(train: Sequence[Sentence], schema: LabelSchema) -> tuple[str, ...]:
    """Entity types of the schema without one example in the train sentences."""
    found = {(tag - 1) // 2 for sentence in train for tag in sentence.tags if tag}
    return tuple(name for i, name in enumerate(schema.types) if i not in found)


def longest_input(recipe: Recipe, base: Base) -> int:
    """The recipe's `max_length`, or 512 where the encoder takes as much. Raises SpecError where it takes less."""
    if recipe.max_length is None:
        return min(512, base.longest)
    if recipe.max_length > base.longest:
        raise SpecError([("recipe.max_length", f"{recipe.max_length} is more than {base.name} takes ({base.longest})")])
    return recipe.max_length


def split(encoded: Encoded, gold: tuple[tuple[int, ...], ...], keep: tuple[int, ...] | None) -> EncodedSplit:
    """Windows with their labels, ids renumbered to the rows kept."""
    row_of = {row: i for i, row in enumerate(keep)} if keep is not None else None
    ids = tuple(tuple(row_of[i] for i in w.ids) if row_of else w.ids for w in encoded.windows)
    labels = tuple(tuple(labels_of(w, gold[w.sentence])) for w in encoded.windows) if gold else ()
    return EncodedSplit(encoded, ids, labels, gold)


def check_tags(name: str, sentences: Sequence[Sentence], schema: LabelSchema) -> None:
    """Raise SchemaError for the first tag outside the schema."""
    for i, sentence in enumerate(sentences):
        for tag in sentence.tags:
            if not 0 <= tag < len(schema):
                raise SchemaError(
                    f"{name} sentence {i} holds tag id {tag}; the label schema has 0 to {len(schema) - 1} "
                    f"({', '.join(schema.tags)}). Map the dataset's labels to the run's schema first"
                )
