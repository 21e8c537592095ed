"""The same rules in every sample format: marks, repairs, and one verdict for each candidate whatever was written."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.rules import MARKABLE, Reason, Rules, Verdict
from spanloom.ner.formats import FORMATS
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_validator.counts import Counts
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.context import Context

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
LENIENT = Rules.model_validate({str(reason): "mark" for reason in MARKABLE})
NO_STRING = {
    "tag_ids": {"tokens": ["a", 7], "ner_tags": [0, 1]},
    "tag_names": {"tokens": ["a", 7], "ner_tags": ["O", "B-PER"]},
    "pairs": {"pairs": [["a", "O"], [7, "B-PER"]]},
}
NO_TOKENS = {
    "tag_ids": {"tokens": [], "ner_tags": []},
    "tag_names": {"tokens": [], "ner_tags": []},
    "pairs": {"pairs": []},
    "entities": {"text": "", "entities": []},
    "inline": {"text": " "},
}
MISALIGNED = {
    "tag_ids": {"tokens": ["a", ""], "ner_tags": [0]},
    "tag_names": {"tokens": ["a", ""], "ner_tags": ["O"]},
    "entities": {"text": "a \u200b", "entities": [{"text": "b", "label": "PER"}]},
}


def one(obj: object, form: str, rules: Rules) -> Verdict:
    (verdict,) = judge_completion(json.dumps(obj), Context(SCHEMA, rules, form))
    return verdict


@pytest.mark.parametrize("form", FORMATS)
def test_a_blank_token_is_rejected_or_marked(form: str) -> None:
    obj = json.loads(FORMATS[form].render(Sentence(("Anna", "\u200b", "bor"), (1, 0, 0)), SCHEMA))
    refused, marked = one(obj, form, Rules()), one(obj, form, LENIENT)
    assert (refused.reason, refused.reasons) == (Reason.EMPTY, (Reason.EMPTY,))
    assert (marked.accepted, marked.marks, marked.tags) == (True, ("empty",), (1, 0, 0))


@pytest.mark.parametrize("form", FORMATS)
def test_no_tokens_are_rejected_or_marked(form: str) -> None:
    assert one(NO_TOKENS[form], form, Rules()).reasons == (Reason.EMPTY,)
    assert one(NO_TOKENS[form], form, LENIENT).marks == ("empty",)


@pytest.mark.parametrize("form", NO_STRING)
def test_a_token_that_is_no_string_is_rejected_or_marked(form: str) -> None:
    assert one(NO_STRING[form], form, Rules()).reasons == (Reason.WRONG_TYPE,)
    marked = one(NO_STRING[form], form, LENIENT)
    assert (marked.tokens, marked.marks, marked.repairs) == (("a", "7"), ("wrong_type",), ("token_str",))


@pytest.mark.parametrize("form", MISALIGNED)
def test_all_that_applies_is_kept_and_the_first_counts(form: str) -> None:
    assert one(MISALIGNED[form], form, Rules()).reasons == (Reason.EMPTY, Reason.LENGTH_MISMATCH)
    assert one(MISALIGNED[form], form, LENIENT).reasons == (Reason.LENGTH_MISMATCH,)


@pytest.mark.parametrize("form", FORMATS)
def test_escapes_are_put_right_and_orphans_mended(form: str) -> None:
    obj = json.loads(FORMATS[form].render(Sentence(("Anna", "p\x00e5", "dag"), (0, 2, 0)), SCHEMA))
    verdict = one(obj, form, Rules())
    assert (verdict.tokens, verdict.tags) == (("Anna", "på", "dag"), (0, 1, 0))
    assert "split_escape" in verdict.repairs


TOKENS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5) | st.sampled_from(
    ["på", "p\x00e5", "\u200b", "[", '"', "\\", "{}", "a b", "\ufffd", "\x0b85"]
)
SENTENCES = st.lists(
    st.lists(st.tuples(TOKENS, st.integers(0, len(SCHEMA) - 1)), min_size=1, max_size=6), min_size=1, max_size=5
)


def mutated(rng: random.Random, text: str) -> str:
    for _ in range(rng.randint(0, 4)):
        at, length = rng.randrange(len(text) + 1), rng.choice([1, 1, 3, 20])
        inserted = rng.choice(["", rng.choice('{}[]",:\\\n0a“\x00') * length])
        text = text[:at] + inserted + text[at + (0 if inserted else length) :]
    return text


@pytest.mark.parametrize("form", FORMATS)
@given(sentences=SENTENCES, seed=st.integers(0, 2**32), rules=st.sampled_from([Rules(), Rules(base="paper"), LENIENT]))
def test_every_candidate_gets_one_verdict(
    form: str, sentences: list[list[tuple[str, int]]], seed: int, rules: Rules
) -> None:
    lines = [
        FORMATS[form].render(Sentence(tuple(t for t, _ in pairs), tuple(i for _, i in pairs)), SCHEMA)
        for pairs in sentences
    ]
    text = mutated(random.Random(seed), "\n".join(lines))
    verdicts = judge_completion(text, Context(SCHEMA, rules, form))
    counts = Counts()
    counts.add_call(verdicts)
    assert counts.candidates == len(verdicts) == counts.accepted + counts.rejected.total()
    assert [verdict.index for verdict in verdicts] == list(range(len(verdicts)))
    order = list(Reason)
    for verdict in verdicts:
        if verdict.accepted:
            assert (verdict.reason, verdict.reasons) == (None, ())
            assert len(verdict.tokens) == len(verdict.tags)
            assert all(0 <= tag < len(SCHEMA) for tag in verdict.tags)
            assert not any("\0" in token for token in verdict.tokens)
        else:
            assert verdict.reason is verdict.reasons[0]
            assert list(verdict.reasons) == sorted(set(verdict.reasons), key=order.index)
