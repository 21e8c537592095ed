"""What an arm has used of its language: annotated sentences (prompts, training, dev), and unlabelled ones."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.types import ARRAY, Integer, Text

from spanloom.contracts.arm import LLM_TAG, Arm
from spanloom.contracts.training_sets import GOLD
from spanloom.data.subset import subset

_DATASETS = text("SELECT id, source, language, accepted FROM datasets WHERE id = ANY(:ids)")
# A prompt that shows no examples (m: 0) has no seeds to know.
_PROMPTS = text("""
SELECT count(*) AS prompts, count(*) FILTER (WHERE p.seeds <> '{}') AS seeded
  FROM prompts p JOIN datasets d ON d.id = p.dataset_id
 WHERE p.dataset_id = ANY(:ids) AND d.kind <> 'translated' AND d.info ->> 'm' IS DISTINCT FROM '0'
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
# Each prompt of such a dataset gave a sentence of its own to be labelled.
_TEXT = text("""
SELECT count(*) FROM prompts p JOIN datasets d ON d.id = p.dataset_id
 WHERE d.id = ANY(:ids) AND d.kind = 'annotated'
   AND (p.state <> 'done' OR EXISTS (SELECT 1 FROM completions c WHERE c.id = p.id))
""").bindparams(bindparam("ids", type_=ARRAY(Text)))


def gold_used(connection: Connection, arm: Arm) -> int | None:
    """Distinct gold sentences (tokens, NFC and case-folded) behind an arm.

    The related language's are not counted, so zero-shot has used none, in translation or not. Gold: the arm's subset,
    with what it held out, and the gold dev set where that chose the model. Synthetic and annotated: the seeds of all
    calls of its datasets, whatever the arm's size, for its samples are drawn from all of them; a test set tagged by an
    LLM likewise. Translations of the related language's sentences have used none. None where calls were made elsewhere
    and their seeds are not known.
    """
    if arm.kind == "pretrain" or (arm.kind == "tag" and arm.method != LLM_TAG):
        return 0
    if arm.kind == "tag":
        ids = [arm.tagged] if arm.tagged else []
    else:
        ids = [*(dataset for dataset, _ in arm.parts), *([arm.dev_dataset] if arm.dev_dataset else [])]
    datasets = {row.id: row for row in connection.execute(_DATASETS, {"ids": ids})}
    train, places = arm.train_dataset, list[int]()
    for dataset, size in arm.parts if arm.kind == "train" else ():
        row = datasets[dataset]
        if row.source == GOLD and row.language == arm.language:
            train = dataset
            places = subset(range(row.accepted), size, arm.subset_seed, paper=arm.recipe.paper_subsets)
    called = [dataset for dataset in ids if datasets[dataset].source != GOLD]
    dev = arm.dev_dataset if arm.dev_dataset not in called else None
    calls = connection.execute(_PROMPTS, {"ids": called}).one()
    if calls.prompts and not calls.seeded:
        return None
    values = {"gold": GOLD, "called": called, "train": train, "places": places, "dev": dev}
    return len(connection.execute(_CONTENTS, values).all())


def text_used(connection: Connection, arm: Arm) -> int:
    """Unlabelled sentences of the target behind an arm: those that an LLM was given to label for its training data,
    whatever the arm's size. They cost nobody's work; the test set, tagged as it is, is none of them.
    """
    ids = [dataset for dataset, _ in arm.parts] if arm.kind == "train" else []
    return int(connection.execute(_TEXT, {"ids": ids}).scalar_one())
