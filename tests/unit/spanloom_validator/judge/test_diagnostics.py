"""Diagnostics of samples, and the rules made of them."""

import json

import pytest

from spanloom.contracts.rules import Reason, Rules, Verdict
from spanloom.errors import SpecError
from spanloom.ner.sentence import Sentence
from spanloom_validator.cli import validate
from spanloom_validator.judge.diagnostics import Diagnostics, apply_rules, diagnose, known_entities
from spanloom_validator.judge.languages import label_of

DANISH = ["Hun", "flyttede", "til", "Aarhus", "for", "at", "arbejde", "i", "en", "lille", "bank", "."]


def accepted(tokens):
    return Verdict(0, True, tokens=tuple(tokens), tags=(0,) * len(tokens))


def test_figures_of_a_sample():
    known = known_entities([Sentence(("Anna", "Berg", "bor"), (1, 2, 0))])
    found = diagnose(["anna", "berg", "i", "Осло"], [1, 2, 0, 5], known=known, script="Latn")
    assert found == Diagnostics(2, 1, round(9 / 13, 4), None, None)
    assert found.as_json() == {"entities": 2, "novel_entities": 1, "script_share": 0.6923}


@pytest.mark.slow
def test_the_language_of_a_sample():
    danish = diagnose(DANISH, [0] * len(DANISH), language=label_of("da"))
    assert (danish.language, danish.language_probability > 0.9) == ("da", True)
    assert diagnose(DANISH, [0] * len(DANISH), language=label_of("sv")).language_probability < 0.1
    assert label_of("swa") == "sw"
    assert label_of("xx") is None


@pytest.mark.parametrize(
    ("rule", "found", "mark", "reason"),
    [
        ("no_novel_entity", Diagnostics(2, 0, None, None, None), "no_novel_entity", Reason.COPIED_FROM_PROMPT),
        ("wrong_language", Diagnostics(0, 0, None, "sv", 0.02), "wrong_language", Reason.WRONG_SCRIPT),
    ],
)
def test_each_can_be_made_a_rule(rule, found, mark, reason):
    verdict = accepted(DANISH)
    assert apply_rules(verdict, found, Rules()) == verdict
    assert apply_rules(verdict, found, Rules.model_validate({rule: "mark"})).marks == (mark,)
    refused = apply_rules(verdict, found, Rules.model_validate({rule: "reject"}))
    assert (refused.accepted, refused.reason, refused.tokens) == (False, reason, verdict.tokens)
    fine = Diagnostics(2, 1, None, "da", 0.5)
    assert apply_rules(verdict, fine, Rules.model_validate({rule: "reject"})) == verdict


def test_a_name_or_two_are_of_any_language_and_no_entity_is_no_old_one():
    rules = Rules.model_validate({"wrong_language": "reject", "no_novel_entity": "reject"})
    assert apply_rules(accepted(DANISH[:4]), Diagnostics(0, 0, None, "sv", 0.0), rules).accepted


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "r.jsonl"
    texts = [json.dumps({"tokens": DANISH, "ner_tags": [0, 0, 0, label, *[0] * 8]}) for label in (5, 0)]
    path.write_text(json.dumps({"raw_output": "\n".join(texts)}))
    return path


@pytest.mark.slow
def test_the_command_judges_by_them(recording, tmp_path, capsys):
    gold = tmp_path / "gold.iob2"
    gold.write_text("Aarhus\tB-LOC\nregner\tO\n")
    rule = ["no_novel_entity=reject", "wrong_language=mark"]
    validate([recording], labels="PER,ORG,LOC", rule=rule, gold_train=[gold], language="sv", as_json=True)
    counts = json.loads(capsys.readouterr().out)
    assert (counts["accepted"], counts["rejected"]) == (1, {"copied_from_prompt": 1})
    assert counts["marked"] == {"wrong_language": 1}


def test_the_command_says_what_the_language_rule_needs(recording):
    for language, what in ((None, "needs the language's"), ("xx", "not among the languages")):
        with pytest.raises(SpecError, match=what):
            validate([recording], labels="PER", rule=["wrong_language=mark"], language=language)
