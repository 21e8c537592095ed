"""The registry of languages, and what it fills in."""

from __future__ import annotations

import copy
from importlib import resources
from typing import Any

import pytest

from spanloom.contracts.spec import check_spec
from spanloom.data.languages import LANGUAGES, PAPER_LANGUAGES, complete_spec, find_language
from spanloom.data.named import COLLECTIONS
from spanloom.errors import SpecError
from support.common import shared_data

TABLE_2 = {
    "Kannada": "Telugu",
    "Tamil": "Telugu",
    "Telugu": "Kannada",
    "Malayalam": "Tamil",
    "Kinyarwanda": "Swahili",
    "Swahili": "Kinyarwanda",
    "Yoruba": "Igbo",
    "Igbo": "Yoruba",
    "Swedish": "Danish",
    "Danish": "Swedish",
    "Slovak": "English",
}


def spec_of(**changes: Any) -> dict[str, Any]:
    return {"name": "x", "languages": ["da"], "sources": [{"kind": "organic"}]} | changes


def test_table_2() -> None:
    pairs = {LANGUAGES[c].name: LANGUAGES[LANGUAGES[c].related or ""].name for c in PAPER_LANGUAGES}
    assert pairs == TABLE_2


def test_every_named_gold_is_known() -> None:
    for language in LANGUAGES.values():
        for name in (language.gold, language.wikiann):
            family, config = (name or "").split("/")
            assert config in COLLECTIONS[family].configs


def test_not_in_xlmr_are_the_papers_three() -> None:
    assert {x.name for x in LANGUAGES.values() if not x.in_xlmr} == {"Igbo", "Yoruba", "Kinyarwanda"}


@pytest.mark.parametrize(
    ("code", "name"), [("sw", "Swahili"), ("swa", "Swahili"), ("dan", "Danish"), ("rw", "Kinyarwanda")]
)
def test_iso_codes(code: str, name: str) -> None:
    found = find_language(code)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("code", "name", "family", "script", "in_xlmr"),
    [
        ("es", "Spanish", "Indo-European", "Latn", True),
        ("rus", "Russian", "Indo-European", "Cyrl", True),
        ("zul", "Zulu", "Niger-Congo", "Latn", False),
        ("zh", "Chinese", "Sino-Tibetan", "Hans", True),
        ("quz", "Cusco Quechua", "Quechuan", None, False),
        ("eus", "Basque", "Basque", "Latn", True),
    ],
)
def test_every_living_language_has_what_the_tables_know(
    code: str, name: str, family: str, script: str | None, in_xlmr: bool
) -> None:
    found = find_language(code)
    assert found is not None
    assert (found.name, found.family, found.script, found.in_xlmr) == (name, family, script, in_xlmr)
    assert (found.related, found.gold) == (None, None)


def test_a_language_of_the_table_needs_no_words_in_a_specification() -> None:
    given = spec_of(languages=[{"code": "es", "gold": {"file": "es.conll"}, "related": None, "script": "Cyrl"}])
    [spanish] = check_spec(complete_spec(given | {"training": {"settings": ["from_scratch"]}})).languages
    assert (spanish.name, spanish.family, spanish.in_xlmr) == ("Spanish", "Indo-European", True)
    assert spanish.script == "Cyrl", "what is given comes first"


def test_no_code_means_two_languages() -> None:
    lines = resources.files("spanloom.data").joinpath("languages.tsv").read_text("utf-8").splitlines()[1:]
    codes = [code for line in lines for code in line.split("\t")[:2] if code]
    assert len(lines) > 7000
    assert len(codes) == len(set(codes))
    assert find_language("xx") is None


def test_codes_alone_make_a_whole_spec() -> None:
    spec = check_spec(complete_spec(spec_of(languages=["da", {"code": "swa"}])))
    danish, swahili = spec.languages
    assert (danish.name, danish.family, danish.script, danish.in_xlmr) == ("Danish", "Indo-European", "Latn", True)
    assert danish.gold.name == "universal_ner/da_ddt"
    assert danish.related is not None
    assert danish.related.gold.name == "universal_ner/sv_talbanken"
    assert swahili.related is not None
    assert swahili.related.code == "kin"


def test_what_is_given_stays() -> None:
    item = {"code": "da", "name": "Dansk", "gold": {"path": "mine"}, "related": {"code": "en", "gold": {"path": "en"}}}
    spec = check_spec(complete_spec(spec_of(languages=[item])))
    assert spec.languages[0].name == "Dansk"
    assert spec.languages[0].gold.path == "mine"
    assert spec.languages[0].related is not None
    assert spec.languages[0].related.gold.path == "en"


def test_related_language_is_the_same_data_as_the_target() -> None:
    items = [{"code": "da", "gold": {"path": "d"}}, {"code": "sv", "gold": {"path": "s"}}]
    spec = check_spec(complete_spec(spec_of(languages=items)))
    assert [x.related.gold.path for x in spec.languages if x.related] == ["s", "d"]


def test_demo_pairs_with_demo() -> None:
    spec = check_spec(complete_spec(spec_of(languages=[{"code": "sv", "gold": {"demo": "sv"}}])))
    assert spec.languages[0].related is not None
    assert spec.languages[0].related.gold.demo == "da"


def test_from_scratch_needs_no_related_language() -> None:
    spec = check_spec(complete_spec(spec_of(training={"settings": ["from_scratch"]})))
    assert spec.languages[0].related is None


def test_wikiann_is_filled_in() -> None:
    spec = check_spec(complete_spec(spec_of(languages=["kin"], sources=[{"kind": "wikiann"}])))
    assert spec.sources[0].model_dump()["gold"]["kin"]["name"] == "wikiann/rw"


def test_other_languages_are_given_in_the_spec() -> None:
    with pytest.raises(SpecError, match=r"languages\.0\.gold"):
        check_spec(complete_spec(spec_of(languages=["fo"])))
    item = {"code": "fo", "name": "Faroese", "gold": {"path": "fo"}, "related": "da"}
    spec = check_spec(complete_spec(spec_of(languages=[item])))
    assert spec.languages[0].related is not None
    assert spec.languages[0].related.gold.name == "universal_ner/da_ddt"


@pytest.mark.parametrize("languages", [None, 7, [7], [{"code": 7}], [[]], [{"code": "da", "related": 3}]])
def test_malformed_specs_pass_through_unchanged_and_unharmed(languages: Any) -> None:
    data = spec_of(languages=languages, training=3, sources="x")
    before = copy.deepcopy(data)
    complete_spec(data)
    assert data == before
    with pytest.raises(SpecError):
        check_spec(complete_spec(data))


def test_languages_of_the_published_yields() -> None:
    codes = {line.split(",")[1] for line in shared_data("paper", "yields.csv").read_text().splitlines()[1:]}
    assert codes == set(PAPER_LANGUAGES)


def test_languages_whose_data_have_fewer_types_get_fewer_labels() -> None:
    spec = check_spec(complete_spec(spec_of(labels=["PER", "ORG", "LOC", "DATE"], languages=["da", "swa", "sk"])))
    assert [len(spec.schema_for(code)) for code in ("da", "swa", "sk", "sv", "kin", "en")] == [7, 9, 7, 7, 9, 7]
    assert spec.schema_for("da").types == ("PER", "ORG", "LOC")
    other = check_spec(complete_spec(spec_of(labels=["DATE", "PER"], languages=["da"])))
    assert other.languages[0].labels is None


def test_labels_that_do_not_go_together() -> None:
    what = r"languages\.0\.labels: ORG are not the first of the run's labels"
    with pytest.raises(SpecError, match=what):
        check_spec(complete_spec(spec_of(languages=[{"code": "da", "labels": ["ORG"]}])))


def test_a_related_language_may_have_other_labels() -> None:
    spec = check_spec(complete_spec(spec_of(languages=["sv", {"code": "da", "labels": ["PER"]}])))
    assert [spec.schema_for(code).types for code in ("sv", "da")] == [("PER", "ORG", "LOC"), ("PER",)]
    related = {"code": "en", "gold": {"demo": "da"}}
    targets = [{"code": "da", "labels": ["PER"], "related": related}, {"code": "sv", "related": related}]
    both = check_spec(complete_spec(spec_of(languages=targets)))
    assert len(both.schema_for("en")) == 7, "that of the target which has most"


@pytest.mark.parametrize("gold", [{"file": "mine.iob2", "folds": {}}, {"path": "mine"}])
@pytest.mark.parametrize("given", [{}, {"related": None}])
def test_gold_of_ones_own_without_a_related_language_is_from_scratch(
    gold: dict[str, Any], given: dict[str, Any]
) -> None:
    spec = check_spec(complete_spec(spec_of(languages=[{"code": "da", "gold": gold, **given}])))
    assert spec.training.settings == ("from_scratch",)
    assert spec.languages[0].related is None


@pytest.mark.parametrize("gold", [{"demo": "da"}, {"name": "universal_ner/da_ddt"}])
def test_a_language_that_nobody_knows_a_related_one_of_is_from_scratch(gold: dict[str, Any]) -> None:
    spec = check_spec(complete_spec(spec_of(languages=[{"code": "lug", "gold": gold}])))
    assert spec.training.settings == ("from_scratch",)


def test_settings_that_are_given_are_kept() -> None:
    asked = {"settings": ["from_scratch", "fine_tuning"]}
    mine = {"code": "xx", "gold": {"path": "mine"}}
    with pytest.raises(SpecError, match="fine_tuning needs the related language"):
        check_spec(complete_spec(spec_of(languages=[mine], training=asked)))
    related = {**mine, "related": {"code": "yy", "gold": {"path": "theirs"}}}
    spec = check_spec(complete_spec(spec_of(languages=[related])))
    assert spec.training.settings == ("from_scratch", "fine_tuning")
    known = check_spec(complete_spec(spec_of(languages=["da"])))
    assert known.training.settings == ("from_scratch", "fine_tuning")
