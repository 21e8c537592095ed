"""Trainings and evaluations on a real database: collapses on purpose, and label schemas that differ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.spec import check_spec
from spanloom.data.demo import DEMO_SCHEMA, demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of
from spanloom.store.samples import sentences_of
from spanloom_generator.submit import submit
from support.cluster import tiny_training
from support.stored import select, store_run

pytestmark = pytest.mark.slow


def test_a_job_that_collapses_is_scored_without_restarts_and_with_them(
    db: Engine, carry_out: Callable[[str], None]
) -> None:
    hopeless = {"learning_rate": 1e-9, "epochs": 110, "restarts": 2}
    run = store_run(db, recipe=hopeless)
    carry_out(run)
    rows = select(db, "SELECT * FROM results WHERE run = :run ORDER BY method", run=run)
    assert [(row.method, row.collapsed, row.few_updates, row.restarts) for row in rows] == [
        ("direct", True, False, 2),
        ("direct+restarts", True, False, 2),
    ]
    assert [row.updates for row in rows] == [220, 220 + 200 + 200]
    assert rows[0].training_seconds < rows[1].training_seconds
    (size,) = select(db, "SELECT f1, f1_with_restarts, collapse_rate, seeds FROM f1_by_size WHERE run = :run", run=run)
    assert (size.collapse_rate, size.seeds) == (1, 1)
    assert (size.f1, size.f1_with_restarts) == (rows[0].f1, rows[1].f1)
    (source,) = select(db, "SELECT * FROM collapse_by_source WHERE run = :run", run=run)
    assert (source.trainings, source.collapsed, source.still_collapsed, source.few_updates) == (1, 1, 1, 0)


def test_a_job_that_learns_has_one_row(db: Engine, carry_out: Callable[[str], None]) -> None:
    run = store_run(db)
    carry_out(run)
    (row,) = select(db, "SELECT method, label_mapping, restarts, few_updates FROM results WHERE run = :run", run=run)
    assert tuple(row) == ("direct", "identity", 0, True)
    (size,) = select(db, "SELECT f1, f1_with_restarts, f1_shared FROM f1_by_size WHERE run = :run", run=run)
    assert size.f1 == size.f1_with_restarts == size.f1_shared


DATED, PLAIN = ("PER", "ORG", "LOC", "DATE"), ("PER", "ORG", "LOC")


@pytest.fixture
def dated(tmp_path: Path) -> dict[str, Any]:
    """Gold data with a fourth label, DATE, in place of every other LOC; the demo corpus's sentences."""
    corpus = demo_corpus("sv")
    for split in ("train", "dev", "test"):
        lines = []
        for i, sentence in enumerate(corpus[split][:80]):
            names = [name.replace("LOC", "DATE") if i % 2 else name for name in DEMO_SCHEMA.names(sentence.tags)]
            lines += [f"{token}\t{name}" for token, name in zip(sentence.tokens, names, strict=True)] + [""]
        (tmp_path / f"{split}.iob2").write_text("\n".join(lines) + "\n")
    return {"path": str(tmp_path)}


def test_labels_that_one_side_lacks(db: Engine, carry_out: Callable[[str], None], dated: dict[str, Any]) -> None:
    plain = {"demo": "da"}
    given = {
        "name": "dates",
        "labels": list(DATED),
        "languages": [
            {"code": "swa", "gold": dated, "related": {"code": "da", "gold": plain, "cap": 60}},
            {"code": "da", "gold": plain, "labels": list(PLAIN), "related": {"code": "swa", "gold": dated, "cap": 60}},
        ],
        "sources": [
            {"kind": "organic"},
            {"kind": "wikiann", "gold": {"swa": {"demo": "sv", "limit": 40}, "da": {**plain, "limit": 40}}},
        ],
        "training": tiny_training(
            settings=["from_scratch", "fine_tuning"],
            recipe={"learning_rate": 0.003, "epochs": 20, "related_epochs": 20, "restarts": 0},
        ),
    }
    run = submit(db, check_spec(complete_spec(given)), key=None, roots=[Path(dated["path"])])[0]
    carry_out(run)
    failed = select(db, "SELECT reason FROM jobs WHERE state = 'failed' UNION SELECT reason FROM evaluations "
                        "WHERE state = 'failed'")  # fmt: skip
    assert failed == []
    rows = select(db, "SELECT * FROM results WHERE run = :run", run=run)
    found = {(r.language, r.setting, r.source): r.labels for r in rows if r.label_mapping == "shared"}
    three = list(PLAIN)
    assert found == {
        ("swa", "from_scratch", "wikiann"): three,  # trained without DATE, tested with it
        ("swa", "fine_tuning", "wikiann"): three,
        ("swa", "fine_tuning", "related"): three,
    }, "trained with DATE and tested without, all of the test's labels are shared"
    assert sum(r.label_mapping == "identity" for r in rows) == 4 * 2 + 2
    lacking = {(r.language, r.setting, r.source): r.labels_absent for r in rows if r.label_mapping == "identity"}
    assert lacking["swa", "from_scratch", "wikiann"] == ["DATE"]
    assert lacking["swa", "from_scratch", "organic"] == []
    assert lacking["da", "fine_tuning", "organic"] == ["DATE"], "the head of the related language's model knows it"
    for row in rows:
        assert row.f1 == pytest.approx(f1_of(db, row)), (row.language, row.setting, row.source, row.label_mapping)
    shown = select(db, "SELECT source, f1, f1_shared FROM f1_by_size WHERE run = :run AND language = 'swa' "
                       "AND setting = 'from_scratch'", run=run)  # fmt: skip
    by_source = {row.source: row for row in shown}
    assert by_source["organic"].f1_shared == by_source["organic"].f1
    assert by_source["wikiann"].f1_shared > by_source["wikiann"].f1 > 0


def f1_of(db: Engine, row: Any) -> float:
    """Span F1 of a row's predictions over its labels, counted anew."""
    types = row.labels or list(DATED if row.language == "swa" else PLAIN)
    kept = {i for i, name in enumerate(DATED) if name in types}
    with db.connect() as connection:
        gold: list[Sentence] = sentences_of(connection, row.test_set)
    (stored,) = select(
        db, "SELECT tags FROM predictions WHERE job_id = :job AND dataset_id = :set AND method = :method",
        job=row.job, set=row.test_set, method=row.method,
    )  # fmt: skip

    def spans(tags: list[list[int]]) -> set[tuple[int, Any]]:
        return {(i, span) for i, one in enumerate(tags) for span in spans_of(one) if span.type in kept}

    wanted, told = spans([list(s.tags) for s in gold]), spans(stored.tags)
    return 2 * len(wanted & told) / (len(wanted) + len(told)) if wanted & told else 0.0
