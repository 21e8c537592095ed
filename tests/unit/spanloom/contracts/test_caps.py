from __future__ import annotations

import re
from typing import Any

import pytest

from spanloom.contracts.arms import plan_grid
from spanloom.contracts.caps import Caps, above, most_arms
from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.contracts.training_sets import DatasetState


def spec_of(languages: int = 1, **source: Any) -> RunSpec:
    codes = ("da", "sv", "nb")[:languages]
    llm = {"kind": "synthetic", "name": "llm", "engine": {"kind": "toy"}, "dev_calls": 0, **source}
    return check_spec(
        {
            "name": "x",
            "languages": [{"code": code, "name": code, "gold": {"demo": "da"}} for code in codes],
            "sources": [{"kind": "organic"}, llm],
            "training": {"settings": ["from_scratch"], "sizes": [10, 20], "control": "step_matched"},
        }
    )


@pytest.mark.parametrize(
    ("spec", "caps", "field", "said"),
    [
        (spec_of(stop={"after_calls": 100}), Caps(calls=99), "sources.1.stop", "100 calls .* at most 99 .*MAX_CALLS"),
        (spec_of(3, stop={"after_calls": 100}), Caps(calls=299), "sources.1.stop", "300 calls .* 3 languages"),
        (spec_of(m=50), Caps(m=49), "sources.1.m", "m=50 seed .* at most 49 .*MAX_SEEDS"),
        (spec_of(), Caps(arms=3), "training", "up to .* arms; at most 3 .*MAX_ARMS"),
    ],
)
def test_what_is_above_a_cap_is_told_by_its_field(spec: RunSpec, caps: Caps, field: str, said: str) -> None:
    (found,) = above(spec, caps)
    assert found[0] == field
    assert re.search(said, found[1]), found[1]


def test_what_is_at_a_cap_is_let() -> None:
    assert above(spec_of(3, stop={"after_calls": 100}, m=49), Caps(calls=300, m=49)) == []


def test_the_bound_of_arms_is_one() -> None:
    spec = spec_of(2)
    datasets = {
        (code, source, split): DatasetState(f"{code}.{source}.{split}", 1000, True)
        for code in ("da", "sv")
        for source in ("gold", "organic", "llm")
        for split in ("train", "dev", "test")
    }
    made = plan_grid("r", spec, datasets, {}).due
    assert 0 < len(made) <= most_arms(spec)
