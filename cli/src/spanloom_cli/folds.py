"""A cross-validation as runs: one specification for each fold, alike but for whose turn it is."""

from __future__ import annotations

from typing import Any

import yaml

from spanloom.contracts.spec import RunSpec
from spanloom.errors import SpecError


def each_fold(parsed: RunSpec, text: str) -> list[str]:
    """The specification once for each fold of its gold data, named `NAME-fold-0`, `NAME-fold-1`, ...

    `text` is what `parsed` was read from: what it leaves to defaults stays so. Raises SpecError where no language has
    `gold.folds`, or where two differ in their count.
    """
    counts = {
        f"languages.{i}.gold.folds.count": language.gold.folds.count
        for i, language in enumerate(parsed.languages)
        if language.gold is not None and language.gold.folds is not None
    }
    if not counts:
        raise SpecError([("languages", "no language has gold.folds; give `folds: {count: 5}` beside its gold.file")])
    if len(set(counts.values())) > 1:
        raise SpecError(
            [(path, f"{count} folds; all languages of a run need as many") for path, count in counts.items()]
        )
    given = yaml.safe_load(text)
    return [_turn(given, parsed.name, fold) for fold in range(next(iter(counts.values())))]


def _turn(spec: dict[str, Any], name: str, fold: int) -> str:
    languages = [dict(language) for language in spec["languages"]]
    for language in languages:
        gold = language.get("gold") or {}
        if gold.get("folds") is not None:
            language["gold"] = {**gold, "folds": {**gold["folds"], "fold": fold}}
    turned = {**spec, "name": f"{name}-fold-{fold}", "languages": languages}
    return yaml.safe_dump(turned, sort_keys=False, allow_unicode=True)
