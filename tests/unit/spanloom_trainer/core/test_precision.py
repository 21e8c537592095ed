from __future__ import annotations

import pytest
import torch

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core import precision
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.precision import LARGE, LARGE_FOR_CPU, has_bf16, resolve
from spanloom_trainer.core.train import fine_tune

CPU = torch.device("cpu")


def test_auto_takes_bf16_for_large_encoders_where_there_is_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    for device, least in ((CPU, LARGE_FOR_CPU), (torch.device("cuda"), LARGE)):
        for hardware, large, expected in ((True, True, "bf16"), (True, False, "fp32"), (False, True, "fp32")):
            monkeypatch.setattr(precision, "has_bf16", lambda _, hardware=hardware: hardware)
            assert resolve("auto", device, least if large else least - 1) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"avx2": True, "avx512_f": True, "avx512_bf16": True, "amx_tile": False}, True),
        ({"avx512_f": True, "avx512_bf16": False, "amx_tile": True, "amx_bf16": True}, True),
        ({"avx512_bf16": True, "amx_tile": True}, True),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False, "amx_tile": False}, False),
        ({"architecture": "aarch64", "neon": True}, False),
    ],
    ids=["avx512-bf16", "amx", "both", "neither", "another architecture"],
)
def test_a_cpu_has_bf16_as_it_says_itself(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, bool], expected: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: said)
    assert has_bf16(CPU) is expected
    assert resolve("auto", CPU, LARGE_FOR_CPU) == ("bf16" if expected else "fp32")


@pytest.mark.parametrize(("capability", "expected"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_a_cuda_device_has_bf16_from_ampere_on(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], expected: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert has_bf16(torch.device("cuda")) is expected


def test_what_is_asked_for_is_taken() -> None:
    assert resolve("bf16", CPU, 10) == "bf16"
    assert resolve("fp32", CPU, 10**9) == "fp32"


def test_bf16_trains_fp32_masters(
    base: Base, schema: LabelSchema, toy: dict[str, list[Sentence]], recipe: Recipe
) -> None:
    longer = recipe.changed(epochs=15)
    fp32, bf16 = (
        fine_tune(toy["train"], toy["dev"], toy["test"], longer.changed(precision=p), base=base, schema=schema, seed=1)
        for p in ("fp32", "bf16")
    )
    assert (fp32.precision, bf16.precision) == ("fp32", "bf16")
    assert all(value.dtype == torch.float32 for value in bf16.state.weights.values() if value.is_floating_point())
    assert bf16.first.losses != fp32.first.losses
    assert bf16.first.losses[0] == pytest.approx(fp32.first.losses[0], rel=0.02)
    assert bf16.history[-1].loss < 0.5 * bf16.history[0].loss
