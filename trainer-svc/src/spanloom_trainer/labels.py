"""Which labels a training set and a test set have in common, where their label schemas differ."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from spanloom.ner.schema import LabelSchema


def annotated(tags: Sequence[str], info: dict[str, Any] | None) -> tuple[str, ...]:
    """The entity types that a dataset annotates: those of its label schema, less those it has not one example of.

    The latter were found when gold data were read (`missing_types`, over train, dev and test together), so that a
    small subset that happens to lack a type has it still. What an LLM was asked for counts as annotated.

    >>> annotated(["O", "B-PER", "I-PER", "B-DATE", "I-DATE"], {"missing_types": ["DATE"]})
    ('PER',)
    """
    missing = (info or {}).get("missing_types") or ()
    return tuple(name for name in LabelSchema(tuple(tags)).types if name not in missing)


def shared_labels(
    test: tuple[Sequence[str], dict[str, Any] | None], trained: Collection[str]
) -> tuple[str, ...] | None:
    """The entity types that a test set and the training sets both have; None where those are all of the test's.

    `test` is its label schema's tags and its info, `trained` are the types that any training set annotates.
    """
    tags, info = test
    both = tuple(name for name in annotated(tags, info) if name in trained)
    return None if both == LabelSchema(tuple(tags)).types else both
