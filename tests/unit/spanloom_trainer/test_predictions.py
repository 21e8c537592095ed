"""What a training tells the evaluator: restarts and shared labels have rows of their own."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom.contracts.arm import Arm
from spanloom.contracts.training import EncoderSpec, Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.labels import annotated, shared_labels
from spanloom_trainer.models.store import ExportPolicy
from spanloom_trainer.predictions import predictions_of
from spanloom_trainer.records import GoldTest, JobData

ARM = Arm(
    run_id="r", kind="train", language="da", source="organic", setting="from_scratch", train_dataset="r.da.gold.train",
    size=30, size_asked=30, dev="gold", dev_dataset="r.da.gold.dev", tests=("da", "sv"), encoder=EncoderSpec(name="x"),
    recipe=Recipe(), steps=None, related=None, needs=None, subset_seed=1, training_seed=1,
)  # fmt: skip
TESTS = [
    GoldTest("r.da.gold.test", "da", [Sentence(("a", "b"), (0, 0)), Sentence(("c",), (1,))], None),
    GoldTest("r.sv.gold.test", "sv", [Sentence(("d",), (1,))], ("PER",)),
]
DATA = JobData(
    arm=ARM, schema=LabelSchema.of(["PER", "DATE"]), train=[], dev=[], tests=TESTS, encoder_text=[], start_from=None,
    gold_used=30, export_policy=ExportPolicy(export=False), card={},
)  # fmt: skip


def result(*tries: tuple[list[list[int]], bool], chosen: int) -> dict[str, Any]:
    told = [{"predictions": tags, "collapsed": bad, "seconds": 2.0, "steps": 100} for tags, bad in tries]
    rest = {"few_updates": False, "tokens_lost": 0, "labels_absent": ("DATE",), "seconds": 9.0}
    return {"tries": told, "chosen": chosen, **rest}


def test_without_a_restart_there_is_the_first_try_alone() -> None:
    found = predictions_of(DATA, result(([[0, 0], [1], [3]], False), chosen=0))
    assert [(one.dataset, one.method, one.tags) for one in found] == [
        ("r.da.gold.test", "direct", [[0, 0], [1]]),
        ("r.sv.gold.test", "direct", [[3]]),
    ]
    assert [list(one.facts) for one in found] == [["identity"], ["identity", "shared"]]
    assert found[1].facts["shared"]["labels"] == ["PER"]
    assert found[0].facts["identity"]["labels_absent"] == ["DATE"]


def test_the_chosen_try_stands_beside_the_first() -> None:
    tries = [([[0, 0], [0], [0]], True), ([[0, 0], [0], [0]], True), ([[1, 2], [1], [1]], False)]
    found = predictions_of(DATA, result(*tries, chosen=2))
    assert [(one.method, one.tags) for one in found if one.language == "da"] == [
        ("direct", [[0, 0], [0]]),
        ("direct+restarts", [[1, 2], [1]]),
    ]
    first, last = (one.facts["identity"] for one in found if one.language == "da")
    assert [first[name] for name in ("collapsed", "restarts", "training_seconds", "updates")] == [True, 2, 2.0, 100]
    assert [last[name] for name in ("collapsed", "restarts", "training_seconds", "updates")] == [False, 2, 9.0, 300]


def test_restarts_that_all_collapse_are_told_too() -> None:
    tries = [([[0, 0], [0], [0]], True), ([[1, 2], [1], [1]], True)]
    found = predictions_of(DATA, result(*tries, chosen=0))
    assert [(one.method, one.facts["identity"]["collapsed"]) for one in found if one.language == "da"] == [
        ("direct", True),
        ("direct+restarts", True),
    ]
    assert found[0].tags == found[2].tags


FOUR, THREE = (LabelSchema.of(names).tags for names in (["PER", "ORG", "LOC", "DATE"], ["PER", "ORG", "LOC"]))


@pytest.mark.parametrize(
    ("test", "train", "expected"),
    [
        ((FOUR, {"missing_types": []}), (FOUR, None), None),
        ((FOUR, {"missing_types": []}), (THREE, {}), ("PER", "ORG", "LOC")),
        ((FOUR, {"missing_types": []}), (FOUR, {"missing_types": ["DATE"]}), ("PER", "ORG", "LOC")),
        ((FOUR, {"missing_types": ["DATE"]}), (FOUR, {}), ("PER", "ORG", "LOC")),
        ((THREE, {"missing_types": []}), (FOUR, {}), None),
    ],
)
def test_the_labels_that_both_have(test: Any, train: Any, expected: tuple[str, ...] | None) -> None:
    assert shared_labels(test, annotated(*train)) == expected
