"""A real LLM behind a real `vllm serve`: the openai engine over HTTP, and the vllm engine on the same weights."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spanloom.contracts.reach import Reach
from spanloom.ner.formats import FORMATS
from spanloom.ner.schema import LabelSchema
from spanloom_generator.engines.port import CallRequest, ChatMessage, Engine, Sampling, open_engine
from support.smollm2 import smollm2
from support.vllm_serve import CPU, vllm_serve

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
NAME = "smollm2"
WORDS = 'Write one sentence as JSON: {"tokens": [...], "ner_tags": [...]}. Example: '
EXAMPLE = '{"tokens": ["Anna", "lives", "in", "Oslo"], "ner_tags": [1, 0, 0, 5]}'


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("vllm", reason="vLLM is not installed")
    return smollm2(tmp_path_factory.mktemp("smollm2"))


@pytest.fixture(scope="module")
def url(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with vllm_serve(model, NAME, tmp_path_factory.mktemp("serve") / "log") as address:
        yield address


@pytest.fixture(scope="module")
def served(url: str) -> Iterator[Engine]:
    engine = open_engine(
        {"kind": "openai", "base_url": url, "model": NAME, "concurrency": 4, "reach": Reach(None, None)}
    )
    engine.start()
    yield engine
    engine.close()


def request(call: int, *, temperature: float = 0.8, max_tokens: int = 40, seed: int = 1, **more: Any) -> CallRequest:
    messages: list[ChatMessage] = [{"role": "user", "content": WORDS + EXAMPLE}]
    sampling = Sampling(temperature=temperature, top_p=1.0, max_tokens=max_tokens, seed=seed)
    return CallRequest(f"p{call}", call, messages, sampling, "en", "s", **more)


def test_seeds_and_counts_over_http(served: Engine) -> None:
    calls = [served.submit(request(i, seed=seed)) for i, seed in enumerate((7, 7, 8))]
    first, again, other = (call.result(300) for call in calls)
    assert first.text == again.text != other.text
    assert first.text.strip()
    assert first.tokens_in > 40, "the chat template stands around the words"
    assert 0 < first.tokens_out <= 40
    assert first.finish_reason in ("stop", "length")


def test_streaming_over_http_changes_nothing(served: Engine, url: str) -> None:
    engine = open_engine(
        {"kind": "openai", "base_url": url, "model": NAME, "concurrency": 4, "stream": True, "reach": Reach(None, None)}
    )
    engine.start()
    try:
        pieces = [engine.submit(request(i, seed=7, temperature=0.0)) for i in range(2)]
        told = [call.result(300) for call in pieces]
    finally:
        engine.close()
    whole = served.submit(request(2, seed=7, temperature=0.0)).result(300)
    for one in told:
        assert (one.text, one.finish_reason, one.tokens_in, one.tokens_out, one.model, one.notes) == (
            whole.text, whole.finish_reason, whole.tokens_in, whole.tokens_out, whole.model, (),
        )  # fmt: skip


def test_a_grammar_and_a_schema_over_http(served: Engine, record_property: pytest.RecordProperty) -> None:
    format_ = FORMATS["tag_ids"]
    grammar = format_.grammar(SCHEMA, n=1, iob2=True)
    schema = json.dumps(format_.json_schema(SCHEMA, n=1))
    held = [served.submit(request(i, seed=i, max_tokens=150, constrain="grammar", grammar=grammar)) for i in range(4)]
    held += [served.submit(request(i, seed=i, max_tokens=150, constrain="json_schema", schema=schema)) for i in (4, 5)]
    done = [call.result(600) for call in held]
    aligned = 0
    for result in done[:4]:
        if result.finish_reason == "stop":
            tokens, tags = format_.read(json.loads(result.text.strip().split("\n")[0]), SCHEMA)
            aligned += len(tokens) == len(tags) > 0
    ended = sum(result.finish_reason == "stop" for result in done[:4])
    record_property("ended_under_the_grammar", ended)
    assert aligned == ended
    assert all(result.text.lstrip().startswith("{") for result in done)
    for result in done[4:]:
        assert result.finish_reason == "length" or "samples" in json.loads(result.text)


def test_both_engines_write_the_same_of_the_same_weights(served: Engine, model: Path) -> None:
    """Greedy, so that a chat template of another shape, or a token more at its end, would show."""
    over_http = served.submit(request(0, temperature=0.0, max_tokens=24)).result(300)
    os.environ.update(CPU)
    engine = open_engine(
        {"kind": "vllm", "model": str(model), "dtype": "bfloat16", "max_model_len": 1024, "max_num_seqs": 4,
         "enforce_eager": True}
    )  # fmt: skip
    engine.start()
    try:
        here = engine.submit(request(0, temperature=0.0, max_tokens=24)).result(300)
    finally:
        engine.close()
    assert (here.text, here.tokens_in, here.tokens_out) == (over_http.text, over_http.tokens_in, over_http.tokens_out)
