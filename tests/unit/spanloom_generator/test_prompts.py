"""Prompts: the published scripts' byte for byte, and Spanloom's own."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.data.demo import demo_corpus
from spanloom.data.gold import load_gold
from spanloom.data.languages import complete_spec
from spanloom.data.subset import paper_permutation, subset
from spanloom.errors import DataError, SpecError
from spanloom.ner.sentence import Sentence
from spanloom_generator.prompts import PromptPlan, load_wording, plan_prompts
from support.common import shared_data

GOLD = demo_corpus("da")["train"]


def spec_of(*, languages: Any = None, labels: Any = None, training: Any = None, **source: Any) -> RunSpec:
    return check_spec(
        complete_spec(
            {
                "name": "x",
                "labels": labels or ["PER", "ORG", "LOC"],
                "languages": languages or [{"code": "da", "gold": {"demo": "da"}}],
                "sources": [{"kind": "synthetic", "name": "s", "engine": {"kind": "toy"}} | source],
                "training": training or {},
            }
        )
    )


def plans(spec: RunSpec, gold: list[Sentence] = GOLD, **more: Any) -> list[PromptPlan]:
    code = spec.languages[0].code
    return list(plan_prompts(spec, spec.sources[0], code, gold, **more))  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "name", "n", "wording"), [("da", "Danish", 20, "open-models"), ("kin", "Kinyarwanda", 7, "gpt-4.1")]
)
def test_paper_prompts_are_those_of_the_published_scripts(code: str, name: str, n: int, wording: str) -> None:
    """The scripts' own steps, with pandas, as the paper's notes give them."""
    user, system = (shared_data("paper", "prompts", f"{wording}.{kind}.txt") for kind in ("user", "system"))
    prompt = {"style": "paper", "template": str(user), "system": str(system)}
    spec = spec_of(languages=[code], labels=["PER", "ORG", "LOC", "DATE"], prompt=prompt, n=n)
    where = spec.languages[0].gold
    gold = load_gold(where, spec.schema_, language=code, roots=[shared_data("data", "gold")], hub=False)["train"]
    table = pd.DataFrame({"tokens": [list(s.tokens) for s in gold], "ner_tags": [list(s.tags) for s in gold]})
    planned = plans(spec, gold, roots=[user.parent])
    assert len(planned) == 250
    generator = random.Random(3535)
    for plan in planned:
        sample = table.sample(n=10, random_state=generator.randint(0, 1000))
        examples = sample.to_json(orient="records", lines=True)
        expected = user.read_text().strip().format(name, n) + "\n\n" + examples + "\n"
        assert plan.call.messages == [
            {"role": "system", "content": system.read_text().strip()},
            {"role": "user", "content": expected},
        ]
        assert plan.seed_indices == tuple(sample.index)
        assert plan.request("id").extra["add_generation_prompt"] is False
    assert len({plan.seed_indices for plan in planned}) == 215


def test_paper_habits_can_be_switched(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("Mere {0}, {1} stk.\n")
    prompt = {"style": "paper", "template": "t.txt"}
    as_paper = plans(spec_of(prompt=prompt, dev_calls=0), roots=[tmp_path], count=40)
    real = {"ascii_escapes": False, "generation_prompt": True}
    switched = plans(spec_of(prompt=prompt | real, dev_calls=0), roots=[tmp_path], count=40)
    assert all(len(plan.call.messages) == 1 for plan in as_paper)
    assert all(plan.call.messages[0]["content"].startswith("Mere Danish, 20 stk.\n\n{") for plan in as_paper)
    assert all(plan.call.messages[0]["content"].isascii() for plan in as_paper)
    assert not all(plan.call.messages[0]["content"].isascii() for plan in switched)
    assert switched[0].request("id").extra["add_generation_prompt"] is True


@pytest.mark.parametrize("written", ["tag_ids", "tag_names", "pairs", "entities", "inline"])
def test_spanloom_prompts_name_and_describe(written: str) -> None:
    labels = {"PER": None, "ORG": "virksomheder og foreninger", "LOC": None}
    plan = plans(spec_of(labels=labels, format=written, n=13), count=1)[0]
    system, user = (message["content"] for message in plan.call.messages)
    assert "data only" in system
    assert "13 new sentences in Danish" in user
    assert "- PER: names of people" in user
    assert "- ORG: virksomheder og foreninger" in user
    assert "Answer with 13 lines" in user
    assert "{" + "language}" not in user
    assert "{examples}" not in user
    assert not user.isascii()
    assert len([line for line in user.splitlines() if line.startswith('{"')]) == 10


def test_constraints_travel_with_the_request() -> None:
    free, as_json, aligned = (
        plans(spec_of(constrain=kind), count=1)[0].request("r") for kind in ("none", "json", "aligned")
    )
    assert (free.constrain, free.grammar, free.schema) == (None, None, None)
    assert as_json.constrain == "json_schema"
    assert as_json.schema is not None
    assert '"minItems":20' in as_json.schema
    assert '{"samples":[...]}' in as_json.messages[1]["content"]
    assert aligned.constrain == "grammar"
    assert aligned.grammar is not None
    assert aligned.grammar.startswith("root ::= ")
    assert (aligned.prompt_id, aligned.call_index, aligned.language, aligned.source) == ("r", 0, "da", "s")


@pytest.mark.parametrize("style", ["paper", "spanloom"])
@pytest.mark.parametrize("split", ["train", "dev"])
def test_any_range_gives_the_same_calls(tmp_path: Path, style: str, split: str) -> None:
    (tmp_path / "t").write_text("x")
    prompt = {"style": style, "template": "t"}
    spec = spec_of(prompt=prompt, stop={"after_calls": 15}, dev_calls=9)
    whole = plans(spec, split=split, roots=[tmp_path])
    assert [plan.call_index for plan in whole] == list(range(15 if split == "train" else 9))
    pieces = [plans(spec, split=split, roots=[tmp_path], start=i, count=1)[0] for i in range(len(whole))]
    assert pieces == whole
    assert plans(spec, split=split, roots=[tmp_path], start=4, count=3) == whole[4:7]


def seeds(spec: RunSpec, **more: Any) -> set[int]:
    return {i for plan in plans(spec, **more) for i in plan.seed_indices}


@pytest.mark.parametrize("more", [{}, {"seed_pool": 40}, {"seed_pool": 20}, {"m": 1}, {"m": 150}])
def test_train_and_dev_calls_share_no_seed(more: dict[str, Any]) -> None:
    spec = spec_of(**more)
    train, dev = seeds(spec), seeds(spec, split="dev")
    assert train
    assert dev
    assert not train & dev
    assert all(len(set(plan.seed_indices)) == spec.sources[0].m for plan in plans(spec))  # type: ignore[union-attr]


def test_paper_dev_calls_take_what_its_train_calls_left(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("x")
    prompt = {"style": "paper", "template": "t"}
    spec = spec_of(prompt=prompt, stop={"after_calls": 10})
    assert not seeds(spec, roots=[tmp_path]) & seeds(spec, split="dev", roots=[tmp_path])
    with pytest.raises(SpecError, match=r"dev_calls: of 300 gold train sentences \d are left for the dev calls"):
        seeds(spec_of(prompt=prompt), split="dev", roots=[tmp_path])


def test_pool_is_the_organic_subset_of_its_size() -> None:
    spec = spec_of(seed_pool=40, dev_calls=0, stop={"after_calls": 8}, training={"subset_seed": 7})
    assert seeds(spec) == set(subset(range(len(GOLD)), 40, 7))
    spec = spec_of(seed_pool=40, dev_calls=0, training={"recipe": "paper"})
    assert seeds(spec) == set(paper_permutation(len(GOLD), 3535)[:40])


def test_every_seed_is_used_as_often_as_the_others() -> None:
    spec = spec_of(seed_pool=40, dev_calls=0, stop={"after_calls": 20})
    used = [i for plan in plans(spec) for i in plan.seed_indices]
    assert {used.count(i) for i in set(used)} == {5}
    assert len({plan.seed_indices for plan in plans(spec)}) == 20


def test_each_call_has_a_sampling_seed_of_its_own() -> None:
    both = [*plans(spec_of()), *plans(spec_of(), split="dev")]
    assert len({plan.call.sampling.seed for plan in both}) == 300
    assert all(plan.call.sampling.seed is not None and 0 <= plan.call.sampling.seed < 2**31 for plan in both)
    assert plans(spec_of(seed=1), count=1)[0].call.sampling.seed != both[0].call.sampling.seed


def test_zero_shot_prompts_have_no_examples() -> None:
    plan = plans(spec_of(m=0, dev_calls=0), count=1)[0]
    assert plan.seed_indices == ()
    assert '"ner_tags":[0' not in plan.call.messages[1]["content"]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"seed_pool": 301}, "seed_pool: 301 sentences are asked for, gold train has 300"),
        ({"seed_pool": 15}, "dev_calls: of seed_pool 15 5 are left for the dev calls, which need m=10"),
        (
            {"m": 301, "dev_calls": 0},
            "m: gold train has 300 sentences, and each prompt of the train calls shows m=301",
        ),
    ],
)
def test_too_few_sentences(more: dict[str, Any], what: str) -> None:
    with pytest.raises(SpecError) as caught:
        plans(spec_of(**more))
    assert what in str(caught.value)


def test_language_outside_the_registry_needs_a_name() -> None:
    item = {"code": "xx", "gold": {"path": "x"}, "related": None}
    training = {"settings": ["from_scratch"]}
    with pytest.raises(SpecError, match="give its English `name`"):
        plans(spec_of(languages=[item], training=training))
    named = spec_of(languages=[item | {"name": "Faroese"}], training=training)
    assert "in Faroese" in plans(named, count=1)[0].call.messages[1]["content"]


def test_templates_are_filled_once_and_run_nothing(tmp_path: Path) -> None:
    template = "{0.__class__} {language} {unknown} {{n}} {examples} {n}"
    (tmp_path / "t").write_text(template)
    spec = spec_of(
        prompt={"template": "t"}, n=3, m=1, languages=[{"code": "da", "name": "{n}", "gold": {"demo": "da"}}]
    )
    text = plans(spec, roots=[tmp_path], count=1)[0].call.messages[0]["content"]
    assert text.startswith('{0.__class__} {n} {unknown} {3} {"tokens"')
    assert text.endswith("} 3")


@pytest.mark.parametrize(
    ("data", "what"), [(b"", "is empty"), (b"\xe5", "not UTF-8"), (b"x" * 100_001, "more than 100,000 bytes")]
)
def test_bad_wording(tmp_path: Path, data: bytes, what: str) -> None:
    (tmp_path / "t").write_bytes(data)
    spec = spec_of(prompt={"template": "t"})
    with pytest.raises(DataError, match=what):
        load_wording(spec.sources[0].prompt, [tmp_path])  # type: ignore[union-attr]
    with pytest.raises(DataError, match=r"no such file for a prompt's wording; looked for .*t\. Give"):
        load_wording(spec.sources[0].prompt, [tmp_path / "none"])  # type: ignore[union-attr]
