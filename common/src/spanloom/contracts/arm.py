"""An arm: one point of the training grid, all that one training is, or one tagging of a test set."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import orjson
from pydantic import Field

from spanloom.contracts.base import Frozen
from spanloom.contracts.training import EncoderSpec, Recipe, Setting

RELATED = "related"
"""The `source` of pre-trainings, and so of their zero-shot evaluations."""
TRANSLATE_TEST = "translate_test"
"""The method of an evaluation of a translated test set: tagged by the related language's model, carried back."""
LLM_TAG = "llm_tag"
"""The method of an evaluation of a test set that an LLM has tagged; nothing was trained."""
TAGGER = "tagger"
"""The method of an evaluation of a test set that a ready zero-shot model has tagged; nothing was trained."""
DIRECT = "direct"
"""The method of an evaluation of the first try's own predictions: the headline."""
RESTARTED = "direct+restarts"
"""The method of an evaluation of the try chosen after a collapse; such a row stands beside a `direct` one."""
IDENTITY = "identity"
"""The label mapping of an evaluation over all labels of its test set."""
SHARED = "shared"
"""The label mapping of an evaluation over the labels that test and training set both have."""


class ReadyTagger(Frozen):
    """A ready zero-shot model: where it is, what it is asked for by label, in tag order, and the least score."""

    model: str
    ask: tuple[tuple[str, str], ...]
    threshold: float


class Arm(Frozen):
    """One training: what on, how, and what it tags afterwards.

    `kind` is `pretrain` (a related language's model; `source` is then `related`), `train`, or `tag`, which trains
    nothing: the model that it `needs` tags the dataset `tagged`, which stands for the test set of `tests` (`method`).
    Without `needs` that dataset is tagged as it stands: an LLM's answers, of which those in `train_dataset` were shown;
    or it is the test set itself, which the `tagger` is to tag.
    An `audit` keeps no model: its dataset is cut into folds, each judged by a model of the others.
    `tests` are the languages whose gold test set is tagged; a pre-training tags its targets' (zero-shot).
    A mix has `mixed_size` of its `size` sentences from `mixed_with`, the others from `train_dataset`.
    `encoder_text` are the datasets whose equal shares make a tiny encoder's tokenizer (`tokenizer_from: all_sources`).
    """

    run_id: str
    kind: Literal["pretrain", "train", "tag", "audit"]
    language: str
    source: str
    setting: Setting
    train_dataset: str
    size: Annotated[int, Field(ge=1)]
    size_asked: Annotated[int, Field(ge=1)]
    dev: Literal["held_out", "own", "gold"]
    dev_dataset: str | None
    tests: tuple[str, ...]
    encoder: EncoderSpec
    encoder_text: tuple[str, ...] = ()
    recipe: Recipe
    steps: int | None
    related: str | None
    needs: str | None
    subset_seed: int
    training_seed: int
    mixed_with: str | None = None
    mixed_size: Annotated[int, Field(ge=0)] = 0
    tagged: str | None = None
    method: str = DIRECT
    tagger: ReadyTagger | None = None

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """The datasets trained on, each with how many of its sentences."""
        first = (self.train_dataset, self.size - self.mixed_size)
        return (first,) if self.mixed_with is None else (first, (self.mixed_with, self.mixed_size))

    @property
    def training_recipe(self) -> Recipe:
        """The recipe as this arm is trained: a pre-training's epochs, a step-matched arm's updates."""
        changes: dict[str, int] = {"epochs": self.recipe.related_epochs} if self.kind not in ("train", "audit") else {}
        if self.steps is not None:
            changes["max_steps"] = self.steps
        return self.recipe.changed(**changes)


def arm_id(arm: Arm) -> str:
    """The job's id: a hash of every field of the arm that is not at its default.

    So a release may add a field, whose default means what was done before, and both releases name the same job alike.
    """
    canonical = orjson.dumps(arm.model_dump(mode="json", exclude_defaults=True), option=orjson.OPT_SORT_KEYS)
    return "job-" + hashlib.sha256(canonical).hexdigest()[:24]
