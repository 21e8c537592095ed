"""Label schemas: the ordered IOB2 tag names of a dataset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from spanloom.errors import SchemaError


@dataclass(frozen=True)
class LabelSchema:
    """Ordered IOB2 tag names, `O` first, then `B-X, I-X` for each type.

    >>> LabelSchema.of(["PER", "LOC"]).tags
    ('O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC')
    """

    tags: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.tags != LabelSchema.tags_of(self.types):
            raise SchemaError(
                f"a label schema is O, then B-X, I-X for each type once; got {', '.join(map(repr, self.tags))}"
            )

    @staticmethod
    def tags_of(types: Iterable[str]) -> tuple[str, ...]:
        """Tag names for entity types, in order."""
        return ("O", *(f"{prefix}-{name}" for name in types for prefix in "BI"))

    @classmethod
    def of(cls, types: Iterable[str]) -> LabelSchema:
        """The schema over entity types such as `["PER", "ORG", "LOC"]`.

        Raises SchemaError for an empty, repeated or malformed type name.
        """
        names = tuple(types)
        for name in names:
            if not name or name != name.strip() or name == "O" or any(c.isspace() for c in name):
                raise SchemaError(f"entity type {name!r} is not a name (no spaces, not empty, not 'O')")
        if len(set(names)) != len(names):
            raise SchemaError(f"entity types are listed twice: {', '.join(names)}")
        return cls(cls.tags_of(names))

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Entity types in order: `("PER", "ORG", "LOC")`."""
        return tuple(tag[2:] for tag in self.tags if tag.startswith("B-"))

    @cached_property
    def index(self) -> dict[str, int]:
        """Tag name to tag id."""
        return {tag: i for i, tag in enumerate(self.tags)}

    def __len__(self) -> int:
        return len(self.tags)

    def id_of(self, tag: str) -> int:
        """The id of a tag name. Raises SchemaError naming what is allowed."""
        try:
            return self.index[tag]
        except KeyError:
            raise SchemaError(f"tag {tag!r} is not in the label schema ({', '.join(self.tags)})") from None

    def names(self, tag_ids: Iterable[int]) -> list[str]:
        """Tag names of tag ids. Raises SchemaError for an id outside the schema."""
        out = []
        for tag_id in tag_ids:
            if not 0 <= tag_id < len(self.tags):
                raise SchemaError(f"tag id {tag_id} is outside the label schema (0 to {len(self.tags) - 1})")
            out.append(self.tags[tag_id])
        return out

    def is_begin(self, tag_id: int) -> bool:
        """Whether the id is a `B-X`: odd ids are, by construction."""
        return tag_id % 2 == 1

    def is_inside(self, tag_id: int) -> bool:
        """Whether the id is an `I-X`: even ids above 0 are, by construction."""
        return tag_id > 0 and tag_id % 2 == 0
