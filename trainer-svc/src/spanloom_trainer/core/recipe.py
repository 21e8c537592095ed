"""Recipes: how an arm is trained. Plain values; some of them have names."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from spanloom.errors import SpecError

BestBy = Literal["dev_f1", "dev_loss"]
Precision = Literal["auto", "fp32", "bf16"]

RELATED_EPOCHS = 5
"""Epochs on the related language in `fine_tuning` (Kamath & Vajjala 2025, Appendix B)."""


@dataclass(frozen=True)
class Recipe:
    """The budget and the habits of one training.

    The defaults are `DEFAULT`: the paper's budget (Kamath & Vajjala 2025, Appendix B) with warm-up, the best
    state by dev span F1, and the full dev set.
    """

    name: str = "default"
    batch_size: int = 16
    """Windows per update. Bucketed batches vary around it, with as many updates an epoch as fixed ones."""
    learning_rate: float = 2e-5
    epochs: int = 10
    max_steps: int | None = None
    """Updates in all, whatever the data's size; dev is then looked at `epochs` times, evenly."""
    weight_decay: float = 0.01
    warmup: float = 0.06
    """Share of the updates over which the learning rate rises from 0 before its linear fall to 0."""
    best_by: BestBy = "dev_f1"
    dev_cut: bool = False
    """Cut the dev set to the size of the train set."""
    precision: Precision = "auto"
    """bf16 is autocast over fp32 masters; `auto` takes it for large encoders on hardware that has it."""
    clip: float = 1.0
    """Largest norm of the gradient; 0 for none."""
    bucket: bool = True
    """Windows of like length together under a token budget, instead of shuffled batches of fixed size."""
    max_length: int | None = None
    """Longest encoder input, in subwords, special tokens included; None for what the encoder takes, 512 at most."""
    stride: int | None = None
    """Subwords that neighbouring windows of a long sentence share; None for a quarter of `max_length`."""
    truncate: bool = False
    """Cut long sentences at `max_length` instead of windowing them; the words cut off are counted."""
    trim: bool = True
    """Train only the embedding rows of ids that occur; the others come back on export."""
    restarts: int = 3
    """How often a collapsed training may start again with the next seed; 0 only flags it."""
    guard_after: int = 200
    """The collapse guard waits for half the updates and for at least this many."""
    deterministic: bool = False
    """Deterministic kernels on CUDA (one thread of a CPU is bit-equal in any case)."""

    def __post_init__(self) -> None:
        wrong = [(f"recipe.{field}", what) for field, good, what in self._checks() if not good]
        if wrong:
            raise SpecError(wrong)

    def _checks(self) -> list[tuple[str, bool, str]]:
        """(field, whether it is in bounds, what is wrong if not)."""
        longest = self.max_length or 512
        return [
            ("batch_size", self.batch_size >= 1, f"{self.batch_size} is not at least 1"),
            ("learning_rate", self.learning_rate > 0, f"{self.learning_rate} is not above 0"),
            ("epochs", self.epochs >= 1, f"{self.epochs} is not at least 1"),
            ("max_steps", self.max_steps is None or self.max_steps >= 1, f"{self.max_steps} is not at least 1"),
            ("weight_decay", self.weight_decay >= 0, f"{self.weight_decay} is below 0"),
            ("warmup", 0 <= self.warmup <= 1, f"{self.warmup} is not in [0, 1]"),
            ("best_by", self.best_by in ("dev_f1", "dev_loss"), f"{self.best_by!r} is not dev_f1 or dev_loss"),
            ("precision", self.precision in ("auto", "fp32", "bf16"), f"{self.precision!r} is not auto, fp32 or bf16"),
            ("clip", self.clip >= 0, f"{self.clip} is below 0"),
            ("max_length", longest >= 8, f"{self.max_length} is not at least 8"),
            ("stride", 0 <= (self.stride or 0) <= longest // 2, f"{self.stride} is not in [0, max_length / 2]"),
            ("restarts", 0 <= self.restarts <= 3, f"{self.restarts} is not 0 to 3"),
            ("guard_after", self.guard_after >= 1, f"{self.guard_after} is not at least 1"),
        ]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for a job or a message; `recipe_of` reads it back."""
        return dataclasses.asdict(self)


PAPER = Recipe(
    name="paper",
    warmup=0.0,
    best_by="dev_loss",
    dev_cut=True,
    precision="fp32",
    bucket=False,
    truncate=True,
    restarts=0,
)
"""As the paper's scripts train: no warm-up, best by eval loss, dev cut to the train size, collapse only flagged."""

DEFAULT = Recipe()
"""The paper's budget with warm-up, the best state by dev span F1, the full dev set, and the collapse guard."""

DEMO = Recipe(name="demo", learning_rate=1e-3, epochs=15, warmup=0.1)
"""For encoders of about half a million random weights, such as `spanloom_trainer.core.tiny` makes."""

NAMED = {recipe.name: recipe for recipe in (PAPER, DEFAULT, DEMO)}


def recipe_of(value: str | Mapping[str, Any], *, related: bool = False, steps: int | None = None) -> Recipe:
    """A recipe by name, or from plain data: a named one under `base`, and the fields that differ from it.

    Reads a run specification's recipe as it stands (None means the named recipe's own value), and what
    `Recipe.as_dict` wrote. `related` is for the training on the related language, which has epochs of its own
    (`related_epochs`, 5); `steps` gives the updates of a step-matched arm.

    >>> recipe_of({"base": "paper", "epochs": 3, "clip": None}).best_by
    'dev_loss'

    Raises SpecError naming each field that is unknown or out of bounds.
    """
    given: dict[str, Any] = (
        {"base": value} if isinstance(value, str) else {k: v for k, v in value.items() if v is not None}
    )
    base = given.pop("base", "default")
    if base not in NAMED:
        raise SpecError([("recipe.base", f"{base!r} is unknown; known: {', '.join(sorted(NAMED))}")])
    related_epochs = given.pop("related_epochs", RELATED_EPOCHS)
    if related:
        given["epochs"] = related_epochs
    if steps is not None:
        given["max_steps"] = steps
    known = {field.name for field in dataclasses.fields(Recipe)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise SpecError([(f"recipe.{name}", f"unknown field; known: {', '.join(sorted(known))}") for name in unknown])
    return dataclasses.replace(NAMED[base], **given)
