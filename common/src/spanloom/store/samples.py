"""Reading a dataset's samples, in (call, candidate) order: the order subsets are drawn from."""

from __future__ import annotations

from sqlalchemy import Connection, text

from spanloom.contracts.arm import Arm
from spanloom.data.subset import permutation, subset
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence

_SENTENCES = text("""
SELECT tokens, ner_tags FROM samples WHERE dataset_id = :dataset ORDER BY call_index, candidate_index
""")
_SCHEMA = text("SELECT tags FROM datasets WHERE id = :dataset")


def sentences_of(connection: Connection, dataset: str) -> list[Sentence]:
    """All samples of a dataset; they do not depend on the order in which completions arrived."""
    return [Sentence(tuple(r.tokens), tuple(r.ner_tags)) for r in connection.execute(_SENTENCES, {"dataset": dataset})]


def schema_of(connection: Connection, dataset: str) -> LabelSchema:
    """The label schema of a dataset."""
    return LabelSchema(tuple(connection.execute(_SCHEMA, {"dataset": dataset}).scalar_one()))


def training_sentences(connection: Connection, arm: Arm) -> list[Sentence]:
    """What an arm's subset is drawn from: its dataset, or, for a mix, the chosen sentences of both, shuffled."""
    if arm.mixed_with is None:
        return sentences_of(connection, arm.train_dataset)
    paper, seed = arm.recipe.paper_subsets, arm.subset_seed
    chosen = [
        sentence
        for dataset, size in arm.parts
        for sentence in subset(sentences_of(connection, dataset), size, seed, paper=paper)
    ]
    return [chosen[i] for i in permutation(len(chosen), seed)]
