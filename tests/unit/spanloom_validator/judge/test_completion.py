"""Every reason, every repair, and what the rules make of them."""

import json

import pytest

from spanloom.contracts.rules import EXCERPT, Reason, Rules
from spanloom.errors import SpecError
from spanloom.ner.formats import FORMATS
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence, content_hash
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.context import Context

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
PAPER, DEFAULT = Rules(base="paper"), Rules()


def sample(tokens, tags, **more):
    return json.dumps({**more, "tokens": tokens, "ner_tags": tags})


def one(text, rules=DEFAULT, prompt_examples=frozenset(), **options):
    (verdict,) = judge_completion(text, Context(SCHEMA, rules, **options), prompt_examples=prompt_examples)
    return verdict


REJECTED = {
    "truncated": ('{"tokens": ["a', ["truncated"]),
    "syntax": ('{"tokens": ["a"], ner_tags": [0]}', ["syntax"]),
    "missing key": ('{"tokens": ["a"]}', ["missing_key"]),
    "null": ('{"tokens": ["a"], "ner_tags": null}', ["missing_key"]),
    "tokens no list": ('{"tokens": "a", "ner_tags": [0]}', ["wrong_type"]),
    "tags a number": ('{"tokens": ["a"], "ner_tags": 99999999999}', ["wrong_type"]),
    "token no string": (sample(["a", 5], [0, 0]), ["wrong_type"]),
    "no tokens": (sample([], []), ["empty"]),
    "token empty": (sample(["a", ""], [0, 0]), ["empty"]),
    "token blank": (sample(["a", " \u200b\u2060"], [0, 0]), ["empty"]),
    "token a Hangul filler": (sample(["a", "\u3164"], [0, 0]), ["empty"]),
    "lengths": (sample(["a", "b"], [0]), ["length_mismatch"]),
    "tag a string": (sample(["a"], ["0"]), ["tag_not_int"]),
    "tag a float": (sample(["a"], [0.0]), ["tag_not_int"]),
    "tag true": ('{"tokens": ["a"], "ner_tags": [true]}', ["tag_not_int"]),
    "tag a list": (sample(["a"], [[0]]), ["tag_not_int"]),
    "tag beyond": (sample(["a"], [7]), ["unknown_tag"]),
    "tag below": (sample(["a"], [-1]), ["unknown_tag"]),
    "tag huge": (sample(["a"], [10**30]), ["tag_not_int"]),
    "control": (sample(["p\x00", "a"], [0, 0]), ["broken_escape"]),
    "delete": (sample(["a\x7f"], [0]), ["broken_escape"]),
    "control alone": (sample(["\x7f"], [0]), ["empty", "broken_escape"]),
    "surrogate": ('{"tokens": ["\\ud83d"], "ner_tags": [0]}', ["empty", "bad_unicode"]),
    "replacement": (sample(["a\ufffd"], [0]), ["bad_unicode"]),
    "private use": (sample(["a\ue000"], [0]), ["bad_unicode"]),
    "unassigned": (sample(["\u0b84\u0b85"], [0]), ["bad_unicode"]),
    "escape as text": (sample(["b\\u0b85"], [0]), ["bad_unicode"]),
    "several": (sample(["", 5], [9]), ["wrong_type", "empty", "length_mismatch", "unknown_tag"]),
}


@pytest.mark.parametrize(("text", "reasons"), REJECTED.values(), ids=REJECTED)
def test_reasons_under_default(text, reasons):
    verdict = one(f"x {text}")
    assert not verdict.accepted
    assert list(map(str, verdict.reasons)) == reasons
    assert verdict.reason == reasons[0]
    assert verdict.offset == 2
    assert verdict.excerpt
    assert "\0" not in verdict.excerpt
    verdict.excerpt.encode()


LIVABLE = {
    name: case
    for name, case in REJECTED.items()
    if set(case[1]) <= {"wrong_type", "empty", "broken_escape", "bad_unicode"}
}
LIVABLE = {name: case for name, case in LIVABLE.items() if name not in ("tokens no list", "tags a number")}


@pytest.mark.parametrize(("text", "reasons"), LIVABLE.values(), ids=LIVABLE)
def test_what_a_sample_can_live_with_paper_marks_and_stores(text, reasons):
    verdict = one(text, PAPER)
    assert verdict.accepted
    assert list(verdict.marks) == reasons
    for token in verdict.tokens:
        assert "\0" not in token
        token.encode()


def test_paper_names_what_it_did_for_storing():
    verdict = one('{"tokens": ["\\u0000e5", 5, null, 1.50, "\\ud83d"], "ner_tags": [0, 0, 0, 0, 0]}', PAPER)
    assert verdict.tokens == ("\ufffde5", "5", "null", "1.5", "\ufffd")
    assert list(map(str, verdict.repairs)) == ["token_str", "nul", "surrogate"]
    assert list(verdict.marks) == ["wrong_type", "empty", "broken_escape", "bad_unicode"]


def test_a_reason_turned_into_a_mark():
    rules = Rules.model_validate({"broken_escape": "mark"})
    verdict = one(sample(["\x08gte", "a"], [0, 0]), rules)
    assert verdict.accepted
    assert verdict.marks == ("broken_escape",)
    assert one(sample(["\x08gte", "a"], [0, 0]), Rules.model_validate({"broken_escape": False})).marks == ()


def test_delta_is_tokens_minus_tags():
    assert one(sample(["a", "b", "c"], [0])).delta == 2
    assert one(sample(["a"], [0, 0])).delta == -1
    assert one(sample(["a"], [0])).delta is None


def test_orphans_are_mended_marked_or_rejected():
    text = sample(["Anna", "Berg", "i", "Oslo"], [2, 2, 0, 6])
    mended = one(text)
    assert (mended.tags, mended.repairs, mended.marks) == ((1, 2, 0, 5), ("iob",), ())
    for rules in (PAPER, Rules.model_validate({"iob": False})):
        marked = one(text, rules)
        assert (marked.tags, marked.repairs, marked.marks) == ((2, 2, 0, 6), (), ("iob_violation",))
    assert one(text, Rules.model_validate({"iob": False, "iob_violation": "reject"})).reason is Reason.IOB_VIOLATION
    assert one(text, Rules.model_validate({"iob": False, "iob_violation": "off"})).marks == ()


def test_copies_of_gold_and_of_the_prompt():
    text = sample(["Anna", "bor", "i", "CAFE\u0301"], [1, 0, 0, 0])
    known = frozenset({content_hash(["anna", "bor", "i", "caf\u00e9"])})
    assert one(text, gold_eval=known).reason is Reason.IN_GOLD_EVAL
    assert one(text, prompt_examples=known).reason is Reason.COPIED_FROM_PROMPT
    both = one(text, gold_eval=known, prompt_examples=known)
    assert both.reasons == (Reason.IN_GOLD_EVAL, Reason.COPIED_FROM_PROMPT)
    assert one(text, PAPER, gold_eval=known).marks == ("in_gold_eval",)
    assert one(sample(["Anna"], [1]), gold_eval=known).accepted


def test_length_and_script_only_mark():
    rules = Rules(max_tokens=2)
    assert one(sample(["a", "b", "c"], [0, 0, 0]), rules).marks == ("too_long",)
    tamil = sample(["\u0ba4\u0bae\u0bbf\u0bb4\u0bcd", "2024"], [0, 0])
    assert one(tamil, script="Taml").marks == ()
    assert one(tamil, script="Latn").marks == ("wrong_script",)
    assert one(sample(["2024", "!"], [0, 0]), script="Latn").marks == ()
    with pytest.raises(SpecError, match="no script Unicode knows"):
        one(tamil, script="Zzzy")


def test_a_message_may_hold_what_is_no_object():
    text = f'{{"data": [{sample(["a"], [0])}, "b", 3]}}'
    verdicts = judge_completion(text, Context(SCHEMA, PAPER, json_object=True))
    assert [verdict.reason for verdict in verdicts] == [None, Reason.NO_OBJECT, Reason.NO_OBJECT]
    assert judge_completion(text[:-1], Context(SCHEMA, PAPER, json_object=True)) == []


def test_the_reader_is_the_rules_or_the_sources():
    text = f'{{"data": [{sample(["a"], [0])}]}}. {sample(["b"], [0])}'
    count = {
        (reader, asked): len(
            judge_completion(text, Context(SCHEMA, Rules(base="paper", reader=reader), json_object=asked))
        )
        for reader in ("auto", "regex", "json_object")
        for asked in (True, False)
    }
    assert [key for key, n in count.items() if n == 0] == [
        ("auto", True),
        ("json_object", True),
        ("json_object", False),
    ]
    assert count["auto", False] == count["regex", True] == 2


def test_default_keeps_offset_and_repair_and_excerpt():
    text = 'Here: {"tokens": ["a", "b",], "ner_tags": [0, 0]} and ' + sample(["x" * 500], [9])
    first, second = judge_completion(text, Context(SCHEMA, DEFAULT))
    assert (first.offset, first.repairs, first.accepted) == (6, ("json",), True)
    assert second.excerpt == text[second.offset : second.offset + EXCERPT]
    assert (first.index, second.index) == (0, 1)


def test_a_large_label_schema():
    schema = LabelSchema.of([f"T{i}" for i in range(200)])
    text = sample(["a", "b", "c"], [399, 400, 300])
    (verdict,) = judge_completion(text, Context(schema, DEFAULT))
    assert verdict.accepted
    assert verdict.tags == (399, 400, 299)
    assert judge_completion(sample(["a"], [401]), Context(schema, DEFAULT))[0].reason is Reason.UNKNOWN_TAG


SENTENCE = Sentence(("Anna", "Berg", "bor", "i", "Oslo", "."), (1, 2, 0, 0, 5, 0))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("wrapped", [False, True])
def test_every_format_is_read(name, wrapped):
    line = FORMATS[name].render(SENTENCE, SCHEMA)
    text = f'{{"samples": [{line}, {line}]}}' if wrapped else f"```\n{line}\n{line}\n```"
    verdicts = judge_completion(text, Context(SCHEMA, DEFAULT, name))
    assert [(v.accepted, v.tokens, v.tags) for v in verdicts] == [(True, SENTENCE.tokens, SENTENCE.tags)] * 2
    assert [text[v.offset : v.offset + len(line)] for v in verdicts] == [line, line]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_why_not(name):
    line = FORMATS[name].render(SENTENCE, SCHEMA)
    verdicts = judge_completion(f'{line[:-9]}\n{{"x": 1}}', Context(SCHEMA, DEFAULT, name))
    assert not any(v.accepted for v in verdicts)
    assert {v.reason for v in verdicts} <= {Reason.SYNTAX, Reason.MISSING_KEY}


def test_an_unknown_format_is_refused():
    with pytest.raises(SpecError, match="allowed: tag_ids"):
        judge_completion("", Context(SCHEMA, DEFAULT, "xml"))
