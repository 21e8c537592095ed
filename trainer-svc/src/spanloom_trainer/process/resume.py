"""The resume point: one file from which a long training goes on as if it had never stopped."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.outcome import DevEvaluation, TrainingResult
from spanloom_trainer.core.state import TrainingState
from spanloom_trainer.files import replace_file

State = dict[str, Tensor]


@dataclass
class Checkpoint:
    """A training at rest: finished tries, the state chosen of them, and the try under way."""

    restart: int = 0
    trainings: list[TrainingResult] = field(default_factory=list)
    chosen: int = 0
    chosen_state: State = field(default_factory=dict)
    state: TrainingState = field(default_factory=TrainingState)
    model: State = field(default_factory=dict)
    best: State = field(default_factory=dict)
    moments: State = field(default_factory=dict)
    random: State = field(default_factory=dict)


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
        asked = self.should_pause()
        parts = {"chosen": checkpoint.chosen_state, "model": checkpoint.model, "best": checkpoint.best}
        parts |= {"moments": checkpoint.moments, "random": checkpoint.random}
        tensors = {
            f"{part}/{name}": value.detach().contiguous().cpu()
            for part, state in parts.items()
            for name, value in state.items()
        }
        plain = {
            "number": checkpoint.restart,
            "chosen": checkpoint.chosen,
            "tries": [asdict(one) for one in checkpoint.trainings],
            "course": asdict(checkpoint.state),
        }
        # A copy for each name: best and model may share memory, which safetensors refuses.
        separate = _separate(tensors)
        with replace_file(self.path) as temporary:
            save_file(separate, temporary, metadata={"key": key, "saved": json.dumps(plain)})
        self._last = time.monotonic()
        self.paused = asked

    def load(self, key: str) -> Checkpoint | None:
        """What was checkpoint for this very training, or None: no file, a damaged one, or that of another training."""
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, "pt") as file:
                metadata = file.metadata() or {}
                if metadata.get("key") != key:
                    return None
                parts: dict[str, State] = {}
                for name in file.keys():  # noqa: SIM118  not a dict
                    part, _, rest = name.partition("/")
                    parts.setdefault(part, {})[rest] = file.get_tensor(name)
        except SafetensorError:
            return None
        plain = json.loads(metadata["saved"])
        return Checkpoint(
            restart=plain["number"],
            trainings=[result_of(one) for one in plain["tries"]],
            chosen=plain["chosen"],
            chosen_state=parts.get("chosen", {}),
            state=state_of(plain["course"]),
            model=parts["model"],
            best=parts.get("best", {}),
            moments=parts["moments"],
            random=parts["random"],
        )

    def clear(self) -> None:
        """Remove the file: the training is done."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


def result_of(plain: dict[str, Any]) -> TrainingResult:
    """A TrainingResult from plain data."""
    evaluations = tuple(DevEvaluation(**evaluation) for evaluation in plain["history"])
    return TrainingResult(**{**plain, "history": evaluations, "best": DevEvaluation(**plain["best"])})


def state_of(plain: dict[str, Any]) -> TrainingState:
    """A TrainingState from plain data."""
    best = DevEvaluation(**plain["best"]) if plain["best"] else None
    return TrainingState(
        **{**plain, "history": [DevEvaluation(**evaluation) for evaluation in plain["history"]], "best": best}
    )


def _separate(tensors: State) -> State:
    seen: set[int] = set()
    out = State()
    for name, value in tensors.items():
        out[name] = value.clone() if value.data_ptr() in seen else value
        seen.add(value.data_ptr())
    return out


def moments_of(optimizer: torch.optim.Optimizer) -> State:
    """AdamW's state as named tensors."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{name}": value for i, entry in state.items() for name, value in entry.items()}


def restore_moments(optimizer: torch.optim.Optimizer, moments: State) -> None:
    """Put named tensors back as AdamW's state."""
    state: dict[int, State] = {}
    for key, value in moments.items():
        i, _, name = key.partition(".")
        state.setdefault(int(i), {})[name] = value
    plain = optimizer.state_dict()
    optimizer.load_state_dict({"state": state, "param_groups": plain["param_groups"]})


def random_state(device: torch.device) -> State:
    """torch's generators, which dropout draws from."""
    out = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        out["cuda"] = torch.cuda.get_rng_state(device)
    return out


def restore_random(state: State, device: torch.device) -> None:
    """Set torch's generators as they were."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)


def key_of(base: Base, splits: Iterable[Sequence[Sentence] | Sequence[Sequence[str]]], plain: dict[str, Any]) -> str:
    """What a resume point belongs to: the sentences, the settings, the starting weights, the library."""
    digest = hashlib.sha256(json.dumps([plain, base.name, torch.__version__], sort_keys=True).encode())
    for split in splits:
        for one in split:
            row = [one.tokens, one.tags] if isinstance(one, Sentence) else list(one)
            digest.update(json.dumps(row).encode())
        digest.update(b"\n")
    for parameter in base.model.parameters():
        digest.update(parameter.detach().flatten()[:64].numpy().tobytes())
    return digest.hexdigest()
