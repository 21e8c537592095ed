"""Every language is carried over to every other; nearness is compared with what was measured."""

from __future__ import annotations

import pytest
import yaml
from experiments.related import Pair, by_target, mean_rho_by_chance, pairs_of, rank_rows, rotations

PRESET = {
    "name": "four",
    "languages": [{"code": code, "gold": {"path": code}} for code in ("da", "sv", "swa", "kin")],
    "training": {"sizes": [100]},
}


def pair(target: str, candidate: str, f1: float, *near: float) -> Pair:
    return Pair(target, candidate, f1, f1 - 0.02, f1 + 0.02, None, near)


def test_rotations_give_every_ordered_pair_once() -> None:
    pairs = [
        (language["code"], language["related"]["code"]) for spec in rotations(PRESET) for language in spec["languages"]
    ]
    assert len(pairs) == len(set(pairs)) == 12
    assert all(target != related for target, related in pairs)
    assert "*" not in yaml.safe_dump(rotations(PRESET)[0]), "a specification has no aliases"
    assert [spec["name"] for spec in rotations(PRESET)] == ["four-1", "four-2", "four-3"]


def test_pairs_are_of_zero_shot_with_what_followed() -> None:
    row = {"language": "da", "related": "sv", "source": "related", "size": 0, "f1": 0.5, "lo": 0.4, "hi": 0.6}
    after = {**row, "source": "organic", "size": 100, "f1": 0.7}
    assert pairs_of(PRESET, [row, after], {("da", "sv"): (0.9,)}) == [Pair("da", "sv", 0.5, 0.4, 0.6, 0.7, (0.9,))]


def test_a_target_whose_nearest_candidate_is_best_and_one_whose_is_worst() -> None:
    targets = by_target(
        [
            pair("da", "swa", 0.2, 0.1, 0.3), pair("da", "sv", 0.7, 0.9, 0.2), pair("da", "kin", 0.1, 0.0, 0.0),
            pair("kin", "da", 0.3, 0.9), pair("kin", "sv", 0.4, 0.8), pair("kin", "swa", 0.6, 0.7),
        ]
    )  # fmt: skip
    danish, rwanda = rank_rows(targets)
    assert (danish["by nearness"], danish["rho"], danish["f1 of the nearest"]) == ("sv > swa > kin", 1, 0.7)
    assert danish["best named first, share of draws"] == 0.5
    assert (rwanda["by zero-shot"], rwanda["rho"], rwanda["of the best"]) == ("swa > sv > da", -1, 0.6)
    assert rwanda["of any, mean"] == pytest.approx(1.3 / 3)


def test_chance_reaches_a_perfect_order_of_two_targets_in_one_of_36() -> None:
    one = [pair("x", code, f1, f1) for code, f1 in (("a", 0.3), ("b", 0.2), ("c", 0.1))]
    rho, p = mean_rho_by_chance({"x": one, "y": one})
    assert rho == pytest.approx(1)
    assert p == pytest.approx(1 / 36, abs=0.005)
