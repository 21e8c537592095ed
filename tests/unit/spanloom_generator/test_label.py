"""Labelling as calls: a sentence a call, with examples from the same pool as other sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanloom.contracts.allowed import not_allowed
from spanloom.contracts.caps import Caps, above
from spanloom.contracts.reach import Reach
from spanloom.contracts.rules import Reason, Rules, Treatment
from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.data.demo import demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.data.subset import permutation
from spanloom.errors import SpecError
from spanloom.plan import project
from spanloom.store.runs import NewDataset
from spanloom_generator.calls import decode_call
from spanloom_generator.engines.port import CallRequest
from spanloom_generator.submit import plan_datasets

SERVER = {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}
TEXT = "Anna Berg bor i Aarhus .\nHan hedder Per\nHan hedder Per\n"


def spec_of(*sources: dict[str, Any]) -> RunSpec:
    return check_spec(
        complete_spec(
            {
                "name": "labelled",
                "languages": [{"code": "da", "gold": {"demo": "da"}}],
                "sources": list(sources),
                "training": {"settings": ["from_scratch"], "encoder": {"tiny": {}}},
            }
        )
    )


def annotate(**changes: Any) -> dict[str, Any]:
    return {"kind": "annotate", "engine": SERVER, "text": {"da": {"file": "text.txt"}}, **changes}


def llm_tag(**changes: Any) -> dict[str, Any]:
    return {"kind": "llm_tag", "engine": SERVER, **changes}


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, ...]:
    (tmp_path / "text.txt").write_text(TEXT)
    return (tmp_path,)


def planned(source: dict[str, Any], roots: tuple[Path, ...] = ()) -> tuple[NewDataset, list[CallRequest], list[Any]]:
    (found,) = [each for each in plan_datasets("run", spec_of(source), roots) if each.source != "gold"]
    prompts = list(found.prompts)
    return found, [decode_call(prompt[1])[1] for prompt in prompts], [prompt[2] for prompt in prompts]


def test_each_distinct_sentence_of_a_text_is_a_call_that_brings_its_words(roots: tuple[Path, ...]) -> None:
    found, calls, _ = planned(annotate(m=3), roots)
    assert (found.split, found.kind, found.calls) == ("train", "annotated", 2)
    assert [call.extra["sentence"] for call in calls] == [
        ["Anna", "Berg", "bor", "i", "Aarhus", "."],
        TEXT.split()[-3:],
    ]
    message = calls[0].messages[1]["content"]
    assert "in Danish" in message
    assert "Anna Berg bor i Aarhus ." in message
    assert message.count('{"text"') >= 3
    assert (calls[0].sampling.temperature, calls[0].extra["n"]) == (0, 1)
    assert Rules.stored(found.rules).treatment(Reason.IN_GOLD_EVAL) is Treatment.REJECT


def test_the_test_set_is_asked_without_its_entities_and_judged_as_it_stands() -> None:
    found, calls, _ = planned(llm_tag(format="inline", m=2))
    test = demo_corpus("da")["test"]
    assert (found.split, found.kind, found.calls) == ("test", "tagged", len(test))
    assert all(call.messages[1]["content"].count("[") < 40 for call in calls)
    assert calls[0].messages[1]["content"].rstrip().split("\n\n")[-2] == " ".join(test[0].tokens)
    rules = Rules.stored(found.rules)
    off = [Reason.IN_GOLD_EVAL, Reason.DUPLICATE, Reason.COPIED_FROM_PROMPT, Reason.TOO_LONG, Reason.WRONG_SCRIPT]
    assert {rules.treatment(reason) for reason in off} == {Treatment.OFF}


def test_examples_come_from_the_pool_that_is_the_organic_subset() -> None:
    _, calls, seeds = planned(llm_tag(m=5, seed_pool=20))
    assert {place for shown in seeds for place in shown} == set(permutation(len(demo_corpus("da")["train"]), 3535)[:20])
    assert all(len(set(shown)) == 5 for shown in seeds)
    _, plain, none = planned(llm_tag(m=0))
    assert set(none) == {()}
    assert "annotated" not in plain[0].messages[1]["content"]
    assert calls[0].sampling.seed != calls[1].sampling.seed


@pytest.mark.parametrize("format_", ["tag_ids", "tag_names", "pairs", "entities", "inline"])
def test_decoding_can_be_held_to_one_sample_of_any_format(format_: str) -> None:
    _, (call, *_), _ = planned(llm_tag(format=format_, constrain="aligned"))
    assert (call.constrain, call.grammar is not None) == ("grammar", True)
    _, (call, *_), _ = planned(llm_tag(format=format_, constrain="json"))
    assert (call.constrain, call.schema is not None) == ("json_schema", True)
    assert '{"samples":[...]}' in call.messages[1]["content"]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (annotate(text={"sv": {"file": "text.txt"}}), "no file for language da"),
        (llm_tag(engine={"kind": "replay", "files": {"sv": "x"}}), "no file for language da"),
        (llm_tag(engine={"kind": "toy"}), "toy"),
        (llm_tag(m=5, seed_pool=4), "seed_pool 4 holds fewer"),
        (llm_tag(engine={**SERVER, "budget": 1}), "a budget is counted in prices"),
    ],
)
def test_what_cannot_be_carried_out_is_refused(source: dict[str, Any], what: str) -> None:
    with pytest.raises(SpecError, match=what):
        spec_of(source)


def test_what_only_the_data_tell_is_refused_at_its_field(roots: tuple[Path, ...]) -> None:
    with pytest.raises(SpecError, match=r"sources\.0\.seed_pool.*301") as found:
        planned(llm_tag(seed_pool=301))
    assert "gold train has 300" in str(found.value)
    with pytest.raises(SpecError, match=r"sources\.0"):
        planned(annotate(text={"da": {"file": "nowhere.txt"}}), roots)


def test_the_operators_lists_and_caps_hold_for_labelling_too() -> None:
    let = {"encoders": ["local"], "llms": ["local"]}
    ((place, _),) = not_allowed(spec_of(llm_tag()), reach=Reach(), **let)
    assert place == "sources.0.engine.base_url"
    vllm = llm_tag(engine={"kind": "vllm", "model": "./m"})
    ((place, what),) = not_allowed(spec_of(vllm), reach=Reach(), folders=[Path("/nowhere")], **let)
    assert (place, "SPANLOOM_LLMS" in what) == ("sources.0.engine.model", True)
    assert [path for path, _ in above(spec_of(annotate(cap=1000)), Caps(calls=999))] == ["sources.0.cap"]
    assert [path for path, _ in above(spec_of(llm_tag(m=7)), Caps(m=6))] == ["sources.0.m"]


def test_a_plan_counts_a_call_a_sentence() -> None:
    prices = {"input_per_million": 1, "output_per_million": 2}
    plan = project(spec_of(annotate(cap=400, prices=prices), llm_tag()), tests={"da": 150})
    assert [(s.source, s.train_calls, s.samples) for s in plan.sources] == [("annotate", 400, 400), ("llm_tag", 150, 0)]
    assert plan.calls == 550
    assert plan.sources[0].cost is not None
    assert plan.arms_by_source["llm_tag"] == 0
    assert plan.evaluations == plan.arms + 1
