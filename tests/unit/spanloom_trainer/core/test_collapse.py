from __future__ import annotations

from spanloom.contracts.training import Recipe
from spanloom_trainer.core.collapse import guard_step, why_collapsed

FALLING = [2.0 / (i + 1) for i in range(400)]


def test_all_o_on_dev_is_a_collapse() -> None:
    assert why_collapsed(FALLING, 0.6, 0, 12) == "every dev word is tagged O"


def test_finding_nothing_where_there_is_nothing_is_none() -> None:
    assert why_collapsed(FALLING, 0.6, 0, 0) is None


def test_a_loss_at_the_constant_guess_is_a_collapse() -> None:
    assert "no better than that of a constant guess" in (why_collapsed([2.0] * 10 + [0.6] * 390, 0.6, 3, 12) or "")
    assert why_collapsed(FALLING, 0.6, 3, 12) is None


def test_a_loss_that_is_no_number_is_a_collapse() -> None:
    assert why_collapsed([0.1] * 300 + [float("nan")] * 100, 0.6, 3, 12) is not None


def test_a_low_loss_need_not_fall_further() -> None:
    assert why_collapsed([0.1] * 400, 0.6, 3, 12) is None


def test_the_guard_waits_for_half_and_for_two_hundred() -> None:
    assert guard_step(Recipe(), 1000) == 500
    assert guard_step(Recipe(), 301) == 200
    assert guard_step(Recipe(), 199) is None
