"""The advice in a sentence, what it rests on, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from spanloom_evaluator.advise.figures import (
    LESS,
    ORGANIC,
    ZERO_SHOT,
    GoldEquivalent,
    Measured,
    NextSentences,
    OrganicCurve,
    ScoredArm,
)

WORTH_TELLING = 0.005
"""F1 (a fraction) below which a difference is not advised for, however certain it is."""


class _Way(NamedTuple):
    name: str
    place: int


def verdict(
    arms: Sequence[ScoredArm],
    measured: Measured,
    curves: Mapping[tuple[str, str], OrganicCurve],
    equivalents: Sequence[GoldEquivalent],
    following: Sequence[NextSentences],
) -> tuple[str, list[str], list[str]]:
    """The sentence, its evidence, and what would change it."""
    if not curves:
        return (
            "It cannot be told: no arm on annotated sentences was scored, so nothing can be compared with annotation.",
            [],
            ["an organic source, at four sizes or more"],
        )
    ends = {key: curve.places[-1] for key, curve in curves.items()}
    best_key = max(ends, key=lambda key: measured.point[ends[key]])
    annotated = _Way(f"annotated sentences ({curves[best_key].sizes[-1]:,}, {best_key[0]})", ends[best_key])
    others = [
        _Way(f"{arm.source} ({arm.size:,}, {arm.setting})" if arm.size else f"zero-shot transfer ({arm.source})", place)
        for place, arm in enumerate(arms)
        if arm.kind != ORGANIC
    ]
    evidence = [f"{annotated.name}: F1 {_f1(measured, annotated.place)}, the best of the annotated arms"]
    change = [] if min(len(arm.counts) for arm in arms) > 1 else ["more than one training seed an arm"]
    if any(item.refused for item in following):
        change.append(next(item.refused for item in following if item.refused))
    more = [item for item in following if (item.setting, item.control) == best_key and item.gain is not None]
    doubled = more[-1] if more else None
    if doubled is not None and doubled.f1 is not None:
        evidence.append(
            f"{doubled.sentences:,} annotated sentences: F1 {doubled.f1:.3f} expected "
            f"[{doubled.lo:.3f} to {doubled.hi:.3f}], {doubled.isotonic:.3f} if the curve is flat from here"
        )
    rises = doubled is not None and doubled.gain_lo is not None and doubled.gain_lo > 0
    telling = rises and doubled is not None and (doubled.gain or 0) >= WORTH_TELLING
    annotate = (
        f"annotate more: with {doubled.sentences:,} annotated sentences in place of {doubled.annotated:,}, "
        f"{100 * (doubled.gain or 0):.1f} F1 more are expected"
        if telling and doubled is not None
        else None
    )
    if not others:
        return _sentence(annotate, "no other way was tried"), evidence, [*change, "a synthetic source, or transfer"]
    best = max(others, key=lambda way: measured.point[way.place])
    difference = measured.draws[:, best.place] - measured.draws[:, annotated.place]
    lo, hi = measured.interval(difference)
    point = float(measured.point[best.place] - measured.point[annotated.place])
    evidence.append(
        f"{best.name}: F1 {_f1(measured, best.place)}, {100 * point:+.1f} F1 "
        f"[{100 * lo:+.1f} to {100 * hi:+.1f}] against the annotated sentences"
    )
    worth = [_worth(item) for item in equivalents if (item.setting, item.source, item.size) == _key(arms[best.place])]
    evidence += worth[:1]
    if lo > 0 and point >= WORTH_TELLING:
        what = "transfer" if arms[best.place].kind == ZERO_SHOT else "use"
        return f"Best now: {what} {best.name}, {100 * point:.1f} F1 above {annotated.name}.", evidence, [
            *change, f"annotated sentences in a number beyond {curves[best_key].sizes[-1]:,}"
        ]  # fmt: skip
    if hi < 0:
        return _sentence(annotate, f"{best.name} stays {-100 * point:.1f} F1 behind {annotated.name}"), evidence, [
            *change, "a better LLM, prompt or related language"
        ]  # fmt: skip
    text = f"{best.name} and {annotated.name} cannot be told apart ({100 * lo:+.1f} to {100 * hi:+.1f} F1)"
    return _sentence(annotate, text), evidence, [*change, "a larger test set or more training seeds"]


def _sentence(annotate: str | None, rest: str) -> str:
    if annotate is None:
        return f"Nothing tried is shown to help further: {rest}, and no gain of further annotation is shown."
    return f"{annotate[0].upper()}{annotate[1:]}; {rest}."


def _key(arm: ScoredArm) -> tuple[str, str, int]:
    return arm.setting, arm.source, arm.size


def _worth(item: GoldEquivalent) -> str:
    """A gold equivalent in words."""
    arm = f"{item.source} ({item.size:,}, {item.setting})"
    if item.sentences is None:
        what = f"fewer than {item.smallest:,}" if item.outside == LESS else f"more than the {item.largest:,}"
        return f"{arm} is worth {what} annotated sentences"
    return f"{arm} is worth {item.sentences:,.0f} annotated sentences [{item.interval}]"


def _f1(measured: Measured, place: int) -> str:
    lo, hi = measured.interval(measured.draws[:, place])
    return f"{measured.point[place]:.3f} [{lo:.3f} to {hi:.3f}]"
