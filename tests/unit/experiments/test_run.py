"""The script behind `make paper-mini`: what it makes smaller is said, and a page keeps what people wrote."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from experiments import run as experiment
from experiments.run import changed, read_preset, stamp, with_model, write_block

from spanloom.contracts.spec import parse_spec
from spanloom.data.languages import complete_spec
from spanloom.plan import project
from spanloom.version import version
from support.common import ROOT

PRESET = yaml.safe_load((ROOT / "experiments" / "paper-mini" / "spec.yaml").read_text("utf-8"))
BROKEN = yaml.safe_load((ROOT / "experiments" / "broken-escapes" / "spec.yaml").read_text("utf-8"))


def asked(*arguments: str) -> tuple[dict[str, object], list[str]]:
    options = experiment._arguments(["x.yaml", *arguments])
    spec, lines = changed(BROKEN if options.tiny else PRESET, options)
    return spec["training"], lines


def test_the_preset_as_it_stands() -> None:
    assert asked() == (PRESET["training"], [])


def test_all_that_is_less_is_said() -> None:
    training, lines = asked("--scale", "0.5", "--epochs", "3")
    assert (training["sizes"], training["training_seeds"]) == ([100, 500], [1])
    assert training["recipe"] == {**PRESET["training"]["recipe"], "epochs": 3}
    assert [line.partition(":")[0] for line in lines] == ["`recipe", "`sizes"]
    assert "the preset has `[100, 500, 1000]`" in lines[1]
    broken, said = asked("--tiny", "--scale", "0.2")
    assert (broken["sizes"], broken["training_seeds"], broken["subset_seeds"]) == ([1000], [1], [11])
    assert any(line.startswith("`encoder") and "e5-small" in line for line in said)
    without, _ = asked("--tiny", "--no-control")
    assert without["control"] == "none"


def test_some_languages_take_the_sources_that_are_for_them() -> None:
    spec, lines = changed(PRESET, experiment._arguments(["x.yaml", "--languages", "sv"]))
    assert [language["code"] for language in spec["languages"]] == ["sv"]
    assert [(source.get("name"), source.get("languages")) for source in spec["sources"]] == [
        (None, None), ("gpt-4.1", ["sv"]),
    ]  # fmt: skip
    assert lines == ["languages sv of da, sv, swa, kin"]


def test_the_longer_form_differs_in_sizes_seeds_and_updates_alone() -> None:
    full = read_preset(ROOT / "experiments" / "paper-mini" / "spec.yaml", full=True)
    changed_ = {name for name in full["training"] if full["training"][name] != PRESET["training"][name]}
    assert changed_ == {"sizes", "training_seeds", "recipe"}
    assert {name: full[name] for name in ("labels", "languages", "sources")} == {
        name: PRESET[name] for name in ("labels", "languages", "sources")
    }


def test_only_vllm_gets_the_model() -> None:
    spec = yaml.safe_load((ROOT / "experiments" / "constrained" / "spec.yaml").read_text("utf-8"))
    engines = [source.get("engine") for source in with_model(spec, Path("/model"))["sources"]]
    assert [engine and engine["model"] for engine in engines] == [None, "/model", "/model"]
    assert with_model(PRESET, Path("/model")) == PRESET


def test_a_page_keeps_its_text(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write_block(page, "first", title="# A page")
    page.write_text("Before.\n" + page.read_text() + "After.\n")
    write_block(page, "second", title="# Another")
    text = page.read_text()
    assert text.startswith("Before.\n# A page\n")
    assert text.endswith("After.\n")
    assert ("second" in text, "first" in text, text.count(experiment.BEGIN)) == (True, False, 1)


def test_a_part_of_the_languages_has_a_block_of_its_own(tmp_path: Path) -> None:
    page = tmp_path / "full.md"
    for languages, text in (("da", "Danish"), ("kin", "Kinyarwanda"), ("da", "Danish again")):
        write_block(page, text, title="# A page", marks=experiment.marks_of([languages]))
    write_block(page, "all", title="# A page")
    lines = [line for line in page.read_text().splitlines() if line and not line.startswith("<!--")]
    assert lines == ["# A page", "Danish again", "Kinyarwanda", "all"]


def test_the_transfer_experiment_names_its_arms_and_the_encoder_to_get() -> None:
    spec = parse_spec((ROOT / "experiments" / "transfer" / "spec.yaml").read_text("utf-8"), complete_spec)
    assert experiment.known_encoders(spec) == ["e5-small"]
    assert {language.related.code for language in spec.languages if language.related} == {"en"}
    assert {source.kind for source in spec.sources} == {"organic", "translate_train", "translate_test", "mix"}
    assert project(spec).arms == 3 * 3 * (3 * 3 + 5), "languages, seeds, sizes of three sources, five shares"


def test_the_clinical_experiment_compares_zero_shot_gold_and_a_mix_of_all_there_is() -> None:
    spec = parse_spec((ROOT / "experiments" / "clinical" / "spec.yaml").read_text("utf-8"), complete_spec)
    assert [(x.code, x.related and x.related.code, x.gold.tokens) for x in spec.languages] == [
        ("es", "en", "words"),
        ("it", "en", "words"),
    ]
    assert {source.kind for source in spec.sources} == {"organic", "mix"}
    assert set(spec.training.settings) == {"from_scratch", "fine_tuning"}
    assert experiment.known_encoders(spec) == ["e5-small"]


def test_a_page_names_the_day_and_the_commit_that_the_experiment_began_with() -> None:
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d, spanloom {re.escape(version())}", stamp())
