"""How much gold an arm has used: distinct gold sentences of its language in prompts, training and dev."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.types import ARRAY, Integer, Text

from spanloom.contracts.arms import GOLD, Arm
from spanloom.data.subset import subset

_DATASETS = text("SELECT id, source, accepted FROM datasets WHERE id = ANY(:ids)")
_PROMPTS = text("""
SELECT count(*) AS prompts, count(*) FILTER (WHERE seeds <> '{}') AS seeded FROM prompts WHERE dataset_id = ANY(:ids)
""")
# Seeds are places in the gold train set of the dataset's language. A prompt that ended without a completion was made
# for nothing: its dataset was complete before it was sent.
_CONTENTS = text("""
SELECT g.content
  FROM datasets d
  JOIN prompts p ON p.dataset_id = d.id
 CROSS JOIN unnest(p.seeds) AS seed(place)
  JOIN datasets t ON t.run_id = d.run_id AND t.language = d.language AND t.source = :gold AND t.split = 'train'
  JOIN samples g ON g.dataset_id = t.id AND g.call_index = 0 AND g.candidate_index = seed.place
 WHERE d.id = ANY(:called) AND (p.state <> 'done' OR EXISTS (SELECT 1 FROM completions c WHERE c.id = p.id))
 UNION
SELECT content FROM samples WHERE dataset_id = :train AND call_index = 0 AND candidate_index = ANY(:places)
 UNION
SELECT content FROM samples WHERE dataset_id = :dev
""").bindparams(bindparam("called", type_=ARRAY(Text)), bindparam("places", type_=ARRAY(Integer)))


def gold_used(connection: Connection, arm: Arm) -> int | None:
    """Distinct gold sentences (tokens, NFC and case-folded) behind an arm.

    The related language's are not counted, so zero-shot has used none. Gold: the arm's subset, with what it held out,
    and the gold dev set where that chose the model. Synthetic: the seeds of all calls of its datasets, whatever the
    arm's size, for its samples are drawn from all of them. None where calls were made elsewhere and their seeds are
    not known.
    """
    if arm.kind == "pretrain":
        return 0
    ids = [arm.train_dataset, *([arm.dev_dataset] if arm.dev_dataset else [])]
    datasets = {row.id: row for row in connection.execute(_DATASETS, {"ids": ids})}
    train = datasets[arm.train_dataset]
    places: list[int] = []
    if train.source == GOLD:
        places = subset(range(train.accepted), arm.size, arm.subset_seed, paper=arm.recipe.paper_subsets)
    called = [dataset for dataset in ids if datasets[dataset].source != GOLD]
    dev = arm.dev_dataset if arm.dev_dataset not in called else None
    calls = connection.execute(_PROMPTS, {"ids": called}).one()
    if calls.prompts and not calls.seeded:
        return None
    values = {"gold": GOLD, "called": called, "train": arm.train_dataset, "places": places, "dev": dev}
    return len(connection.execute(_CONTENTS, values).all())
