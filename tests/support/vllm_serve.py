"""A real `vllm serve` on the CPU, as a process of its own, for as long as it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from support.common import free_port, wait_for

CPU = {"VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "OMP_NUM_THREADS": "1"}
"""What vLLM needs on a CPU without a hub."""


@contextmanager
def vllm_serve(model: Path, name: str, log: Path, *, max_model_len: int = 1024, max_num_seqs: int = 8) -> Iterator[str]:
    """Serve a model's folder under a name, with `max_model_len` tokens a call; yields the API's address with `/v1`.

    Prompts are read whole: seeded calls need that on the CPU. Raises AssertionError with the end of the log where the
    server ends.
    """
    port = free_port()
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)]
    command += ["--served-model-name", name, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--max-model-len", str(max_model_len), "--max-num-seqs", str(max_num_seqs)]
    command += [
        "--max-num-batched-tokens",
        str(max(2048, max_model_len)),
        "--enforce-eager",
        "--no-enable-chunked-prefill",
    ]
    with log.open("wb") as out:
        server = subprocess.Popen(command, env={**os.environ, **CPU}, stdout=out, stderr=out)

    def answers() -> bool:
        assert server.poll() is None, log.read_text(errors="replace")[-4000:]
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_for(answers, timeout_s=400, every_s=0.5, what="vllm serve")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(60)
