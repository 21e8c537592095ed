"""Cross-lingual arms from specification to scores: translate-train by links and by markers, mixes, data by file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.arm import Arm
from spanloom.contracts.spec import check_spec
from spanloom.data.demo import DEMO_SCHEMA, demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.errors import Conflict
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of, tags_of
from spanloom.projection.mark import ByMarkers
from spanloom.store.reproject import reproject
from spanloom.store.samples import sentences_of, training_sentences
from spanloom_generator.submit import submit
from support.cluster import demo_language, tiny_training
from support.mirror import MirrorAligner, SamePlace, call_and_judge, mirrored
from support.stored import select

pytestmark = pytest.mark.slow
SENTENCES = 60


SWEDISH = demo_corpus("sv")["train"][:SENTENCES]
LOST = next(s.tokens[span.start] for s in SWEDISH for span in spans_of(s.tags) if span.end - span.start == 1)
"""A one-word entity that the aligner does not know."""


def specification(folder: Path) -> dict[str, Any]:
    backwards, marked, silver = folder / "backwards.txt", folder / "marked.txt", folder / "silver.tsv"
    backwards.write_text(mirrored(s.tokens for s in SWEDISH))
    marked.write_text("".join(ByMarkers().prepare(s.tokens, spans_of(s.tags)).upper() + "\n" for s in SWEDISH))
    rows = (
        (token, tag)
        for s in SWEDISH
        for token, tag in (*zip(s.tokens, DEMO_SCHEMA.names(s.tags), strict=True), ("", ""))
    )
    silver.write_text("".join(f"{token}\t{tag}\n" if token else "\n" for token, tag in rows))
    return {
        "name": "transfer",
        "languages": [demo_language(related={"code": "sv", "gold": {"demo": "sv"}, "cap": SENTENCES})],
        "sources": [
            {"kind": "organic"},
            {
                "kind": "translate_train",
                "translator": {"kind": "replay", "files": {"da": str(backwards)}, "model": "mirror"},
                "aligner": {"encoder": "./mirror"},
                "tokens": "as_given",
            },
            {
                "kind": "translate_train",
                "name": "marked",
                "translator": {"kind": "replay", "files": {"da": str(marked)}},
                "projection": "mark",
                "tokens": "as_given",
            },
            {"kind": "dataset", "name": "silver", "files": {"da": {"file": str(silver)}}},
            {"kind": "mix", "name": "mixed", "of": ["related", "organic"], "share": 0.75},
        ],
        "training": tiny_training(sizes=[20]),
    }


@pytest.fixture
def run(db: Engine, tmp_path: Path) -> str:
    run, _ = submit(db, check_spec(complete_spec(specification(tmp_path))), key=None, roots=(tmp_path,))
    call_and_judge(db, run, tmp_path, MirrorAligner(frozenset({LOST})))
    return run


def samples(db: Engine, run: str, source: str, version: int = 1) -> list[Sentence]:
    with db.connect() as connection:
        return sentences_of(connection, f"{run}.da.{source}.train.v{version}")


def test_translations_carry_their_entities_or_say_which_was_lost(db: Engine, run: str) -> None:
    expected = []
    for sentence in SWEDISH:
        spans, n = spans_of(sentence.tags), len(sentence.tokens)
        if not any(sentence.tokens[s.start : s.end] == (LOST,) for s in spans):
            turned = [span._replace(start=n - span.end, end=n - span.start) for span in spans]
            expected.append(Sentence(sentence.tokens[::-1], tags_of(turned, n)))
    assert samples(db, run, "translate_train") == expected
    rejected = select(
        db, "SELECT reason, excerpt FROM rejections WHERE dataset_id = :id", id=f"{run}.da.translate_train.train.v1"
    )
    assert {row.reason for row in rejected} == {"span_unaligned"}
    assert len(rejected) == SENTENCES - len(expected) > 0
    assert samples(db, run, "marked") == [Sentence(tuple(t.upper() for t in s.tokens), s.tags) for s in SWEDISH]
    (made,) = select(
        db,
        "SELECT DISTINCT linked_by, model FROM completions WHERE dataset_id = :id",
        id=f"{run}.da.translate_train.train.v1",
    )
    assert tuple(made) == ("mirror", "mirror")


def test_every_arm_is_trained_and_told_what_gold_it_used(
    db: Engine, run: str, carry_out: Callable[[str], None]
) -> None:
    carry_out(run)
    found = {row.source: row for row in select(db, "SELECT * FROM results WHERE run = :run", run=run)}
    assert set(found) == {"organic", "translate_train", "marked", "silver", "mixed"}
    dev = found["translate_train"].gold_used
    assert found["marked"].gold_used == dev
    assert found["mixed"].gold_used == dev + 5
    assert found["organic"].gold_used == dev + 20
    arms = [Arm.stored(row.arm) for row in select(db, "SELECT arm FROM jobs WHERE run_id = :run", run=run)]
    (mixed,) = [arm for arm in arms if arm.source == "mixed"]
    assert [(dataset.split(".", 1)[1], size) for dataset, size in mixed.parts] == [
        ("sv.gold.train.v1", 15),
        ("da.gold.train.v1", 5),
    ]
    with db.connect() as connection:
        sentences = training_sentences(connection, mixed)
        swedish, danish = (set(sentences_of(connection, dataset)) for dataset, _ in mixed.parts)
    assert len(sentences) == 20
    assert sum(s in swedish for s in sentences) >= 15
    assert sum(s in danish for s in sentences) >= 5


def test_translations_are_projected_again_without_a_new_one(db: Engine, run: str, tmp_path: Path) -> None:
    """Another aligner loses other spans; what was sent with markers can be aligned. The translators are gone."""
    for file in ("backwards.txt", "marked.txt"):
        (tmp_path / file).unlink()
    aligned, marked = (f"{run}.da.{source}.train.v1" for source in ("translate_train", "marked"))
    with db.begin() as connection:
        assert reproject(connection, aligned, {"encoder": "./other", "layers": None})[1]
    call_and_judge(db, run, tmp_path, MirrorAligner())
    again = samples(db, run, "translate_train", 2)
    assert len(again) == SENTENCES > len(samples(db, run, "translate_train"))
    with db.begin() as connection:
        new, fresh = reproject(connection, marked, {"encoder": "./same", "layers": None})
        assert reproject(connection, marked, {"encoder": "./same", "layers": None}) == (new, False)
    assert (new, fresh) == (f"{run}.da.marked.train.v2", True)
    call_and_judge(db, run, tmp_path, SamePlace())
    assert samples(db, run, "marked", 2) == samples(db, run, "marked")
    told = select(
        db,
        "SELECT d.state, d.calls_failed, c.tokens_out, c.linked_by, c.notes FROM datasets d "
        "JOIN completions c ON c.dataset_id = d.id WHERE d.id = :id",
        id=new,
    )
    assert {(row.state, row.calls_failed, row.tokens_out, row.linked_by) for row in told} == {
        ("complete", 0, 0, "same place")
    }
    assert all(row.notes.startswith("translated before, by") for row in told)
    with db.begin() as connection, pytest.raises(Conflict, match="not translated"):
        reproject(connection, f"{run}.da.gold.train.v1", {"encoder": "./other", "layers": None})
