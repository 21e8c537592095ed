"""Hours are projected from figures that were measured, or from what a run has shown; never from nothing."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom.contracts.encoders import SHAPES
from spanloom.contracts.training import EncoderSpec, TinyEncoder
from spanloom.errors import DataError
from spanloom_cli import speeds
from spanloom_cli.speeds import measured_speeds, smaller_speed, speed_of_run

LARGE = EncoderSpec(name="FacebookAI/xlm-roberta-large")


def row(**changes: Any) -> dict[str, Any]:
    given = {
        "job": "j1", "method": "direct", "label_mapping": "identity", "encoder": "xlm-roberta-large",
        "training_seconds": 10.0, "updates": 1000,
    }  # fmt: skip
    return {**given, **changes}


def test_a_runs_own_figure_counts_each_training_once() -> None:
    encoder = EncoderSpec(name="xlm-roberta-large")
    rows = [
        row(), row(), row(job="j2", training_seconds=50.0, updates=2000), row(job="j3", encoder="other", updates=1),
        row(job="j1", method="direct+restarts", training_seconds=99.0), row(job="j1", label_mapping="shared"),
        row(job="j4", training_seconds=None),
    ]  # fmt: skip
    found = speed_of_run("r", rows, encoder)
    assert found.ms_per_step == pytest.approx(1000 * 60 / 3000)
    assert found.hours(180_000) == pytest.approx(1)
    assert "2 trainings, 3,000 updates" in found.source
    with pytest.raises(DataError, match="no training of encoder 'xlm-roberta-large'"):
        speed_of_run("r", [row(encoder="tiny")], encoder)


def test_figures_are_found_by_layers_and_width(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = SHAPES["xlm-roberta-large"]
    known = {"layers": shape.layers, "hidden": shape.hidden, "precision": "bf16", "batch": 16, "tokens": 48}
    known |= {"how": "by the clock"}
    rows = [
        {**known, "device": "slow", "kind": "cpu", "ms_per_step": 9000},
        {**known, "device": "fast", "kind": "cuda", "ms_per_step": 8},
        {**known, "device": "other", "kind": "cuda", "ms_per_step": 1, "layers": 12},
    ]
    monkeypatch.setattr(speeds, "_rows", lambda: rows)
    assert [(found.device, found.ms_per_step) for found in measured_speeds(LARGE)] == [("fast", 8), ("slow", 9000)]
    assert measured_speeds(EncoderSpec(name="someone/else")) == []
    assert smaller_speed(LARGE) is None, "one as wide is not smaller"
    rows[2]["hidden"] = 768
    found = smaller_speed(LARGE)
    assert found is not None
    assert (found.device, "12 layers of 768" in found.source) == ("other", True)


def test_every_stored_figure_says_what_was_measured() -> None:
    stored = speeds._rows()
    keys = {"device", "kind", "layers", "hidden", "precision", "batch", "tokens", "ms_per_step", "how"}
    assert stored
    assert all(keys <= set(one) and one["ms_per_step"] > 0 and one["kind"] in ("cpu", "cuda") for one in stored)
    tiny = EncoderSpec(tiny=TinyEncoder())
    assert [found.kind for found in measured_speeds(tiny)] == ["cpu"]
    for layers in (6, 12):
        (small,) = measured_speeds(EncoderSpec(name="e5-small", layers=layers))
        assert f"measured with {layers} layers of 384" in small.source
        assert "CPU time of one thread" in small.source, "it says how the figure was had"
