"""A model that stays on the device for the next training changes no bit of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

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
from spanloom_trainer.core.workspace import ROWS, Workspaces, rows_of, weights_on
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.resume import ResumePoint
from spanloom_trainer.process.supervise import fine_tune_supervised

Toy = dict[str, list[Sentence]]
Taken = Callable[..., workspace.Workspace]


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


@pytest.mark.parametrize(("before", "after"), [(37, 5), (5, 37), (0, 1)])
def test_a_training_goes_on_where_the_embedding_has_other_rows(
    base: Base,
    schema: LabelSchema,
    toy: Toy,
    recipe: Recipe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: int,
    after: int,
) -> None:
    """As on CUDA, where it may begin in a workspace that is there and go on in one of its own."""

    def go(spare: int, stop_at: int | None, point: ResumePoint | None) -> Outcome:
        monkeypatch.setattr(workspace, "rows_of", lambda setup: len(setup.data.keep) + spare)
        asked = count(1)
        return fine_tune_supervised(
            toy["train"], toy["dev"], toy["test"], recipe, base=base, schema=schema, seed=1, resume=point,
            should_stop=lambda: stop_at is not None and next(asked) > stop_at,
        )  # fmt: skip

    point = ResumePoint(tmp_path / "resume.safetensors", every_s=0)
    with pytest.raises(Cancelled):
        go(before, 8, point)
    resumed, whole = go(after, None, point), go(after, None, None)
    assert resumed.first.losses == pytest.approx(whole.first.losses, rel=1e-5)
    assert resumed.predictions == whole.predictions
    assert resumed.first.losses[:7] == go(before, None, None).first.losses[:7], "those of before were kept"


def test_a_workspace_begins_from_the_one_copy_of_its_base(base: Base, schema: LabelSchema, toy: Toy) -> None:
    data = prepare(toy["train"], toy["dev"], [], Recipe(), base, schema)
    setup = TrainingSetup(data, Recipe(), base, schema, 1, torch.device("cpu"), "fp32")
    one, other = Workspaces().take(setup), Workspaces().take(setup)
    assert one is not other
    assert one._from is other._from is weights_on(base, torch.device("cpu"))


class FakeWorkspace(workspace.Workspace):
    """What a workspace is chosen by, and nothing on a device."""

    def __init__(self, setup: TrainingSetup) -> None:
        self.base, self.key, self.rows = setup.base, workspace.key_of(setup), rows_of(setup)


@pytest.fixture
def taken(base: Base, schema: LabelSchema, toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Taken:
    """Which workspace a training takes on a GPU of which so much is free, by the words of its vocabulary."""
    data = prepare(toy["train"], toy["dev"], [], Recipe(), base, schema)
    large = replace(base, model=copy.deepcopy(base.model))
    large.model.resize_token_embeddings(5 * ROWS)
    monkeypatch.setattr(workspace, "Workspace", FakeWorkspace)
    kept = Workspaces()

    def take(words: int | None, *, free: float = 0.9, whole: int = 10**12, **changes: Any) -> workspace.Workspace:
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (int(free * whole), whole))
        keep = None if words is None else tuple(range(words))
        recipe = Recipe(trim=words is not None).changed(**changes)
        return kept.take(
            TrainingSetup(replace(data, keep=keep), recipe, large, schema, 1, torch.device("cuda:0"), "fp32")
        )

    return take


def test_on_cuda_a_larger_vocabulary_serves_a_smaller_one(taken: Taken) -> None:
    large = taken(2 * ROWS)
    assert taken(5) is taken(ROWS + 1) is large
    larger = taken(3 * ROWS)
    assert larger.rows == 3 * ROWS
    assert taken(5) is larger, "the one before would serve nobody whom this one does not"


def test_a_deterministic_training_has_its_own_rows(taken: Taken) -> None:
    large = taken(2 * ROWS, deterministic=True)
    small = taken(5, deterministic=True)
    assert (large.rows, small.rows) == (2 * ROWS, ROWS)


def test_on_cuda_two_are_kept_where_there_is_room(taken: Taken) -> None:
    one, other = taken(5), taken(5, weight_decay=0.0)
    assert taken(5) is one
    assert taken(5, weight_decay=0.0) is other
    third = taken(None)
    assert third.rows is None
    assert taken(5, weight_decay=0.0) is other, "used after the first"
    assert taken(5) is not one


@pytest.mark.parametrize("left", [{"free": 0.4}, {"whole": 2**20}])
def test_on_a_gpu_that_is_full_or_small_one_is_kept(taken: Taken, left: dict[str, Any]) -> None:
    one = taken(5, **left)
    assert taken(5, **left) is one
    taken(5, **left, weight_decay=0.0)
    assert taken(5, **left) is not one
