"""Duplicates: exact after NFC, their number whatever the order; near ones by MinHash."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.rules import Reason, Rules, Verdict
from spanloom.errors import EnvironmentMissing
from spanloom.ner.schema import LabelSchema
from spanloom_validator.duplicates import near
from spanloom_validator.duplicates.rule import SeenSamples, mark_duplicates
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.verdict import reject

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])


def accepted(tokens, tags=None):
    return Verdict(0, True, tokens=tuple(tokens), tags=tuple(tags or [0] * len(tokens)))


def test_default_rejects_all_after_the_first_and_paper_marks_them():
    verdicts = [accepted(["Anna", "bor"]), accepted(["Anna", "bor"]), accepted(["anna", "bor"])]
    judged = mark_duplicates(verdicts, SeenSamples(Rules()))
    assert [v.reason for v in judged] == [None, Reason.DUPLICATE, None]
    assert judged[1].excerpt == "Anna bor"
    marked = mark_duplicates(verdicts, SeenSamples(Rules(base="paper")))
    assert [v.marks for v in marked] == [(), ("duplicate",), ()]
    assert all(v.accepted for v in mark_duplicates(verdicts, SeenSamples(Rules.model_validate({"duplicate": "off"}))))


def test_same_words_with_other_tags_are_no_duplicate_and_nfc_is():
    verdicts = [accepted(["caf\u00e9"], [0]), accepted(["cafe\u0301"], [0]), accepted(["caf\u00e9"], [1])]
    assert [v.accepted for v in mark_duplicates(verdicts, SeenSamples(Rules()))] == [True, False, True]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("\u0b95\u0bca", "\u0b95\u0bc6\u0bbe", True),  # Tamil KO, in one sign and in two
        ("\u0b95\u0bcb", "\u0b95\u0bc7\u0bbe", True),
        ("\u0b95\u0bbe", "\u0b95\u0bbe\u0bbe", False),
        ("\uac00\u0bbe", "\u1100\u1161\u0bbe", True),  # a Hangul syllable, beside the sign that joins
        ("\u0b95\u0bbe\u00e9", "\u0b95\u0bbee\u0301", True),
        ("\u1e0b\u0323", "\u1e0d\u0307", True),  # marks in another order
    ],
)
def test_what_nfc_makes_one_is_one_in_each_script(one, other, same):
    verdicts = [accepted([one, "x"]), accepted([other, "x"])]
    assert [v.accepted for v in mark_duplicates(verdicts, SeenSamples(Rules()))] == [True, not same]


tamil = st.text(alphabet="\u0b95\u0bbe\u0bc6\u0bc7\u0bca\u0bcd\u0bd7\u0b92ae\u0301 ", max_size=6)


@given(st.lists(tamil, min_size=1, max_size=5))
def test_as_many_are_kept_as_there_are_after_nfc(words):
    kept = [v for v in mark_duplicates([accepted([word]) for word in words], SeenSamples(Rules())) if v.accepted]
    assert len(kept) == len({unicodedata.normalize("NFC", word) for word in words})


def test_tokens_are_not_run_together():
    verdicts = [accepted(["a b", "c"]), accepted(["a", "b c"])]
    assert all(v.accepted for v in mark_duplicates(verdicts, SeenSamples(Rules())))


texts = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=2)


@given(st.lists(st.lists(texts, max_size=4), max_size=6), st.randoms(use_true_random=False))
def test_counts_do_not_depend_on_the_order_of_calls(calls, random):
    """Also where a sample is a copy of its own prompt in one call and not in another."""
    prompts = [{near_hash} if index % 2 else set() for index, near_hash in enumerate([content(["a"])] * len(calls))]

    def count(order):
        seen, counts = SeenSamples(Rules()), {}
        for i in order:
            text = "\n".join(json.dumps({"tokens": t, "ner_tags": [0] * len(t)}) for t in calls[i])
            verdicts = judge_completion(text, Context(SCHEMA, Rules()), prompt_examples=frozenset(prompts[i]))
            for verdict in mark_duplicates(verdicts, seen):
                counts[verdict.reason] = counts.get(verdict.reason, 0) + 1
        return counts

    order = list(range(len(calls)))
    shuffled = order[:]
    random.shuffle(shuffled)
    assert count(order) == count(shuffled)


def content(tokens):
    from spanloom.ner.sentence import content_hash

    return content_hash(tokens)


LONG = (
    "Anna",
    "Berg",
    "flyttede",
    "i",
    "går",
    "fra",
    "Aarhus",
    "til",
    "København",
    "for",
    "at",
    "arbejde",
    "i",
    "en",
    "bank",
)


def test_near_duplicates_are_marked_or_rejected_on_request():
    other = (
        "Byens",
        "største",
        "butik",
        "åbner",
        "en",
        "ny",
        "afdeling",
        "ved",
        "havnen",
        ",",
        "siger",
        "direktøren",
        ".",
    )
    verdicts = [accepted(LONG), accepted([*LONG[:-1], "!"]), accepted(other)]
    mark = mark_duplicates(verdicts, SeenSamples(Rules.model_validate({"near_duplicate": "mark"})))
    assert [v.marks for v in mark] == [(), ("near_duplicate",), ()]
    refuse = mark_duplicates(verdicts, SeenSamples(Rules.model_validate({"near_duplicate": "reject"})))
    assert [v.reason for v in refuse] == [None, Reason.DUPLICATE, None]
    seen = SeenSamples(Rules())
    assert [v.marks for v in mark_duplicates(verdicts, seen)] == [(), (), ()]
    assert not seen.holders


def test_an_exact_duplicate_is_not_marked_twice():
    rules = Rules.model_validate({"base": "paper", "near_duplicate": "mark"})
    judged = mark_duplicates([accepted(LONG), accepted(LONG)], SeenSamples(rules))
    assert [v.marks for v in judged] == [(), ("duplicate",)]


def test_without_datasketch_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasketch", None)
    near._datasketch.cache_clear()
    near._empty_sketch.cache_clear()
    try:
        with pytest.raises(EnvironmentMissing, match="spanloom-validator\\[near\\]"):
            near.band_keys(["a"], 0.8)
    finally:
        near._datasketch.cache_clear()


def test_reject_keeps_the_sample_s_place_and_words():
    verdict = reject(accepted(["a", "b"]), Reason.SURPLUS)
    assert (verdict.accepted, verdict.reason, verdict.reasons) == (False, Reason.SURPLUS, (Reason.SURPLUS,))
    assert verdict.tokens == ("a", "b")
