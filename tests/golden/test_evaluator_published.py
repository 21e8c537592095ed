"""Scores of published predictions are the published scores, and those of seqeval and nervaluate."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from nervaluate import Evaluator
from seqeval.metrics import v1
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support
from seqeval.scheme import IOB2

from spanloom.data.readers import read_sentences
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_evaluator.score.align import Aligned, align
from spanloom_evaluator.score.novelty import entities_of, gold_overlap, recall_by_novelty
from spanloom_evaluator.score.schemes import ALL, Scores, score
from support.common import shared_data

SCHEMA = LabelSchema.of(["DATE", "LOC", "ORG", "PER"])
PUBLISHED = ["kin-xlmrlarge-1", "kin-xlmrlarge-2", "kin-xlmrlarge-3", "swa-xlmrlarge-1"]


def _gold(language: str, split: str) -> Path:
    return shared_data("data", "gold", f"masakhaner2-{language}", f"{split}.txt.gz")


def _load(name: str) -> tuple[list[list[str]], Aligned, Scores]:
    gold_path, pred_path = _gold(name[:3], "test"), shared_data("data", "predictions", f"{name}.txt.gz")
    gold = read_sentences(gold_path)
    aligned = align(gold, read_sentences(pred_path), gold_path=str(gold_path), pred_path=str(pred_path))
    tags = [list(sentence.tags) for sentence in gold]
    ids = [[[SCHEMA.id_of(tag) for tag in s] for s in side] for side in (tags, aligned.tags)]
    return tags, aligned, score(ids[0], ids[1], SCHEMA)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_scores(name):
    published = shared_data("data", "predictions", f"{name}.result.txt").read_text()
    expected = {key: float(value) for key, value in re.findall(r"^(f1|precision|recall) = (\S+)$", published, re.M)}
    _, aligned, scores = _load(name)
    micro = scores.of()
    assert {"f1": micro.f1, "precision": micro.precision, "recall": micro.recall} == pytest.approx(expected, abs=1e-12)

    rows = re.findall(r"^ *(\S+(?: avg)?) +([\d.]+) +([\d.]+) +([\d.]+) +(\d+)$", published, re.M)
    averages = {"micro avg": micro, "macro avg": scores.macro(), "weighted avg": scores.weighted()}
    assert {row[0] for row in rows} == {*SCHEMA.types, *averages}
    for label, *values, support in rows:
        ours = averages.get(label) or scores.of("typed", label)
        assert [f"{value:.2f}" for value in ours[:3]] == values
        assert ours.gold == int(support)
    assert aligned.missing_sentences == 0


@pytest.mark.parametrize("name", PUBLISHED)
def test_equal_to_seqeval_and_nervaluate(name):
    gold, aligned, scores = _load(name)
    default = precision_recall_fscore_support(gold, aligned.tags, average="micro")
    assert scores.of("typed")[:3] == pytest.approx(default[:3], abs=1e-12)
    strict = v1.precision_recall_fscore_support(gold, aligned.tags, average="micro", scheme=IOB2)
    assert scores.of("strict")[:3] == pytest.approx(strict[:3], abs=1e-12)
    theirs = Evaluator(gold, aligned.tags, list(SCHEMA.types), loader="list").evaluate()
    for scheme, key in [("partial", "partial"), ("type", "ent_type"), ("boundary", "exact"), ("typed", "strict")]:
        for label, row in {
            ALL: theirs["overall"][key],
            **{t: theirs["entities"][t][key] for t in SCHEMA.types},
        }.items():
            assert scores.of(scheme, label)[:3] == pytest.approx((row.precision, row.recall, row.f1), abs=1e-12)


def test_swahili_predictions_of_another_version_of_the_data():
    """The tokens of this file were changed by a spreadsheet, and some were split otherwise; none are lost."""
    _, aligned, _ = _load("swa-xlmrlarge-1")
    assert (aligned.missing_tokens, aligned.missing_sentences) == (0, 0)
    assert aligned.respelled_tokens > 0


@pytest.mark.parametrize(("language", "overlapping", "sentences"), [("swa", 12, 1883), ("kin", 9, 2235)])
def test_gold_overlap(language, overlapping, sentences):
    sides = [
        [Sentence(s.tokens, tuple(map(SCHEMA.id_of, s.tags))) for s in read_sentences(_gold(language, split))]
        for split in ("test", "train")
    ]
    assert gold_overlap(*sides) == (overlapping, sentences)
    perfect = recall_by_novelty(sides[0], [s.tags for s in sides[0]], entities_of(sides[1]))
    assert perfect.seen.recall == perfect.unseen.recall == 1.0
    assert perfect.seen.gold > perfect.unseen.gold > 0


def test_thousands_of_random_sentences():
    rng = np.random.default_rng(7)
    outside = rng.random((2, 4000, 12)) < 0.5
    tags = np.where(outside, 0, rng.integers(0, len(SCHEMA), (2, 4000, 12)))
    tags[1] = np.where(rng.random((4000, 12)) < 0.7, tags[0], tags[1])
    gold, pred = tags.tolist()
    scores = score(gold, pred, SCHEMA)
    names = [[SCHEMA.names(s) for s in side] for side in (gold, pred)]
    default = precision_recall_fscore_support(*names, average=None)
    strict = v1.precision_recall_fscore_support(*names, average=None, scheme=IOB2)
    for i, label in enumerate(SCHEMA.types):
        assert scores.of("typed", label)[:3] == pytest.approx([column[i] for column in default[:3]], abs=1e-12)
        assert scores.of("strict", label)[:3] == pytest.approx([column[i] for column in strict[:3]], abs=1e-12)
    theirs = Evaluator(*names, list(SCHEMA.types), loader="list").evaluate()["overall"]
    for scheme, key in [("partial", "partial"), ("type", "ent_type"), ("boundary", "exact")]:
        row = theirs[key]
        assert scores.of(scheme)[:3] == pytest.approx((row.precision, row.recall, row.f1), abs=1e-12)
