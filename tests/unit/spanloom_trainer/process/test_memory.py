"""Trainings at once on one device: an arm that would not fit waits until another is done."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from spanloom.contracts.encoders import job_memory_bytes, shape_of
from spanloom.contracts.training import EncoderSpec, Recipe, TinyEncoder
from spanloom_trainer.core.tiny import tiny_base
from spanloom_trainer.process.memory import DeviceMemory, free_ram
from support.common import wait_for
from support.toy_language import toy_sentences


def test_what_fits_is_let_in_and_the_rest_waits() -> None:
    memory = DeviceMemory(lambda: 100, poll_s=0.01)
    third, leave = threading.Event(), threading.Event()

    def wait_and_train() -> None:
        with memory.held(30) as entered:
            assert entered
            third.set()
            leave.wait(10)

    with memory.held(60) as first, memory.held(20) as second:
        assert (first, second) == (True, True)
        thread = threading.Thread(target=wait_and_train)
        thread.start()
        assert not third.wait(0.1), "30 do not fit beside 60 and 20"
    assert third.wait(5), "60 and 20 are free again"
    leave.set()
    thread.join(5)
    with memory.held(100) as whole:
        assert whole


def test_an_arm_that_waits_hears_a_stop() -> None:
    memory = DeviceMemory(lambda: 100, poll_s=0.01)
    stop = threading.Event()
    outcome: list[bool] = []

    def wait() -> None:
        with memory.held(1, stop.is_set) as entered:
            outcome.append(entered)

    with memory.held(100):
        thread = threading.Thread(target=wait)
        thread.start()
        stop.set()
        wait_for(lambda: outcome, timeout_s=5)
        thread.join(5)
    assert outcome == [False]


def test_alone_it_is_always_let_in_and_what_is_unknown_is_not_waited_for() -> None:
    with DeviceMemory(lambda: 10).held(1000) as entered:
        assert entered, "waiting would free nothing"
    unknown = DeviceMemory(lambda: None)
    with unknown.held(1000) as first, unknown.held(1000) as second:
        assert (first, second) == (True, True)
    known = DeviceMemory(lambda: 10)
    with known.held(10) as first, known.held(None) as second:
        assert (first, second) == (True, True)


def test_a_container_has_what_its_limit_leaves(tmp_path: Path) -> None:
    whole = free_ram(tmp_path)
    assert whole > 0
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("400\n")
    assert free_ram(tmp_path) > 1000
    (tmp_path / "memory.max").write_text("1000\n")
    assert free_ram(tmp_path) == 600


def test_the_estimate_grows_with_parameters_and_batch() -> None:
    large, base = (EncoderSpec(name=f"xlm-roberta-{size}") for size in ("large", "base"))

    def needed(encoder: EncoderSpec, *, on_gpu: bool = False, **changes: Any) -> int:
        return job_memory_bytes(encoder, Recipe(**changes), on_gpu=on_gpu) or 0

    assert 278e6 * 16 < needed(base) < needed(large) < 30e9
    assert needed(large, batch_size=64) > needed(large)
    assert needed(EncoderSpec(name="someone/else")) == 0
    on_gpu = [
        needed(large, on_gpu=True, precision=precision, restarts=restarts, batch_size=16) / 560e6
        for precision, restarts in (("fp32", 0), ("auto", 0), ("auto", 1))
    ]
    assert [round(more - less) for less, more in pairwise(on_gpu)] == [4, 4]
    assert needed(large, on_gpu=True, precision="fp32", restarts=0) > needed(large) + 560e6 * 7


@pytest.mark.parametrize("sizes", [{"hidden": 32, "layers": 1, "heads": 2, "ffn": 64}, {"hidden": 64, "layers": 3}])
def test_the_shape_of_a_tiny_encoder_is_that_of_the_model(sizes: dict[str, int]) -> None:
    base = tiny_base(toy_sentences(40, 1), seed=1, vocab=200, **sizes)
    found = shape_of(EncoderSpec(tiny=TinyEncoder(vocabulary=len(base.tokenizer) if len(base.tokenizer) > 99 else 100,
                                                  **sizes)))  # fmt: skip
    assert found is not None
    held = sum(parameter.numel() for parameter in base.model.parameters())
    assert found.parameters == pytest.approx(held, rel=0.1)
