"""Fine-tuning one arm: any transformers encoder with a token-classification head."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, freeze, load_base, start
from spanloom_trainer.core.collapse import guard_step, why_collapsed
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.graphs import step_of
from spanloom_trainer.core.outcome import DevEvaluation, OnProgress, Outcome, Trained, TrainingResult
from spanloom_trainer.core.precision import deterministic, resolve
from spanloom_trainer.core.state import Reporter, TrainingSetup, TrainingState
from spanloom_trainer.core.step import Step, learning_rate
from spanloom_trainer.core.tagging import span_f1, tag
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.resume import (
    Checkpoint,
    ResumePoint,
    State,
    key_of,
    moments_of,
    random_state,
    restore_moments,
    restore_random,
)

ShouldStop = Callable[[], bool]


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
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    resume: ResumePoint | None = None,
) -> Outcome:
    """Train on `train`, keep the state that is best on `dev`, tag `test` with it once.

    A try that collapsed is followed by others with the next seeds, as the recipe allows; the first is always scored
    and kept. On a CPU with one thread the same arguments give the same bits, resumed or not. Only the test sentences'
    words are read. torch's global generators are left as they were found.

    Raises DataError, SchemaError or SpecError for input that cannot be trained on, Cancelled within one update of
    `should_stop()` turning true.
    """
    began = time.monotonic()
    device = torch.device(device)
    base = load_base(base) if isinstance(base, str) else base
    words = [sentence.tokens for sentence in test]
    data = prepare(train, dev, words, recipe, base, schema)
    precision = resolve(recipe.precision, device, base.inner_parameters)
    setup = TrainingSetup(data, recipe, base, schema, seed, device, precision)
    key, checkpoint = "", Checkpoint()
    if resume is not None:
        key = key_of(base, (train, dev, words), {**recipe.values(), "tags": schema.tags, "seed": seed})
        checkpoint = resume.load(key) or checkpoint
    hooks = Hooks(on_progress, should_stop, resume, key)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), deterministic(recipe, device):
        for restart in range(checkpoint.restart, 1 + recipe.restarts):
            checkpoint.restart = restart
            tried, best = train_once(setup, checkpoint, hooks)
            checkpoint.trainings.append(tried)
            if restart == 0 or not tried.collapsed:
                checkpoint.chosen, checkpoint.chosen_state = restart, best
            if not tried.collapsed or guard_step(recipe, setup.steps) is None:
                break
            checkpoint.state = TrainingState()
    if resume is not None:
        resume.clear()
    return Outcome(
        trainings=tuple(checkpoint.trainings),
        chosen=checkpoint.chosen,
        few_updates=guard_step(recipe, setup.steps) is None,
        steps=setup.steps,
        precision=precision,
        labels_absent=data.labels_absent,
        tokens_lost=data.test.encoded.tokens_lost,
        tokens_lost_train=data.train.encoded.tokens_lost,
        vocabulary=base.embedding.num_embeddings,
        vocabulary_trained=len(data.keep) if data.keep else base.embedding.num_embeddings,
        seconds=time.monotonic() - began,
        state=Trained(base, schema, {name: value.cpu() for name, value in checkpoint.chosen_state.items()}, data.keep),
    )


class Hooks:
    """What the caller wants to know, and how it can stop or save a training."""

    def __init__(
        self, on_progress: OnProgress | None, should_stop: ShouldStop | None, point: ResumePoint | None, key: str
    ) -> None:
        self.on_progress = on_progress or (lambda _: None)
        self.should_stop = should_stop or (lambda: False)
        self.point, self.key = point, key

    def check(self) -> None:
        """Raise Cancelled where the caller asks to stop."""
        if self.should_stop():
            raise Cancelled("the training was cancelled")

    def save_due(self) -> bool:
        """Whether there is a resume point and it is time to write it."""
        return self.point is not None and self.point.due()

    def save(self, checkpoint: Checkpoint, model: Any, update: Step, best: State, device: torch.device) -> None:
        """Write the resume point."""
        checkpoint.model, checkpoint.best = model.state_dict(), best
        checkpoint.moments, checkpoint.random = moments_of(update.optimizer), random_state(device)
        if self.point is not None:
            self.point.save(self.key, checkpoint)


def train_once(setup: TrainingSetup, checkpoint: Checkpoint, hooks: Hooks) -> tuple[TrainingResult, State]:
    """One try, from the base (or where it was checkpoint) to its best state and the test sentences tagged by it."""
    began, recipe, state = time.monotonic(), setup.recipe, checkpoint.state
    before = state.seconds
    seed = setup.seed + checkpoint.restart
    torch.manual_seed(seed)
    model = start(setup.base, setup.schema, keep=setup.data.keep).to(setup.device).train()
    if recipe.freeze is not None:
        freeze(model, recipe.freeze)
    update = step_of(model, setup)
    best: State = {}
    if state.step:
        model.load_state_dict(checkpoint.model)
        restore_moments(update.optimizer, checkpoint.moments)
        restore_random(checkpoint.random, setup.device)
        best = {name: value.to(setup.device) for name, value in checkpoint.best.items()}
    report = Reporter(setup, checkpoint.restart, hooks.on_progress, state)
    evaluation_steps, guard = setup.evaluation_steps(), guard_step(recipe, setup.steps) or setup.steps
    pending: list[Tensor] = []  # losses not yet fetched from the device

    def fetch() -> None:
        state.losses.extend(torch.stack(pending).tolist() if pending else [])
        pending.clear()

    for rows in islice(setup.batches(seed), state.step, None):
        hooks.check()
        ids = torch.from_numpy(pad((setup.data.train.ids[i] for i in rows), setup.data.padding))
        mask = torch.from_numpy(attended(len(setup.data.train.ids[i]) for i in rows))
        labels = torch.from_numpy(pad((setup.data.train.labels[i] for i in rows), IGNORE))
        pending.append(update(ids, labels, mask, learning_rate(recipe, state.step, setup.steps)))
        state.step += 1
        report.samples += len(rows)
        if state.step in evaluation_steps:
            fetch()
            evaluation = evaluate(model, setup, state)
            if state.best is None or better(evaluation, state.best, recipe):
                state.best, best = evaluation, snapshot(model)
            if state.step >= guard:
                state.why_collapsed = why_collapsed(
                    state.losses, setup.data.constant_loss, evaluation.entities, setup.data.dev_entities
                )
            report.report("train")
            if checkpoint.restart and state.why_collapsed:
                break  # a restart that collapsed too; the first try always runs to its end
        elif report.due():
            fetch()
            report.report("train")
        state.seconds = before + time.monotonic() - began
        if hooks.save_due():
            fetch()
            hooks.save(checkpoint, model, update, best, setup.device)
    hooks.check()
    report.report("tag")
    model.load_state_dict(best)
    tagged = tag(model, setup.data.test, padding=setup.data.padding, precision=setup.precision, between=hooks.check)
    return finished(seed, state, tagged.tags, before + time.monotonic() - began), best


def finished(seed: int, state: TrainingState, predictions: list[list[int]], seconds: float) -> TrainingResult:
    """The try that a state became."""
    if state.best is None:
        raise AssertionError("a try ends with a evaluation at dev")
    return TrainingResult(
        seed=seed,
        predictions=predictions,
        history=tuple(state.history),
        best=state.best,
        steps=state.step,
        collapsed=state.why_collapsed is not None,
        why_collapsed=state.why_collapsed,
        losses=state.losses,
        seconds=seconds,
    )


def evaluate(model: Any, setup: TrainingSetup, state: TrainingState) -> DevEvaluation:
    """Score dev and note it in the state's history."""
    tagged = tag(model, setup.data.dev, padding=setup.data.padding, precision=setup.precision)
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


def snapshot(model: Any) -> State:
    """A copy of the weights, on their device."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}
