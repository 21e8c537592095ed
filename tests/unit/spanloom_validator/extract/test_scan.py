"""Finding objects under `default`: what stands around them, what is broken, and no text that takes long."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.rules import Reason, Repair
from spanloom.ner.formats import FORMATS
from spanloom_validator.extract.scan import STEPS_PER_CHARACTER, _Scan, by_scan

KEYS = FORMATS["tag_ids"].shape
A = '{"tokens": ["Anna", "bor"], "ner_tags": [1, 0]}'
B = '{"tokens": ["i", "Oslo"], "ner_tags": [0, 5]}'
PARSED = [json.loads(A), json.loads(B)]


def values(text, **options):
    return [value for _, _, value, _, _ in by_scan(text, KEYS, **options)]


@pytest.mark.parametrize(
    "text",
    [
        f"<|start_header_id|>assistant<|end_header_id|>\n\n{A}\n{B}<|eot_id|>",
        f"```json\n{A}\n```\nand then\n```\n{B}\n```",
        f"Here are [two] samples {{as asked}}: {A} (see {{1}}) {B}",
        f"[{A}, {B}]",
        f'{{"data": [{A}, {B}]}}',
        f'{{"a": {{"b": {{"c": [{A}]}}}}, "d": {B}}}',
        f"\ufeff{A}\u200b{B}",
        f"{A}{B}",
        f"1. {A}\n2. {B}",
    ],
    ids=["header", "fences", "prose", "array", "wrapper", "nested wrappers", "zero width", "adjacent", "numbered"],
)
def test_whatever_stands_around_them(text):
    found = by_scan(text, KEYS)
    assert [value for _, _, value, _, _ in found] == PARSED
    for start, end, value, reason, repaired in found:
        assert json.loads(text[start:end]) == value
        assert reason is None
        assert repaired is None


def test_extra_keys_and_objects_among_the_values():
    with_meta = '{"meta": {"id": 3}, "tokens": ["a"], "ner_tags": [0], "more": {"x": [{}]}}'
    assert values(with_meta) == [json.loads(with_meta)]


@pytest.mark.parametrize("tokens", [["{", "}"], ["}"], ['"', "{"], ["\\", "}"], ["a{b", "c}d", "{{"]])
def test_braces_and_quotes_within_tokens(tokens):
    sample = {"tokens": tokens, "ner_tags": [0] * len(tokens)}
    assert values(f"{json.dumps(sample)} {A}") == [sample, PARSED[0]]


@pytest.mark.parametrize(
    "broken",
    [
        '{"tokens": ["Anna", "bor",], "ner_tags": [1, 0]}',
        '{"tokens": ["Anna", "bor"], "ner_tags": [1, 0],}',
        "{'tokens': ['Anna', 'bor'], 'ner_tags': [1, 0]}",
        '{tokens: ["Anna", "bor"], ner_tags: [1, 0]}',
        "{“tokens”: [“Anna”, “bor”], “ner_tags”: [1, 0]}",
        '{\u200b"tokens": ["Anna", "bor"], "ner_tags": [1, 0],}',
    ],
    ids=["comma in list", "comma in object", "single quotes", "no quotes", "curly quotes", "zero width"],
)
def test_what_is_nearly_json_is_repaired(broken):
    start, end, value, reason, repaired = by_scan(f"x {broken} y", KEYS)[0]
    assert (start, end) == (2, 2 + len(broken))
    assert {"tokens": value["tokens"], "ner_tags": value["ner_tags"]} == PARSED[0]
    assert reason is None
    assert repaired is Repair.JSON
    assert [r for *_, r, _ in by_scan(broken, KEYS, repairs=())] == [Reason.SYNTAX]


MISSING = {
    "bracket": '{"tokens": ["Anna", "bor", "ner_tags": [1, 0]}',
    "first quotes": '{"tokens": [Anna", "bor, "ner_tags": [1, 0]}',
}


@pytest.mark.parametrize("broken", MISSING.values(), ids=MISSING)
def test_missing_structure_is_guessed_on_request_alone(broken):
    assert [reason for *_, reason, _ in by_scan(broken, KEYS)] == [Reason.SYNTAX]
    ((_, _, value, _, repair),) = by_scan(broken, KEYS, repairs=frozenset(Repair))
    if value is not None:
        assert repair is Repair.STRUCTURE
    if broken == MISSING["bracket"]:
        assert value == PARSED[0]


def test_a_guess_is_not_asked_for_where_lengths_cannot_agree():
    broken = '{"tokens": ["Anna", "bor", "ner_tags": [1, 0, 0, 0]}'
    assert [reason for *_, reason, _ in by_scan(broken, KEYS, repairs=frozenset(Repair))] == [Reason.SYNTAX]


def test_a_truncated_tail_costs_the_last_object_alone():
    text = f'{{"data": [{A}, {B}, {{"tokens": ["Per", "Hansen'
    found = by_scan(text, KEYS)
    assert [value for _, _, value, _, _ in found] == [*PARSED, None]
    assert found[-1] == (text.rindex("{"), len(text), None, Reason.TRUNCATED, None)


def test_a_repetition_loop_is_one_truncated_object():
    text = f"{A}\n" + '{"tokens": [' + '"ja", ' * 5000
    assert [reason for *_, reason, _ in by_scan(text, KEYS)] == [None, Reason.TRUNCATED]


def test_a_list_that_breaks_off_is_not_closed():
    """Closing it would cut the sample: that the lengths happen to agree says nothing."""
    text = '{"tokens": ["a", "b"], "ner_tags": [0, 1\n' + A
    assert [(v, r) for _, _, v, r, _ in by_scan(text, KEYS)] == [(None, Reason.SYNTAX), (PARSED[0], None)]


def test_a_stray_quote_does_not_swallow_the_next_object():
    stray = '{"tokens": ["Anna", "bor.","], "ner_tags": [1, 0]}'
    found = by_scan(f"{stray},\n{A},\n{B}", KEYS)
    assert [value for _, _, value, _, _ in found[1:]] == PARSED
    assert found[0][3] is Reason.SYNTAX
    assert [v for v in values(f"{stray}, {A}, {B}") if v] == PARSED


def test_prose_in_braces_is_no_candidate_and_a_half_object_is():
    assert values("a {b} c {see above} {} {{x}}") == [{}]
    assert values('{"language": "da"}') == [{"language": "da"}]
    assert [r for *_, r, _ in by_scan('{"tokens": nonsense nonsense"}', KEYS)] == [Reason.SYNTAX]


def test_entities_hold_objects():
    keys = FORMATS["entities"].shape
    one = '{"text": "Anna bor .", "entities": [{"text": "Anna", "label": "PER"}]}'
    broken = '{"text": "Per bor .", "entities": [{"text": "Per", "label": "PER"},]}'
    cut = '{"text": "Per bor .", "entities": [{"text": "Per", "la'
    found = by_scan(f"{one}\n{broken}\n{one}\n{cut}", keys)
    assert [value and value["text"] for _, _, value, _, _ in found] == ["Anna bor .", "Per bor .", "Anna bor .", None]
    assert found[1][2]["entities"] == [{"text": "Per", "label": "PER"}]
    assert found[3][3] is Reason.TRUNCATED


HOSTILE = [
    "{",
    '{"',
    '{"\\"',
    '{"a":',
    '{"tokens":',
    '{"tokens":[',
    "tokens{",
    '{"a":{"tokens":[1,}',
    "}{",
    '{"tokens":["',
    '{a:"}',
    '{"tokens":{"a":1},',
    '{"a":[{"tokens":[],"ner_tags":[]},',
    "{'",
    "{“",
    "{ ",
]


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("shape", [KEYS, FORMATS["entities"].shape], ids=["flat", "nested"])
def test_hostile_text_takes_steps_in_proportion_to_its_length(unit, shape):
    """Counted, not timed: characters looked at, for each character there is."""
    unit = unit.replace("tokens", list(shape)[-1])
    for size in (1_000, 20_000):
        scan = _Scan(unit * (size // len(unit)), shape, ())
        found = scan.run()
        # Beyond the limit the scan cuts at braces; the last object before that may cost its own length.
        assert scan.steps <= (STEPS_PER_CHARACTER + 3) * (size + 64)
        assert all(0 <= start < end <= size for start, end, *_ in found)


@given(st.text(alphabet="{}[]\":,\\ \n0aø“'", max_size=200).map(lambda t: t.replace("a", '"tokens"')))
def test_candidates_stand_apart_and_in_order(text):
    end_before = 0
    for start, end, value, reason, _ in by_scan(text, KEYS):
        assert end_before <= start < end <= len(text)
        assert text[start] == "{"
        assert (value is None) == (reason is not None)
        end_before = end
