"""Training dynamics of sentences that the training does not see: k folds, each judged by models of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray

from spanloom.contracts.audit_arms import FOLDS
from spanloom.contracts.training import Recipe
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence, content_hash
from spanloom.ner.spans import repair_iob
from spanloom_trainer.audit.findings import HeldOut
from spanloom_trainer.core.base import Base, load_base
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.precision import deterministic, resolve
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import learning_rate
from spanloom_trainer.core.tagging import word_probabilities
from spanloom_trainer.core.workspace import Workspaces

LOOKS = 4
"""Looks at the held-out sentences, evenly over the second half of the updates: what a model knows early is noise."""


def cross_fitted(
    sentences: Sequence[Sentence],
    recipe: Recipe,
    *,
    base: Base | str,
    schema: LabelSchema,
    seed: int,
    folds: int = FOLDS,
    looks: int = LOOKS,
    device: str | torch.device = "cpu",
    workspaces: Workspaces | None = None,
    on_step: Callable[[int, int], None] = lambda done, steps: None,
) -> list[HeldOut]:
    """What models that did not see a sentence say of it, for each sentence, in order.

    Sentences of the same words share a fold, so that no copy of one is trained on. No state is chosen by a dev set:
    what is looked at is where each training stands. `on_step` is called before each update with those done in all
    folds, and may raise. torch's global generators are left as they were found. `workspaces` keeps model and moments on
    the device for what comes next.

    Raises DataError when there are fewer different sentences than folds.
    """
    device = torch.device(device)
    base = load_base(base) if isinstance(base, str) else base
    parts = fold_of(sentences, folds)
    out: list[HeldOut | None] = [None] * len(sentences)
    workspaces = workspaces or Workspaces()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), deterministic(recipe, device):
        for fold in range(folds):
            held = [i for i, part in enumerate(parts) if part == fold]
            kept = [sentences[i] for i, part in enumerate(parts) if part != fold]
            data = prepare(kept, kept[:1], [sentences[i].tokens for i in held], recipe, base, schema)
            precision = resolve(recipe.precision, device, base.inner_parameters)
            setup = TrainingSetup(data, recipe, base, schema, seed, device, precision)
            seen = _looks(setup, workspaces, looks, lambda step, all_: on_step(fold * all_ + step, folds * all_))  # noqa: B023
            for place, i in enumerate(held):
                out[i] = summed(sentences[i].tags, [look[place] for look in seen])
    return [one for one in out if one is not None]


def fold_of(sentences: Sequence[Sentence], folds: int) -> list[int]:
    """The fold of each sentence, by the hash of its words: about as many different sentences in each."""
    hashes = [content_hash(sentence.tokens) for sentence in sentences]
    order = {one: place for place, one in enumerate(sorted(set(hashes)))}
    if len(order) < folds:
        raise DataError(f"{len(order)} different sentences; an audit in {folds} folds needs at least as many")
    return [order[one] % folds for one in hashes]


def _looks(
    setup: TrainingSetup, workspaces: Workspaces, looks: int, on_step: Callable[[int, int], None]
) -> list[list[NDArray[np.float32]]]:
    """One training; what it said of the held-out sentences at each look: (words, tags) a sentence."""
    torch.manual_seed(setup.seed)  # the head and dropout are drawn from here
    model, update = workspaces.take(setup).begin(setup)
    at = {-(-setup.steps * (looks + i) // (2 * looks)) for i in range(1, looks + 1)}
    seen = []
    for step, rows in enumerate(islice(setup.batches(setup.seed), setup.steps)):
        on_step(step, setup.steps)
        ids, labels, mask = map(torch.from_numpy, setup.data.train.padded(rows, setup.data.padding))  # (B, L)
        update(ids, labels, mask, learning_rate(setup.recipe, step, setup.steps))
        if step + 1 in at:
            seen.append(
                word_probabilities(model, setup.data.test, padding=setup.data.padding, precision=setup.precision)
            )
    return seen


def summed(tags: Sequence[int], looks: Sequence[NDArray[np.float32]]) -> HeldOut:
    """The looks at one sentence as one. `looks` are (words, tags) each."""
    given = np.asarray(repair_iob(tags), dtype=np.int64)
    stacked = np.stack(looks)  # (looks, words, tags)
    own = stacked[:, np.arange(len(given)), given]  # (looks, words)
    return HeldOut(
        probabilities=stacked.mean(0),
        loss=-np.log(np.maximum(own, 1e-9)).mean(0),
        agreement=(stacked.argmax(-1) == given).mean(0, dtype=np.float32),
    )
