"""How much gold an arm has used: distinct gold sentences of its language in prompts, training and dev."""

from __future__ import annotations

from sqlalchemy import Connection, text

from spanloom.contracts.arms import GOLD, Arm

_DATASETS = text("SELECT id, source, accepted FROM datasets WHERE id = ANY(:ids)")
# Seeds are places in the gold train set of the dataset's language.
_SEEDS = text("""
SELECT count(DISTINCT seed) AS used, (SELECT count(*) FROM prompts WHERE dataset_id = ANY(:ids)) AS prompts
  FROM prompts p, unnest(p.seeds) AS seed WHERE p.dataset_id = ANY(:ids)
""")


def gold_used(connection: Connection, arm: Arm) -> int | None:
    """Distinct gold sentences behind an arm; the related language's are not counted, so zero-shot has used none.

    Gold: the arm's subset, with what it held out, and the gold dev set where that chose the model. Synthetic: the
    seeds of all calls of its datasets, and the gold dev set where that chose the model. None where calls were made
    elsewhere and their seeds are not known.
    """
    if arm.kind == "pretrain":
        return 0
    datasets = {
        row.id: row
        for row in connection.execute(_DATASETS, {"ids": [arm.train_dataset, arm.dev_dataset or arm.train_dataset]})
    }
    used, called = 0, []
    for dataset, size in ((arm.train_dataset, arm.size), (arm.dev_dataset, None)):
        if dataset is None:
            continue
        if datasets[dataset].source == GOLD:
            used += datasets[dataset].accepted if size is None else size
        else:
            called.append(dataset)
    seeds = connection.execute(_SEEDS, {"ids": called}).one()
    return None if seeds.prompts and not seeds.used else used + int(seeds.used)
