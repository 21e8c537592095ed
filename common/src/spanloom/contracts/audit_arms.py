"""Arms that audit labels: when one is due, and what it is."""

from __future__ import annotations

from collections.abc import Mapping

from spanloom.contracts.arm import Arm
from spanloom.contracts.arms import Grid, once
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.training_sets import DatasetKey, DatasetState, encoder_text

FOLDS = 3
"""Folds that an audited dataset is cut into."""


def audits_due(run_id: str, spec: RunSpec, datasets: Mapping[DatasetKey, DatasetState], grid: Grid) -> list[Arm]:
    """The audits of a run's complete datasets that were asked for.

    None while other arms wait: what an audit leaves or mends is a new version, and all arms of this one come first.
    """
    if grid.waiting:
        return []
    return [
        once(run_id, spec, "audit", (language, source), "from_scratch", state).model_copy(
            update={"encoder_text": encoder_text(spec, datasets, (language,))}
        )
        for (language, source, _), state in datasets.items()
        if state.audit and state.complete and state.accepted
    ]


def audit_updates(arm: Arm) -> int:
    """Updates of an audit: a training on all folds but one, for each fold."""
    return FOLDS * arm.training_recipe.updates(arm.size - arm.size // FOLDS)
