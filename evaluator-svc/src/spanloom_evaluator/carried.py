"""Predictions made on a dataset that stands for a test set, as predictions of the test set itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from spanloom.contracts.arm import LLM_TAG, TAGGER, Arm
from spanloom.errors import SchemaError
from spanloom.ner.links import parse_links
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of, tags_of
from spanloom.projection.back import project_back

_TRANSLATED = text("""
SELECT s.call_index, s.tokens, c.links FROM samples s
  JOIN completions c ON c.dataset_id = s.dataset_id AND c.call_index = s.call_index
 WHERE s.dataset_id = :dataset ORDER BY s.call_index, s.candidate_index
""")


_TAGGED = text("SELECT call_index, ner_tags FROM samples WHERE dataset_id = :dataset ORDER BY call_index")


def stood_for(
    connection: Connection, arm: Arm, test: Sequence[Sentence], predicted: Sequence[Sequence[int]]
) -> tuple[list[list[int]], dict[str, Any]]:
    """The predictions on the dataset that an arm tagged, on the test sentences that it stands for; with facts."""
    assert arm.tagged is not None  # noqa: S101  asked by the caller
    if arm.method == TAGGER:  # it has tagged the test set itself
        return [list(tags) for tags in predicted], {}
    if arm.method == LLM_TAG:
        return answered(connection, arm.tagged, test, predicted)
    return carried_back(connection, arm.tagged, test, predicted)


def answered(
    connection: Connection, dataset: str, test: Sequence[Sentence], predicted: Sequence[Sequence[int]]
) -> tuple[list[list[int]], dict[str, Any]]:
    """The tags that an LLM gave the test sentences, each in its place.

    With facts: `untagged` test sentences, of which there was no usable answer, and on which nothing is found. Raises
    SchemaError where predictions and answers are not of the same sentences.
    """
    rows = connection.execute(_TAGGED, {"dataset": dataset}).all()
    if [len(row.ner_tags) for row in rows] != [len(tags) for tags in predicted]:
        raise SchemaError(f"the predictions of {dataset} are not of its sentences")
    found = [[0] * len(sentence.tokens) for sentence in test]
    for row, tags in zip(rows, predicted, strict=True):
        found[row.call_index] = list(tags)
    return found, {"untagged": len(test) - len(rows)}


def carried_back(
    connection: Connection, dataset: str, test: Sequence[Sentence], predicted: Sequence[Sequence[int]]
) -> tuple[list[list[int]], dict[str, Any]]:
    """The tags of a translated test set's sentences on the test sentences, by the links that were stored with each.

    With facts: `untranslated` test sentences, on which nothing is found, and `lost_back`, entities found in
    translation that could not be carried back, by reason. Raises SchemaError where predictions and translations are
    not of the same sentences.
    """
    rows = connection.execute(_TRANSLATED, {"dataset": dataset}).all()
    if [len(row.tokens) for row in rows] != [len(tags) for tags in predicted]:
        raise SchemaError(f"the predictions of {dataset} are not of its sentences")
    found = [[0] * len(sentence.tokens) for sentence in test]
    lost: Counter[str] = Counter()
    for row, tags in zip(rows, predicted, strict=True):
        tokens = test[row.call_index].tokens
        projection = project_back(spans_of(tags), parse_links(row.links or ""), len(row.tokens), tokens)
        found[row.call_index] = list(tags_of(projection.spans, len(tokens)))
        lost.update(reason.value for _, reason in projection.lost)
    return found, {"untranslated": len(test) - len(rows), "lost_back": dict(sorted(lost.items()))}
