"""A specification for each fold: alike but for name and turn."""

from __future__ import annotations

import pytest

from spanloom.contracts.spec import parse_spec
from spanloom.data.languages import complete_spec
from spanloom.errors import SpecError
from spanloom_cli.folds import each_fold

SPEC = """
name: small
languages:
  - {code: da, gold: {file: da.iob2, folds: {count: 3, seed: 7}}}
  - {code: sv, gold: {demo: sv}}
sources: [{kind: organic}]
training: {settings: [from_scratch]}
"""


def turns(text: str) -> list[str]:
    return each_fold(parse_spec(text, complete_spec), text)


def test_each_fold_has_its_turn() -> None:
    specs = [parse_spec(text, complete_spec) for text in turns(SPEC)]
    assert [spec.name for spec in specs] == ["small-fold-0", "small-fold-1", "small-fold-2"]
    golds = [spec.languages[0].gold for spec in specs]
    assert [(gold.folds.fold, gold.folds.count, gold.folds.seed) for gold in golds if gold and gold.folds] == [
        (0, 3, 7),
        (1, 3, 7),
        (2, 3, 7),
    ]
    given = parse_spec(SPEC, complete_spec)
    assert all(spec.languages[1] == given.languages[1] and spec.training == given.training for spec in specs)


def test_as_many_folds_for_all() -> None:
    other = SPEC.replace("{demo: sv}", "{file: sv.iob2, folds: {count: 4}}")
    with pytest.raises(SpecError, match=r"languages.1.gold.folds.count.*4 folds"):
        turns(other)
    with pytest.raises(SpecError, match=r"gold\.folds"):
        turns(SPEC.replace("{file: da.iob2, folds: {count: 3, seed: 7}}", "{demo: da}"))
