"""Specification of the training grid and of evaluation."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from spanloom.contracts.base import Frozen, Text
from spanloom.contracts.pinned import with_commit
from spanloom.contracts.sources import Seed

Setting = Literal["from_scratch", "fine_tuning"]


class TinyEncoder(Frozen):
    """An XLM-R-architecture encoder from random weights, with a tokenizer of its own.

    `tokenizer_from: gold` trains the tokenizer on the gold train sentences of an arm's languages, which favours the
    arms on gold. `all_sources` trains one on equal shares of all train datasets of those languages; arms then wait
    until every train dataset of the run is complete.
    """

    hidden: Annotated[int, Field(ge=8, le=4096)] = 128
    layers: Annotated[int, Field(ge=1, le=48)] = 2
    heads: Annotated[int, Field(ge=1, le=64)] = 4
    ffn: Annotated[int, Field(ge=8, le=16_384)] = 512
    vocabulary: Annotated[int, Field(ge=100, le=300_000)] = 1000
    tokenizer_from: Literal["gold", "all_sources"] = "gold"
    seed: Seed = 3535

    @property
    def sizes(self) -> dict[str, int]:
        """What the encoder is made from, without its tokenizer's text."""
        return self.model_dump(exclude={"tokenizer_from"})

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        if self.hidden % self.heads:
            raise ValueError(f"hidden {self.hidden} is not a multiple of heads {self.heads}")
        return self


class EncoderSpec(Frozen):
    """The pretrained encoder: a hub name or local folder, or `tiny` for random weights.

    A name that is known stands for a pinned commit, unless `revision` says otherwise.
    """

    name: Text | None = None
    revision: Text | None = None
    tiny: TinyEncoder | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return with_commit({"name": value} if isinstance(value, str) else value, "name")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.name is None) == (self.tiny is None):
            raise ValueError("give exactly one of name (hub name or folder), tiny")
        return self


class RecipeSpec(Frozen):
    """A named recipe and what differs from it. `paper` and `default` are defined by the trainer.

    What is null here is the named recipe's own value.
    """

    base: Literal["paper", "default"] = "default"
    batch_size: Annotated[int, Field(ge=1, le=4096)] | None = None
    learning_rate: Annotated[float, Field(gt=0, le=1)] | None = None
    epochs: Annotated[int, Field(ge=1, le=1000)] | None = None
    related_epochs: Annotated[int, Field(ge=1, le=1000)] | None = None
    weight_decay: Annotated[float, Field(ge=0, le=1)] | None = None
    warmup: Annotated[float, Field(ge=0, le=1, description="share of the updates")] | None = None
    best_by: Literal["dev_f1", "dev_loss"] | None = None
    precision: Literal["fp32", "bf16"] | None = None
    max_length: Annotated[int, Field(ge=8, le=100_000)] | None = None
    clip: Annotated[float, Field(gt=0)] | None = None
    restarts: Annotated[int, Field(ge=0, le=3, description="after a collapse")] | None = None
    trim: bool | None = None
    bucket: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"base": value} if isinstance(value, str) else value

    @property
    def batch(self) -> int:
        """Sentences an update: 16 in both named recipes, unless given."""
        return self.batch_size or 16

    @property
    def target_epochs(self) -> int:
        """Epochs on the target: 10 in both named recipes, unless given."""
        return self.epochs or 10

    @field_validator("base", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        if value not in ("paper", "default"):
            raise ValueError(f"recipe {value!r} is unknown; allowed: paper, default")
        return value


class TrainingSpec(Frozen):
    """The grid: every setting x source x size x seed is an arm."""

    settings: Annotated[tuple[Setting, ...], Field(min_length=1)] = ("from_scratch", "fine_tuning")
    sizes: Annotated[tuple[Annotated[int, Field(ge=1, le=10_000_000)], ...], Field(min_length=1, max_length=50)] = (
        100,
        250,
        500,
        1000,
        2500,
        5000,
    )
    encoder: EncoderSpec = EncoderSpec.model_validate("xlm-roberta-large")
    recipe: RecipeSpec = RecipeSpec()
    dev: Literal["held_out", "own", "gold"] = "held_out"
    subset_seed: Seed = 3535
    training_seeds: Annotated[tuple[Seed, ...], Field(min_length=1, max_length=100)] = (3535,)
    control: Literal["none", "step_matched"] = "none"
    control_steps: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    keep_models: Literal["best", "all", "none"] = "best"

    @field_validator("settings", "sizes", "training_seeds")
    @classmethod
    def _once(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(value)) != len(value):
            raise ValueError("lists a value twice; each makes one arm, so give it once")
        return value

    @field_validator("sizes")
    @classmethod
    def _ascending(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(value))

    @model_validator(mode="after")
    def _control(self) -> Self:
        if self.control_steps is not None and self.control == "none":
            raise ValueError("control_steps needs control: step_matched")
        return self


class EvaluationSpec(Frozen):
    """How models are scored."""

    resamples: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    swaps: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    seed: Seed = 3535
