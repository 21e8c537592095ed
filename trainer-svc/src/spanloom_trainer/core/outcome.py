"""What a training gives back. Plain values, and the trained weights."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from spanloom.ner.schema import LabelSchema
from spanloom_trainer.core.base import Base, base_of, describe, embedding_name, head_of, start


@dataclass(frozen=True)
class TrainingProgress:
    """Where a training stands. Times in seconds, `samples_per_s` in sentences (windows, where they are long)."""

    phase: str
    """`train`, then `tag` for the test sentences."""
    restart: int
    """0 for the first training, then the restart's number."""
    step: int
    steps: int
    loss: float | None
    dev_f1: float | None
    dev_loss: float | None
    samples_per_s: float
    eta_s: float | None
    history: list[dict[str, float]] = field(default_factory=list)
    """The dev evaluations so far, thinned: step, mean training loss since the one before, dev F1."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as a job's row holds it; there the restart is called `attempt`, as it always was."""
        plain = asdict(self)
        return {"attempt": plain.pop("restart"), **plain}


OnProgress = Callable[[TrainingProgress], None]


@dataclass(frozen=True)
class DevEvaluation:
    """One evaluation of the dev set. `loss` is the mean training loss since the one before; `entities` those found."""

    step: int
    loss: float
    dev_f1: float
    dev_loss: float
    entities: int


@dataclass(frozen=True)
class TrainingResult:
    """One training from the base to its best state, and what that state says of the test sentences."""

    seed: int
    predictions: list[list[int]]
    """A tag id for every word of every test sentence."""
    history: tuple[DevEvaluation, ...]
    best: DevEvaluation
    steps: int
    """Updates done; fewer than planned where the guard gave up on a restart."""
    collapsed: bool
    why_collapsed: str | None
    losses: list[float] = field(repr=False)
    """Training loss of every update."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Trained:
    """Trained weights on their device, embedding rows trimmed where `keep` says so; `whole` has them on the CPU."""

    base: Base
    schema: LabelSchema
    weights: dict[str, Tensor]
    keep: tuple[int, ...] | None

    def whole(self) -> dict[str, Tensor]:
        """All weights by name: every embedding row is back, the untrained ones as in the base."""
        weights = {name: value.cpu() for name, value in self.weights.items()}
        if self.keep is None:
            return weights
        name = embedding_name(self.base.model)
        full = self.base.embedding.weight.detach().cpu().clone()
        full[list(self.keep)] = weights[name][: len(self.keep)]  # the rows after that are there for the shape alone
        return {**weights, name: full}

    def model(self) -> Any:
        """The whole model, ready to tag."""
        with torch.random.fork_rng(devices=[]):
            model = start(self.base, self.schema)
        model.load_state_dict(self.whole())
        return model.eval().requires_grad_(False)

    def outline(self) -> Any:
        """The model without its weights (on the meta device): what saving needs besides them."""
        config = copy.deepcopy(self.base.model.config)
        with torch.device("meta"):
            model = type(self.base.model)(config)
        describe(model, self.schema)
        return model

    def as_base(self, name: str) -> Base:
        """The base of a further training (`fine_tuning`): weights and head kept."""
        model = self.model()
        head_of(model)
        return base_of(model, self.base.tokenizer, name=name)


@dataclass(frozen=True)
class Outcome:
    """Everything one arm's training has to say.

    The first training is the headline and always there; the others are its restarts after a collapse. `chosen` is the
    first that did not collapse, or the first of all.
    """

    trainings: tuple[TrainingResult, ...]
    chosen: int
    few_updates: bool
    """Fewer updates than the collapse guard waits for: such a run is never restarted."""
    steps: int
    """Updates planned for a training."""
    precision: str
    """`fp32` or `bf16`, as trained."""
    labels_absent: tuple[str, ...]
    """Entity types of the label schema that no train sentence holds."""
    tokens_lost: int
    """Test words cut off by truncation; tagged O."""
    tokens_lost_train: int
    vocabulary: int
    """Embedding rows of the encoder."""
    vocabulary_trained: int
    seconds: float
    state: Trained = field(repr=False)

    @property
    def first(self) -> TrainingResult:
        """The headline: the first training, collapsed or not."""
        return self.trainings[0]

    @property
    def with_restarts(self) -> TrainingResult:
        """The chosen training."""
        return self.trainings[self.chosen]

    @property
    def predictions(self) -> list[list[int]]:
        """The first training's predictions."""
        return self.first.predictions

    @property
    def collapsed(self) -> bool:
        """Whether the first training collapsed."""
        return self.first.collapsed

    @property
    def best_step(self) -> int:
        """Update of the first training's best state."""
        return self.first.best.step

    @property
    def history(self) -> tuple[DevEvaluation, ...]:
        """The first training's dev evaluations."""
        return self.first.history

    def as_dict(self) -> dict[str, Any]:
        """Plain data without weights and without the loss of every update; trainings are `tries` there."""
        trainings = [{k: v for k, v in asdict(one).items() if k != "losses"} for one in self.trainings]
        plain = {
            name: getattr(self, name)
            for name in (
                "chosen",
                "few_updates",
                "steps",
                "precision",
                "labels_absent",
                "tokens_lost",
                "tokens_lost_train",
                "vocabulary",
                "vocabulary_trained",
                "seconds",
                "collapsed",
                "best_step",
            )
        }
        return {"tries": trainings, **plain}
