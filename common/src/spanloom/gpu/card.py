"""What the card says, by nvidia-smi: which GPUs there are, and how much of a GPU's memory is in use or free."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import structlog

log = structlog.stdlib.get_logger(__name__)
MEMORY_S = 60.0
"""How long a new holder waits for the memory of the one before it."""


def gpus() -> list[str]:
    """The UUIDs of the GPUs that this process sees, in the order of their numbers; none where there is no driver.

    As CUDA numbers them with CUDA_DEVICE_ORDER=PCI_BUS_ID, which whoever uses CUDA sets before.
    """
    found = _nvidia_smi("--query-gpu=uuid")
    shown = os.environ.get("CUDA_VISIBLE_DEVICES")
    if shown is None:
        return found
    return [_gpu_of(name.strip(), found) for name in shown.split(",") if name.strip()]


def _gpu_of(name: str, found: list[str]) -> str:
    """A GPU of CUDA_VISIBLE_DEVICES by its UUID: it may stand there by number, or by the beginning of its UUID."""
    if name.isdigit():
        return found[int(name)] if int(name) < len(found) else name
    return next((uuid for uuid in found if uuid.startswith(name)), name)


def used_memory(device: str) -> int | None:
    """MiB in use on a GPU, None where nobody can tell."""
    said = _nvidia_smi(f"--id={device}", "--query-gpu=memory.used")
    return int(said[0]) if said and said[0].isdigit() else None


def free_memory(device: str) -> int | None:
    """Bytes of a GPU's memory that nobody uses, None where nobody can tell."""
    said = _nvidia_smi(f"--id={device}", "--query-gpu=memory.free")
    return int(said[0]) * 2**20 if said and said[0].isdigit() else None


def wait_for_memory(read: Callable[[], int | None], *, every_s: float = 0.5, patience_s: float = MEMORY_S) -> None:
    """Wait until the memory in use falls no further: what was ended gives it back little by little."""
    until, before = time.monotonic() + patience_s, read()
    while before is not None and time.monotonic() < until:
        time.sleep(every_s)
        now = read()
        if now is None or now >= before:
            return
        before = now


def _nvidia_smi(*query: str) -> list[str]:
    if not any(Path(driver).exists() for driver in ("/dev/nvidiactl", "/dev/dxg")):
        return []
    try:
        done = subprocess.run(
            ["nvidia-smi", *query, "--format=csv,noheader,nounits"],
            capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("nvidia-smi does not tell of the gpus", error=str(error))
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]
