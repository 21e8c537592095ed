"""The vllm engine with the real vLLM and a two-layer Llama of random weights, made here."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest

from spanloom.errors import EnvironmentMissing, PermanentEngineError
from spanloom.ner.formats import FORMATS
from spanloom.ner.schema import LabelSchema
from spanloom.ner.spans import orphans
from spanloom_generator.engines.port import CallRequest, CallResult, ChatMessage, Engine, Sampling, open_engine
from support.random_llama import make_model

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    # torch and vLLM warn of their own future on import
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("vllm", reason="vLLM is not installed")
    return make_model(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[Engine]:
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    engine = open_engine(
        {
            "kind": "vllm",
            "model": str(model),
            "dtype": "float32",
            "max_model_len": 2048,
            "max_num_seqs": 32,
            "enforce_eager": True,
        }
    )
    engine.start()
    yield engine
    engine.close()


def request(call: int, *, max_tokens: int = 1500, seed: int | None = None, **more: Any) -> CallRequest:
    messages: list[ChatMessage] = [{"role": "system", "content": "Data."}, {"role": "user", "content": "More, please."}]
    sampling = Sampling(temperature=1.0, top_p=1.0, max_tokens=max_tokens, seed=call if seed is None else seed)
    return CallRequest(f"p{call}", call, messages, sampling, "da", "s", **more)


def aligned(call: int, name: str = "tag_ids", **more: Any) -> CallRequest:
    grammar = FORMATS[name].grammar(SCHEMA, n=2, iob2=True)
    return request(call, constrain="grammar", grammar=grammar, **more)


def finished(results: list[CallResult]) -> list[dict[str, Any]]:
    """The objects of the completions: each line that is one."""
    objects = []
    for result in results:
        for line in result.text.split("\n"):
            try:
                objects.append(json.loads(line))
            except ValueError:
                continue
    return [item for item in objects if isinstance(item, dict)]


@pytest.mark.parametrize("name", ["tag_ids", "pairs"])
def test_a_grammar_makes_aligned_samples_of_random_weights(
    engine: Engine, name: str, record_property: pytest.RecordProperty
) -> None:
    results = [future.result(300) for future in [engine.submit(aligned(i, name)) for i in range(40)]]
    objects = finished(results)
    assert len(objects) >= 50
    for item in objects:
        tokens, tags = FORMATS[name].read(item, SCHEMA)
        assert len(tokens) == len(tags) > 0
        assert not orphans(tags)
    assert {result.finish_reason for result in results} <= {"stop", "length"}
    assert sum(result.finish_reason == "stop" for result in results) > 10
    free = [engine.submit(request(i, max_tokens=300)).result(300) for i in range(10)]
    record_property("finished_without_grammar", len(finished(free)))
    assert len(finished(free)) < len(objects)


def test_json_schema(engine: Engine) -> None:
    schema = json.dumps(FORMATS["tag_names"].json_schema(SCHEMA, n=1))
    calls = [engine.submit(request(i, constrain="json_schema", schema=schema)) for i in range(8)]
    done = [result for call in calls if (result := call.result(300)).finish_reason == "stop"]
    assert done
    for result in done:
        assert set(json.loads(result.text)["samples"][0]) == {"tokens", "ner_tags"}


def test_accounting_and_seeds(engine: Engine) -> None:
    first, again, other = (
        engine.submit(request(i, max_tokens=50, seed=seed)).result(100) for i, seed in enumerate([7, 7, 8])
    )
    assert first.text == again.text != other.text
    # <|system|> 5 characters <|user|> 13 characters <|assistant|>
    assert first.tokens_in == 21
    assert 0 < first.tokens_out <= 50
    assert (first.tokens_out == 50) or first.finish_reason == "stop"
    assert 0 < first.seconds < 100
    assert engine.window() == 2048
    without_head = engine.submit(request(9, max_tokens=5, extra={"add_generation_prompt": False})).result(100)
    assert without_head.tokens_in == 20


def test_the_cap_is_clipped_to_the_window(engine: Engine) -> None:
    result = engine.submit(request(0, max_tokens=100_000)).result(200)
    assert result.tokens_out <= 2048 - result.tokens_in
    long: list[ChatMessage] = [{"role": "user", "content": "x" * 3000}]
    with pytest.raises(PermanentEngineError, match=r"the prompt has 3002 tokens, the window of .* 2048"):
        engine.submit(CallRequest("long", 0, long, Sampling(), "da", "s")).result(100)


def test_prompts_that_fill_more_than_one_batch(engine: Engine) -> None:
    # On the CPU vLLM cannot begin a seeded call whose prompt it read in part; so many long ones tempt it to.
    def long(call: int) -> CallRequest:
        text = " ".join(f"Anna bor i {call}." for _ in range(120))
        return CallRequest(
            f"p{call}", call, [{"role": "user", "content": text}], Sampling(max_tokens=20, seed=call), "da", "s"
        )

    results = [future.result(300) for future in [engine.submit(long(i)) for i in range(24)]]
    assert sum(result.tokens_in for result in results) > 24 * 1500
    assert all(0 < result.tokens_out <= 20 for result in results)


def test_refused_calls_fail_for_good(engine: Engine) -> None:
    with pytest.raises(PermanentEngineError, match="vLLM refuses the call"):
        engine.submit(request(0, constrain="grammar", grammar="root ::= nowhere")).result(100)
    tool: list[ChatMessage] = [{"role": "tool", "content": "x"}]
    with pytest.raises(PermanentEngineError, match=r"chat template of .* refuses the prompt: no tools here"):
        engine.submit(CallRequest("x", 0, tool, Sampling(), "da", "s")).result(100)


def test_cancel_aborts_and_makes_room(engine: Engine) -> None:
    full = engine.room()
    calls = [engine.submit(request(i, max_tokens=2000)) for i in range(full)]
    assert engine.room() == 0
    assert full > 32
    engine.cancel([f"p{i}" for i in range(1, full)])
    for call in calls[1:]:
        with pytest.raises(CancelledError):
            call.result(10)
    assert calls[0].result(200).finish_reason in ("stop", "length")
    deadline = time.monotonic() + 5
    while engine.room() != full and time.monotonic() < deadline:
        time.sleep(0.05)
    assert engine.room() == full


def test_a_model_that_is_not_there(tmp_path: Path, engine: Engine) -> None:
    missing = open_engine({"kind": "vllm", "model": str(tmp_path / "none")})
    with pytest.raises(EnvironmentMissing, match="vLLM could not load"):
        missing.start()
    with pytest.raises(PermanentEngineError, match="not started"):
        missing.submit(request(0)).result(1)
