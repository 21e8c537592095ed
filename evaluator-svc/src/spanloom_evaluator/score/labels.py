"""Tags cut down to some entity types, where training and test set have other labels."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spanloom.errors import SchemaError
from spanloom.ner.schema import LabelSchema


def only(sentences: Sequence[Sequence[int]], run: LabelSchema, types: Collection[str]) -> list[list[int]]:
    """Tag ids over the run's label schema, with every tag outside of these entity types as O.

    Raises SchemaError for an id outside the run's schema.

    >>> only([[1, 2, 0, 3]], LabelSchema.of(["PER", "LOC"]), ["PER"])
    [[1, 2, 0, 0]]
    """
    found = {tag for tags in sentences for tag in tags}
    unknown = sorted(tag for tag in found if not 0 <= tag < len(run))
    if unknown:
        raise SchemaError(f"tag id {unknown[0]} is outside the run's label schema (0 to {len(run) - 1})")
    kept = {tag: tag if tag and run.types[(tag - 1) // 2] in types else 0 for tag in found}
    return [[kept[tag] for tag in tags] for tags in sentences]
