"""A model that stays on the device for the next training changes no bit of it."""

from __future__ import annotations

import pytest
import torch

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core import workspace
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.outcome import Outcome
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.core.workspace import Workspaces, rows_of

Toy = dict[str, list[Sentence]]


def same(one: Outcome, other: Outcome) -> bool:
    """Bit for bit: weights, losses, predictions."""
    weights = other.state.whole()
    return (
        one.first.losses == other.first.losses
        and one.predictions == other.predictions
        and all(torch.equal(value, weights[name]) for name, value in one.state.whole().items())
    )


@pytest.mark.parametrize("trim", [True, False])
def test_one_training_after_another_is_each_alone(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, trim: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[TrainingSetup] = []
    monkeypatch.setattr(
        workspace, "Workspace", type("Counted", (workspace.Workspace,), {"__init__": counted_init(made)})
    )
    short, kept = recipe.changed(epochs=2, trim=trim), Workspaces()

    def go(seed: int, train: list[Sentence], workspaces: Workspaces | None) -> Outcome:
        return fine_tune(
            train, toy["dev"], toy["test"], short, base=base, schema=schema, seed=seed, workspaces=workspaces
        )

    sets = [(1, toy["train"]), (2, toy["train"]), (1, toy["train"][:20]), (1, toy["train"])]
    together = [go(seed, train, kept) for seed, train in sets]
    expected = len({len(go(1, train, None).state.keep or ()) for _, train in sets}) if trim else 1
    assert expected <= len(made[:4]) <= 4
    for (seed, train), outcome in zip(sets, together, strict=True):
        assert same(go(seed, train, None), outcome)


def counted_init(made: list[TrainingSetup]) -> object:
    original = workspace.Workspace.__init__

    def init(self: workspace.Workspace, setup: TrainingSetup) -> None:
        made.append(setup)
        original(self, setup)

    return init


def test_restarts_share_a_workspace_and_are_what_they_were(base: Base, schema: LabelSchema, toy: Toy) -> None:
    hopeless = Recipe(learning_rate=1e-9, epochs=2, guard_after=1, restarts=2)
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], hopeless, base=base, schema=schema, seed=5)
    alone = fine_tune(
        toy["train"], toy["dev"], toy["test"], hopeless.changed(restarts=0), base=base, schema=schema, seed=6
    )
    assert len(outcome.trainings) == 3
    steps = outcome.trainings[1].steps
    assert outcome.trainings[1].losses == alone.first.losses[:steps]


def test_rows_that_fill_the_vocabulary_up_change_no_prediction(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on CUDA, where arms of like vocabularies share one size; sums over more rows may round otherwise."""
    short = recipe.changed(epochs=2)
    plain = fine_tune(toy["train"], toy["dev"], toy["test"], short, base=base, schema=schema, seed=1)
    monkeypatch.setattr(workspace, "rows_of", lambda setup: len(setup.data.keep) + 37)
    filled = fine_tune(toy["train"], toy["dev"], toy["test"], short, base=base, schema=schema, seed=1)
    assert filled.first.losses == pytest.approx(plain.first.losses, rel=1e-5)
    assert filled.predictions == plain.predictions
    for name, value in plain.state.whole().items():
        assert torch.allclose(value, filled.state.whole()[name], atol=1e-4)


def test_the_vocabulary_is_filled_up_on_cuda_alone(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    data = prepare(toy["train"], toy["dev"], [], recipe, base, schema)
    on_cpu, on_cuda = (
        TrainingSetup(data, recipe, base, schema, 1, torch.device(kind), "fp32") for kind in ("cpu", "cuda")
    )
    assert data.keep is not None
    assert rows_of(on_cpu) == len(data.keep)
    assert rows_of(on_cuda) == base.embedding.num_embeddings, "fewer than ROWS, and no more than the whole has"
