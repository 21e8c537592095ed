"""What models really answer: wrappers, reasoning, damage in any script, mentions, other markup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanloom.contracts.rules import Rules, Verdict
from spanloom.contracts.spec import check_spec
from spanloom.errors import SpecError
from spanloom.ner.formats import FORMATS
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_validator.extract.candidates import drafts_in
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.context import Context
from spanloom_validator.offline import count, judge_files

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
ONE, TWO = Sentence(("Ida", "løber"), (1, 0)), Sentence(("Til", "Fur", "!"), (0, 5, 0))


def judged(text: str, form: str = "tag_ids", rules: str = "default") -> list[Verdict]:
    return judge_completion(text, Context(SCHEMA, Rules.model_validate(rules), form))


def samples(text: str, form: str = "tag_ids", rules: str = "default") -> list[Sentence]:
    verdicts = judged(text, form, rules)
    assert all(verdict.accepted for verdict in verdicts), verdicts
    return [Sentence(verdict.tokens, verdict.tags) for verdict in verdicts]


WRAPPERS = {
    "counts": '{"total_tokens": 5, "pairs_made": 2, "text_count": 2, "entities_total": 1, "rows": [A, B]}',
    "a note with keys": '{"note": "tokens: words; \\"ner_tags\\": [1], text, entities, pairs", "rows": [A, B]}',
    "a real key with a number": '{"tokens": 40, "text": 7, "pairs": 2, "entities": 3, "rows": [A, B]}',
    "nested": '{"out": {"meta": {"n": 2, "tokens_used": 9}, "data": {"items": [A, B]}}}',
    "numbered": '{"samples": {"1": A, "2": B}}',
    "usage after": '{"rows": [A, B], "usage": {"tokens_used": 3, "model": "m"}}',
    "a summary beside": 'A\nB\n{"count": 2, "total_tokens": 5}',
    "schema first": '{"type": "object", "properties": {"tokens": {"type": "array"}, "text": {"type": "string"}}}\nA\nB',
    "tool call": '<tool_call>\n{"name": "save", "arguments": {"rows": [A, B]}}\n</tool_call>',
    "fenced": "Here are the samples with tokens and text:\n```json\n[A,\nB]\n```\nDone: {2} samples.",
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("wrapper", WRAPPERS.values(), ids=WRAPPERS)
def test_wrappers_lose_nothing_and_add_no_reject(form: str, wrapper: str) -> None:
    one, two = (FORMATS[form].render(sentence, SCHEMA) for sentence in (ONE, TWO))
    assert samples(wrapper.replace("A", "\0").replace("B", two).replace("\0", one), form) == [ONE, TWO]


@pytest.mark.parametrize("form", FORMATS)
def test_metadata_within_a_sample(form: str) -> None:
    line = FORMATS[form].render(ONE, SCHEMA)
    assert samples(f'{{"num_tokens": 2, "text_type": "x", {line[1:]}', form) == [ONE]


def test_a_translation_within_a_sample_is_no_sample() -> None:
    line = FORMATS["tag_ids"].render(ONE, SCHEMA)
    other = FORMATS["tag_ids"].render(TWO, SCHEMA)
    assert samples(f'{line[:-1]},"english":{other}}}') == [ONE]


DRAFT, ANSWER = FORMATS["tag_ids"].render(TWO, SCHEMA), FORMATS["tag_ids"].render(ONE, SCHEMA)
REASONED = {
    "think": f"<think>\nmaybe {DRAFT}\n</think>\n\n{ANSWER}",
    "closed alone": f"maybe {DRAFT}? no.\n</think>\n{ANSWER}",
    "closed alone in a line with quotes": f'it is 5" long {DRAFT}</think>{ANSWER}',
    "thinking": f"<thinking>{DRAFT}</thinking>{ANSWER}",
    "thought": f"<thought>\n{DRAFT}\n</thought>\n{ANSWER}",
    "upper case": f"<THINK>{DRAFT}</THINK>\n{ANSWER}",
    "brackets": f"[THINK]{DRAFT}[/THINK]{ANSWER}",
    "triangles": f"◁think▷{DRAFT}◁/think▷{ANSWER}",
    "special tokens": f"<|START_THINKING|>{DRAFT}<|END_THINKING|><|START_RESPONSE|>{ANSWER}",
    "begin of thought": f"<|begin_of_thought|>{DRAFT}<|end_of_thought|>\n{ANSWER}",
    "seed": f"<seed:think>{DRAFT}</seed:think>{ANSWER}",
    "final response": f"Steps: {DRAFT}\n[BEGIN FINAL RESPONSE]\n{ANSWER}\n[END FINAL RESPONSE]",
    "thought process": f"Here is my thought process: {DRAFT}\nHere is my response: {ANSWER}",
    "a name and more": f"<thinking_process>{DRAFT}</thinking_process>{ANSWER}",
    "rationale": f"<rationale>{DRAFT}</rationale>{ANSWER}",
    "chain of thought": f"<cot>{DRAFT}</cot>{ANSWER}",
    "spaces within": f"< think >{DRAFT}< / think >{ANSWER}",
    "escaped for HTML": f"&lt;think&gt;{DRAFT}&lt;/think&gt;{ANSWER}",
    "inner parts": f"<|inner_prefix|>{DRAFT}<|inner_suffix|>{ANSWER}",
    "details": f'<details type="reasoning" done="true">\n<summary>Thought</summary>\n{DRAFT}\n</details>\n{ANSWER}',
    "a fence of its own": f"```thinking\n{DRAFT}\n```\n```json\n{ANSWER}\n```",
    "a role of its own": f"<|im_start|>think\n{DRAFT}\n<|im_start|>answer\n{ANSWER}<|im_end|>",
    "as a terminal shows it": f"Thinking...\n{DRAFT}\n...done thinking.\n\n{ANSWER}",
    "two blocks": f"<think>{DRAFT}</think>\n{ANSWER}\n<think>{DRAFT}</think>",
    "a stray tag at the end": f"<think>{DRAFT}</think>\n{ANSWER}\n</think>",
    "harmony": f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}",
    "harmony, commentary too": f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>commentary"
    f"<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>{ANSWER}<|return|>",
    "harmony without its tokens": f"analysisWe try {DRAFT} now.assistantfinal{ANSWER}",
}


@pytest.mark.parametrize("rules", ["default", "paper"])
@pytest.mark.parametrize("text", REASONED.values(), ids=REASONED)
def test_drafts_in_reasoning_are_no_candidates(text: str, rules: str) -> None:
    assert samples(text, rules=rules) == [ONE]
    assert drafts_in(text, "tag_ids") >= 1


@pytest.mark.parametrize(
    "opening",
    [
        "<think>",
        "<think>\n",
        "<|channel|>analysis<|message|>",
        "[THINK]",
        "analysisWe ",
        "```thinking\n",
        "<|im_start|>think\n",
    ],
)
def test_reasoning_that_is_cut_off_holds_no_candidates(opening: str) -> None:
    assert judged(f"{opening}maybe {DRAFT} hm") == []


def test_tags_that_are_words_of_a_sample_are_words() -> None:
    odd = Sentence(("<think>", "og", "</think>", "[THINK]"), (0, 0, 0, 0))
    assert samples(FORMATS["tag_ids"].render(odd, SCHEMA) + "\n" + ANSWER) == [odd, ONE]


def test_what_parses_is_data_whatever_quotes_stand_before_it_in_its_line() -> None:
    odd = Sentence(("</think>", "og"), (0, 0))
    line = f'5" tv: {FORMATS["tag_ids"].render(odd, SCHEMA)} {ANSWER}'
    assert samples(line) == [odd, ONE]


WORDS = ["lober", "می‌خواهد", "क्‍ष", "ශ්‍රී", "👩‍🔬", "ക്‌ഷ", "x\u200by", "ᠮᠣᠩ᠎ᠠ"]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "broken",
    [
        '{"tokens": ["Ida", "W", "ner_tags": [1, 0]}',
        '{"tokens": ["Ida" "W"], "ner_tags": [1, 0]}',
        '{"tokens": ["Ida", "W"], "ner_tags": [1 0]}',
        "{“tokens”: [“Ida”, “W”, “ner_tags”: [1, 0]}",
    ],
)
def test_damage_is_judged_the_same_in_every_script(word: str, broken: str) -> None:
    assert [str(verdict.reason) for verdict in judged(broken.replace("W", word))] == ["syntax"]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "notation",
    [
        '{"tokens": ["Ida", "W",], "ner_tags": [1, 0]}',
        "{'tokens': ['Ida', 'W'], 'ner_tags': [1, 0], 'note': None, 'ok': True}",
        "{“tokens”: [“Ida”, “W”], “ner_tags”: [1, 0]}",
        '{\u200b"tokens": ["Ida", "W"], \u2060"ner_tags": [1, 0]}',
        "{'tokens': ('Ida', 'W'), 'ner_tags': (1, 0)}",
    ],
)
def test_notation_is_read_the_same_in_every_script(word: str, notation: str) -> None:
    assert samples(notation.replace("W", word)) == [Sentence(("Ida", word), (1, 0))]


def test_a_backslash_that_escapes_nothing_stays() -> None:
    assert samples(r'{"tokens": ["\alpha", "C:\q", "a\"b"], "ner_tags": [0, 0, 0],}') == [
        Sentence(("\\alpha", "C:\\q", 'a"b'), (0, 0, 0))
    ]


def entities(text: str, *mentions: dict[str, object]) -> Verdict:
    (verdict,) = judged(json.dumps({"text": text, "entities": mentions}), "entities")
    return verdict


def test_offsets_tell_which_of_equal_words_is_meant() -> None:
    for where in ({"start": 9, "end": 11}, {"start_offset": 9}, {"span": [9, 11]}, {"nth": 2}):
        assert entities("Bo Berg, Bo .", {"text": "Bo", "label": "LOC", **where}).tags == (0, 0, 5, 0)
    wrong = entities("Bo så Bo .", {"text": "Bo", "label": "PER", "start": 4})
    assert str(wrong.reason) == "ambiguous_mention"
    assert entities("Bo sov .", {"text": "Bo", "label": "PER", "start": 99}).tags == (1, 0, 0)


def test_one_choice_is_taken_and_two_are_not() -> None:
    twice = {"text": "Bo", "label": "PER"}
    assert str(entities("Bo så Bo .", twice).reason) == "ambiguous_mention"
    assert entities("Bo så Bo .", twice, twice).tags == (1, 0, 1, 0)
    inner = entities("Ny Fur og Fur .", {"text": "Fur", "label": "LOC"}, {"text": "Ny Fur", "label": "LOC"})
    assert inner.tags == (5, 6, 0, 5, 0)
    assert (
        str(entities("Ny Fur .", {"text": "Fur", "label": "LOC"}, {"text": "Ny Fur", "label": "ORG"}).reason)
        == "overlap"
    )


@pytest.mark.parametrize(
    ("text", "mention", "tokens"),
    [
        ("私は東京に住む。", "東京", ("私は", "東京", "に住む。")),
        ("他在Google工作", "Google", ("他在", "Google", "工作")),
        ("คุณสมชายอยู่บ้าน", "สมชาย", ("คุณ", "สมชาย", "อยู่บ้าน")),
        ("ខ្ញុំរស់នៅភ្នំពេញ", "ភ្នំពេញ", ("ខ្ញុំរស់នៅ", "ភ្នំពេញ")),
        ("東京 タワー", "東京", ("東京", "タワー")),
    ],
)
def test_in_scripts_without_spaces_a_mention_is_a_token(text: str, mention: str, tokens: tuple[str, ...]) -> None:
    verdict = entities(text, {"text": mention, "label": "LOC"})
    assert verdict.tokens == tokens
    assert [token for token, tag in zip(verdict.tokens, verdict.tags, strict=True) if tag == 5] == [mention]


def test_words_of_scripts_with_spaces_are_not_cut() -> None:
    assert str(entities("Idas hus", {"text": "Ida", "label": "PER"}).reason) == "length_mismatch"
    assert str(entities("บ้านกำ", {"text": "บ้านก", "label": "LOC"}).reason) == "length_mismatch"  # a mark goes with it


@pytest.mark.parametrize(
    "text",
    [
        "<PER>Ida</PER> bor",
        "<per>Ida</per> bor",
        '<ent type="PER">Ida</ent> bor',
        "<person>Ida</person> bor",
        "{PER Ida} bor",
        "⟦Ida|PER⟧ bor",
        "⟦PER Ida⟧ bor",
        "【PER】Ida bor",
        "Ida (PER) bor",
        "(PER: Ida) bor",
        "Ida/PER bor",
        "Ida_B-PER bor",
        "Ida|PER bor",
        "PER:Ida bor",
        "Ida B-PER bor O",
        "Ida:PER bor",
        "Ida→PER bor",
        "PER#Ida bor",
        "$PER$Ida$/PER$ bor",
        "|PER|Ida|/PER| bor",
        "«PER Ida» bor",
        "&lt;PER&gt;Ida&lt;/PER&gt; bor",
        "[PER Ida] bor i <LOC>Fur</LOC>",
    ],
)
def test_another_markup_is_refused(text: str) -> None:
    (verdict,) = judged(json.dumps({"text": text}), "inline")
    assert str(verdict.reason) == "foreign_markup"


@pytest.mark.parametrize(
    "text", ["[PER Ida] (f. 1990) så 3 < 4 > 2", "km/t og { } | x_y", "Aftale: [ORG A/S Fur] (ny)", "«Per» sa #1 -> 2"]
)
def test_signs_of_the_sentence_are_no_markup(text: str) -> None:
    (verdict,) = judged(json.dumps({"text": text}), "inline")
    assert verdict.accepted


def test_entities_are_read_whole_under_the_papers_rules() -> None:
    lines = "\n".join(FORMATS["entities"].render(sentence, SCHEMA) for sentence in (ONE, TWO))
    assert samples(lines, "entities", "paper") == [ONE, TWO]


@pytest.mark.parametrize("token", ["\U0001fae8", "\U0001fae9", "\u1c89"])
def test_characters_newer_than_the_oldest_python_are_characters(token: str) -> None:
    sentence = Sentence(("Ida", token), (1, 0))
    assert samples(FORMATS["tag_ids"].render(sentence, SCHEMA)) == [sentence]


@pytest.mark.parametrize(("label", "form"), [("A[1]", "inline"), ("B\\C", "inline"), ("P\u200bER", "tag_ids")])
def test_labels_that_cannot_be_read_back_are_refused_in_a_specification(label: str, form: str) -> None:
    source = {"kind": "synthetic", "name": "llm", "engine": {"kind": "toy"}, "format": form}
    spec = {"name": "x", "labels": [label], "languages": [{"code": "da", "name": "Danish", "gold": {"path": "a"}}]}
    with pytest.raises(SpecError, match=r"labels"):
        check_spec({**spec, "sources": [source], "training": {"settings": ["from_scratch"]}})


def test_drafts_are_counted(tmp_path: Path) -> None:
    sample = '{"tokens": ["Bo"], "ner_tags": [1]}'
    text = f"<think>{sample} or {sample}</think>{sample}"
    (tmp_path / "a.jsonl").write_text(json.dumps({"call_idx": 0, "raw_output": text}) + "\n")
    context = Context(LabelSchema.of(["PER"]), Rules())
    counts = count(judge_files([tmp_path / "a.jsonl"], context))[tmp_path / "a.jsonl"].as_json()
    assert (counts["drafts"], counts["candidates"], counts["accepted"]) == (2, 1, 1)
