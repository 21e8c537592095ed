"""The batch API engine against a server of that API in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest

from spanloom.contracts.reach import Reach
from spanloom.errors import PermanentEngineError, TransientEngineError
from spanloom_generator.engines import batches
from spanloom_generator.engines.openai_batch import OpenAIBatchEngine
from spanloom_generator.engines.port import CallRequest, Sampling, open_engine
from support.common import ROOT, wait_for

Open = Callable[..., OpenAIBatchEngine]


@pytest.fixture
def server() -> Iterator[str]:
    command = [sys.executable, str(ROOT / "tests" / "support" / "batch_server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


@pytest.fixture
def engine_at(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr(batches, "FIRST_PAUSE_S", 0.02)
    (tmp_path / "key").write_text("sk-batch")
    engines: list[OpenAIBatchEngine] = []

    def start(**config: Any) -> OpenAIBatchEngine:
        key = str(tmp_path / "key")
        fixed: dict[str, Any] = {"kind": "openai_batch", "base_url": f"{server}/v1", "model": "m", "api_key_file": key}
        fixed["reach"] = Reach(None, (key, str(tmp_path / "other")))
        engine = open_engine(fixed | {"poll_s": 0.05, "gather_s": 0.2} | config)
        assert isinstance(engine, OpenAIBatchEngine)
        engines.append(engine)
        engine.start()
        return engine

    yield start
    for engine in engines:
        engine.close()
        engine.close()


def counts(server: str) -> dict[str, int]:
    with urllib.request.urlopen(f"{server}/counts") as response:
        return dict(json.load(response))


def request(name: str, text: str | None = None) -> CallRequest:
    return CallRequest(name, 0, [{"role": "user", "content": text or name}], Sampling(max_tokens=9), "da", "s")


def test_calls_gather_into_one_batch(server: str, engine_at: Open) -> None:
    engine = engine_at()
    futures = [engine.submit(request(f"p{i}")) for i in range(20)]
    results = [future.result(20) for future in futures]
    assert [result.text for result in results] == [f"echo p{i}" for i in range(20)]
    assert (results[0].tokens_in, results[0].tokens_out, results[0].model) == (3, 4, "m-1")
    assert results[0].seconds >= 7
    assert counts(server)["batches"] == counts(server)["uploads"] == 1
    assert counts(server)["busy"] > 0


def test_batches_keep_to_the_limits(server: str, engine_at: Open) -> None:
    engine = engine_at(max_requests=3)
    assert engine.room() == 3
    futures = [engine.submit(request(f"p{i}")) for i in range(8)]
    assert all(future.result(20).text.startswith("echo") for future in futures)
    assert counts(server)["batches"] == 3
    small = engine_at(max_bytes=2000)
    futures = [small.submit(request(f"q{i}", "x" * 700)) for i in range(4)]
    assert all(future.result(20).text.startswith("echo") for future in futures)
    assert counts(server)["batches"] == 3 + 2
    with pytest.raises(PermanentEngineError, match="a batch file holds 2,000"):
        small.submit(request("r", "x" * 3000)).result(1)


@pytest.mark.parametrize(
    ("text", "error", "what"),
    [
        ("fail 400", PermanentEngineError, r"HTTP 400 \(request r\): asked to fail 400"),
        ("fail 500", TransientEngineError, "HTTP 500"),
        ("refuse", PermanentEngineError, "without content: no"),
        ("skip", TransientEngineError, "completed and holds no answer"),
    ],
)
def test_each_call_has_its_own_fate(engine_at: Open, text: str, error: type[Exception], what: str) -> None:
    engine = engine_at()
    bad, good = engine.submit(request("bad", text)), engine.submit(request("good"))
    assert good.result(20).text == "echo good"
    with pytest.raises(error, match=what):
        bad.result(20)


def test_what_an_expired_batch_finished_is_kept(engine_at: Open) -> None:
    engine = engine_at(model="expires")
    futures = [engine.submit(request(f"q{i}")) for i in range(6)]
    assert [future.result(20).text for future in futures[:3]] == ["echo q0", "echo q1", "echo q2"]
    for future in futures[3:]:
        with pytest.raises(TransientEngineError, match="batch_expired"):
            future.result(20)


def test_a_batch_that_fails(engine_at: Open) -> None:
    with pytest.raises(PermanentEngineError, match="failed: line 1: line is not JSON"):
        engine_at(model="broken").submit(request("p")).result(20)


def test_a_restart_joins_earlier_batches(server: str, engine_at: Open) -> None:
    first = engine_at(poll_s=30)
    lost = [first.submit(request(f"p{i}")) for i in range(5)]
    wait_for(lambda: counts(server)["batches"] == 1, what="the batch")
    first.close()
    for future in lost:
        with pytest.raises(CancelledError):
            future.result(1)
    second = engine_at()
    futures = [second.submit(request(f"p{i}")) for i in range(7)]
    assert [future.result(20).text for future in futures] == [f"echo p{i}" for i in range(7)]
    assert counts(server)["batches"] == 2
    # and once more, when both have ended
    third = engine_at()
    assert third.submit(request("p6")).result(20).text == "echo p6"
    assert counts(server)["batches"] == 2


def test_cancel(server: str, engine_at: Open) -> None:
    engine = engine_at(model="slow")
    futures = [engine.submit(request(f"p{i}")) for i in range(3)]
    wait_for(lambda: counts(server)["batches"] == 1, what="the batch")
    engine.cancel(["p0", "p1", "p2", "nobody"])
    assert all(future.cancelled() for future in futures)
    wait_for(lambda: not engine._open, what="the batch to be cancelled")
    waiting = engine_at(gather_s=60).submit(request("p9"))
    assert not waiting.done()


def test_a_wrong_key(engine_at: Open, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("sk-wrong")
    with pytest.raises(PermanentEngineError, match=r"Incorrect API key provided; check engine.api_key_env"):
        engine_at(api_key_file=str(tmp_path / "other")).submit(request("p")).result(20)
