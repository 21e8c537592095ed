"""The specifications that ship: each can be carried out, and the paper's has the paper's arms."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanloom.contracts.sources import SyntheticSource
from spanloom.contracts.spec import RunSpec, parse_spec
from spanloom.data.languages import LANGUAGES, PAPER_LANGUAGES, complete_spec
from spanloom.plan import project
from spanloom_cli.published import published_f1, yields_for
from support.common import ROOT

PRESETS = sorted((ROOT / "presets").glob("*.yaml"))


def read(path: Path) -> RunSpec:
    return parse_spec(path.read_text("utf-8"), complete_spec)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_each_can_be_carried_out(path: Path) -> None:
    spec = read(path)
    assert spec.name == path.stem
    assert project(spec).arms > 0
    assert all(language.name for language in spec.languages)


def test_there_is_one_for_every_language_of_the_paper() -> None:
    names = {LANGUAGES[code].name.lower() for code in PAPER_LANGUAGES}
    assert names <= {path.stem for path in PRESETS}


def test_the_papers_arms() -> None:
    spec = read(ROOT / "presets" / "paper.yaml")
    plan = project(spec)
    assert tuple(sorted(x.code for x in spec.languages)) == tuple(sorted(PAPER_LANGUAGES))
    assert (plan.arms, plan.arms_by_source["wikiann"], plan.zero_shot) == (528 + 22, 22, 11)
    synthetic = [source for source in spec.sources if isinstance(source, SyntheticSource)]
    assert [(s.m, s.n, s.max_calls, s.dev_calls_planned) for s in synthetic] == [(10, 20, 250, 50)] * 3
    assert [len(spec.schema_for(code)) for code in ("da", "ta", "swa", "kin")] == [7, 7, 9, 9]


def test_with_the_published_yields_the_papers_arms_are_those_of_its_figure() -> None:
    spec = read(ROOT / "presets" / "paper.yaml")
    plan = project(spec, yields=yields_for(spec))
    llms = {name: plan.arms_by_source[name] for name in ("gpt-4.1", "llama-3.1-8b", "aya-expanse-32b")}
    assert plan.arms_by_source["organic"] == 2 * 66
    assert sum(llms.values()) == 2 * 166
    assert (plan.arms, plan.arms_by_source["wikiann"], plan.zero_shot) == (464 + 22, 22, 11)
    trained = [point for point in published_f1() if point.table == "figure2" and point.size]
    assert len(trained) == plan.arms - 22
    only_scratch = spec.model_copy(
        update={"training": spec.training.model_copy(update={"settings": ("from_scratch",)})}
    )
    assert project(only_scratch, yields=yields_for(spec)).arms == 66 + 166 + 11
