"""What Kamath & Vajjala (AACL 2025) published, as data: F1 of Figure 2, the WikiANN comparison, Table 3, and yields."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from spanloom.contracts.sources import SyntheticSource
from spanloom.contracts.spec import RunSpec
from spanloom.data.languages import LANGUAGES, find_language

MODELS = ("gpt-4.1-2025-04-14", "Llama-3.1-8B-Instruct", "aya-expanse-32b")
"""The three LLMs, as the published files name them."""

ZERO_SHOT = "zero_shot"

_ALIASES = {
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt4.1": "gpt-4.1-2025-04-14",
    "llama-3.1-8b": "Llama-3.1-8B-Instruct",
    "llama-3.1-8b-instruct": "Llama-3.1-8B-Instruct",
    "llama": "Llama-3.1-8B-Instruct",
    "aya-expanse-32b": "aya-expanse-32b",
    "aya": "aya-expanse-32b",
    "organic": "organic",
    "gold": "organic",
    "wikiann": "wikiann",
    ZERO_SHOT: ZERO_SHOT,
    "related": ZERO_SHOT,
} | {model.lower(): model for model in MODELS}

DOUBTS = {
    ("table3", "ml", "wikiann"): "printed as 100000; WikiANN's Malayalam train split has 10000",
    (
        "figure2",
        "",
        ZERO_SHOT,
    ): "the related language's model on that language's own test set, not zero-shot: not compared with",
}
"""Published numbers that are stored as printed and looked at with care: (table, language or any, source)."""


@dataclass(frozen=True)
class PublishedF1:
    """One F1 as published. `size` is 0 for zero-shot, None where the table does not say; `doubt` says what is odd."""

    table: str
    language: str
    setting: str
    source: str
    size: int | None
    f1: float
    doubt: str | None = None


@cache
def published_f1() -> tuple[PublishedF1, ...]:
    """Figure 2 (464 trainings and 11 zero-shots), the WikiANN comparison at full precision, and Table 3 as printed."""
    out = [
        _point("figure2", row["language"], row["setting"], row["source"], int(row["size"]), row["f1"])
        for row in _rows("figure2")
    ]
    for row in _rows("wikiann"):
        out.append(_point("wikiann", row["lang"], "fine_tuning", "zero_shot", 0, row["zero_shot"]))
        for column, setting in (("ft", "fine_tuning"), ("only", "from_scratch")):
            for source in ("organic", "wikiann"):
                out.append(_point("wikiann", row["lang"], setting, source, None, row[f"{source}_{column}"]))
    by_name = {language.name: code for code, language in LANGUAGES.items()}
    for row in _rows("table3"):
        source = {"WIKIANN": "wikiann", "GPT-4.1": MODELS[0]}.get(row["source"], "organic")
        for setting in ("from_scratch", "fine_tuning"):
            code = by_name[row["language"]]
            out.append(_point("table3", code, setting, source, int(row["size"]), row[f"f1_{setting}"]))
    return tuple(out)


@cache
def published_yields() -> Mapping[tuple[str, str], int]:
    """Usable training samples of 5,000 asked for, by (LLM, language)."""
    return {(row["model"], row["language"]): int(row["usable_train"]) for row in _rows("yields")}


def yields_for(spec: RunSpec) -> dict[tuple[str, str], int]:
    """The published yields of a specification's synthetic sources, by (source, language); those that it has."""
    yields = published_yields()
    keys = {
        (source.name, x.code): (known_source(source.name) or "", x.code)
        for source in spec.sources
        if isinstance(source, SyntheticSource)
        for x in spec.languages_of(source)
    }
    return {key: yields[published] for key, published in keys.items() if published in yields}


def known_source(name: str) -> str | None:
    """The published name of a source, from its name in a specification; None for one that the paper does not have."""
    return _ALIASES.get(name.lower())


def compare_f1(rows: Iterable[Mapping[str, Any]], table: str = "figure2") -> list[dict[str, Any]]:
    """Published F1 beside measured: a row for each measured one that was published, with the difference.

    `rows` are those of the view `f1_by_size` (language, setting, source, size, f1, lo, hi). WikiANN's arms train on
    all there is, so they are found by setting alone. Zero-shot is the WikiANN comparison's column, whatever `table`:
    Figure 2's points at size 0 are the published `pre_training` rows, scores of the related language's own test set
    (Kinyarwanda .920 where zero-shot is .534). Differences are measured minus published.
    """
    exact: dict[tuple[str, str, str, int | None], PublishedF1] = {}
    for point in published_f1():
        if point.table == table:
            exact[point.language, point.setting, point.source, point.size] = point
    whole = {(p.language, p.setting, p.source): p for p in published_f1() if p.table == "wikiann" and p.size is None}
    zero_shot = {p.language: p for p in published_f1() if p.table == "wikiann" and p.source == ZERO_SHOT}
    out = []
    for row in rows:
        language, source = find_language(str(row["language"])), known_source(str(row["source"]))
        if language is None or source is None or row.get("control") == "step_matched":
            continue
        found = exact.get((language.code, str(row["setting"]), source, row["size"]))
        if source == ZERO_SHOT:
            found = zero_shot.get(language.code)
        if found is None and source == "wikiann":
            found = whole.get((language.code, str(row["setting"]), source))
        if found is not None:
            out.append(
                {
                    "language": language.code,
                    "setting": found.setting,
                    "source": row["source"],
                    "size": row["size"],
                    "published": found.f1,
                    "measured": row["f1"],
                    "lo": row.get("lo"),
                    "hi": row.get("hi"),
                    "difference": None if row["f1"] is None else row["f1"] - found.f1,
                    "doubt": found.doubt,
                }
            )
    return out


def compare_yields(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Published yields beside measured, exactly. `rows` are those of `yield_by_source` (language, source, accepted)."""
    yields = published_yields()
    out = []
    for row in rows:
        language, source = find_language(str(row["language"])), known_source(str(row["source"]))
        published = yields.get((source or "", language.code if language else ""))
        if published is not None and row.get("split", "train") == "train":
            out.append(
                {
                    "language": row["language"],
                    "source": row["source"],
                    "published": published,
                    "measured": row["accepted"],
                    "difference": row["accepted"] - published,
                }
            )
    return out


def _point(table: str, language: str, setting: str, source: str, size: int | None, f1: str) -> PublishedF1:
    known = find_language(language)
    code = known.code if known else language
    doubt = DOUBTS.get((table, code, source)) or DOUBTS.get((table, "", source))
    return PublishedF1(table, code, setting, source, size, float(f1), doubt)


def _rows(name: str) -> list[dict[str, str]]:
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
