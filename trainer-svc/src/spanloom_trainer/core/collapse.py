"""The collapse guard: has this training learnt anything at all? It looks at training loss and dev, never at test."""

from __future__ import annotations

from collections.abc import Sequence

from spanloom.contracts.training import Recipe

WINDOW = 50  # updates over which the training loss is averaged, or a tenth of them where they are fewer
MARGIN = 0.95


def why_collapsed(
    losses: Sequence[float], constant_loss: float, entities_found: int, entities_wanted: int
) -> str | None:
    """Why a training counts as collapsed, or None.

    It does when it tags every dev word O although dev has entities, or when its recent training loss has not fallen
    below that of the best constant guess, which knows the tags' shares alone (a loss that is not a number counts).
    """
    if entities_wanted and not entities_found:
        return "every dev word is tagged O"
    recent = losses[-max(1, min(WINDOW, len(losses) // 10)) :]
    mean = sum(recent) / len(recent)
    if not mean < MARGIN * constant_loss:
        return f"training loss {mean:.3f} is no better than that of a constant guess ({constant_loss:.3f})"
    return None


def guard_step(recipe: Recipe, steps: int) -> int | None:
    """The first update after which the guard may speak, or None where the training is too short for it."""
    first = max(recipe.guard_after, (steps + 1) // 2)
    return first if first <= steps else None
