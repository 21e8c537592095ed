"""The resume point: one file from which a long training goes on as if it had never stopped."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from spanloom.data.whole import replace_file
from spanloom_trainer.core.checkpoint import Checkpoint, Tensors
from spanloom_trainer.core.outcome import DevEvaluation, TrainingResult
from spanloom_trainer.core.state import TrainingState


class ResumePoint:
    """A file at `path`, written at most every `every_s` seconds of training (a large model's is 6.7 GB).

    Once `should_pause()` turns true it is due at once, and `paused` after that: the training may stop without loss.
    """

    def __init__(
        self, path: str | Path, *, every_s: float = 300.0, should_pause: Callable[[], bool] = lambda: False
    ) -> None:
        self.path, self.every_s, self.should_pause = Path(path), every_s, should_pause
        self.paused = False
        self._last = time.monotonic()

    def due(self) -> bool:
        """Whether it is time to write again."""
        return time.monotonic() - self._last >= self.every_s or (self.should_pause() and not self.paused)

    def save(self, key: str, checkpoint: Checkpoint) -> None:
        """Write by temporary name, fsync and rename: the file is the old one or the new one, never half."""
        pausing = self.should_pause()
        parts = {"chosen": checkpoint.chosen_weights, "model": checkpoint.weights, "best": checkpoint.best}
        parts |= {"moments": checkpoint.moments, "random": checkpoint.random}
        tensors = {
            f"{part}/{name}": value.detach().contiguous().cpu()
            for part, named in parts.items()
            for name, value in named.items()
        }
        plain = {
            "restart": checkpoint.restart,
            "chosen": checkpoint.chosen,
            "trainings": [asdict(one) for one in checkpoint.trainings],
            "state": asdict(checkpoint.state),
        }
        # A copy for each name: best and model may share memory, which safetensors refuses.
        separate = _separate(tensors)
        with replace_file(self.path) as temporary:
            save_file(separate, temporary, metadata={"key": key, "checkpoint": json.dumps(plain)})
        self._last = time.monotonic()
        self.paused = pausing

    def load(self, key: str) -> Checkpoint | None:
        """The checkpoint of this very training, or None: no file, a damaged one, or that of another training."""
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, "pt") as file:
                metadata = file.metadata() or {}
                if metadata.get("key") != key:
                    return None
                parts: dict[str, Tensors] = {}
                for name in file.keys():  # noqa: SIM118  not a dict
                    part, _, rest = name.partition("/")
                    parts.setdefault(part, {})[rest] = file.get_tensor(name)
        except SafetensorError:
            return None
        plain = json.loads(metadata["checkpoint"])
        return Checkpoint(
            restart=plain["restart"],
            trainings=[_result(one) for one in plain["trainings"]],
            chosen=plain["chosen"],
            chosen_weights=parts.get("chosen", {}),
            state=_state(plain["state"]),
            weights=parts["model"],
            best=parts.get("best", {}),
            moments=parts["moments"],
            random=parts["random"],
        )

    def clear(self) -> None:
        """Remove the file: the training is done."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


def _result(plain: dict[str, Any]) -> TrainingResult:
    history = tuple(DevEvaluation(**one) for one in plain["history"])
    return TrainingResult(**{**plain, "history": history, "best": DevEvaluation(**plain["best"])})


def _state(plain: dict[str, Any]) -> TrainingState:
    history = [DevEvaluation(**one) for one in plain["history"]]
    best = DevEvaluation(**plain["best"]) if plain["best"] else None
    return TrainingState(**{**plain, "history": history, "best": best})


def _separate(tensors: Tensors) -> Tensors:
    seen: set[int] = set()
    out = Tensors()
    for name, value in tensors.items():
        out[name] = value.clone() if value.data_ptr() in seen else value
        seen.add(value.data_ptr())
    return out
