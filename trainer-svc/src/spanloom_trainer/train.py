"""Fine-tuning one arm: any transformers encoder with a token-classification head."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.base import Base, load_base, start
from spanloom_trainer.batches import bucketed, shuffled, updates_per_epoch
from spanloom_trainer.collapse import guard_step, why_collapsed
from spanloom_trainer.data import Data, prepare
from spanloom_trainer.encode import IGNORE, pad
from spanloom_trainer.outcome import Cancelled, Look, OnProgress, Outcome, Progress, Trained, Try
from spanloom_trainer.recipe import Recipe
from spanloom_trainer.step import EagerStep, learning_rate
from spanloom_trainer.tagging import span_f1, tag

ShouldStop = Callable[[], bool]
State = dict[str, Tensor]


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
) -> Outcome:
    """Train on `train`, keep the state that is best on `dev`, tag `test` with it once.

    A try that collapsed is followed by others with the next seeds, as the recipe allows; the first is always scored
    and kept. On a CPU with one thread the same arguments give the same bits. Only the test sentences' words are read.
    torch's global generators are left as they were found.

    Raises DataError, SchemaError or SpecError for input that cannot be trained on, Cancelled within one update of
    `should_stop()` turning true.
    """
    began = time.monotonic()
    device = torch.device(device)
    base = load_base(base) if isinstance(base, str) else base
    data = prepare(train, dev, [sentence.tokens for sentence in test], recipe, base, schema)
    steps = recipe.max_steps or recipe.epochs * updates_per_epoch(len(data.train.ids), recipe.batch)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        tries: list[Try] = []
        chosen, state = 0, State()
        for number in range(1 + recipe.restarts):
            arm = Arm(data, recipe, base, schema, seed + number, device, steps, number)
            tried, best = attempt(arm, on_progress or (lambda _: None), should_stop or (lambda: False))
            tries.append(tried)
            if number == 0 or not tried.collapsed:
                chosen, state = number, best
            if not tried.collapsed or guard_step(recipe, steps) is None:
                break
    return Outcome(
        tries=tuple(tries),
        chosen=chosen,
        few_updates=guard_step(recipe, steps) is None,
        steps=steps,
        tokens_lost=data.test.encoded.tokens_lost,
        tokens_lost_train=data.train.encoded.tokens_lost,
        vocabulary=base.embedding.num_embeddings,
        vocabulary_trained=len(data.keep) if data.keep else base.embedding.num_embeddings,
        seconds=time.monotonic() - began,
        state=Trained(base, schema, {name: value.cpu() for name, value in state.items()}, data.keep),
    )


@dataclass(frozen=True)
class Arm:
    """What one try needs; `number` is 0 for the first try."""

    data: Data
    recipe: Recipe
    base: Base
    schema: LabelSchema
    seed: int
    device: torch.device
    steps: int
    number: int

    @property
    def padding(self) -> int:
        """The padding id (trimming leaves it in place)."""
        found = self.base.embedding.padding_idx
        return found if found is not None else int(self.base.tokenizer.pad_token_id or 0)


@dataclass
class Course:
    """How far a try has come: everything that changes besides weights and moments."""

    step: int = 0
    losses: list[float] = field(default_factory=list)
    history: list[Look] = field(default_factory=list)
    best: Look | None = None
    why_collapsed: str | None = None


def attempt(arm: Arm, on_progress: OnProgress, should_stop: ShouldStop) -> tuple[Try, State]:
    """One try, from the base to its best state and the test sentences tagged by it."""
    began = time.monotonic()
    torch.manual_seed(arm.seed)
    model = start(arm.base, arm.schema, keep=arm.data.keep).to(arm.device).train()
    update = EagerStep(model, arm.recipe, arm.padding)
    report = Reporter(arm, on_progress)
    course, best_state = Course(), State()
    looks = look_steps(arm.recipe, arm.steps, updates_per_epoch(len(arm.data.train.ids), arm.recipe.batch))
    guard = guard_step(arm.recipe, arm.steps) or arm.steps
    for rows in batches(arm):
        if should_stop():
            raise Cancelled("the training was cancelled")
        ids = torch.from_numpy(pad((arm.data.train.ids[i] for i in rows), arm.padding)).to(arm.device)
        labels = torch.from_numpy(pad((arm.data.train.labels[i] for i in rows), IGNORE)).to(arm.device)
        loss = update(ids, labels, learning_rate(arm.recipe, course.step, arm.steps))
        course.losses.append(float(loss))
        course.step += 1
        report.trained(course, len(rows))
        if course.step in looks:
            look = look_at_dev(model, arm, course)
            if course.best is None or better(look, course.best, arm.recipe):
                course.best, best_state = look, snapshot(model)
            if course.step >= guard:
                wanted = sum(tag % 2 for tags in arm.data.dev.gold for tag in tags)
                course.why_collapsed = why_collapsed(course.losses, arm.data.constant_loss, look.entities, wanted)
            report.looked(course)
            if arm.number and course.why_collapsed:
                break  # a restart that collapsed too; the first try always runs to its end
        if course.step == arm.steps:
            break
    model.load_state_dict(best_state)
    report.tagging(course)
    predictions = tag(model, arm.data.test, padding=arm.padding, precision=arm.recipe.precision).tags
    assert course.best is not None
    tried = Try(
        seed=arm.seed,
        predictions=predictions,
        history=tuple(course.history),
        best=course.best,
        steps=course.step,
        collapsed=course.why_collapsed is not None,
        why_collapsed=course.why_collapsed,
        losses=course.losses,
        seconds=time.monotonic() - began,
    )
    return tried, best_state


def batches(arm: Arm) -> Iterator[list[int]]:
    """Rows of the train split for one update after another, without end."""
    lengths, recipe, epoch = arm.data.train.lengths, arm.recipe, 0
    while True:
        if recipe.batching == "bucketed":
            yield from bucketed(lengths, recipe.batch, arm.seed, epoch)
        else:
            yield from shuffled(len(lengths), recipe.batch, torch.Generator().manual_seed(arm.seed + epoch))
        epoch += 1


def look_steps(recipe: Recipe, steps: int, per_epoch: int) -> set[int]:
    """After which updates dev is looked at: each epoch, or `epochs` times evenly where the updates are given."""
    if recipe.max_steps is None:
        return set(range(per_epoch, steps + 1, per_epoch))
    return {-(-steps * (i + 1) // recipe.epochs) for i in range(recipe.epochs)}


def look_at_dev(model: Any, arm: Arm, course: Course) -> Look:
    """Score dev and note it in the course's history."""
    tagged = tag(model, arm.data.dev, padding=arm.padding, precision=arm.recipe.precision)
    f1, found = span_f1(arm.data.dev.gold, tagged.tags)
    before = course.history[-1].step if course.history else 0
    recent = course.losses[before:]
    assert tagged.loss is not None
    look = Look(course.step, sum(recent) / len(recent), f1, tagged.loss, found)
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


class Reporter:
    """Turns a course into Progress, at most twice a second and at every look."""

    def __init__(self, arm: Arm, on_progress: OnProgress) -> None:
        self.arm, self.send = arm, on_progress
        self.began = self.last = time.monotonic()
        self.samples = 0
        self.first_step: int | None = None

    def trained(self, course: Course, samples: int) -> None:
        """After an update on `samples` windows."""
        if self.first_step is None:
            self.first_step = course.step - 1
        self.samples += samples
        if time.monotonic() - self.last >= 0.5:
            self._send("train", course)

    def looked(self, course: Course) -> None:
        """After a look at dev."""
        self._send("train", course)

    def tagging(self, course: Course) -> None:
        """Before the test sentences are tagged."""
        self._send("tag", course)

    def _send(self, phase: str, course: Course) -> None:
        self.last = time.monotonic()
        passed = max(self.last - self.began, 1e-9)
        done = course.step - (self.first_step or 0)
        last = course.history[-1] if course.history else None
        self.send(
            Progress(
                phase=phase,
                attempt=self.arm.number,
                step=course.step,
                steps=self.arm.steps,
                loss=course.losses[-1] if course.losses else None,
                dev_f1=last.dev_f1 if last else None,
                dev_loss=last.dev_loss if last else None,
                samples_per_s=self.samples / passed,
                eta_s=passed / done * (self.arm.steps - course.step) if done else None,
            )
        )
