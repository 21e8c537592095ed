"""Mistakes put into gold are as many as asked for and can be taken out again; findings are counted against them."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from experiments.label_noise import KINDS, Mistake, damaged, found_counts, moved, ratio, table
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.data.demo import demo_corpus
from spanloom.ner.spans import Span, spans_of, tags_of
from spanloom_trainer.audit.findings import Finding

GOLD = demo_corpus("da")["train"][:80]


@settings(deadline=None, max_examples=30)
@given(share=st.floats(0, 1), seed=st.integers(0, 99))
def test_mistakes_can_be_taken_out_again(share: float, seed: int) -> None:
    new, mistakes = damaged(GOLD, share, 3, seed)
    spans = sum(len(spans_of(sentence.tags)) for sentence in GOLD)
    assert len(mistakes) == round(share * spans)
    mended = [set(spans_of(sentence.tags)) for sentence in new]
    for mistake in mistakes:
        assert mistake.now is None or mistake.now in mended[mistake.sentence]
        mended[mistake.sentence].discard(mistake.now)  # type: ignore[arg-type]
    for mistake in mistakes:
        mended[mistake.sentence].add(mistake.was)
    assert [tags_of(own, len(s.tags)) for own, s in zip(mended, GOLD, strict=True)] == [s.tags for s in GOLD]
    kinds = Counter(mistake.kind for mistake in mistakes)
    assert kinds["left out"] == len(mistakes) // len(KINDS)
    assert kinds["type"] >= kinds["boundary"]


def test_a_boundary_moves_by_one_word_and_meets_nobody() -> None:
    assert moved(Span(0, 0, 1), [Span(1, 1, 2)], 2) == []
    assert set(moved(Span(0, 1, 3), [], 4)) == {Span(0, 0, 3), Span(0, 2, 3), Span(0, 1, 2), Span(0, 1, 4)}


def test_findings_are_counted_against_the_mistakes() -> None:
    was, now = Span(0, 1, 2), Span(1, 1, 2)
    mistakes = [Mistake(0, was, now, "type"), Mistake(1, Span(0, 0, 1), None, "left out")]
    right = Finding(0, 1, 2, (now,), (was,), "type", 0.9, 2.0, 0.0, True)
    wrong = Finding(0, 4, 5, (), (Span(0, 4, 5),), "missed", 0.5, 2.0, 0.0, False)
    counts = {name: value.tolist() for name, value in found_counts([right, wrong], mistakes, 2).items()}
    assert (counts["findings"], counts["right"]) == ([2, 0], [1, 0])
    assert (counts["mistakes"], counts["found"], counts["mended"]) == ([1, 1], [1, 0], [1, 0])
    assert counts["mistakes left out"] == [0, 1]
    assert ratio(np.array([1, 0]), np.array([1, 1])) == [0.5, 0, 1]
    assert ratio(np.array([0]), np.array([0])) is None


def test_a_table_of_lines_without_arms() -> None:
    tally = {"findings": 3, "precision": [0.5, 0.25, 0.75], "recall": None, "mended": [1, 1, 1]}
    part = {**tally, **{f"recall, {kind}": None for kind in KINDS}}
    line = {"language": "da", "share": 0.2, "spans": 10, "seed": 1, "all": part, "flagged": part, "f1": {}, "gain": {}}
    told = table([json.loads(json.dumps(line))])
    assert "| da | 20% of 10 spans | 1 | 3 flagged | 0.500 (0.250 to 0.750) |  |" in told
    with pytest.raises(KeyError):
        table([{}])
