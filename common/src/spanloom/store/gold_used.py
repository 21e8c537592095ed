"""How many gold sentences an arm has cost: those its prompts showed, it trained on, or its dev set holds."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.types import ARRAY, Integer, Text

from spanloom.contracts.arms import GOLD, Arm
from spanloom.data.subset import subset

_SOURCES = text("SELECT id, source, accepted FROM datasets WHERE id = ANY(:datasets)").bindparams(
    bindparam("datasets", type_=ARRAY(Text))
)
# A call that failed taught nobody anything: its seeds do not count.
_CONTENTS = text("""
SELECT g.content
  FROM datasets d
  JOIN prompts p ON p.dataset_id = d.id
  JOIN completions c ON c.id = p.id AND c.error IS NULL
 CROSS JOIN unnest(p.seeds) AS seed(place)
  JOIN datasets t ON t.run_id = d.run_id AND t.language = d.language AND t.source = :gold AND t.split = 'train'
  JOIN samples g ON g.dataset_id = t.id AND g.call_index = 0 AND g.candidate_index = seed.place
 WHERE d.id = ANY(:datasets)
 UNION
SELECT content FROM samples WHERE dataset_id = :train AND call_index = 0 AND candidate_index = ANY(:places)
 UNION
SELECT content FROM samples WHERE dataset_id = :dev
""").bindparams(bindparam("datasets", type_=ARRAY(Text)), bindparam("places", type_=ARRAY(Integer)))


def gold_used(connection: Connection, arm: Arm) -> int:
    """Distinct gold sentences (tokens, NFC and case-folded) of the tested language that an arm used.

    Of a synthetic dataset, training or dev, the seeds of all calls that were answered count, whatever the arm's size:
    its samples are drawn from all of them. Of organic data the subset counts, with what is held out of it; of gold dev
    all. WikiANN's sentences are not gold. A pre-training is tested on other languages, of which it saw none: 0; what
    an arm's pre-training saw is likewise the related language's.
    """
    if arm.kind == "pretrain":
        return 0
    datasets = [arm.train_dataset, *([arm.dev_dataset] if arm.dev_dataset else [])]
    found = {row.id: row for row in connection.execute(_SOURCES, {"datasets": datasets})}
    train = found[arm.train_dataset]
    places: list[int] = []
    if train.source == GOLD:
        places = subset(range(train.accepted), arm.size, arm.subset_seed, paper=arm.recipe.base == "paper")
    gold_dev = arm.dev_dataset if arm.dev_dataset and found[arm.dev_dataset].source == GOLD else None
    values = {"gold": GOLD, "datasets": datasets, "train": arm.train_dataset, "places": places, "dev": gold_dev}
    return len(connection.execute(_CONTENTS, values).all())
