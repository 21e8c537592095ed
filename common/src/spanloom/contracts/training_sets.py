"""Which datasets the arms of a run are trained on, and at which sizes: pure functions of its specification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from spanloom.contracts.gold import LanguageSpec
from spanloom.contracts.sources import MixSource, OrganicSource, Source, SyntheticSource, TestSource
from spanloom.contracts.spec import RunSpec

GOLD = "gold"
"""The `source` of gold datasets; organic sources read it."""


@dataclass(frozen=True)
class DatasetState:
    """What the grid needs to know of a dataset: its id, whether it is complete, how many samples it holds, and whether
    an `audit` of its labels was asked for."""

    id: str
    complete: bool
    accepted: int
    audit: bool = False


DatasetKey = tuple[str, str, str]
"""(language, source, split); gold under source `gold`."""


def sizes_for(asked: Iterable[int], available: int) -> list[tuple[int, int]]:
    """`(actual, asked)` sizes: those the dataset holds, and one arm on all of it for the first that is more.

    >>> sizes_for([30, 100, 300, 500], 272)
    [(30, 30), (100, 100), (272, 300)]
    """
    out: list[tuple[int, int]] = []
    for size in sorted(asked):
        if size <= available:
            out.append((size, size))
        else:
            if available and (not out or out[-1][0] != available):
                out.append((available, size))
            break
    return out


def effective_dev(spec: RunSpec, source: Source) -> Literal["held_out", "own", "gold"]:
    """The dev set an arm of this source uses.

    `own` is the source's synthetic dev set; a source without one (replay) uses gold dev, and then every source
    does alike. Organic and WikiANN arms use gold dev where LLM arms use their own (the paper's way).
    """
    if spec.training.dev != "own":
        return spec.training.dev
    synthetic = [s for s in spec.sources if isinstance(s, SyntheticSource)]
    if not isinstance(source, SyntheticSource) or any(s.dev_calls_planned == 0 for s in synthetic):
        return "gold"
    return "own"


def step_budget(spec: RunSpec) -> int:
    """Updates of a step-matched arm: `control_steps`, else those of the largest size's epochs."""
    return spec.training.control_steps or spec.training.recipe.updates(spec.training.sizes[-1])


def one_tokenizer(spec: RunSpec) -> bool:
    """Whether all arms of a run share one tiny encoder's tokenizer, made from the text of all sources."""
    tiny = spec.training.encoder.tiny
    return tiny is not None and tiny.tokenizer_from == "all_sources"


def train_keys(spec: RunSpec) -> list[DatasetKey]:
    """All train datasets of a run: gold of every language, then each source's of every target."""
    gold = [(code, GOLD, "train") for code in spec.gold_of()]
    return gold + [
        (language.code, source.name, "train")
        for language in spec.languages
        for source in spec.sources_of(language.code)
        if not isinstance(source, OrganicSource | MixSource | TestSource)
    ]


def train_keys_of(spec: RunSpec, source: Source, language: LanguageSpec) -> list[DatasetKey]:
    """The train datasets that arms of a source are trained on: two for a mix, one for any other."""
    if not isinstance(source, MixSource):
        return [(language.code, GOLD if isinstance(source, OrganicSource) else source.name, "train")]
    keys: list[DatasetKey] = []
    for name in source.of:
        if name == "related":
            assert language.related is not None  # noqa: S101  the specification's validator holds it
            keys.append((language.related.code, GOLD, "train"))
        else:
            part = next(other for other in spec.sources if other.name == name)
            keys += train_keys_of(spec, part, language)
    return keys


def encoder_text(
    spec: RunSpec, datasets: Mapping[DatasetKey, DatasetState], languages: Iterable[str]
) -> tuple[str, ...]:
    """The train datasets of these languages that hold anything; none unless the tokenizer is made from all sources."""
    if not one_tokenizer(spec):
        return ()
    known = set(languages)
    return tuple(datasets[key].id for key in train_keys(spec) if key[0] in known and datasets[key].accepted)
