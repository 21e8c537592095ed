"""What vLLM is started with, from an engine's configuration; needs no vLLM itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SLACK = 1.25
"""Calls taken per sequence that the engine runs at once, so that it never waits for the next."""


def most_calls(config: Mapping[str, Any]) -> int:
    """Calls to take at once. `max_num_seqs` is counted by vLLM per data-parallel rank."""
    return int(int(config.get("max_num_seqs", 256)) * int(config.get("data_parallel", 1)) * SLACK) + 1


def engine_arguments(config: Mapping[str, Any], *, can_sleep: bool, cpu: bool = False) -> dict[str, Any]:
    """Arguments of vLLM's AsyncEngineArgs; weights come from safetensors, and no remote code is run.

    On the CPU no prompt is read in parts: there vLLM 0.32 takes back the draw of a part's seeded sampler by its offset,
    which a CPU generator has none of, and the engine dies ("CPU Generator does not use offset").
    """
    return {
        "model": str(config["model"]),
        "revision": config.get("revision"),
        "dtype": config.get("dtype", "auto"),
        "tensor_parallel_size": int(config.get("tensor_parallel", 1)),
        "data_parallel_size": int(config.get("data_parallel", 1)),
        "max_model_len": config.get("max_model_len"),
        "max_num_seqs": int(config.get("max_num_seqs", 256)),
        "gpu_memory_utilization": float(config.get("gpu_memory_utilization", 0.9)),
        "enable_chunked_prefill": False if cpu else None,
        "enable_prefix_caching": True,
        "enable_sleep_mode": can_sleep,
        "enforce_eager": bool(config.get("enforce_eager", False)),
        # without free white space, a model cannot lose itself in it
        "structured_outputs_config": {"backend": "xgrammar", "disable_any_whitespace": True},
        "load_format": "safetensors",
        "trust_remote_code": False,
        "disable_log_stats": True,
    }
