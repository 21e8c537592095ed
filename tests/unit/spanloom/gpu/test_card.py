"""Which GPUs a process sees, and waiting for their memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from spanloom.gpu import card
from spanloom.gpu.card import gpus, wait_for_memory


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        (None, ["GPU-aa", "GPU-bb"]),
        ("1", ["GPU-bb"]),
        ("1,0", ["GPU-bb", "GPU-aa"]),
        ("GPU-b", ["GPU-bb"]),
        ("", []),
        ("7", ["7"]),
    ],
)
def test_gpus_as_a_process_sees_them(shown: str | None, seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "_nvidia_smi", lambda *_: ["GPU-aa", "GPU-bb"])
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if shown is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", shown)
    assert gpus() == seen


def test_memory_is_waited_for_while_it_falls() -> None:
    readings: Iterator[int] = iter([90, 60, 20, 20, 5])
    wait_for_memory(lambda: next(readings), every_s=0)
    assert list(readings) == [5]
    wait_for_memory(lambda: None, every_s=0)


def test_memory_is_not_waited_for_without_end() -> None:
    falling = iter(range(10**9, 0, -1))
    wait_for_memory(lambda: next(falling), every_s=0.01, patience_s=0.1)
    assert next(falling) > 10**9 - 100
