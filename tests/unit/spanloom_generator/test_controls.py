"""Names, topics and guidelines in prompts: dealt evenly, apart for train and dev, least used first in added calls."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.data.demo import demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.errors import DataError, SpecError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_generator.controls import Controls, Name, mentions, read_names
from spanloom_generator.prompts import PromptPlan, plan_prompts

GOLD = demo_corpus("da")["train"]
SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])


def spec_of(prompt: dict[str, Any], **source: Any) -> RunSpec:
    given = {"kind": "synthetic", "name": "s", "engine": {"kind": "toy"}, "prompt": prompt} | source
    languages = [{"code": "da", "gold": {"demo": "da"}}]
    return check_spec(
        complete_spec({"name": "x", "labels": list(SCHEMA.types), "languages": languages, "sources": [given]})
    )


def plans(spec: RunSpec, **more: Any) -> list[PromptPlan]:
    return list(plan_prompts(spec, spec.sources[0], "da", GOLD, **more))  # type: ignore[arg-type]


def names_in(plan: PromptPlan) -> dict[str, list[str]]:
    text = plan.call.messages[-1]["content"].partition("Names to use:\n")[2].partition("\n\n")[0]
    return {line[2:].partition(": ")[0]: line.partition(": ")[2].split("; ") for line in text.splitlines()}


@settings(deadline=None)
@given(sizes=st.lists(st.integers(0, 9), min_size=1, max_size=4), per_call=st.integers(1, 8), calls=st.integers(1, 40))
def test_no_name_is_asked_for_twice_as_often_as_it_must(sizes: list[int], per_call: int, calls: int) -> None:
    names = {f"T{i}": [Name(f"{i}-{j}") for j in range(size)] for i, size in enumerate(sizes)}
    controls = Controls(names, per_call, [], 1)
    kinds = sum(size > 0 for size in sizes)
    asked = Counter[str]()
    for call in range(calls):
        for found in controls.of(call).names.values():
            asked.update(found)
    for size, found in zip(sizes, names.values(), strict=True):
        uses = [asked[name.text] for name in found]
        if size >= per_call:  # a call shows no name twice, so a short list is shown whole
            assert max(uses, default=0) - min(uses, default=0) <= 1
    if kinds and min(size for size in sizes if size) >= per_call:
        assert asked.total() == calls * per_call


def test_prompts_without_them_are_what_they_were() -> None:
    assert plans(spec_of({}), count=3) == plans(spec_of({"topics": [], "names": None}), count=3)


def test_names_of_gold_are_shown_and_their_sentences_counted() -> None:
    known = {(SCHEMA.types[kind], text) for sentence in GOLD for kind, text in mentions(sentence)}
    for plan in plans(spec_of({"names": {"per_call": 6}}), count=20):
        shown = {(type_, text) for type_, texts in names_in(plan).items() for text in texts}
        assert len(shown) == 6
        assert shown <= known
        held = {(SCHEMA.types[kind], text) for i in plan.seed_indices for kind, text in mentions(GOLD[i])}
        assert shown <= held, "a sentence that gave a name is among the call's"


def test_dev_calls_ask_for_no_name_of_train_calls(tmp_path: Path) -> None:
    (tmp_path / "names.tsv").write_text("".join(f"PER\tPerson {i}\n" for i in range(40)))
    spec = spec_of({"names": {"file": "names.tsv"}}, stop={"after_calls": 60}, dev_calls=20)
    shown: dict[str, set[tuple[str, str]]] = {"train": set(), "dev": set()}
    for split, found in shown.items():
        for plan in plans(spec, split=split, roots=[tmp_path]):
            found.update((type_, name) for type_, names in names_in(plan).items() for name in names)
    assert not shown["train"] & shown["dev"]
    assert sum(name.startswith("Person") for _, name in shown["dev"]) == 10


def test_added_calls_ask_first_for_what_the_accepted_samples_hold_least(tmp_path: Path) -> None:
    (tmp_path / "names.tsv").write_text("PER\tAda\nPER\tBo\nPER\tEli\n")
    prompt = {"names": {"file": "names.tsv", "gold": False, "accepted": True, "per_call": 1}}
    spec = spec_of(prompt, stop={"after_accepted": 100}, dev_calls=0)
    accepted = [Sentence((name,), (1,)) for name in ("Ada", "Ada", "Bo", "New")]
    added = plans(spec, start=7, count=5, roots=[tmp_path], accepted=accepted)
    asked = [names_in(plan)["PER"][0] for plan in added]
    assert asked[0] == "Eli"
    assert set(asked[1:3]) == {"Bo", "New"}
    assert asked[3] == "Ada"
    assert asked[4] == asked[0]
    with pytest.raises(SpecError, match=r"give stop\.after_accepted"):
        spec_of(prompt)


def test_topics_and_guidelines_stand_in_the_prompt(tmp_path: Path) -> None:
    (tmp_path / "how.md").write_text("PER: a name, never a title.\nNot PER: the Pope.\n")
    spec = spec_of({"guidelines": "how.md", "topics": ["sport", "law", "sea"], "topics_per_call": 2})
    texts = [plan.call.messages[-1]["content"] for plan in plans(spec, count=3, roots=[tmp_path])]
    assert all("How to annotate them:\nPER: a name, never a title.\nNot PER: the Pope.\n\n" in text for text in texts)
    asked = [text.partition("some sentences on each: ")[2].partition(";\n-")[0].split("; ") for text in texts]
    assert Counter(topic for topics in asked for topic in topics) == {"sport": 2, "law": 2, "sea": 2}
    assert all("Names to use" not in text and "that you have not used before" in text for text in texts)


def test_a_wording_without_a_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("Write {n} about {topics}")
    with pytest.raises(DataError, match=r"prompt\.names is given.*write \{names\} where it goes"):
        plans(spec_of({"template": "t", "topics": ["law"], "names": {}}), roots=[tmp_path])
    (plan,) = plans(spec_of({"template": "t", "topics": ["law"]}, m=0, dev_calls=0), roots=[tmp_path], count=1)
    assert plan.call.messages[0]["content"].startswith("Write 20 about law")


@pytest.mark.parametrize(
    ("text", "what"), [("PER Ada", "holds no name"), ("PER\tAda\nGPE\tOslo", r"f:2: 'GPE' is not")]
)
def test_lists_of_names_that_cannot_be_read(text: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        read_names(text, SCHEMA, "f")


def test_a_list_of_names_is_read_by_type() -> None:
    assert read_names("PER\tAda  Holm\n\nLOC\tOslo\nPER\tAda Holm\n", SCHEMA, "f") == {
        "PER": ["Ada Holm"], "ORG": [], "LOC": ["Oslo"],
    }  # fmt: skip
