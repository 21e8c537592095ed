from __future__ import annotations

import pytest

from spanloom.contracts.training import RecipeSpec
from spanloom.errors import SpecError
from spanloom_trainer.core.recipe import DEFAULT, DEMO, PAPER, Recipe, recipe_of


def test_paper_is_the_papers() -> None:
    assert (PAPER.batch_size, PAPER.learning_rate, PAPER.epochs, PAPER.weight_decay) == (16, 2e-5, 10, 0.01)
    assert (PAPER.warmup, PAPER.best_by, PAPER.dev_cut, PAPER.truncate) == (0.0, "dev_loss", True, True)
    assert PAPER.restarts == 0


def test_default_spends_the_papers_budget() -> None:
    for field in ("batch_size", "learning_rate", "epochs", "weight_decay", "clip"):
        assert getattr(DEFAULT, field) == getattr(PAPER, field)
    assert (DEFAULT.warmup, DEFAULT.best_by, DEFAULT.dev_cut, DEFAULT.restarts) == (0.06, "dev_f1", False, 3)


def test_plain_data_and_back() -> None:
    for one in (PAPER, DEFAULT, DEMO, Recipe(name="mine", max_steps=7, max_length=64, stride=8)):
        assert recipe_of(one.as_dict()) == one


def test_a_specification_is_read_as_it_stands() -> None:
    spec = RecipeSpec(base="paper", batch_size=8, learning_rate=1e-3, related_epochs=2, bucket=True)
    recipe = recipe_of(spec.model_dump(mode="json"))
    assert (recipe.batch_size, recipe.learning_rate, recipe.epochs, recipe.bucket) == (8, 1e-3, 10, True)
    assert recipe.best_by == "dev_loss"
    assert recipe_of(spec.model_dump(mode="json"), related=True).epochs == 2


def test_every_field_of_a_specification_is_known() -> None:
    fields = set(RecipeSpec.model_fields) - {"base", "related_epochs"}
    assert fields <= set(DEFAULT.as_dict())


def test_the_related_language_has_five_epochs() -> None:
    assert recipe_of("paper", related=True).epochs == 5


def test_a_step_matched_arm_has_its_updates_given() -> None:
    assert recipe_of("default", steps=630).max_steps == 630


def test_every_mistake_is_named() -> None:
    with pytest.raises(SpecError) as caught:
        Recipe(batch_size=0, learning_rate=-1, warmup=2, stride=400)
    assert [path for path, _ in caught.value.problems] == [
        "recipe.batch_size",
        "recipe.learning_rate",
        "recipe.warmup",
        "recipe.stride",
    ]
    with pytest.raises(SpecError, match=r"recipe\.lr: unknown field; known: batch_size"):
        recipe_of({"lr": 1})
    with pytest.raises(SpecError, match="'papr' is unknown; known: default, demo, paper"):
        recipe_of("papr")
