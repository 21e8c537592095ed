"""The quick judge says what the judge says, verdict for verdict."""

import json

from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.rules import Repair, Rules
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import content_hash
from spanloom_validator.extract.paper import by_regex
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.fast import judge_tag_ids
from spanloom_validator.judge.verdict import judge

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
tokens = st.one_of(
    st.sampled_from(
        ["Anna", "på", "தமிழ்", "", " ", "\u200b", "\x00e5", "a\x7f", "\ufffd", "\u3164", "\\u0b", "u0b85", "ж", "a b"]
    ),
    st.text(max_size=4),
    st.sampled_from([5, None, True, 1.5, [], "\ud83d"]),
)
tags = st.one_of(st.integers(-1, 7), st.integers(0, 6), st.sampled_from([True, False, 0.0, "0", None, [], 10**20, 300]))
samples = st.builds(
    lambda pairs, extra: {"tokens": [t for t, _ in pairs], "ner_tags": [g for _, g in pairs] + extra},
    st.lists(st.tuples(tokens, tags), max_size=5),
    st.lists(tags, max_size=1),
)
plain = st.builds(
    lambda pairs: {"tokens": [t for t, _ in pairs], "ner_tags": [g for _, g in pairs]},
    st.lists(st.tuples(st.sampled_from(["Anna", "på", "ж", "தமிழ்"]), st.integers(0, 6)), min_size=1, max_size=6),
)
odd = st.sampled_from([{}, {"tokens": "ab", "ner_tags": [0, 0]}, {"tokens": ["a"], "ner_tags": 3}, {"tokens": None}, 3])
rules = st.sampled_from(
    [
        Rules(base="paper"),
        Rules(),
        Rules(max_tokens=2),
        Rules.model_validate({"iob": False}),
        Rules.model_validate({"iob": False, "iob_violation": "reject"}),
        Rules.model_validate({"iob": False, "iob_violation": "off", "empty": "mark", "broken_escape": "off"}),
    ]
)


@given(
    st.lists(st.one_of(plain, samples, odd), max_size=4),
    rules,
    st.sampled_from([None, "Latn", "Taml"]),
    st.sets(st.sampled_from([content_hash(["Anna"]), content_hash(["Anna", "på"])])),
    st.booleans(),
)
def test_the_same_verdicts(values, rules, script, known, escapes):
    text = "\n".join(json.dumps(value, ensure_ascii=escapes) for value in values)
    candidates = by_regex(text)
    context = Context(SCHEMA, rules, gold_eval=known, script=script)
    one_by_one = [judge(index, candidate, text, context) for index, candidate in enumerate(candidates)]
    quick = judge_tag_ids(candidates, text, context)
    assert quick == one_by_one
    assert [type(v.reason) for v in quick] == [type(v.reason) for v in one_by_one]


@given(
    st.lists(st.one_of(plain, samples, odd), max_size=4),
    rules,
    st.sampled_from([Repair.JSON, Repair.STRUCTURE]),
    st.sets(st.sampled_from([content_hash(["Anna"]), content_hash(["Anna", "på"])])),
)
def test_the_same_verdicts_on_what_was_repaired(values, rules, repair, known):
    candidates = [(0, 0, value, None, repair) for value in values]
    context = Context(SCHEMA, rules, gold_eval=known)
    one_by_one = [judge(index, candidate, "", context) for index, candidate in enumerate(candidates)]
    assert judge_tag_ids(candidates, "", context) == one_by_one
