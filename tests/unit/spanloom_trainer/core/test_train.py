from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch

from spanloom.contracts.training import PAPER, Recipe
from spanloom.errors import DataError, SchemaError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.outcome import Outcome, TrainingProgress
from spanloom_trainer.core.tagging import span_f1
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.resume import ResumePoint
from spanloom_trainer.process.supervise import fine_tune_supervised

Toy = dict[str, list[Sentence]]


def same(one: Outcome, other: Outcome) -> bool:
    """Bit for bit: weights, losses, predictions."""
    weights = one.state.weights
    return (
        one.first.losses == other.first.losses
        and one.predictions == other.predictions
        and weights.keys() == other.state.weights.keys()
        and all(torch.equal(value, other.state.weights[name]) for name, value in weights.items())
    )


@pytest.mark.slow
def test_it_learns(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    longer = recipe.changed(max_steps=120)
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], longer, base=base, schema=schema, seed=1)
    f1, _ = span_f1([s.tags for s in toy["test"]], outcome.predictions)
    assert f1 > 0.7
    assert outcome.first.best.dev_f1 == max(evaluation.dev_f1 for evaluation in outcome.history)
    assert [len(tags) for tags in outcome.predictions] == [len(s.tokens) for s in toy["test"]]
    assert not outcome.collapsed


def test_the_same_arguments_give_the_same_bits(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    one, two, other = (
        fine_tune(toy["train"], toy["dev"], toy["test"], recipe, base=base, schema=schema, seed=seed)
        for seed in (1, 1, 2)
    )
    assert same(one, two)
    assert not same(one, other)


def test_the_callers_random_numbers_are_left_alone(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    fine_tune(toy["train"], toy["dev"], [], recipe, base=base, schema=schema, seed=1)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("stop_at", [2, 5, 9])
def test_resumed_or_not_the_bits_are_the_same(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, tmp_path: Path, stop_at: int
) -> None:
    whole = fine_tune_supervised(toy["train"], toy["dev"], toy["test"], recipe, base=base, schema=schema, seed=1)
    point = ResumePoint(tmp_path / "resume.safetensors", every_s=0)
    asked = itertools.count(1)
    with pytest.raises(Cancelled):
        fine_tune_supervised(
            toy["train"],
            toy["dev"],
            toy["test"],
            recipe,
            base=base,
            schema=schema,
            seed=1,
            should_stop=lambda: next(asked) > stop_at,
            resume=point,
        )
    assert point.path.exists()
    steps: list[int] = []
    resumed = fine_tune_supervised(
        toy["train"],
        toy["dev"],
        toy["test"],
        recipe,
        base=base,
        schema=schema,
        seed=1,
        on_progress=lambda p: steps.append(p.step),
        resume=point,
    )
    assert same(whole, resumed)
    assert min(steps) > stop_at
    assert resumed.history == whole.history
    assert not point.path.exists()


def test_a_restart_is_resumed_too(base: Base, schema: LabelSchema, toy: Toy, tmp_path: Path) -> None:
    hopeless = Recipe(learning_rate=1e-9, epochs=2, guard_after=1, restarts=2)
    whole = fine_tune_supervised(toy["train"], toy["dev"], toy["test"], hopeless, base=base, schema=schema, seed=1)
    point = ResumePoint(tmp_path / "resume.safetensors", every_s=0)
    for stop_at in (8, 9):
        asked = itertools.count(1)
        with pytest.raises(Cancelled):
            fine_tune_supervised(
                toy["train"],
                toy["dev"],
                toy["test"],
                hopeless,
                base=base,
                schema=schema,
                seed=1,
                should_stop=lambda asked=asked, stop_at=stop_at: next(asked) > stop_at,  # type: ignore[misc]
                resume=point,
            )
    resumed = fine_tune_supervised(
        toy["train"], toy["dev"], toy["test"], hopeless, base=base, schema=schema, seed=1, resume=point
    )
    assert len(whole.trainings) == len(resumed.trainings) == 3
    assert [one.losses for one in whole.trainings] == [one.losses for one in resumed.trainings]
    assert [one.predictions for one in whole.trainings] == [one.predictions for one in resumed.trainings]


def test_a_resume_point_of_another_training_is_not_used(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, tmp_path: Path
) -> None:
    point = ResumePoint(tmp_path / "resume.safetensors", every_s=0)
    asked = itertools.count(1)
    with pytest.raises(Cancelled):
        fine_tune_supervised(
            toy["train"],
            toy["dev"],
            [],
            recipe,
            base=base,
            schema=schema,
            seed=1,
            should_stop=lambda: next(asked) > 4,
            resume=point,
        )
    steps: list[int] = []
    fine_tune_supervised(
        toy["train"],
        toy["dev"],
        [],
        recipe,
        base=base,
        schema=schema,
        seed=2,
        on_progress=lambda p: steps.append(p.step),
        resume=point,
    )
    assert min(steps) <= 4


def test_a_damaged_resume_point_is_not_used(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, tmp_path: Path
) -> None:
    point = ResumePoint(tmp_path / "resume.safetensors")
    point.path.write_bytes(b"not a file of tensors")
    fine_tune_supervised(toy["train"], toy["dev"], [], recipe, base=base, schema=schema, seed=1, resume=point)
    assert not point.path.exists()


def test_cancel_is_heard_within_one_update(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    asked = itertools.count(1)
    with pytest.raises(Cancelled):
        fine_tune_supervised(
            toy["train"],
            toy["dev"],
            toy["test"],
            recipe,
            base=base,
            schema=schema,
            seed=1,
            should_stop=lambda: next(asked) == 3,
        )
    assert next(asked) == 4


def test_progress_ends_at_the_last_update(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    seen: list[TrainingProgress] = []
    fine_tune_supervised(
        toy["train"], toy["dev"], toy["test"], recipe, base=base, schema=schema, seed=1, on_progress=seen.append
    )
    assert [p.phase for p in seen][-1] == "tag"
    assert seen[-1].step == seen[-1].steps == 12
    looked = [p for p in seen if p.dev_f1 is not None]
    assert len(looked) >= 4
    assert all(p.samples_per_s > 0 and p.loss is not None for p in looked)


def test_a_collapse_starts_again_and_the_first_try_stays_the_headline(
    base: Base, schema: LabelSchema, toy: Toy
) -> None:
    hopeless = Recipe(learning_rate=1e-9, epochs=4, guard_after=1, restarts=3)
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], hopeless, base=base, schema=schema, seed=5)
    assert [one.seed for one in outcome.trainings] == [5, 6, 7, 8]
    assert outcome.collapsed
    assert all(one.collapsed and one.why_collapsed for one in outcome.trainings)
    assert outcome.first.steps == 12
    assert all(one.steps == 6 for one in outcome.trainings[1:])
    assert outcome.chosen == 0
    assert outcome.predictions == outcome.trainings[0].predictions


def test_a_restart_that_learns_is_chosen(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Four looks a try, the guard hears from the second on: a first try to its end, a restart that stops, one that runs.
    verdicts = iter(["all O", "all O", "all O", "all O", None, None, None])
    monkeypatch.setattr("spanloom_trainer.core.train.why_collapsed", lambda *_: next(verdicts))
    guarded = recipe.changed(guard_after=1)
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], guarded, base=base, schema=schema, seed=5)
    assert [one.collapsed for one in outcome.trainings] == [True, True, False]
    assert [one.steps for one in outcome.trainings] == [12, 6, 12]
    assert outcome.collapsed
    assert outcome.chosen == 2
    assert not outcome.with_restarts.collapsed
    monkeypatch.undo()
    alone = fine_tune(
        toy["train"],
        toy["dev"],
        toy["test"],
        recipe.changed(restarts=0),
        base=base,
        schema=schema,
        seed=5 + outcome.chosen,
    )
    assert outcome.with_restarts.predictions == alone.predictions


def test_a_training_that_collapses_learns_from_another_seed(base: Base, schema: LabelSchema, toy: Toy) -> None:
    """At a rate so high that about every second seed ends in all O, nothing about the guard made up."""
    steep = Recipe(learning_rate=0.055, epochs=6, warmup=0.1, guard_after=1, restarts=3)
    outcomes = (
        fine_tune(toy["train"], toy["dev"], toy["test"], steep, base=base, schema=schema, seed=seed)
        for seed in range(1, 20)
    )
    outcome = next(one for one in outcomes if one.chosen > 0)
    assert outcome.first.collapsed
    assert outcome.first.why_collapsed
    assert outcome.first.seed == outcome.trainings[0].seed
    assert not outcome.with_restarts.collapsed
    assert outcome.predictions == outcome.first.predictions
    once = steep.changed(restarts=0)
    alone = fine_tune(
        toy["train"], toy["dev"], toy["test"], once, base=base, schema=schema, seed=outcome.with_restarts.seed
    )
    assert outcome.with_restarts.predictions == alone.predictions != outcome.first.predictions


def test_paper_only_flags_a_collapse(base: Base, schema: LabelSchema, toy: Toy) -> None:
    flagged = PAPER.changed(learning_rate=1e-9, epochs=4, guard_after=1)
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], flagged, base=base, schema=schema, seed=5)
    assert outcome.collapsed
    assert len(outcome.trainings) == 1


def test_few_updates_are_marked_and_never_restarted(base: Base, schema: LabelSchema, toy: Toy) -> None:
    short = Recipe(learning_rate=1e-9, epochs=4)
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], short, base=base, schema=schema, seed=5)
    assert outcome.few_updates
    assert outcome.collapsed
    assert len(outcome.trainings) == 1


def test_the_test_sets_labels_have_no_part_in_the_model(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe
) -> None:
    shuffled = [Sentence(s.tokens, tuple((tag + 1) % len(schema) for tag in s.tags)) for s in toy["test"]]
    one, two = (
        fine_tune(toy["train"], toy["dev"], test, recipe, base=base, schema=schema, seed=1)
        for test in (toy["test"], shuffled)
    )
    assert same(one, two)


def test_paper_truncates_and_reports_what_it_lost(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    long = Sentence(("anna",) * 100, (1,) * 100)
    cut = fine_tune(
        [*toy["train"], long],
        toy["dev"],
        [long],
        PAPER.changed(learning_rate=1e-3, epochs=1),
        base=base,
        schema=schema,
        seed=1,
    )
    assert cut.tokens_lost == cut.tokens_lost_train > 0
    assert len(cut.predictions[0]) == 100
    assert cut.predictions[0][-cut.tokens_lost :] == [0] * cut.tokens_lost
    whole = fine_tune([*toy["train"], long], toy["dev"], [long], recipe, base=base, schema=schema, seed=1)
    assert whole.tokens_lost == whole.tokens_lost_train == 0
    assert len(whole.predictions[0]) == 100


def test_a_step_matched_training_has_its_updates(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    matched = recipe.changed(max_steps=11, epochs=3)
    outcome = fine_tune(toy["train"][:5], toy["dev"], toy["test"], matched, base=base, schema=schema, seed=1)
    assert outcome.steps == len(outcome.first.losses) == 11
    assert [evaluation.step for evaluation in outcome.history] == [4, 8, 11]


def test_dev_is_cut_to_the_train_size(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    one, two = (
        fine_tune(toy["train"][:8], dev, [], recipe.changed(dev_cut=cut, epochs=1), base=base, schema=schema, seed=1)
        for dev, cut in ((toy["dev"], True), (toy["dev"][:8], False))
    )
    assert one.history == two.history


def test_sentences_without_words_are_tagged_with_nothing(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe
) -> None:
    test = [Sentence((), ()), toy["test"][0]]
    outcome = fine_tune(toy["train"], toy["dev"], test, recipe.changed(epochs=1), base=base, schema=schema, seed=1)
    assert outcome.predictions[0] == []


def test_what_cannot_be_trained_on_is_refused(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    with pytest.raises(DataError, match="train set is empty"):
        fine_tune([], toy["dev"], [], recipe, base=base, schema=schema, seed=1)
    with pytest.raises(DataError, match="dev set is empty"):
        fine_tune(toy["train"], [], [], recipe, base=base, schema=schema, seed=1)
    with pytest.raises(SchemaError, match="train sentence 0 holds tag id 9"):
        fine_tune([Sentence(("a",), (9,))], toy["dev"], [], recipe, base=base, schema=schema, seed=1)


def test_an_outcome_is_plain_data_without_weights(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], recipe, base=base, schema=schema, seed=1)
    plain = outcome.as_dict()
    assert plain["tries"][0]["predictions"] == outcome.predictions
    assert plain["best_step"] == outcome.first.best.step
    assert "state" not in plain


def test_labels_without_an_example_are_declared_absent(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe
) -> None:
    people = [s for s in toy["train"] if 1 in s.tags and 3 not in s.tags]
    short = recipe.changed(epochs=1)
    assert fine_tune(people, toy["dev"], [], short, base=base, schema=schema, seed=1).labels_absent == ("LOC",)
    assert fine_tune(toy["train"], toy["dev"], [], short, base=base, schema=schema, seed=1).labels_absent == ()
