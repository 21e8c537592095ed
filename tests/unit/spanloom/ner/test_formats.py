"""Sentence formats: round trips, what is refused and why, schemas, and grammars under the matcher that vLLM uses."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import pytest
import xgrammar
from hypothesis import given
from hypothesis import strategies as st

from spanloom.data.readers import read_sentences
from spanloom.errors import SpecError
from spanloom.ner.formats import FORMATS, FormatProblem, SampleFormat, sample_format
from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import repair_iob
from support.common import shared_data

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC", "DATE"])
ALL = list(FORMATS.values())
EXAMPLE = Sentence(("Anna", "Berg", "bor", "i", "Oslo", "."), (1, 2, 0, 0, 5, 0))
NASTY = Sentence(('"', "[x]", "a|b", "\\", "{}", "1 000", "l'Or", "\\]", "\u00a0a"), (1, 2, 3, 0, 0, 5, 6, 1, 1))


def round_trip(written: SampleFormat, sentence: Sentence, schema: LabelSchema = SCHEMA) -> None:
    expected = sentence.tags if written.exact else repair_iob(sentence.tags)
    for ascii_escapes in (False, True):
        line = written.render(sentence, schema, ascii_escapes=ascii_escapes)
        assert "\n" not in line
        obj = json.loads(line)
        assert written.keys <= set(obj)
        tokens, tags = written.read(obj, schema)
        assert (tuple(tokens), tuple(tags)) == (sentence.tokens, expected)


TOKENS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6) | st.sampled_from(
    [*list('"[]|\\{} ,'), "a b"]
)


@pytest.mark.parametrize("written", ALL, ids=FORMATS)
@given(data=st.data())
def test_any_sentence_round_trips(written: SampleFormat, data: st.DataObject) -> None:
    tokens = data.draw(st.lists(TOKENS, min_size=1, max_size=8))
    tags = data.draw(st.lists(st.integers(0, len(SCHEMA) - 1), min_size=len(tokens), max_size=len(tokens)))
    round_trip(written, Sentence(tuple(tokens), tuple(tags)))


@pytest.mark.parametrize("written", ALL, ids=FORMATS)
@given(names=st.lists(st.text('PERSO[]\\"å|:', min_size=2, max_size=5), min_size=1, max_size=4, unique=True))
def test_any_label_round_trips(written: SampleFormat, names: list[str]) -> None:
    schema = LabelSchema.of(names)
    tags = tuple(range(len(schema)))
    round_trip(written, Sentence(tuple(f"t{i}" for i in tags), tags), schema)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["da_ddt", "sv_talbanken", "masakhaner2-swa", "masakhaner2-kin"])
def test_gold_files_round_trip(name: str) -> None:
    """Of every file each 40th sentence, and each sixth of those with a character that means something to a format."""
    count = 0
    for path in sorted(shared_data("data", "gold", name).iterdir()):
        for i, row in enumerate(read_sentences(path)):
            if i % 40 and (i % 6 or not any(set(token) & set('"[]|\\{}/ ') for token in row.tokens)):
                continue
            sentence = Sentence(row.tokens, tuple(SCHEMA.id_of(tag) for tag in row.tags))
            count += 1
            for written in ALL:
                round_trip(written, sentence)
    assert count > 150


def test_what_each_looks_like() -> None:
    assert {written.name: written.render(EXAMPLE, SCHEMA) for written in ALL} == {
        "tag_ids": '{"tokens":["Anna","Berg","bor","i","Oslo","."],"ner_tags":[1,2,0,0,5,0]}',
        "tag_names": '{"tokens":["Anna","Berg","bor","i","Oslo","."],"ner_tags":["B-PER","I-PER","O","O","B-LOC","O"]}',
        "pairs": '{"pairs":[["Anna","B-PER"],["Berg","I-PER"],["bor","O"],["i","O"],["Oslo","B-LOC"],[".","O"]]}',
        "entities": '{"text":"Anna Berg bor i Oslo .","entities":[{"text":"Anna Berg","label":"PER"},'
        '{"text":"Oslo","label":"LOC"}]}',
        "inline": '{"text":"[PER Anna Berg] bor i [LOC Oslo] ."}',
    }


def test_the_second_of_two_equal_words() -> None:
    paris = Sentence(("Paris", "hader", "Paris"), (0, 0, 5))
    assert json.loads(FORMATS["entities"].render(paris, SCHEMA))["entities"] == [
        {"text": "Paris", "label": "LOC", "nth": 2}
    ]


BAD: list[tuple[str, Any, list[str]]] = [
    ("tag_ids", [1], ["wrong_type"]),
    ("tag_ids", {"tokens": ["a"]}, ["missing_key"]),
    ("tag_ids", {"tokens": ["a"], "ner_tags": None}, ["missing_key"]),
    ("tag_ids", {"tokens": "a", "ner_tags": [0]}, ["wrong_type"]),
    ("tag_ids", {"tokens": ["a", "b"], "ner_tags": [0]}, ["length_mismatch"]),
    ("tag_ids", {"tokens": ["a"], "ner_tags": ["0"]}, ["tag_not_int"]),
    ("tag_ids", {"tokens": ["a"], "ner_tags": [True]}, ["tag_not_int"]),
    ("tag_ids", {"tokens": ["a"], "ner_tags": [None]}, ["tag_not_int"]),
    ("tag_ids", {"tokens": ["a"], "ner_tags": [1.0]}, ["tag_not_int"]),
    ("tag_ids", {"tokens": ["a"], "ner_tags": [9]}, ["unknown_tag"]),
    ("tag_ids", {"tokens": ["a"], "ner_tags": [-1]}, ["unknown_tag"]),
    (
        "tag_ids",
        {"tokens": ["a", ""], "ner_tags": [9, "x", 0]},
        ["length_mismatch", "tag_not_int", "unknown_tag"],
    ),
    ("tag_names", {"tokens": ["a"], "ner_tags": [1]}, ["wrong_type"]),
    ("tag_names", {"tokens": ["a"], "ner_tags": ["B-XYZ"]}, ["unknown_tag"]),
    ("pairs", {"pairs": None}, ["missing_key"]),
    ("pairs", {"pairs": [["a"]]}, ["wrong_type"]),
    ("pairs", {"pairs": [["a", "O", "O"]]}, ["wrong_type"]),
    ("pairs", {"pairs": [["a", "PER"]]}, ["unknown_tag"]),
    ("entities", {"text": "a b"}, ["missing_key"]),
    ("entities", {"text": "a b", "entities": [{"text": "c", "label": "PER"}]}, ["length_mismatch"]),
    ("entities", {"text": "a b", "entities": [{"text": "a", "label": "X"}]}, ["unknown_tag"]),
    ("entities", {"text": "a b", "entities": [{"text": "a"}]}, ["missing_key"]),
    ("entities", {"text": "a b", "entities": ["a"]}, ["wrong_type"]),
    ("entities", {"text": "a b", "entities": [{"text": " ", "label": "PER"}]}, ["length_mismatch"]),
    ("entities", {"text": "a b", "entities": [{"text": "a", "label": "PER", "nth": 2}]}, ["length_mismatch"]),
    ("entities", {"text": "a b", "entities": [{"text": "a", "label": "PER", "nth": 0}]}, ["length_mismatch"]),
    ("entities", {"text": "a b", "entities": [{"text": x, "label": "PER"} for x in "aa"]}, ["length_mismatch"]),
    ("entities", {"text": "a b a", "entities": [{"text": "a", "label": "PER"}]}, ["ambiguous_mention"]),
    ("entities", {"text": "a b", "entities": [{"text": x, "label": "PER"} for x in ("a b", "b")]}, ["overlap"]),
    ("inline", {"text": 7}, ["wrong_type"]),
    ("inline", {}, ["missing_key"]),
    ("inline", {"text": "[PER Anna"}, ["length_mismatch"]),
    ("inline", {"text": "Anna]"}, ["length_mismatch"]),
    ("inline", {"text": "[PER]"}, ["length_mismatch"]),
    ("inline", {"text": "[PER [LOC a]]"}, ["length_mismatch"]),
    ("inline", {"text": "[XYZ a]"}, ["unknown_tag"]),
]


@pytest.mark.parametrize(("name", "obj", "reasons"), BAD)
def test_refusals(name: str, obj: Any, reasons: list[str]) -> None:
    with pytest.raises(FormatProblem) as caught:
        FORMATS[name].read(obj, SCHEMA)
    assert [reason for reason, _ in caught.value.problems] == reasons
    assert (caught.value.reason, caught.value.detail) == caught.value.problems[0]


@pytest.mark.parametrize(
    ("name", "obj", "tokens"),
    [
        ("tag_ids", {"tokens": ["a", 1, None, ""], "ner_tags": [0, 0, 0, 0]}, ["a", 1, None, ""]),
        ("tag_names", {"tokens": [], "ner_tags": []}, []),
        ("pairs", {"pairs": [["a", "O"], [7, "O"], ["\u200b", "O"]]}, ["a", 7, "\u200b"]),
        ("entities", {"text": "a \u200b", "entities": []}, ["a", "\u200b"]),
        ("inline", {"text": "  "}, []),
    ],
)
def test_tokens_are_left_for_rules_to_judge(name: str, obj: Any, tokens: list[Any]) -> None:
    assert FORMATS[name].read(obj, SCHEMA) == (tokens, [0] * len(tokens))


def test_delta() -> None:
    with pytest.raises(FormatProblem) as caught:
        FORMATS["tag_ids"].read({"tokens": ["a", "b", "c"], "ner_tags": [0]}, SCHEMA)
    assert caught.value.delta == 2


def test_inline_reads_brackets_that_touch_other_words() -> None:
    tokens, tags = FORMATS["inline"].read({"text": "([ORG UN]), [PER Kofi Annan]."}, SCHEMA)
    assert tokens == ["(", "UN", "),", "Kofi", "Annan", "."]
    assert tags == [0, 3, 0, 1, 2, 0]


@pytest.mark.parametrize("written", ALL, ids=FORMATS)
def test_json_schema(written: SampleFormat) -> None:
    validator = jsonschema.Draft202012Validator(written.json_schema(SCHEMA, n=2))
    samples = [json.loads(written.render(s, SCHEMA)) for s in (EXAMPLE, EXAMPLE)]
    validator.validate({"samples": samples})
    for bad in ({"samples": samples[:1]}, {"samples": [*samples[:1], {"tokens": 1}]}, {"samples": samples, "x": 1}, []):
        assert not validator.is_valid(bad)


COMPILER = xgrammar.GrammarCompiler(
    xgrammar.TokenizerInfo([bytes([i]) for i in range(256)] + [b"</s>"], stop_token_ids=[256])
)


@cache
def compiled(grammar: str) -> xgrammar.CompiledGrammar:
    return COMPILER.compile_grammar(xgrammar.Grammar.from_ebnf(grammar))


def accepts(grammar: str, text: str) -> bool:
    matcher = xgrammar.GrammarMatcher(compiled(grammar))
    return matcher.accept_string(text) and matcher.accept_token(256)


@pytest.mark.parametrize("iob2", [False, True])
@pytest.mark.parametrize("written", ALL, ids=FORMATS)
def test_grammar_takes_what_render_writes(written: SampleFormat, iob2: bool) -> None:
    nasty = Sentence(NASTY.tokens[:-1], (1, 2, 3, 0, 0, 5, 6, 1))
    grammar = written.grammar(SCHEMA, n=2, iob2=iob2)
    text = "\n".join(written.render(s, SCHEMA) for s in (EXAMPLE, nasty))
    assert accepts(grammar, text)
    assert not accepts(grammar, text.split("\n")[0])
    assert not accepts(grammar, text + "\n")
    assert not accepts(written.grammar(SCHEMA, n=1, iob2=iob2), text)


@pytest.mark.parametrize("name", ["tag_ids", "tag_names"])
@given(words=st.integers(1, 12), tags=st.integers(1, 12))
def test_grammar_owes_each_token_one_tag(name: str, words: int, tags: int) -> None:
    grammar = FORMATS[name].grammar(SCHEMA, n=1)
    values: list[Any] = [0 if name == "tag_ids" else "O"] * tags
    assert accepts(grammar, dumps({"tokens": ["a"] * words, "ner_tags": values})) == (words == tags)


@pytest.mark.parametrize("name", ["tag_ids", "tag_names", "pairs"])
@given(tags=st.lists(st.integers(0, len(SCHEMA) - 1), min_size=1, max_size=8))
def test_grammar_obeys_iob2_when_asked(name: str, tags: list[int]) -> None:
    text = FORMATS[name].render(Sentence(tuple("a" for _ in tags), tuple(tags)), SCHEMA)
    assert accepts(FORMATS[name].grammar(SCHEMA, n=1), text)
    assert accepts(FORMATS[name].grammar(SCHEMA, n=1, iob2=True), text) == (list(repair_iob(tags)) == tags)


@pytest.mark.parametrize("token", ["", " a", "\u200b", "\x01", "\u00e5\n"])
@pytest.mark.parametrize("written", ALL, ids=FORMATS)
def test_grammar_refuses_tokens_no_one_can_see_and_escapes(written: SampleFormat, token: str) -> None:
    for ascii_escapes in (False, True):
        text = written.render(Sentence((token,), (0,)), SCHEMA, ascii_escapes=ascii_escapes)
        if token != " a" or written.name not in ("entities", "inline"):  # which write it as "\\ a"
            assert not accepts(written.grammar(SCHEMA, n=1), text)
    assert not accepts(FORMATS["tag_ids"].grammar(SCHEMA, n=1), '{"tokens":["p\\u00e5"],"ner_tags":[0]}')


@given(st.recursive(st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=10))
def test_escaped_json_is_the_same_value(value: Any) -> None:
    text = dumps(value, ascii_escapes=True)
    assert text.isascii()
    assert json.loads(text) == value == json.loads(dumps(value))


def test_descriptions_name_every_label() -> None:
    for written in ALL:
        assert all(name in written.describe(SCHEMA) for name in SCHEMA.types)


def test_unknown_format() -> None:
    with pytest.raises(SpecError, match="'xml' is not a format; allowed: tag_ids, tag_names, pairs, entities, inline"):
        sample_format("xml")
