"""What a run would do, counted before it is done."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from spanloom.contracts.encoders import model_bytes
from spanloom.contracts.rules import Rules
from spanloom.contracts.spec import RunSpec, check_spec, parse_spec
from spanloom.plan import disk_shortage, project
from spanloom_cli.app import app

RELATED = {
    "da": "sv", "sk": "en", "sv": "da", "swa": "kin", "kin": "swa", "yor": "swa", "ibo": "swa",
    "kn": "te", "ta": "te", "ml": "ta", "te": "kn",
}  # fmt: skip
"""Eleven languages; Kannada and Tamil share Telugu, and three others Swahili."""


def gold(code: str) -> dict[str, Any]:
    return {"path": f"gold/{code}"}


def paper(**changes: Any) -> RunSpec:
    """The paper's grid: organic, WikiANN and three LLMs over eleven languages."""
    engine = {"kind": "openai", "base_url": "http://127.0.0.1:1", "model": "m"}
    sources: list[dict[str, Any]] = [{"kind": "organic"}, {"kind": "wikiann"}]
    sources += [{"kind": "synthetic", "name": name, "engine": engine} for name in ("gpt", "llama", "aya")]
    return check_spec(
        {
            "name": "paper",
            "languages": [
                {"code": code, "gold": gold(code), "related": {"code": related, "gold": gold(related)}}
                for code, related in RELATED.items()
            ],
            "sources": sources,
            **changes,
        }
    )


def test_the_papers_grid() -> None:
    found = project(paper())
    assert found.arms == 528 + 22
    assert found.arms_by_source == {"organic": 132, "wikiann": 22, "gpt": 132, "llama": 132, "aya": 132}
    assert found.pretrainings == len(set(RELATED.values()))
    assert found.zero_shot == 11
    assert found.evaluations == 550 + 11
    assert found.calls == 11 * 3 * (250 + 50)


def test_every_training_seed_is_an_arm_of_its_own() -> None:
    found = project(paper(training={"training_seeds": [1, 2, 3]}))
    assert (found.arms, found.zero_shot) == (3 * 550, 33)


def test_without_fine_tuning_nothing_is_pre_trained() -> None:
    found = project(paper(training={"settings": ["from_scratch"]}))
    assert (found.arms, found.pretrainings, found.zero_shot) == (275, 0, 0)


def test_step_matched_arms_stand_beside() -> None:
    plain, matched = project(paper()), project(paper(training={"control": "step_matched", "control_steps": 100}))
    assert matched.arms == 2 * plain.arms
    assert matched.steps == plain.steps + 100 * plain.arms


def test_an_audit_is_counted_as_a_training_on_two_of_three_folds_for_each() -> None:
    plain = paper()
    without = project(plain)
    assert (without.audits, any("audit" in note for note in without.notes)) == (0, False)
    audited = plain.sources[2].model_copy(update={"rules": Rules.model_validate({"audit": "drop"})})
    spec = plain.model_copy(update={"sources": (*plain.sources[:2], audited, *plain.sources[3:])})
    found = project(spec)
    assert any(note.startswith("The label audit of gpt is in the sum") for note in found.notes)
    each = 3 * plain.training.recipe.updates(5000 - 5000 // 3)  # of 250 calls for 20 samples
    assert (found.audits, found.steps - without.steps) == (11, 11 * each)
    assert found.steps_by_source["gpt"] - without.steps_by_source["gpt"] == 11 * each
    assert (found.arms, found.evaluations, found.models) == (without.arms, without.evaluations, without.models)


def test_each_sentence_that_is_translated_is_a_call() -> None:
    engine = {"kind": "openai", "base_url": "http://127.0.0.1:1", "model": "m"}
    aligner = {"encoder": "e5"}
    llm = {"translator": {"kind": "llm", "engine": engine}, "aligner": aligner}
    prices = {"input_per_million": 1.0, "output_per_million": 2.0, "currency": "EUR"}
    model = {"translator": {"kind": "seq2seq", "model": "nllb"}, "aligner": aligner}
    lines = {"translator": {"kind": "replay", "files": dict.fromkeys(RELATED, "x.txt")}, "aligner": aligner}
    spec = paper(
        sources=[
            {"kind": "translate_train", **llm, "prices": prices},
            {"kind": "translate_train", "name": "nllb", "languages": ["da"], **model},
            {"kind": "translate_test", **lines},
        ]
    )
    found = {x.source: x for x in project(spec, gold={"sv": 500}, tests={"da": 100, "sv": 50}).sources}
    train = 500 + 10 * 8000
    assert (found["translate_train"].engine, found["translate_train"].train_calls) == ("openai", train)
    told = found["translate_train"]
    assert told.cost == pytest.approx((told.tokens_in + 2 * told.tokens_out) / 1e6)
    assert told.tokens_in > told.tokens_out > 0
    assert (found["nllb"].engine, found["nllb"].train_calls) == ("seq2seq", 500)
    assert (found["translate_test"].train_calls, found["translate_test"].tokens_in) == (150, 0)


def test_a_size_no_dataset_holds_becomes_one_arm_on_all_of_it() -> None:
    spec = small(stop={"after_calls": 10}, sizes=[100, 250, 500, 1000])
    assert project(spec).arms_by_source["llm"] == 2, "100, and 200 of the 250 asked"
    assert project(spec, gold={"da": 120}).arms_by_source["organic"] == 2


def small(sizes: list[int] | None = None, **source: Any) -> RunSpec:
    llm = {"kind": "synthetic", "name": "llm", "engine": {"kind": "toy"}, **source}
    return check_spec(
        {
            "name": "small",
            "languages": [{"code": "da", "gold": gold("da")}],
            "sources": [{"kind": "organic"}, llm],
            "training": {"settings": ["from_scratch"], "sizes": sizes or [100], "encoder": {"tiny": {}}},
        }
    )


def test_calls_tokens_and_cost() -> None:
    prices = {"input_per_million": 2, "output_per_million": 8}
    (source,) = project(small(stop={"after_calls": 100}, dev_calls=10, m=10, n=20, prices=prices)).sources
    assert (source.train_calls, source.dev_calls, source.samples) == (100, 10, 2200)
    assert source.cost == pytest.approx((source.tokens_in * 2 + source.tokens_out * 8) / 1e6)


def test_recorded_completions_cost_no_tokens() -> None:
    found = project(small(engine={"kind": "replay", "files": {"da": "x.jsonl"}}))
    assert (found.calls, found.tokens_in, found.tokens_out) == (250, 0, 0)


def test_the_size_of_models() -> None:
    large = paper().training.encoder
    assert model_bytes(large) == 2_240_000_000
    kept = {keep: project(paper(training={"keep_models": keep})).models for keep in ("none", "best", "all")}
    pretrained = len(set(RELATED.values()))
    assert kept == {"none": 0, "best": 11 * 2 * 5 + pretrained, "all": 550 + pretrained}
    unknown = project(paper(training={"encoder": "someone/else"}))
    assert unknown.models_bytes is None
    assert any("someone/else" in note for note in unknown.notes)


def test_no_calls_are_made_for_a_dev_set_that_no_arm_uses() -> None:
    def calls(dev: str) -> int:
        return project(parse_spec(paper(training={"dev": dev}).model_dump_json())).calls

    assert (calls("own"), calls("gold"), calls("held_out")) == (9900, 8250, 8250)


def test_the_command_prints_it(tmp_path: Any) -> None:
    path = tmp_path / "spec.json"
    path.write_text(paper().model_dump_json())
    result = CliRunner().invoke(app, ["plan", str(path), "--json", "--ms-per-step", "8"])
    printed = json.loads(result.stdout)
    assert (printed["arms"], printed["calls"]) == (550, 8250)
    assert printed["hours"] == pytest.approx(printed["steps"] * 8 / 3_600_000)
    shown = CliRunner().invoke(app, ["plan", str(path)])
    assert "at most 550" in shown.stdout
    assert "in all" in shown.stdout
    assert "no service is up" in shown.stderr


def test_models_at_their_most() -> None:
    size, job = 2_240_000_000, 24 * 560_000_000
    pretrained = len(set(RELATED.values()))
    for keep, models in (("best", 11 * 2 * 5 + pretrained), ("none", pretrained)):
        found = project(paper(training={"keep_models": keep}))
        assert found.models_peak_bytes == models * size + job
    assert project(paper(training={"encoder": "someone/else"})).models_peak_bytes is None


def test_a_run_that_would_not_fit(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = small()
    needed = project(spec).models_peak_bytes
    assert needed is not None
    free = [needed + 99]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free[0]))  # stands in for a disk
    assert disk_shortage(spec, tmp_path / "not" / "yet", keep_free=99) is None
    said = disk_shortage(spec, tmp_path, keep_free=100)
    assert said == f"{tmp_path}: {needed:,} bytes are needed beside 100 kept free, and {needed + 99:,} are free"


def test_the_command_says_when_models_would_not_fit(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "spec.json"
    path.write_text(paper().model_dump_json())
    needed = project(paper()).models_peak_bytes
    free = [needed]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free[0]))  # stands in for a disk
    asked = ["plan", str(path), "--models", str(tmp_path)]
    refused = CliRunner().invoke(app, asked)
    assert refused.exit_code == 1
    assert f"would not fit: {tmp_path}: {needed:,} bytes are needed" in refused.stderr
    assert json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)["shortage"].startswith(str(tmp_path))
    free[0] = 2 * needed
    assert CliRunner().invoke(app, asked).exit_code == 0


def test_hours_are_those_of_what_was_measured(tmp_path: Any) -> None:
    path = tmp_path / "spec.json"
    path.write_text(paper(training={"encoder": "someone/else"}).model_dump_json())
    printed = CliRunner().invoke(app, ["plan", str(path)]).stdout
    assert "hours of training" not in printed
    assert "No GPU has been measured at this encoder's shape" in printed
    given = CliRunner().invoke(app, ["plan", str(path), "--ms-per-step", "8"]).stdout
    assert "at 8 ms an update: your device, as given" in given
    assert "No GPU has been measured" not in given
