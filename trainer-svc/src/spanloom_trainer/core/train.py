"""Fine-tuning one arm: any transformers encoder with a token-classification head."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, load_base
from spanloom_trainer.core.callback import Callback
from spanloom_trainer.core.checkpoint import Checkpoint, Tensors
from spanloom_trainer.core.collapse import guard_step, why_collapsed
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.outcome import DevEvaluation, Outcome, Trained, TrainingResult
from spanloom_trainer.core.precision import deterministic, resolve
from spanloom_trainer.core.state import Reporter, TrainingSetup, TrainingState
from spanloom_trainer.core.step import learning_rate
from spanloom_trainer.core.tagging import Batches, span_f1, tag, uploaded
from spanloom_trainer.core.workspace import Workspaces


def fine_tune(
    train: Sequence[Sentence],
    dev: Sequence[Sentence],
    test: Sequence[Sentence],
    recipe: Recipe,
    *,
    base: Base | str,
    schema: LabelSchema,
    seed: int,
    device: str | torch.device = "cpu",
    callback: Callback | None = None,
    checkpoint: Checkpoint | None = None,
    workspaces: Workspaces | None = None,
) -> Outcome:
    """Train on `train`, keep the weights that are best on `dev`, tag `test` with them once.

    A training that collapsed is followed by restarts with the next seeds, as the recipe allows; the first is always
    scored and kept. On a CPU with one thread the same arguments give the same bits, whether from the start or from a
    `checkpoint`. Only the test sentences' words are read. torch's global generators are left as they were found.
    `workspaces` keeps model and moments on the device for the next call; the bits are the same without.

    Raises DataError, SchemaError or SpecError for input that cannot be trained on, and what `callback` raises.
    """
    began = time.monotonic()
    device, callback = torch.device(device), callback or Callback()
    base = load_base(base) if isinstance(base, str) else base
    data = prepare(train, dev, [sentence.tokens for sentence in test], recipe, base, schema)
    precision = resolve(recipe.precision, device, base.inner_parameters)
    setup = TrainingSetup(data, recipe, base, schema, seed, device, precision)
    few_updates = guard_step(recipe, setup.steps) is None
    done, workspaces = checkpoint or Checkpoint(), workspaces or Workspaces()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), deterministic(recipe, device):
        for restart in range(done.restart, 1 + recipe.restarts):
            done.restart = restart
            result, weights = train_once(setup, done, callback, workspaces)
            done.trainings.append(result)
            if restart == 0 or not result.collapsed:
                done.chosen, done.chosen_weights = restart, weights
            del weights
            if not result.collapsed or few_updates:
                break
            done.state = TrainingState()
    return Outcome(
        trainings=tuple(done.trainings),
        chosen=done.chosen,
        few_updates=few_updates,
        steps=setup.steps,
        precision=precision,
        labels_absent=data.labels_absent,
        tokens_lost=data.test.encoded.tokens_lost,
        tokens_lost_train=data.train.encoded.tokens_lost,
        vocabulary=base.embedding.num_embeddings,
        vocabulary_trained=len(data.keep) if data.keep else base.embedding.num_embeddings,
        seconds=time.monotonic() - began,
        state=Trained(base, schema, done.chosen_weights, data.keep),
    )


def train_once(
    setup: TrainingSetup, checkpoint: Checkpoint, callback: Callback, workspaces: Workspaces
) -> tuple[TrainingResult, Tensors]:
    """One training, from the base or its checkpoint to its best weights, and the test sentences tagged by them."""
    recipe, state, seed = setup.recipe, checkpoint.state, setup.seed + checkpoint.restart
    began = time.monotonic() - state.seconds
    torch.manual_seed(seed)  # the head and dropout are drawn from here
    model, update = workspaces.take(setup).begin(setup)
    best = checkpoint.restore(model, update.optimizer, setup.device) if state.step else {}
    report = Reporter(setup, checkpoint.restart, callback.on_progress, state)
    evaluate_after, guard = setup.evaluation_steps(), guard_step(recipe, setup.steps) or setup.steps
    dev = uploaded(setup.data.dev, setup.data.padding, setup.device)
    pending: list[Tensor] = []  # losses that have not come from the device yet

    def fetch_losses() -> None:
        state.losses.extend(torch.stack(pending).tolist() if pending else [])
        pending.clear()

    for rows in islice(setup.batches(seed), state.step, None):
        callback.on_step_begin()
        ids, labels, mask = map(torch.from_numpy, setup.data.train.padded(rows, setup.data.padding))  # (B, L)
        pending.append(update(ids, labels, mask, learning_rate(recipe, state.step, setup.steps)))
        state.step += 1
        report.samples += len(rows)
        if state.step in evaluate_after:
            fetch_losses()
            evaluation = evaluate(model, setup, state, dev)
            if state.best is None or better(evaluation, state.best, recipe):
                state.best, best = evaluation, snapshot(model)
            if state.step >= guard:
                state.why_collapsed = why_collapsed(
                    state.losses, setup.data.constant_loss, evaluation.entities, setup.data.dev_entities
                )
            report.send("train")
            if checkpoint.restart and state.why_collapsed:
                break  # a restart that collapsed too; the first training always runs to its end
        elif report.due():
            fetch_losses()
            report.send("train")
        state.seconds = time.monotonic() - began
        if callback.should_save():
            fetch_losses()
            checkpoint.take(model, update.optimizer, best, setup.device)
            callback.on_save(checkpoint)
            checkpoint.let_go()
    callback.on_step_begin()
    report.send("tag")
    model.load_state_dict(best)
    tagged = tag(
        model, setup.data.test, padding=setup.data.padding, precision=setup.precision, between=callback.on_step_begin
    )
    state.seconds = time.monotonic() - began
    return result_of(seed, state, tagged.tags), best


def evaluate(model: Any, setup: TrainingSetup, state: TrainingState, dev: Batches) -> DevEvaluation:
    """Score dev, and note it in the training's history."""
    tagged = tag(model, setup.data.dev, padding=setup.data.padding, precision=setup.precision, batches=dev)
    f1, found = span_f1(setup.data.dev.gold, tagged.tags)
    recent = state.losses[state.history[-1].step if state.history else 0 :]
    evaluation = DevEvaluation(state.step, sum(recent) / len(recent), f1, tagged.loss or 0.0, found)
    state.history.append(evaluation)
    return evaluation


def better(evaluation: DevEvaluation, best: DevEvaluation, recipe: Recipe) -> bool:
    """Whether this is better than the best so far. Between equal F1 the lower dev loss decides, then the earlier."""
    if recipe.best_by == "dev_loss":
        return evaluation.dev_loss < best.dev_loss
    return (evaluation.dev_f1, -evaluation.dev_loss) > (best.dev_f1, -best.dev_loss)


def snapshot(model: Any) -> Tensors:
    """A copy of the weights, on their device."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def result_of(seed: int, state: TrainingState, predictions: list[list[int]]) -> TrainingResult:
    """What a training that has run its course says."""
    if state.best is None:
        raise AssertionError("a training ends with a dev evaluation")
    return TrainingResult(
        seed=seed,
        predictions=predictions,
        history=tuple(state.history),
        best=state.best,
        steps=state.step,
        collapsed=state.why_collapsed is not None,
        why_collapsed=state.why_collapsed,
        losses=state.losses,
        seconds=state.seconds,
    )
