"""What is filled in for encoders known by name."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from spanloom.contracts.encoders import shape_of
from spanloom.contracts.training import EncoderSpec, TrainingSpec


def test_e5_small_brings_its_layers_and_rates_and_what_is_given_stays() -> None:
    filled = TrainingSpec.model_validate({"encoder": "e5-small"})
    assert filled.encoder.layers == 6
    assert (filled.recipe.learning_rate, filled.recipe.head_learning_rate) == (2e-4, 1e-2)
    given = TrainingSpec.model_validate(
        {"encoder": {"name": "e5-small", "layers": 12}, "recipe": {"base": "paper", "learning_rate": 1e-4}}
    )
    assert (given.encoder.layers, given.recipe.learning_rate, given.recipe.base) == (12, 1e-4, "paper")
    assert TrainingSpec.model_validate(filled.model_dump(mode="json")) == filled


def test_other_encoders_stay_as_they_are() -> None:
    assert TrainingSpec.model_validate({"encoder": "xlm-roberta-base"}).recipe.model_dump() == {"base": "default"}
    assert EncoderSpec.model_validate("xlm-roberta-base").layers is None
    with pytest.raises(ValidationError, match="leave layers out"):
        EncoderSpec.model_validate({"tiny": {}, "layers": 2})


def test_the_first_layers_are_a_part_of_the_whole() -> None:
    whole, half = (shape_of(EncoderSpec(name="e5-small", layers=n)) for n in (12, 6))
    assert whole is not None
    assert half is not None
    assert (half.layers, half.hidden) == (6, 384)
    assert whole.parameters == 117_505_920
    # Positions and token types are shared out over the layers: within 0.2 per cent of the folder cut to 6.
    assert half.parameters == pytest.approx(117_505_920 - 6 * 1_774_464, rel=2e-3)
