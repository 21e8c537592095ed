"""How long an update takes: measured figures as data, what a run of one's own has shown, and hours projected from them.

`speeds.yaml` holds the `speed` of lines that `make bench BENCH=trainer ARGS="--part update --shape large"` printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from spanloom.contracts.arm import DIRECT, IDENTITY
from spanloom.contracts.encoders import shape_of
from spanloom.contracts.training import EncoderSpec
from spanloom.errors import DataError


@dataclass(frozen=True)
class Speed:
    """Milliseconds that one update took: on which device, and how it is known."""

    ms_per_step: float
    device: str
    source: str
    kind: str = "cpu"
    """`cpu` or `cuda` as measured for everyone, `yours` for a figure given or a run's."""

    def hours(self, steps: int) -> float:
        """Hours that so many updates take, one after the other."""
        return steps * self.ms_per_step / 3_600_000


def measured_speeds(encoder: EncoderSpec) -> list[Speed]:
    """Figures measured at an encoder's layers and width, GPUs first, the fastest of each kind first."""
    shape = shape_of(encoder)
    wanted = None if shape is None else (shape.layers, shape.hidden)
    at_shape = [row for row in _rows() if (row["layers"], row["hidden"]) == wanted]
    return sorted(map(_speed, at_shape), key=lambda speed: (speed.kind != "cuda", speed.ms_per_step))


def smaller_speed(encoder: EncoderSpec) -> Speed | None:
    """The figure of the largest encoder measured that is smaller than this one: its updates take longer than that."""
    shape = shape_of(encoder)
    smaller = [
        row for row in _rows() if shape is not None and row["layers"] < shape.layers and row["hidden"] < shape.hidden
    ]
    return max(map(_speed, smaller), key=lambda speed: speed.ms_per_step, default=None)


def _rows() -> list[dict[str, Any]]:
    return list(yaml.safe_load(files("spanloom_cli").joinpath("speeds.yaml").read_text(encoding="utf-8")))


def _speed(row: Mapping[str, Any]) -> Speed:
    return Speed(
        ms_per_step=float(row["ms_per_step"]),
        device=str(row["device"]),
        source=f"measured with {row['layers']} layers of {row['hidden']} at batch {row['batch']} x {row['tokens']} "
        f"subwords, {row['precision']}; {row['how']}",
        kind=str(row["kind"]),
    )


def speed_of_run(run: str, results: Iterable[Mapping[str, Any]], encoder: EncoderSpec) -> Speed:
    """What the trainings of a run took an update, dev and test included, from its rows of `results`.

    Raises DataError where none of them trained this encoder.
    """
    jobs = {
        row["job"]: (float(row["training_seconds"]), int(row["updates"]))
        for row in results
        if row["method"] == DIRECT
        and row["label_mapping"] == IDENTITY
        and row["encoder"] == (encoder.name or "tiny")
        and row["training_seconds"] is not None
        and row["updates"]
    }
    if not jobs:
        raise DataError(f"run {run} has no training of encoder {encoder.name or 'tiny'!r} that has been scored")
    seconds, updates = (sum(column) for column in zip(*jobs.values(), strict=True))
    return Speed(
        1000 * seconds / updates, f"what trained run {run}", f"{len(jobs)} trainings, {updates:,} updates", "yours"
    )
