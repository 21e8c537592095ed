"""Rules: read from a name or a flat mapping, refused with what is allowed, the same after a round trip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spanloom.contracts.rules import MARKABLE, Reason, Repair, Rules, Treatment


def test_the_closed_list_and_its_order():
    assert [str(reason) for reason in Reason] == [
        "no_object",
        "truncated",
        "syntax",
        "missing_key",
        "wrong_type",
        "empty",
        "length_mismatch",
        "ambiguous_mention",
        "overlap",
        "foreign_markup",
        "tag_not_int",
        "unknown_tag",
        "broken_escape",
        "bad_unicode",
        "duplicate",
        "in_gold_eval",
        "copied_from_prompt",
        "iob_violation",
        "too_long",
        "wrong_script",
        "text_changed",
        "surplus",
    ]


def test_paper_only_marks_what_a_sample_can_live_with():
    rules = Rules.model_validate("paper")
    for reason in Reason:
        assert rules.treatment(reason) is (Treatment.MARK if reason in MARKABLE else Treatment.REJECT)
    assert rules.allowed_repairs == {Repair.TOKEN_STR, Repair.NUL, Repair.SURROGATE}


def test_default_rejects_all_but_length_script_and_orphans():
    rules = Rules()
    assert {r for r in Reason if rules.treatment(r) is Treatment.MARK} == {
        Reason.IOB_VIOLATION,
        Reason.TOO_LONG,
        Reason.WRONG_SCRIPT,
    }
    assert rules.allowed_repairs == frozenset(Repair) - {Repair.STRUCTURE}
    assert Rules.model_validate({"structure": True}).repairs(Repair.STRUCTURE)


def test_a_flat_mapping_changes_single_rules():
    rules = Rules.model_validate({"broken_escape": "mark", "iob": False, "duplicate": False, "near_duplicate": "mark"})
    assert rules.base == "default"
    assert rules.treatment(Reason.BROKEN_ESCAPE) is Treatment.MARK
    assert rules.treatment(Reason.DUPLICATE) is Treatment.OFF  # YAML reads a bare `off` as false
    assert not rules.repairs(Repair.IOB)
    assert rules.near_duplicate is Treatment.MARK


@pytest.mark.parametrize(
    ("given", "place", "says"),
    [
        ({"syntax": "mark"}, "reasons", "can only be 'reject'"),
        ({"length_mismatch": "off"}, "reasons", "What can be 'mark' or 'off': wrong_type"),
        ({"surplus": "mark"}, "reasons", "no sample is left"),
        ({"nul": False}, "repair", "cannot be off"),
        ({"brken_escape": "mark"}, "", "neither a reason (no_object, truncated"),
        ({"broken_escape": "maybe"}, "reasons.broken_escape", "'reject', 'mark' or 'off'"),
        ("papr", "base", "'paper' or 'default'"),
        ({"near_duplicate_threshold": 1.5}, "near_duplicate_threshold", "less than 1"),
        ({"max_tokens": 0}, "max_tokens", "greater than or equal to 1"),
        ({"iob": "banana"}, "repair.iob", "boolean"),
    ],
)
def test_mistakes_are_refused_with_place_and_what_is_allowed(given, place, says):
    with pytest.raises(ValidationError) as caught:
        Rules.model_validate(given)
    (error,) = caught.value.errors()
    assert ".".join(map(str, error["loc"])) == place
    assert says in error["msg"]


mappings = st.fixed_dictionaries(
    {},
    optional={
        "base": st.sampled_from(["paper", "default"]),
        **{str(reason): st.sampled_from(["reject", "mark", "off", False]) for reason in MARKABLE},
        **{str(name): st.booleans() for name in (Repair.JSON, Repair.IOB, Repair.SPLIT_ESCAPE)},
        "near_duplicate": st.sampled_from(["reject", "mark", "off"]),
        "max_tokens": st.integers(1, 1000),
    },
)


@given(mappings)
def test_what_is_written_reads_back_the_same(mapping):
    rules = Rules.model_validate(mapping)
    assert Rules.model_validate(rules.model_dump()) == rules
    assert Rules.model_validate_json(rules.model_dump_json()) == rules
