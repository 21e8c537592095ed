"""docs/reference is what the code says, and every field of a specification has its sentence."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from support.common import ROOT


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "infra" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_what_the_code_says(reference: ModuleType) -> None:
    made = reference.pages()
    folder = ROOT / "docs" / "reference"
    assert {path.stem for path in folder.glob("*.md")} == set(made)
    stale = [name for name, text in made.items() if (folder / f"{name}.md").read_text("utf-8") != text]
    assert stale == [], "run `make docs`"


def test_every_field_of_a_specification_has_its_sentence(reference: ModuleType) -> None:
    assert reference.undocumented() == []
