"""The training grid: sizes, ids, and which arms are due for which datasets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.arm import arm_id
from spanloom.contracts.arms import Grid, plan_grid
from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.contracts.training_sets import GOLD, DatasetKey, DatasetState, sizes_for
from spanloom.errors import SpecError

RUN = "20260101-00000000"
sizes = st.lists(st.integers(1, 6000), min_size=1, max_size=8, unique=True)


@given(sizes, st.integers(0, 7000))
def test_sizes_are_those_the_dataset_holds_and_all_of_it_for_the_next(asked: list[int], available: int) -> None:
    found = sizes_for(asked, available)
    actual = [size for size, _ in found]
    assert actual == sorted(set(actual))
    assert all(0 < size <= available for size in actual)
    assert {size for size in asked if size <= available} <= set(actual)
    cut = [(size, wanted) for size, wanted in found if size != wanted]
    too_large = sorted(size for size in asked if size > available)
    if available and too_large and available not in asked:
        assert cut == [(available, too_large[0])], "one arm on all there is, named for the first size that is more"
    else:
        assert cut == []
    assert bool(found) == (available > 0)


def spec_of(**training: Any) -> RunSpec:
    recorded = {"kind": "replay", "files": {"da": "x", "sv": "x"}}
    return check_spec(
        {
            "name": "grid",
            "languages": [
                {"code": code, "gold": {"demo": code}, "related": {"code": other, "gold": {"demo": other}}}
                for code, other in (("da", "sv"), ("sv", "da"))
            ],
            "sources": [
                {"kind": "organic"},
                {"kind": "synthetic", "name": "llm", "engine": recorded},
                {"kind": "wikiann", "gold": {"da": {"demo": "da"}, "sv": {"demo": "sv"}}},
            ],
            "training": {"sizes": [30, 100], "encoder": {"tiny": {}}, **training},
        }
    )


def states_of(complete: dict[DatasetKey, int]) -> dict[DatasetKey, DatasetState]:
    """Gold of 300/60/150 sentences in both languages; the other datasets complete with the given sizes."""
    states = {
        (code, GOLD, split): DatasetState(f"{code}.{split}", True, n)
        for code in ("da", "sv")
        for split, n in (("train", 300), ("dev", 60), ("test", 150))
    }
    for key in ((code, name, "train") for code in ("da", "sv") for name in ("llm", "wikiann")):
        states[key] = DatasetState(".".join(key), key in complete, complete.get(key, 0))
    return states


def ids_of(grid: Grid) -> list[str]:
    return [arm_id(arm) for arm, _ in grid.due]


datasets = st.dictionaries(
    st.tuples(st.sampled_from(["da", "sv"]), st.sampled_from(["llm", "wikiann"]), st.just("train")),
    st.integers(0, 400),
)


@given(datasets, datasets, st.sampled_from(["none", "step_matched"]))
def test_what_is_due_stays_due_when_more_is_complete(
    some: dict[DatasetKey, int], more: dict[DatasetKey, int], control: str
) -> None:
    spec = spec_of(control=control, dev="gold")
    early = plan_grid(RUN, spec, states_of(some), {})
    late = plan_grid(RUN, spec, states_of({**more, **some}), {})
    assert set(ids_of(early)) <= set(ids_of(late))
    assert len(set(ids_of(late))) == len(ids_of(late)), "no arm is due twice"


@given(st.integers(0, 400), st.integers(0, 400))
def test_an_arm_waits_for_its_pretraining_and_fails_with_it(accepted: int, other: int) -> None:
    spec = spec_of(settings=["fine_tuning"])
    all_complete = {
        (c, n, "train"): accepted if n == "llm" else other for c in ("da", "sv") for n in ("llm", "wikiann")
    }
    first = plan_grid(RUN, spec, states_of(all_complete), {})
    assert [(arm.kind, arm.language, arm.tests) for arm, _ in first.due] == [
        ("pretrain", "sv", ("da",)),
        ("pretrain", "da", ("sv",)),
    ]
    assert first.waiting
    jobs = dict(zip(ids_of(first), ("done", "failed"), strict=True))
    grid = plan_grid(RUN, spec, states_of(all_complete), jobs)
    assert grid.waiting == []
    for arm, reason in grid.due:
        if arm.kind == "train":
            failed = jobs[str(arm.needs)] == "failed"
            empty = arm.source in ("llm", "wikiann") and not (accepted if arm.source == "llm" else other)
            assert (reason is not None) == (failed or empty), (arm, reason)


def test_an_arm_is_told_from_every_other_by_its_id() -> None:
    complete = {(c, n, "train"): 350 for c in ("da", "sv") for n in ("llm", "wikiann")}
    spec = spec_of(settings=["from_scratch"], training_seeds=[1, 2, 3], control="step_matched")
    found = ids_of(plan_grid(RUN, spec, states_of(complete), {}))
    per_language = 3 * 2 * (2 + 2 + 1)  # seeds x controls x (organic sizes + llm sizes + all of wikiann)
    assert len(found) == len(set(found)) == 2 * per_language
    assert set(found).isdisjoint(ids_of(plan_grid("another-run", spec, states_of(complete), {})))
    assert found == ids_of(plan_grid(RUN, spec, states_of(complete), {}))


def test_subset_seeds_go_with_the_training_seeds_at_their_place() -> None:
    complete = {(c, n, "train"): 350 for c in ("da", "sv") for n in ("llm", "wikiann")}
    one = spec_of(settings=["from_scratch"], training_seeds=[1, 2, 3], subset_seed=7)
    several = spec_of(settings=["from_scratch"], training_seeds=[1, 2, 3], subset_seeds=[7, 8, 9])
    arms = [arm for arm, _ in plan_grid(RUN, several, states_of(complete), {}).due]
    assert {(arm.subset_seed, arm.training_seed) for arm in arms} == {(7, 1), (8, 2), (9, 3)}
    same = plan_grid(RUN, one, states_of(complete), {})
    assert len(arms) == len(same.due)
    assert {arm_id(arm) for arm in arms if arm.subset_seed == 7} <= set(ids_of(same))


ALL_SOURCES = {"tiny": {"tokenizer_from": "all_sources"}}
WHOLE = {(c, n, "train"): 350 for c in ("da", "sv") for n in ("llm", "wikiann")}


@given(st.sampled_from(sorted(WHOLE)))
def test_a_tokenizer_from_all_sources_waits_for_every_train_dataset(open_one: DatasetKey) -> None:
    spec = spec_of(encoder=ALL_SOURCES, dev="gold")
    grid = plan_grid(RUN, spec, states_of({key: n for key, n in WHOLE.items() if key != open_one}), {})
    assert grid.due == []
    assert len(grid.waiting) == 1
    assert "/".join(open_one) in grid.waiting[0]


@given(st.sampled_from(sorted(WHOLE)))
def test_a_tokenizer_from_all_sources_is_one_a_language_and_leaves_out_what_is_empty(empty: DatasetKey) -> None:
    spec = spec_of(encoder=ALL_SOURCES, dev="gold")
    first = plan_grid(RUN, spec, states_of({**WHOLE, empty: 0}), {})
    grid = plan_grid(RUN, spec, states_of({**WHOLE, empty: 0}), dict.fromkeys(ids_of(first), "done"))
    for code in ("da", "sv"):
        texts = {a.encoder_text for a, _ in grid.due if a.language == code and a.setting == "from_scratch"}
        wanted = [f"{code}.train", *(f"{code}.{n}.train" for n in ("llm", "wikiann") if (code, n, "train") != empty)]
        assert texts == {tuple(wanted)}
    for arm, _ in grid.due:
        if arm.kind == "pretrain":
            assert len(arm.encoder_text) == 5, "gold of both languages, and what is not empty of their sources"
        elif arm.setting == "fine_tuning":
            assert arm.encoder_text == (), "the related language's model brings its tokenizer"


def test_without_it_no_arm_names_the_tokenizers_text() -> None:
    grid = plan_grid(RUN, spec_of(dev="gold"), states_of(WHOLE), {})
    assert grid.due
    assert all(arm.encoder_text == () for arm, _ in grid.due)


def test_a_mix_takes_its_share_of_each_and_no_more_than_both_hold() -> None:
    data = spec_of(dev="gold").model_dump(mode="json")
    data["sources"] += [{"kind": "mix", "name": "mixed", "of": ["related", "llm"], "share": 0.75}]
    spec = check_spec(data | {"training": data["training"] | {"settings": ["from_scratch"], "sizes": [30, 100]}})
    states = states_of({("da", "llm", "train"): 20})
    arms = [arm for arm, reason in plan_grid(RUN, spec, states, {}).due if arm.source == "mixed" and reason is None]
    assert [(arm.language, arm.size, arm.size_asked, arm.parts) for arm in arms] == [
        ("da", 30, 30, (("sv.train", 22), ("da.llm.train", 8))),
        ("da", 80, 100, (("sv.train", 60), ("da.llm.train", 20))),
    ]


def translated_spec(**training: Any) -> RunSpec:
    data = spec_of(dev="gold", **training).model_dump(mode="json")
    translator = {"kind": "replay", "files": {"da": "x", "sv": "x"}}
    data["sources"] = [
        {"kind": "organic"},
        {"kind": "translate_test", "translator": translator, "aligner": {"encoder": "./e5"}},
    ]
    return check_spec(data)


@pytest.mark.parametrize("settings", [["from_scratch"], ["from_scratch", "fine_tuning"]])
def test_a_translated_test_set_is_tagged_by_every_seed_of_the_related_model(settings: list[str]) -> None:
    spec = translated_spec(settings=settings, training_seeds=[1, 2])
    key = ("da", "translate_test", "test")
    states = states_of({})
    first = plan_grid(RUN, spec, states, {})
    pretrained = {arm_id(arm): "done" for arm, _ in first.due if arm.kind == "pretrain"}
    assert len(pretrained) == 4, "two languages, two seeds, whatever the settings"
    waiting = plan_grid(RUN, spec, states, pretrained)
    assert {line for line in waiting.waiting if "translate_test" in line} == {
        f"{code}/translate_test/test: not complete" for code in ("da", "sv")
    }
    states |= {key: DatasetState("t-da", True, 9), ("sv", *key[1:]): DatasetState("t-sv", True, 0)}
    grid = plan_grid(RUN, spec, states, pretrained)
    assert grid.waiting == []
    tags = [(arm, reason) for arm, reason in grid.due if arm.kind == "tag"]
    assert len({arm_id(arm) for arm, _ in grid.due}) == len(grid.due)
    assert [(arm.language, arm.related, arm.tagged, arm.training_seed, arm.tests) for arm, _ in tags] == [
        ("da", "sv", "t-da", 1, ("da",)),
        ("da", "sv", "t-da", 2, ("da",)),
        ("sv", "da", "t-sv", 1, ("sv",)),
        ("sv", "da", "t-sv", 2, ("sv",)),
    ]
    assert {arm.needs for arm, _ in tags} == set(pretrained)
    assert [reason is None for _, reason in tags] == [True, True, False, False]
    failed = plan_grid(RUN, spec, states, dict.fromkeys(pretrained, "failed"))
    assert all("pre-training" in str(reason) for arm, reason in failed.due if arm.kind == "tag")


def test_a_source_that_tags_cannot_be_mixed_or_trained_on() -> None:
    data = translated_spec().model_dump(mode="json")
    data["sources"].append({"kind": "mix", "name": "m", "of": ["organic", "translate_test"], "share": 0.5})
    with pytest.raises(SpecError, match="'translate_test' is no source to mix"):
        check_spec(data)


def test_arms_of_before_keep_their_ids() -> None:
    """A job is found by its arm's hash: fields that a release adds must not change those of arms without them."""
    (arm, _), *_ = plan_grid(RUN, spec_of(dev="gold", settings=["from_scratch"]), states_of({}), {}).due
    given = arm.model_dump(mode="json", exclude_defaults=True)
    assert {"tagged", "method"}.isdisjoint(given)


def test_a_mix_of_a_fixed_total_is_one_arm_whatever_the_sizes() -> None:
    data = spec_of(dev="gold", settings=["from_scratch"]).model_dump(mode="json")
    data["sources"] += [
        {"kind": "mix", "name": f"mix-{share}", "of": ["organic", "related"], "share": share, "total": 200}
        for share in (0.1, 0.5, 0.9)
    ]
    arms = [arm for arm, _ in plan_grid(RUN, check_spec(data), states_of({}), {}).due if arm.source.startswith("mix")]
    assert {(arm.language, arm.size, arm.parts[0][1]) for arm in arms} == {
        (code, 200, n) for code in ("da", "sv") for n in (20, 100, 180)
    }
    assert len(arms) == 6
