"""What is wrong with a specification, said so that its writer can mend it: the field's path, and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from spanloom.contracts.base import PATTERNS
from spanloom.contracts.document import MAX_PROBLEMS, first_of

Loc = tuple[str | int, ...]
MOST_LOOKED_AT = 20_000
"""Mistakes that are gone through; of more their number alone is told, for each takes time."""


def problems_of(error: ValidationError, model: type[BaseModel], data: object) -> list[tuple[str, str]]:
    """`(field path, what is wrong and allowed)` for each mistake that reading `data` as `model` found."""
    if error.error_count() > MOST_LOOKED_AT:
        many = f"has {error.error_count():,} mistakes, too many to tell"
        return [("", f"{many}; docs/reference/specification.md has the fields")]
    every = error.errors(include_url=False)
    items = every[:MAX_PROBLEMS]
    out = []
    for item in items:
        # A list with wrong items is reported as too short as well: pydantic has left the wrong ones out.
        if item["type"] == "too_short" and any(_is_below(other["loc"], item["loc"]) for other in items):
            continue
        path, what = path_of(item["loc"], data), _what(item, model)
        if item["type"] in ("union_tag_invalid", "union_tag_not_found"):
            path += ".kind"
        head, _, rest = what.partition(": ")
        if not path and rest and " " not in head:  # a check of the whole specification names the field itself
            path, what = head, rest
        out.append((path, what))
    return first_of(out, len(out) + len(every) - len(items))


def path_of(loc: Loc, data: object) -> str:
    """The path of a field in the document: `loc` less what pydantic adds to it (the `kind` of what it stands in)."""
    parts, at = [], data
    for part in loc:
        if isinstance(at, dict) and part not in at and at.get("kind") == part:
            continue
        parts.append(str(part))
        if isinstance(at, dict):
            at = at.get(part)
        elif isinstance(at, list | tuple) and isinstance(part, int) and part < len(at):
            at = at[part]
        else:
            at = None
    return ".".join(parts)


def _is_below(loc: Loc, ancestor: Loc) -> bool:
    return len(loc) > len(ancestor) and loc[: len(ancestor)] == ancestor


def _what(item: Any, model: type[BaseModel]) -> str:
    kind, given, context = item["type"], item["input"], item.get("ctx", {})
    if kind == "value_error":
        return str(item["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        fields = _fields_of(_models_at(model, item["loc"][:-1]))
        close = difflib.get_close_matches(str(item["loc"][-1]), fields, 1)
        return f"no such field{f', did you mean {close[0]!r}?' if close else ''}; allowed: {', '.join(fields)}"
    if kind == "union_tag_invalid":
        return f"{context['tag']!r} is unknown; allowed: {context['expected_tags'].replace(chr(39), '')}"
    if kind == "union_tag_not_found":
        return f"is required; allowed: {', '.join(sorted(set(_kinds_at(model, item['loc']))))}"
    what = item["msg"]
    if kind == "too_short":
        return f"needs at least {context['min_length']}, has {context['actual_length']}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        fields = _fields_of(_models_at(model, item["loc"]))
        what = f"must be a mapping with {', '.join(fields)}" if fields else "must be a mapping"
    elif kind == "tuple_type":
        what = "must be a list"
    elif kind == "string_pattern_mismatch":
        what = f"must be {PATTERNS.get(context['pattern'], 'a match of ' + context['pattern'])}"
    elif kind == "string_type" and isinstance(given, bool):
        what = "Input should be a string, and YAML reads no, yes, on and off as booleans: put it in quotes"
    return f"{what}; got {str(given)[:80]!r}"


def _fields_of(models: list[type[BaseModel]]) -> list[str]:
    return sorted({name for found in models for name in found.model_fields})


def _models_at(model: type[BaseModel], loc: Loc) -> list[type[BaseModel]]:
    """The models that may stand at `loc`, as pydantic's own locations name it."""
    annotations: list[Any] = [model]
    for part in loc:
        annotations = [found for annotation in annotations for found in _step(annotation, part)]
    return [found for annotation in annotations for found in _models_in(annotation)]


def _kinds_at(model: type[BaseModel], loc: Loc) -> Iterator[str]:
    for found in _models_at(model, loc):
        yield from map(str, get_args(found.model_fields["kind"].annotation))


def _step(annotation: Any, part: str | int) -> Iterator[Any]:
    """What may stand one step further down: an item, a field, or the member of a union that `part` is the kind of."""
    if isinstance(part, int) or get_origin(annotation) is dict:
        yield annotation
        return
    for found in _models_in(annotation):
        if part in found.model_fields:
            yield found.model_fields[str(part)].annotation
        elif "kind" in found.model_fields and part in get_args(found.model_fields["kind"].annotation):
            yield found


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """All models in an annotation: those of unions, of items and of what is annotated."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not Literal:
        for inner in get_args(annotation):
            yield from _models_in(inner)
