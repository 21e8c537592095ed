"""What to do next: annotate more, generate more, or transfer. A pure function of one language's scored arms.

Nothing here says more than was measured: an F1 outside the organic curve has no figure, a curve of few sizes is not
carried on, and where intervals cover zero the advice is that the ways cannot be told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from spanloom_evaluator.advise.curves import (
    ABOVE,
    BELOW,
    FEWEST_SIZES,
    equivalent,
    missing_sizes,
    monotone,
    power_law,
)
from spanloom_evaluator.advise.figures import (
    LESS,
    MORE,
    ORGANIC,
    ZERO_SHOT,
    GoldEquivalent,
    LanguageAdvice,
    Measured,
    NextSentences,
    OrganicCurve,
    ScoredArm,
    WayCost,
)
from spanloom_evaluator.advise.resamples import joint_f1
from spanloom_evaluator.advise.verdict import verdict

RESAMPLES = 2_000
FURTHER = (1.5, 2.0)
"""Multiples of the annotated size at which F1 is foretold."""


def advise(
    arms: Sequence[ScoredArm],
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    rng_seed: int = 3535,
) -> LanguageAdvice:
    """LanguageAdvice for one language from its arms on one test set.

    Raises DataError when the arms were scored on different test sets.
    """
    if not arms:
        return LanguageAdvice("Nothing has been scored yet.", [], ["a scored arm"], [], [], [])
    point, draws = joint_f1([arm.counts for arm in arms], resamples=resamples, rng_seed=rng_seed)
    measured = Measured(point, draws, level)
    curves = _organic_curves(arms)
    equivalents = [
        _equivalent(arm, place, curves[key], measured)
        for place, arm in enumerate(arms)
        if arm.kind != ORGANIC and (key := (arm.setting, arm.control)) in curves
    ]
    following = [n for key, curve in curves.items() for n in _next(key, curve, measured)]
    costs = [_cost(arm, place, arms, measured) for place, arm in enumerate(arms)]
    sentence, evidence, change = verdict(arms, measured, curves, equivalents, following)
    return LanguageAdvice(sentence, evidence, change, equivalents, following, costs)


def _organic_curves(arms: Sequence[ScoredArm]) -> dict[tuple[str, str], OrganicCurve]:
    """The organic curve of each (setting, control)."""
    found: defaultdict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for place, arm in enumerate(arms):
        if arm.kind == ORGANIC and arm.size > 0 and arm.method == "direct":
            found[(arm.setting, arm.control)].setdefault(arm.size, place)
    out = {}
    for key, by_size in found.items():
        sizes = sorted(by_size)
        places = [by_size[size] for size in sizes]
        out[key] = OrganicCurve(sizes, places, min(len(arms[p].counts) for p in places))
    return out


def _equivalent(arm: ScoredArm, place: int, curve: OrganicCurve, measured: Measured) -> GoldEquivalent:
    point = float(equivalent(curve.sizes, measured.point[curve.places], measured.point[place]))
    draws = equivalent(curve.sizes, measured.draws[:, curve.places], measured.draws[:, place])
    # Percentiles of draws that may lie outside on either side: the order is kept, nothing is averaged.
    lo, hi = (
        float(np.quantile(draws, q, method="nearest")) for q in ((1 - measured.level) / 2, (1 + measured.level) / 2)
    )
    f1_lo, f1_hi = measured.interval(measured.draws[:, place])
    outside = {BELOW: LESS, ABOVE: MORE}.get(point)
    return GoldEquivalent(
        setting=arm.setting,
        control=arm.control,
        source=arm.source,
        kind=arm.kind,
        version=arm.version,
        method=arm.method,
        size=arm.size,
        seeds=len(arm.counts),
        f1=float(measured.point[place]),
        f1_lo=f1_lo,
        f1_hi=f1_hi,
        sentences=None if outside else point,
        interval=" to ".join(_told(n, curve) for n in (lo, hi)),
        outside=outside,
        smallest=curve.sizes[0],
        largest=curve.sizes[-1],
        seeds_organic=curve.seeds,
    )


def _told(sentences: float, curve: OrganicCurve) -> str:
    if sentences == BELOW:
        return f"less than {curve.sizes[0]:,}"
    return f"more than {curve.sizes[-1]:,}" if sentences == ABOVE else f"{sentences:,.0f}"


def _next(key: tuple[str, str], curve: OrganicCurve, measured: Measured) -> list[NextSentences]:
    setting, control = key
    largest, last = curve.sizes[-1], curve.places[-1]
    flat = float(monotone(measured.point[curve.places])[-1])
    wanted = [round(factor * largest) for factor in FURTHER]
    if len(curve.sizes) < FEWEST_SIZES:
        add = missing_sizes(curve.sizes)
        what = f"add {', '.join(map(str, sorted(add)))} to training.sizes" if add else "annotate more first"
        why = f"{len(curve.sizes)} annotated sizes were measured, and a curve takes {FEWEST_SIZES}: {what}"
        return [
            NextSentences(setting, control, largest, n, None, None, None, flat, None, None, None, curve.sizes, why)
            for n in wanted
        ]
    f1 = power_law(curve.sizes, measured.point[curve.places], wanted)
    draws = power_law(curve.sizes, measured.draws[:, curve.places], wanted)
    gains = draws - measured.draws[:, [last]]
    out = []
    for place, n in enumerate(wanted):
        lo, hi = measured.interval(draws[:, place])
        gain_lo, gain_hi = measured.interval(gains[:, place])
        gain = float(f1[place] - measured.point[last])
        out.append(
            NextSentences(
                setting, control, largest, n, float(f1[place]), lo, hi, flat, gain, gain_lo, gain_hi, curve.sizes, None
            )
        )
    return out


def _cost(arm: ScoredArm, place: int, arms: Sequence[ScoredArm], measured: Measured) -> WayCost:
    start = max(
        (float(measured.point[i]) for i, a in enumerate(arms) if a.kind == ZERO_SHOT and a.setting == arm.setting),
        default=0.0,
    )
    f1 = float(measured.point[place])
    points = 100 * (f1 - start)

    def per_point(value: float | None) -> float | None:
        return None if value is None or points <= 0 else value / points

    return WayCost(
        arm.setting, arm.source, arm.kind, arm.size, f1, points, arm.tokens, arm.seconds, arm.gold_used, arm.cost,
        per_point(arm.cost), per_point(arm.tokens), per_point(arm.seconds),
    )  # fmt: skip
