"""Recorded completions in place of an LLM."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spanloom.errors import DataError, PermanentEngineError
from spanloom_generator.engines.port import CallRequest, Sampling, open_engine
from spanloom_generator.engines.replay import ReplayEngine
from support.common import shared_data


def request(call: int, language: str = "da", **extra: Any) -> CallRequest:
    return CallRequest(f"p{call}", call, [], Sampling(), language, "s", extra=extra)


def engine_of(folder: Path, lines: list[dict[str, Any]], **config: Any) -> ReplayEngine:
    folder.mkdir(exist_ok=True)
    path = folder / "da.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    engine = open_engine({"kind": "replay", "files": {"da": str(path)}, "roots": [path.parent]} | config)
    assert isinstance(engine, ReplayEngine)
    engine.start()
    return engine


def test_a_call_gets_its_recorded_completion(tmp_path: Path) -> None:
    engine = engine_of(
        tmp_path / "some-model", [{"call_idx": 7, "raw_output": "syv"}, {"call_idx": 0, "raw_output": "nul"}]
    )
    result = engine.submit(request(7)).result()
    assert (result.text, result.model, result.finish_reason) == ("syv", "some-model", "recorded")
    assert engine.submit(request(0, split="train")).result().text == "nul"
    assert engine.room() > 0


def test_usage_and_model_of_batch_lines(tmp_path: Path) -> None:
    body = {"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": 5, "completion_tokens": 7}}
    engine = engine_of(tmp_path, [{"custom_id": "0", "response": {"status_code": 200, "body": body}}], model="gpt")
    result = engine.submit(request(0)).result()
    assert (result.tokens_in, result.tokens_out, result.model) == (5, 7, "gpt")


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (request(3), r"train call 3 was not recorded in .*da\.jsonl, which holds 2 train calls"),
        (request(0, split="dev"), "dev call 0 was not recorded"),
        (request(0, "sv"), "no recorded completions for language 'sv'; files are given for da"),
        (request(1), r"da\.jsonl:2: the recorded call failed: .*too busy"),
    ],
)
def test_what_was_not_recorded_fails_for_good(tmp_path: Path, asked: CallRequest, what: str) -> None:
    failed = {"custom_id": "1", "response": None, "error": {"message": "too busy"}}
    good = {"response": {"choices": [{"message": {"content": "x"}}]}}
    engine = engine_of(tmp_path, [good, failed])
    with pytest.raises(PermanentEngineError, match=what):
        engine.submit(asked).result()


def test_missing_file(tmp_path: Path) -> None:
    engine = open_engine({"kind": "replay", "files": {"da": "m/da.jsonl"}, "roots": [tmp_path]})
    with pytest.raises(DataError, match=f"looked for {tmp_path}/m/da.jsonl"):
        engine.start()
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "da.jsonl").write_text('{"call_idx": 0, "raw_output": "x"}')
    engine.start()
    assert engine.submit(request(0)).result().model == "m"


@pytest.mark.parametrize("model", ["gpt-4.1-2025-04-14", "Llama-3.1-8B-Instruct", "aya-expanse-32b"])
def test_recorded_files(model: str) -> None:
    path = shared_data("data", "raw-completions", model, "da.jsonl.gz")
    engine = ReplayEngine({"files": {"da": str(path)}, "roots": [path.parent]})
    engine.start()
    results = [engine.submit(request(i)).result() for i in range(250)]
    assert {result.model for result in results} == {model}
    assert sum(len(result.text) > 100 for result in results) > 100
