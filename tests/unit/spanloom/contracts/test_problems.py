"""Mistakes in a specification: their path in the document, and what is allowed there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from spanloom.contracts.base import PATTERNS
from spanloom.contracts.problems import path_of
from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.errors import SpecError


def _values_of(schema: Any, key: str) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get(key), str):
            yield schema[key]
        for inner in schema.values():
            yield from _values_of(inner, key)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _values_of(inner, key)


def test_every_pattern_of_the_specification_is_explained_in_words() -> None:
    used = set(_values_of(RunSpec.model_json_schema(), "pattern"))
    assert used == set(PATTERNS)


def test_the_path_is_the_documents_own() -> None:
    data = {"sources": [{"kind": "synthetic", "engine": {"kind": "openai"}}]}
    assert path_of(("sources", 0, "synthetic", "engine", "openai", "base_url"), data) == "sources.0.engine.base_url"
    assert path_of(("sources", 0, "synthetic", "engine", "kind"), data) == "sources.0.engine.kind"
    assert path_of(("sources", 7, "x"), data) == "sources.7.x"


@pytest.mark.parametrize("data", [None, 7, "text", ["a"], {1: 2}, {"languages": {"code": "da"}, "sources": None}])
def test_whatever_is_read_a_mistake_is_named(data: object) -> None:
    with pytest.raises(SpecError) as caught:
        check_spec(data)
    assert caught.value.problems
    assert all(what for _, what in caught.value.problems)
