"""What advice is made of: scored arms in, gold equivalents, forecasts and costs out. Plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spanloom_evaluator.advise.curves import Floats
from spanloom_evaluator.score.intervals import Counted, percentiles

ORGANIC = "organic"
ZERO_SHOT = "zero_shot"
LESS, MORE = "less than the smallest", "more than measured"
"""How a gold equivalent lies outside the measured sizes."""


@dataclass(frozen=True)
class ScoredArm:
    """An arm over its training seeds, and what it cost. Sizes are sentences; seconds are of all its trainings."""

    setting: str
    source: str
    kind: str
    """The source's kind: `organic`, `synthetic`, `wikiann`, ..., `zero_shot` where nothing of the target was seen."""
    size: int
    counts: Sequence[Counted]
    gold_used: int | None = None
    control: str = "epochs"
    version: int = 1
    method: str = "direct"
    tokens: int | None = None
    """LLM tokens, prompts and completions, of the dataset the arm was drawn from."""
    cost: float | None = None
    """Money for these tokens, in the currency of the source's prices."""
    seconds: float | None = None


@dataclass(frozen=True)
class GoldEquivalent:
    """How many annotated sentences give an arm's F1. `sentences` is null outside the measured sizes."""

    setting: str
    control: str
    source: str
    kind: str
    version: int
    method: str
    size: int
    seeds: int
    f1: float
    f1_lo: float
    f1_hi: float
    sentences: float | None
    interval: str
    """The interval's ends in words, e.g. `120 to more than 4,383`."""
    outside: str | None
    """`less than the smallest`, `more than measured`, or null."""
    smallest: int
    largest: int
    seeds_organic: int


@dataclass(frozen=True)
class NextSentences:
    """F1 expected with more annotated sentences: by a power law, and `isotonic`, which expects no further rise."""

    setting: str
    control: str
    annotated: int
    sentences: int
    f1: float | None
    lo: float | None
    hi: float | None
    isotonic: float
    gain: float | None
    gain_lo: float | None
    gain_hi: float | None
    sizes: list[int]
    refused: str | None
    """Why nothing is foretold, and which sizes to add."""


@dataclass(frozen=True)
class WayCost:
    """What a way cost, and per F1 point (0.01) above its setting's start: zero-shot's F1 after transfer, else 0."""

    setting: str
    source: str
    kind: str
    size: int
    f1: float
    points: float
    tokens: int | None
    seconds: float | None
    annotated: int | None
    price: float | None
    price_per_point: float | None
    tokens_per_point: float | None
    seconds_per_point: float | None


@dataclass(frozen=True)
class LanguageAdvice:
    """The advice for one language, in a sentence, with what it rests on and what would change it."""

    sentence: str
    evidence: list[str]
    would_change: list[str]
    equivalents: list[GoldEquivalent]
    next_sentences: list[NextSentences]
    costs: list[WayCost]


class Measured(NamedTuple):
    """F1 of the arms in order: (arms,) as measured, (resamples, arms) resampled, with the level of intervals."""

    point: Floats
    draws: Floats
    level: float

    def interval(self, values: Floats) -> tuple[float, float]:
        lo, hi = percentiles(values, self.level)
        return float(lo), float(hi)


class OrganicCurve(NamedTuple):
    sizes: list[int]
    places: list[int]
    """Where the curve's arms stand among all arms."""
    seeds: int
