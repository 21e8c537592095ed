"""Arms that audit labels: when one is due, and what it is."""

from __future__ import annotations

from collections.abc import Mapping

from spanloom.contracts.arm import Arm
from spanloom.contracts.arms import Grid
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.training_sets import DatasetKey, DatasetState, encoder_text


def audits_due(run_id: str, spec: RunSpec, datasets: Mapping[DatasetKey, DatasetState], grid: Grid) -> list[Arm]:
    """The audits of a run's complete datasets that were asked for.

    None while other arms wait: what an audit leaves or mends is a new version, and all arms of this one come first.
    """
    if grid.waiting:
        return []
    return [
        Arm(
            run_id=run_id,
            kind="audit",
            language=language,
            source=source,
            setting="from_scratch",
            train_dataset=state.id,
            size=state.accepted,
            size_asked=state.accepted,
            dev="held_out",
            dev_dataset=None,
            tests=(),
            encoder=spec.training.encoder,
            encoder_text=encoder_text(spec, datasets, (language,)),
            recipe=spec.training.recipe,
            steps=None,
            related=None,
            needs=None,
            subset_seed=spec.training.subset_seed,
            training_seed=spec.training.training_seeds[0],
        )
        for (language, source, _), state in datasets.items()
        if state.audit and state.complete and state.accepted
    ]
