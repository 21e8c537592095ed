"""Arms of a run over their training seeds: each one's interval, and every pair of sources that can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from spanloom_evaluator.intervals import LEVEL, RESAMPLES, Counted, bootstrap
from spanloom_evaluator.significance import SWAPS, compare, holm


@dataclass(frozen=True)
class Arm:
    """What was trained on one source at one size: the counts of each training seed on one test set.

    `size` is the actual number of training sentences (0 is zero-shot), `control` is `epochs` or `step_matched`.
    """

    language: str
    setting: str
    control: str
    size: int
    source: str
    counts: tuple[Counted, ...]
    test_set: str = ""


def compare_sources(
    arms: Sequence[Arm], *, reading: str = "typed", swaps: int = SWAPS, level: float = LEVEL, rng_seed: int = 0
) -> list[dict[str, Any]]:
    """Every pair of sources at equal language, test set, setting, control and actual size above 0, as plain rows.

    Columns: language, setting, control, size, source, other, seeds, other_seeds, f1, other_f1, difference, lo, hi, p,
    p_holm, swaps. Holm's adjustment is over all the rows returned.
    """
    alike: dict[tuple[str, str, str, str, int], list[Arm]] = {}
    for arm in arms:
        if arm.size > 0:
            place_of = (arm.language, arm.test_set, arm.setting, arm.control, arm.size)
            alike.setdefault(place_of, []).append(arm)
    rows = []
    for (language, _, setting, control, size), group in alike.items():
        for a, b in combinations(group, 2):
            found = compare(a.counts, b.counts, reading=reading, swaps=swaps, level=level, rng_seed=rng_seed)
            place = {"language": language, "setting": setting, "control": control, "size": size}
            pair = {"source": a.source, "other": b.source, "seeds": len(a.counts), "other_seeds": len(b.counts)}
            rows.append({**place, **pair, **found._asdict()})
    adjusted = holm([row["p"] for row in rows])
    return [{**row, "p_holm": p} for row, p in zip(rows, adjusted, strict=True)]


def arm_intervals(
    arms: Sequence[Arm], *, reading: str = "typed", resamples: int = RESAMPLES, level: float = LEVEL, rng_seed: int = 0
) -> list[dict[str, Any]]:
    """Mean F1 over training seeds of each arm with its interval, as plain rows.

    Columns: language, setting, control, source, size, seeds, f1, lo, hi, level, resamples, varies.
    """
    return [
        {
            **{name: getattr(arm, name) for name in ("language", "setting", "control", "source", "size")},
            **bootstrap(arm.counts, reading=reading, resamples=resamples, level=level, rng_seed=rng_seed)._asdict(),
        }
        for arm in arms
    ]
