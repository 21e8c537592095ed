"""Reading what another release stored: unknown fields are left out, and named to whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spanloom.contracts.base import unknown_fields
from spanloom.contracts.rules import MARKABLE, Rules
from spanloom.contracts.spec import RunSpec, check_spec, parse_spec
from spanloom.data.languages import complete_spec
from spanloom.errors import SpecError
from support.cluster import demo_language, replay_source, tiny_training
from support.common import ROOT


def whole() -> tuple[RunSpec, dict[str, Any]]:
    source = replay_source("x.jsonl", calls=3)  # type: ignore[arg-type]
    given = {"name": "x", "languages": [demo_language()], "sources": [{"kind": "organic"}, source],
             "training": tiny_training()}  # fmt: skip
    spec = check_spec(given)
    return spec, spec.model_dump(mode="json")


def test_what_this_release_stored_holds_nothing_unknown() -> None:
    spec, plain = whole()
    assert RunSpec.stored(plain) == spec
    assert unknown_fields(plain, spec) == []


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "presets").glob("*.yaml")))
def test_what_a_preset_is_stored_as_holds_nothing_unknown(name: str) -> None:
    spec = parse_spec((ROOT / "presets" / name).read_text("utf-8"), complete_spec)
    plain = spec.model_dump(mode="json")
    assert RunSpec.stored(plain) == spec
    assert unknown_fields(plain, spec) == []


@given(
    st.dictionaries(st.sampled_from([*map(str, MARKABLE)]), st.sampled_from(["mark", "off", "reject"])),
    st.dictionaries(st.sampled_from(["json", "iob", "split_escape", "structure"]), st.booleans()),
)
def test_rules_that_differ_from_their_base_are_known(reasons: dict[str, str], repairs: dict[str, bool]) -> None:
    """A run whose rules were taken for a newer release's would never be settled."""
    plain = Rules.model_validate({"base": "default", **reasons, **repairs}).model_dump(mode="json")
    assert unknown_fields(plain, Rules.stored(plain)) == []
    newer = {**plain, "dull": "reject"}
    assert unknown_fields(newer, Rules.stored(newer)) == ["dull"]


def test_fields_of_a_newer_release_are_left_out_at_any_depth_and_named() -> None:
    spec, plain = whole()
    plain["newer"] = 1
    plain["languages"][0]["newer"] = {"a": 1}
    plain["sources"][1]["engine"]["newer"] = [2]
    plain["training"]["recipe"]["newer"] = None
    assert RunSpec.stored(plain) == spec
    assert unknown_fields(plain, spec) == [
        "newer", "languages.0.newer", "sources.1.engine.newer", "training.recipe.newer",
    ]  # fmt: skip


def test_submission_and_plain_validation_stay_strict() -> None:
    _, plain = whole()
    plain["newer"] = 1
    with pytest.raises(SpecError, match="newer"):
        check_spec(plain)
    with pytest.raises(ValidationError, match="newer"):
        RunSpec.model_validate(plain)


def test_a_known_field_with_a_wrong_value_is_refused_when_stored_too() -> None:
    _, plain = whole()
    plain["languages"] = "da"
    with pytest.raises(ValidationError, match="languages"):
        RunSpec.stored(plain)


def test_reasons_and_repairs_of_a_newer_release_are_left_out() -> None:
    rules = Rules.model_validate({"base": "default", "duplicate": "mark", "iob": False})
    plain = rules.model_dump(mode="json")
    nested = {
        "base": "default",
        "reasons": {"duplicate": "mark", "dull": "reject"},
        "repair": {"iob": False, "wit": True},
    }
    assert Rules.stored({**plain, "newer_option": 3}) == rules
    assert Rules.stored({**nested, "newer_option": 3}) == rules
    assert Rules.stored(plain) == rules
