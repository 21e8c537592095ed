"""A training under its parent's eyes: told of, stopped, paused, and gone on with from its resume point."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence

import torch

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.callback import Callback
from spanloom_trainer.core.checkpoint import Checkpoint
from spanloom_trainer.core.outcome import Outcome, TrainingProgress
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.core.workspace import Workspaces
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.resume import ResumePoint


def fine_tune_supervised(
    train: Sequence[Sentence],
    dev: Sequence[Sentence],
    test: Sequence[Sentence],
    recipe: Recipe,
    *,
    base: Base,
    schema: LabelSchema,
    seed: int,
    device: str | torch.device = "cpu",
    on_progress: Callable[[TrainingProgress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    resume: ResumePoint | None = None,
    workspaces: Workspaces | None = None,
    give_way: Callable[[], None] = lambda: None,
) -> Outcome:
    """`fine_tune`, from the resume point where that is this very training's; the file goes once the training is done.

    `give_way` is called before each update, for what else this process trains (`Lane.give_way`).

    Raises Cancelled within one update of `should_stop()` turning true.
    """
    device = torch.device(device)
    key = training_key(train, dev, test, recipe, base=base, schema=schema, seed=seed, device=device)
    outcome = fine_tune(
        train,
        dev,
        test,
        recipe,
        base=base,
        schema=schema,
        seed=seed,
        device=device,
        callback=Supervision(on_progress, should_stop, resume, key, give_way),
        checkpoint=resume.load(key) if resume is not None else None,
        workspaces=workspaces,
    )
    if resume is not None:
        resume.clear()
    return outcome


class Supervision(Callback):
    """Passes progress on, raises Cancelled where it is asked to stop, and saves when the resume point is due."""

    def __init__(
        self,
        on_progress: Callable[[TrainingProgress], None],
        should_stop: Callable[[], bool],
        resume: ResumePoint | None,
        key: str,
        give_way: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_progress, self._should_stop = on_progress, should_stop
        self._resume, self._key, self._give_way = resume, key, give_way

    def on_step_begin(self) -> None:
        """See `Callback`."""
        self._give_way()
        if self._should_stop():
            raise Cancelled("the training was cancelled")

    def on_progress(self, progress: TrainingProgress) -> None:
        """See `Callback`."""
        self._on_progress(progress)

    def should_save(self) -> bool:
        """See `Callback`."""
        return self._resume is not None and self._resume.due()

    def on_save(self, checkpoint: Checkpoint) -> None:
        """See `Callback`."""
        if self._resume is not None:
            self._resume.save(self._key, checkpoint)


def training_key(
    train: Sequence[Sentence],
    dev: Sequence[Sentence],
    test: Sequence[Sentence],
    recipe: Recipe,
    *,
    base: Base,
    schema: LabelSchema,
    seed: int,
    device: torch.device,
) -> str:
    """What a resume point belongs to: the sentences, the recipe, the labels, the starting weights, the library, and
    the kind of device, on which the moments' shapes depend."""
    plain = [recipe.values(), schema.tags, seed, base.name, torch.__version__, device.type]
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode())
    for rows in ([[s.tokens, s.tags] for s in train], [[s.tokens, s.tags] for s in dev], [s.tokens for s in test]):
        digest.update(json.dumps(rows).encode() + b"\n")
    for parameter in base.model.parameters():
        digest.update(parameter.detach().flatten()[:64].cpu().numpy().tobytes())
    return digest.hexdigest()
