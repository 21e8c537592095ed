"""Recipes: their named values, what is given of them, and what an arm's id makes of that."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom.contracts.arm import Arm, arm_id
from spanloom.contracts.training import DEFAULT, PAPER, Recipe, read_recipe
from spanloom.errors import SpecError


def test_paper_is_the_papers() -> None:
    assert (PAPER.batch_size, PAPER.learning_rate, PAPER.epochs, PAPER.weight_decay) == (16, 2e-5, 10, 0.01)
    assert (PAPER.warmup, PAPER.best_by, PAPER.dev_cut, PAPER.truncate) == (0.0, "dev_loss", True, True)
    assert PAPER.restarts == 0
    assert PAPER.paper_subsets


def test_default_spends_the_papers_budget() -> None:
    for field in ("batch_size", "learning_rate", "epochs", "weight_decay", "clip"):
        assert getattr(DEFAULT, field) == getattr(PAPER, field)
    assert (DEFAULT.warmup, DEFAULT.best_by, DEFAULT.dev_cut, DEFAULT.restarts) == (0.06, "dev_f1", False, 3)


def test_plain_data_and_back() -> None:
    for one in (PAPER, DEFAULT, Recipe(max_steps=7, max_length=64, stride=8)):
        assert read_recipe(one.model_dump()) == one
        assert read_recipe(one.model_dump(mode="json")).model_dump() == one.model_dump()


def test_a_specification_is_read_as_it_stands() -> None:
    recipe = read_recipe({"base": "paper", "batch_size": 8, "learning_rate": 1e-3, "related_epochs": 2, "bucket": True})
    assert (recipe.batch_size, recipe.learning_rate, recipe.epochs, recipe.bucket) == (8, 1e-3, 10, True)
    assert recipe.best_by == "dev_loss"


EVERY_FIELD = {
    "base": "paper", "batch_size": 4, "learning_rate": 0.1, "epochs": 2, "related_epochs": 3, "max_steps": 9,
    "weight_decay": 0.5, "warmup": 0.5, "best_by": "dev_f1", "dev_cut": False, "precision": "auto", "clip": 0.0,
    "bucket": True, "max_length": 64, "stride": 32, "truncate": False, "trim": False, "restarts": 2, "guard_after": 5,
    "deterministic": True, "paper_subsets": False, "head_learning_rate": 0.5, "freeze": 3,
}  # fmt: skip


def test_every_field_can_be_given_and_is_described() -> None:
    assert set(EVERY_FIELD) == set(Recipe.model_fields)
    recipe = read_recipe(EVERY_FIELD)
    assert recipe.values() == recipe.model_dump() == EVERY_FIELD
    assert all(field.description for field in Recipe.model_fields.values())


def test_only_what_was_given_is_written_out() -> None:
    assert PAPER.model_dump() == {"base": "paper"}
    assert Recipe(epochs=10).model_dump() == {"base": "default", "epochs": 10}
    assert PAPER.changed(epochs=2).changed(clip=None).model_dump() == {"base": "paper", "epochs": 2}


def test_updates_are_those_given_or_those_of_the_epochs() -> None:
    assert (DEFAULT.updates(1000), DEFAULT.updates(1001)) == (630, 630)
    assert DEFAULT.changed(epochs=3, batch_size=8).updates(9) == 6
    assert DEFAULT.changed(max_steps=7).updates(9) == 7


def test_every_mistake_is_named() -> None:
    with pytest.raises(SpecError) as caught:
        read_recipe({"batch_size": 0, "learning_rate": -1, "warmup": 2, "stride": 400})
    assert [path for path, _ in caught.value.problems] == [
        "recipe.batch_size",
        "recipe.learning_rate",
        "recipe.warmup",
        "recipe.stride",
    ]
    with pytest.raises(SpecError, match=r"recipe\.lr: no such field.* allowed: base, batch_size"):
        read_recipe({"lr": 1})
    with pytest.raises(SpecError, match="'papr' is unknown; allowed: paper, default"):
        read_recipe("papr")


STORED = {
    "run_id": "r", "kind": "train", "language": "da", "source": "organic", "setting": "from_scratch",
    "train_dataset": "r.da.gold.train", "size": 30, "size_asked": 30, "dev": "gold", "dev_dataset": "r.da.gold.dev",
    "tests": ["da"],
    "encoder": {"name": "xlm-roberta-base", "revision": "e73636d4f797dec63c3081bb6ed5c7b0bb3f2089", "tiny": None},
    "encoder_text": [], "steps": None, "related": None, "needs": None, "subset_seed": 1, "training_seed": 1,
}  # fmt: skip
NULLS = dict.fromkeys({
    "batch_size", "learning_rate", "epochs", "related_epochs", "weight_decay", "warmup", "best_by", "precision",
    "max_length", "clip", "restarts", "trim", "bucket",
})  # fmt: skip


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ({"base": "default"}, "job-682e2e9b9f05648f44c98168"),
        ({"base": "paper"}, "job-cc24fe8abb113e597e9adb63"),
        ({"base": "default", "epochs": 10}, "job-fce4330e6e90ff8bb69ebfdc"),
        (
            {"base": "paper", "learning_rate": 1.0, "epochs": 3, "trim": False},
            "job-494159fccfbd31b551d2cd55",
        ),
        (
            {"base": "default", "batch_size": 16, "related_epochs": 5, "weight_decay": 0.0, "warmup": 0.0}
            | {"best_by": "dev_loss", "precision": "bf16", "max_length": 128, "clip": 1.0, "restarts": 0}
            | {"bucket": True},
            "job-a27518b65e1b7bc572c633a7",
        ),
    ],
)
def test_an_arm_stored_with_every_null_keeps_its_id(recipe: dict[str, Any], expected: str) -> None:
    """Arms as release 0.1.0 stored them, and the ids it gave them."""
    stored = Arm.stored({**STORED, "recipe": {**NULLS, **recipe}})
    assert arm_id(stored) == expected
    again = Arm.stored(stored.model_dump(mode="json"))
    assert again.recipe.model_dump() == recipe
    assert arm_id(again) == expected


def test_an_arm_is_trained_by_its_kind_and_budget() -> None:
    arm = Arm.stored({**STORED, "recipe": "paper"})
    assert arm.training_recipe == PAPER
    assert arm.model_copy(update={"kind": "pretrain"}).training_recipe.epochs == 5
    matched = arm.model_copy(update={"steps": 630}).training_recipe
    assert (matched.max_steps, matched.epochs, matched.best_by) == (630, 10, "dev_loss")
