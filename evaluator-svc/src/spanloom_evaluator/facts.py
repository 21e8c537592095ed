"""What an evaluation's row says beside its scores, so that it can be read alone: plain facts from plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spanloom.contracts.arm import Arm
from spanloom.contracts.gold import LanguageSpec
from spanloom.contracts.spec import RunSpec
from spanloom.ner.sentence import Sentence
from spanloom.version import version
from spanloom_evaluator.score.novelty import entities_of, gold_overlap, recall_by_novelty


def facts_of_run(spec: RunSpec, arm: Arm, language: str) -> dict[str, Any]:
    """The language as the specification has it, and what kind of source the arm was trained on."""
    known: LanguageSpec | None = next((item for item in spec.languages if item.code == language), None)
    source = next((item for item in spec.sources if item.name == arm.source), None)
    return {
        "language_name": known.name if known else None,
        "family": known.family if known else None,
        "script": known.script if known else None,
        "in_xlmr": known.in_xlmr if known else None,
        "distance": known.related.distance if known and known.related else None,
        "source_kind": source.kind if source else arm.source,
        "code_version": version(),
    }


def facts_of_data(
    test: Sequence[Sentence], predicted: Sequence[Sequence[int]], trained_on: Sequence[Sentence]
) -> dict[str, Any]:
    """Sizes of the arm's own training data, recall on entities seen and unseen in them, and test sentences in them.

    `trained_on` is the arm's subset without a held-out dev set; for a zero-shot score the related language's data.
    """
    recall = recall_by_novelty(test, predicted, entities_of(trained_on))
    overlap = gold_overlap(test, trained_on)
    return {
        "train_sentences": len(trained_on),
        "train_tokens": sum(len(s.tokens) for s in trained_on),
        "train_entities": sum(1 for s in trained_on for tag in s.tags if tag % 2),
        "recall_seen": recall.seen.recall if recall.seen.gold else None,
        "entities_seen": recall.seen.gold,
        "recall_unseen": recall.unseen.recall if recall.unseen.gold else None,
        "entities_unseen": recall.unseen.gold,
        "test_in_training": overlap.overlapping,
    }
