"""Which arithmetic a training runs in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import torch

from spanloom.contracts.training import Precision, Recipe

LARGE = 20_000_000
"""Encoder parameters, embeddings aside, from which bf16 pays: below it the casts cost more than they save."""
LARGE_FOR_CPU = 5_000_000
"""The same on a CPU: at 10.6 million (6 layers of width 384) bf16 took 0.64 of fp32's time with AVX512-BF16.

AMX tiles are taken to pay as much: no measurement with them is kept here.
"""


def resolve(precision: Precision, device: torch.device, parameters: int) -> Precision:
    """`fp32` or `bf16` for `auto`; anything else as given."""
    if precision != "auto":
        return precision
    large = LARGE_FOR_CPU if device.type == "cpu" else LARGE
    return "bf16" if parameters >= large and has_bf16(device) else "fp32"


def has_bf16(device: torch.device) -> bool:
    """Whether the device multiplies bf16 matrices in hardware."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def autocast(device: torch.device, precision: str, *, cache: bool = True) -> AbstractContextManager[Any]:
    """bf16 matmuls over fp32 masters, or plain fp32. `cache` must be off where the step is captured in a graph."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16", cache_enabled=cache)


@contextmanager
def deterministic(recipe: Recipe, device: torch.device) -> Iterator[None]:
    """Deterministic CUDA kernels while it lasts, where the recipe asks for them.

    cuBLAS wants `CUBLAS_WORKSPACE_CONFIG` in the environment from the process's start on; torch raises without it.
    """
    if not (recipe.deterministic and device.type == "cuda"):
        yield
        return
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
