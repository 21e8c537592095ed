from __future__ import annotations

import pytest
import torch

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core import precision
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.precision import LARGE, LARGE_FOR_CPU, resolve
from spanloom_trainer.core.train import fine_tune

CPU = torch.device("cpu")


def test_auto_takes_bf16_for_large_encoders_where_there_is_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    for device, least in ((CPU, LARGE_FOR_CPU), (torch.device("cuda"), LARGE)):
        for hardware, large, expected in ((True, True, "bf16"), (True, False, "fp32"), (False, True, "fp32")):
            monkeypatch.setattr(precision, "has_bf16", lambda _, hardware=hardware: hardware)
            assert resolve("auto", device, least if large else least - 1) == expected


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
