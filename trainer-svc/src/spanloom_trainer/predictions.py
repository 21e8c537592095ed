"""What a finished training has to tell the evaluator: predictions and facts, one row a test set and method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spanloom.contracts.arm import DIRECT, IDENTITY, RESTARTED, SHARED
from spanloom.data.split import split_of
from spanloom_trainer.records import JobData, TestPrediction


def predictions_of(data: JobData, result: Mapping[str, Any]) -> list[TestPrediction]:
    """The first training's predictions, always; and those of the training chosen in the end where there were restarts.

    With restarts that all collapsed the chosen one is the first: its second row says that they did not help.
    """
    trainings = {DIRECT: 0, **({RESTARTED: int(result["chosen"])} if len(result["tries"]) > 1 else {})}
    return [finding for method, number in trainings.items() for finding in _of_training(data, result, method, number)]


def _of_training(data: JobData, result: Mapping[str, Any], method: str, number: int) -> Iterator[TestPrediction]:
    tags, at = result["tries"][number]["predictions"], 0
    facts = facts_of(data, result, method)
    for test in data.tests:
        by_mapping = {IDENTITY: facts}
        if test.labels:
            by_mapping[SHARED] = {**facts, "labels": list(test.labels)}
        end = at + len(test.sentences)
        yield TestPrediction(test.dataset, test.language, method, tags[at:end], by_mapping)
        at = end


def dev_sentences(data: JobData) -> int:
    """How many dev sentences chose the best state."""
    arm = data.arm
    split = split_of(data.train, arm.size, data.dev, seed=arm.subset_seed, paper=arm.recipe.paper_subsets)
    return min(len(split.dev), len(split.train)) if arm.recipe.dev_cut else len(split.dev)


def facts_of(data: JobData, result: Mapping[str, Any], method: str = DIRECT) -> dict[str, Any]:
    """What a result row says beside its scores. Seconds and updates are the first training's, or those of all."""
    arm, trainings = data.arm, result["tries"]
    first = method == DIRECT
    chosen = trainings[0] if first else trainings[result["chosen"]]
    return {
        "control": "epochs" if arm.steps is None else "step_matched",
        "dev": arm.dev,
        "dev_sentences": dev_sentences(data),
        "gold_used": data.gold_used,
        "encoder": arm.encoder.name or "tiny",
        "recipe": arm.recipe.model_dump(),
        "related": arm.related or (arm.language if arm.kind == "pretrain" else None),
        "training_seconds": chosen["seconds"] if first else result["seconds"],
        "updates": chosen["steps"] if first else sum(one["steps"] for one in trainings),
        "collapsed": chosen["collapsed"],
        "few_updates": result["few_updates"],
        "restarts": len(trainings) - 1,
        "tokens_lost": result["tokens_lost"],
        "labels_absent": list(result["labels_absent"]),
    }
