"""An idle vllm engine gives its memory back and wakes for the next call; its process is known from the load on, and
what it is started with, vLLM takes."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from spanloom.errors import TransientEngineError
from spanloom_generator.engines.port import CallRequest, Engine, Sampling, open_engine
from spanloom_generator.engines.vllm_arguments import engine_arguments
from support.common import wait_for
from support.random_llama import make_model

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    # torch and vLLM warn of their own future on import
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]


def call(engine: Engine, number: int) -> str:
    request = CallRequest(
        f"p{number}", number, [{"role": "user", "content": "More, please."}],
        Sampling(temperature=1.0, top_p=1.0, max_tokens=20, seed=5), "da", "s",
    )  # fmt: skip
    return engine.submit(request).result(400).text


def open_small(folder: Path, **more: Any) -> Engine:
    pytest.importorskip("vllm", reason="vLLM is not installed")
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    return open_engine({
        "kind": "vllm", "model": str(make_model(folder)), "dtype": "float32", "max_model_len": 512,
        "max_num_seqs": 4, "enforce_eager": True, **more,
    })  # fmt: skip


def test_an_idle_engine_gives_its_memory_back_and_wakes(tmp_path: Path) -> None:
    """Without vLLM's sleep, as on a CPU, its process ends; the next call starts another one, which answers the same."""
    engine = open_small(tmp_path, sleep_after_s=1.0)
    engine.start()
    first = call(engine, 1)
    (before,) = engine.processes()
    if engine.can_sleep:  # type: ignore[attr-defined]
        wait_for(lambda: engine._asleep, timeout_s=60, what="the engine to sleep")  # type: ignore[attr-defined]
    else:
        wait_for(lambda: not psutil.pid_exists(before), timeout_s=120, what="its process to be gone")
        assert not engine.processes()
    assert engine.room() > 0
    assert call(engine, 2) == first
    assert engine.processes()
    engine.close()
    assert not engine.processes()


def test_its_process_is_known_while_it_loads_and_one_that_died_is_loaded_again(tmp_path: Path) -> None:
    engine = open_small(tmp_path)

    def loading_process(load: threading.Thread) -> int:
        """Of the load that this thread waits for."""
        load.start()
        (pid,) = wait_for(lambda: engine.loading() and engine.processes(), timeout_s=120, what="the process to start")
        load.join()
        assert not engine.loading()
        assert engine.processes() == [pid]
        return pid

    before = loading_process(threading.Thread(target=engine.start))
    first = call(engine, 1)
    psutil.Process(before).kill()
    with pytest.raises(TransientEngineError, match="died"):
        call(engine, 2)
    assert loading_process(threading.Thread(target=engine.start)) != before
    assert call(engine, 3) == first
    engine.close()
    assert not engine.processes()


def test_vllm_knows_every_argument(tmp_path: Path) -> None:
    vllm: Any = pytest.importorskip("vllm", reason="vLLM is not installed")
    config = {"model": str(make_model(tmp_path)), "tensor_parallel": 2, "data_parallel": 3, "max_num_seqs": 8}
    arguments = vllm.AsyncEngineArgs(**engine_arguments(config, can_sleep=False))
    assert (arguments.tensor_parallel_size, arguments.data_parallel_size, arguments.max_num_seqs) == (2, 3, 8)
