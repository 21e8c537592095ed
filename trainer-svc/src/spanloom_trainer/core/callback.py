"""Where a caller may look into a training, stop it or have it saved."""

from __future__ import annotations

from spanloom_trainer.core.checkpoint import Checkpoint
from spanloom_trainer.core.outcome import TrainingProgress


class Callback:
    """Does nothing; a subclass overrides what it needs. What a method raises ends the training there."""

    def on_step_begin(self) -> None:
        """Before each update, and before each batch of test sentences that is tagged."""

    def on_progress(self, progress: TrainingProgress) -> None:
        """At every dev evaluation, and at most twice a second between them."""

    def should_save(self) -> bool:
        """Whether `on_save` is to be called now; asked after each update."""
        return False

    def on_save(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint. Its tensors are the training's own: copy them, or write them out, before you return."""
