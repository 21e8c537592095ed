"""What every contract shares: frozen models that refuse unknown fields, and bounded names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Frozen(BaseModel):
    """A contract: immutable, and a field it does not know is a mistake, named with its path."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    @classmethod
    def stored(cls, data: Any) -> Self:
        """Read what was stored, maybe by a newer release: a field that this one does not know is left out."""
        return cls.model_validate(data, extra="ignore")

    @classmethod
    def known_keys(cls) -> frozenset[str]:
        """The keys of a mapping that is read as this contract: its fields' names and their aliases."""
        return frozenset(name for key, field in cls.model_fields.items() for name in (key, field.alias) if name)


def unknown_fields(data: Any, read: Any, path: str = "") -> list[str]:
    """Paths of what `data` holds and its reading (`Frozen.stored`) does not know: what a newer release has added.

    >>> class Point(Frozen):
    ...     x: int
    >>> given = {"x": 1, "colour": "red"}
    >>> unknown_fields(given, Point.stored(given))
    ['colour']
    """
    here = f"{path}." if path else ""
    if isinstance(read, Frozen) and isinstance(data, Mapping):
        known = read.known_keys()
        found = [f"{here}{name}" for name in data if name not in known]
        for name in type(read).model_fields:
            if name in data:
                found += unknown_fields(data[name], getattr(read, name), f"{here}{name}")
        return found
    if isinstance(read, Mapping) and isinstance(data, Mapping):
        return [x for key in data if key in read for x in unknown_fields(data[key], read[key], f"{here}{key}")]
    if isinstance(read, tuple | list) and isinstance(data, tuple | list):
        pairs = enumerate(zip(data, read, strict=False))
        return [x for i, (ours, theirs) in pairs for x in unknown_fields(ours, theirs, f"{here}{i}")]
    return []


def _printable(value: str) -> str:
    for char in value:
        if (ord(char) < 32 and char not in "\n\t") or 0xD800 <= ord(char) <= 0xDFFF:
            raise ValueError(f"holds the control character U+{ord(char):04X}; write printable text")
    return value


_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$"
_CODE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_NAME)]
"""A name that may stand in URLs, file names and SQL rows: letters, digits, `_`, `.`, `-`."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_printable)]
"""Text for people or models: no control characters but newline and tab."""

LanguageCode = Annotated[str, StringConstraints(pattern=_CODE)]
"""ISO 639-1 or 639-3, with BCP 47 subtags if need be: `da`, `swa`, `sr-Latn`."""

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""A seed of a random generator."""


class OfLanguages(Frozen):
    """What all sources have: the target languages they are for."""

    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=1)] | None = None
    """Target languages of the run that the source is for; null for all of them."""

    def is_for(self, code: str) -> bool:
        """Whether the source is for a target language."""
        return self.languages is None or code in self.languages


PATTERNS = {
    _NAME: "letters, digits, '_', '.' and '-', beginning with a letter or digit",
    _CODE: "a language code such as da, swa or sr-Latn (ISO 639 in small letters)",
    r"^[A-Z][a-z]{3}$": "a script of ISO 15924, such as Latn",
    r"^[A-Z]{3}$": "a currency of ISO 4217, such as USD",
    r"^https?://[^\s]+$": "a URL that begins with http:// or https://",
    r"^[A-Z][A-Z0-9_]*$": "the name of an environment variable: capitals, digits and '_'",
    r"^[a-z0-9_]+/[A-Za-z0-9_\-]+$": "family/configuration, such as universal_ner/da_ddt",
    r"^[A-Za-z0-9][A-Za-z0-9._/\-]{0,199}$": "a commit, branch or tag",
}
"""Every pattern of the specification in words, for whoever wrote something else."""
