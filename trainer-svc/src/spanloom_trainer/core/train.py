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
from spanloom_trainer.core.base import Base, load_base, start
from spanloom_trainer.core.collapse import guard_step, why_collapsed
from spanloom_trainer.core.course import Course, Plan, Reporter
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, pad
from spanloom_trainer.core.graphs import step_of
from spanloom_trainer.core.outcome import Look, OnProgress, Outcome, Trained, Try
from spanloom_trainer.core.precision import deterministic, resolve
from spanloom_trainer.core.step import Step, learning_rate
from spanloom_trainer.core.tagging import span_f1, tag
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.resume import (
    ResumePoint,
    Saved,
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
    plan = Plan(data, recipe, base, schema, seed, device, precision)
    key, saved = "", Saved()
    if resume is not None:
        key = key_of(base, (train, dev, words), {**recipe.values(), "tags": schema.tags, "seed": seed})
        saved = resume.load(key) or saved
    hooks = Hooks(on_progress, should_stop, resume, key)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), deterministic(recipe, device):
        for number in range(saved.number, 1 + recipe.restarts):
            saved.number = number
            tried, best = attempt(plan, saved, hooks)
            saved.tries.append(tried)
            if number == 0 or not tried.collapsed:
                saved.chosen, saved.chosen_state = number, best
            if not tried.collapsed or guard_step(recipe, plan.steps) is None:
                break
            saved.course = Course()
    if resume is not None:
        resume.clear()
    return Outcome(
        tries=tuple(saved.tries),
        chosen=saved.chosen,
        few_updates=guard_step(recipe, plan.steps) is None,
        steps=plan.steps,
        precision=precision,
        labels_absent=data.labels_absent,
        tokens_lost=data.test.encoded.tokens_lost,
        tokens_lost_train=data.train.encoded.tokens_lost,
        vocabulary=base.embedding.num_embeddings,
        vocabulary_trained=len(data.keep) if data.keep else base.embedding.num_embeddings,
        seconds=time.monotonic() - began,
        state=Trained(base, schema, {name: value.cpu() for name, value in saved.chosen_state.items()}, data.keep),
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

    def save(self, saved: Saved, model: Any, update: Step, best: State, device: torch.device) -> None:
        """Write the resume point."""
        saved.model, saved.best = model.state_dict(), best
        saved.moments, saved.random = moments_of(update.optimizer), random_state(device)
        if self.point is not None:
            self.point.save(self.key, saved)


def attempt(plan: Plan, saved: Saved, hooks: Hooks) -> tuple[Try, State]:
    """One try, from the base (or where it was saved) to its best state and the test sentences tagged by it."""
    began, recipe, course = time.monotonic(), plan.recipe, saved.course
    before = course.seconds
    seed = plan.seed + saved.number
    torch.manual_seed(seed)
    model = start(plan.base, plan.schema, keep=plan.data.keep).to(plan.device).train()
    update = step_of(model, plan)
    best: State = {}
    if course.step:
        model.load_state_dict(saved.model)
        restore_moments(update.optimizer, saved.moments)
        restore_random(saved.random, plan.device)
        best = {name: value.to(plan.device) for name, value in saved.best.items()}
    report = Reporter(plan, saved.number, hooks.on_progress, course)
    looks, guard = plan.look_steps(), guard_step(recipe, plan.steps) or plan.steps
    pending: list[Tensor] = []  # losses not yet fetched from the device

    def fetch() -> None:
        course.losses.extend(torch.stack(pending).tolist() if pending else [])
        pending.clear()

    for rows in islice(plan.batches(seed), course.step, None):
        hooks.check()
        ids = torch.from_numpy(pad((plan.data.train.ids[i] for i in rows), plan.base.padding))
        labels = torch.from_numpy(pad((plan.data.train.labels[i] for i in rows), IGNORE))
        pending.append(update(ids, labels, learning_rate(recipe, course.step, plan.steps)))
        course.step += 1
        report.samples += len(rows)
        if course.step in looks:
            fetch()
            look = look_at_dev(model, plan, course)
            if course.best is None or better(look, course.best, recipe):
                course.best, best = look, snapshot(model)
            if course.step >= guard:
                course.why_collapsed = why_collapsed(
                    course.losses, plan.data.constant_loss, look.entities, plan.data.dev_entities
                )
            report.report("train")
            if saved.number and course.why_collapsed:
                break  # a restart that collapsed too; the first try always runs to its end
        elif report.due():
            fetch()
            report.report("train")
        course.seconds = before + time.monotonic() - began
        if hooks.save_due():
            fetch()
            hooks.save(saved, model, update, best, plan.device)
    hooks.check()
    report.report("tag")
    model.load_state_dict(best)
    tagged = tag(model, plan.data.test, padding=plan.base.padding, precision=plan.precision, between=hooks.check)
    return finished(seed, course, tagged.tags, before + time.monotonic() - began), best


def finished(seed: int, course: Course, predictions: list[list[int]], seconds: float) -> Try:
    """The try that a course became."""
    if course.best is None:
        raise AssertionError("a try ends with a look at dev")
    return Try(
        seed=seed,
        predictions=predictions,
        history=tuple(course.history),
        best=course.best,
        steps=course.step,
        collapsed=course.why_collapsed is not None,
        why_collapsed=course.why_collapsed,
        losses=course.losses,
        seconds=seconds,
    )


def look_at_dev(model: Any, plan: Plan, course: Course) -> Look:
    """Score dev and note it in the course's history."""
    tagged = tag(model, plan.data.dev, padding=plan.base.padding, precision=plan.precision)
    f1, found = span_f1(plan.data.dev.gold, tagged.tags)
    recent = course.losses[course.history[-1].step if course.history else 0 :]
    look = Look(course.step, sum(recent) / len(recent), f1, tagged.loss or 0.0, found)
    course.history.append(look)
    return look


def better(look: Look, best: Look, recipe: Recipe) -> bool:
    """Whether a look beats the best so far. Between equal F1 the lower dev loss decides, then the earlier look."""
    if recipe.best_by == "dev_loss":
        return look.dev_loss < best.dev_loss
    return (look.dev_f1, -look.dev_loss) > (best.dev_f1, -best.dev_loss)


def snapshot(model: Any) -> State:
    """A copy of the weights, on their device."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}
