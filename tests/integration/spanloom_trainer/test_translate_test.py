"""Translate-test from specification to scores: translated, tagged by the related language's model, carried back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from spanloom.contracts.arm import Arm
from spanloom.contracts.spec import check_spec
from spanloom.data.demo import demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.ner.spans import spans_of
from spanloom_evaluator import records
from spanloom_generator.submit import submit
from support.cluster import demo_language, tiny_training
from support.mirror import MirrorAligner, call_and_judge, mirrored
from support.stored import select

DANISH = demo_corpus("da")["test"]
UNTRANSLATED = 3
TRAINED = {
    "epochs": 4,
    "related_epochs": 25,
    "learning_rate": 0.003,
}


def specification(folder: Path, **training: Any) -> dict[str, Any]:
    lines = mirrored(s.tokens for s in DANISH).splitlines(keepends=True)
    (folder / "da2sv.txt").write_text("".join(lines[:UNTRANSLATED]) + "\n" + "".join(lines[UNTRANSLATED + 1 :]))
    return {
        "name": "translate-test",
        "languages": [demo_language(related={"code": "sv", "gold": {"demo": "sv"}})],
        "sources": [
            {"kind": "organic"},
            {
                "kind": "translate_test",
                "translator": {"kind": "replay", "files": {"da": str(folder / "da2sv.txt")}, "model": "mirror"},
                "aligner": {"encoder": "./mirror"},
                "tokens": "as_given",
            },
        ],
        "training": tiny_training(recipe=TRAINED, **training),
    }


def test_what_the_related_model_finds_in_translation_is_carried_back(
    db: Engine, tmp_path: Path, carry_out: Callable[[str], None]
) -> None:
    run, _ = submit(db, check_spec(complete_spec(specification(tmp_path))), key=None, roots=(tmp_path,))
    unknown = {s.tokens[span.start] for s in DANISH for span in spans_of(s.tags) if span.end - span.start == 1}
    call_and_judge(db, run, tmp_path, MirrorAligner(frozenset(unknown)))
    carry_out(run)
    (job,) = select(db, "SELECT id, arm, state, reason FROM jobs WHERE run_id = :run AND kind = 'tag'", run=run)
    assert (job.state, job.reason) == ("done", None)
    arm = Arm.stored(job.arm)
    assert arm.tagged == f"{run}.da.translate_test.test.v1"
    (rejected,) = select(db, "SELECT call_index, reason FROM rejections WHERE dataset_id = :id", id=arm.tagged)
    assert tuple(rejected) == (UNTRANSLATED, "no_translation")

    (made,) = select(db, "SELECT dataset_id, tags FROM predictions WHERE job_id = :job", job=job.id)
    assert made.dataset_id == arm.tagged
    assert len(made.tags) == len(DANISH) - 1
    expected, lost = [[0] * len(s.tokens) for s in DANISH], 0
    places = [i for i in range(len(DANISH)) if i != UNTRANSLATED]
    for place, tags in zip(places, made.tags, strict=True):
        tokens = DANISH[place].tokens
        for span in spans_of(tags):
            start, end = len(tokens) - span.end, len(tokens) - span.start
            known = [i for i in range(start, end) if tokens[i] not in unknown]
            if not known:
                lost += 1
                continue
            for i in range(known[0], known[-1] + 1):
                expected[place][i] = 2 * span.type + (1 if i == known[0] else 2)
    with db.connect() as connection:
        unscored = records.read(connection, f"{job.id}.da.translate_test")
    assert unscored.predicted == expected
    assert sum(any(tags) for tags in expected) > 10, "the model has to find something for this to mean anything"
    assert (unscored.facts["untranslated"], sum(unscored.facts["lost_back"].values())) == (1, lost)
    assert lost

    rows = {(row.source, row.method): row for row in select(db, "SELECT * FROM results WHERE run = :run", run=run)}
    assert set(rows) == {("related", "direct"), ("organic", "direct"), ("translate_test", "translate_test")}
    ours = rows["translate_test", "translate_test"]
    assert (ours.size, ours.gold_used, ours.source_model) == (0, 0, "mirror")
    assert (ours.untranslated, ours.spans_lost_back) == (1, lost)
    assert (ours.tokens_in, ours.cost, rows["related", "direct"].tokens_in) == (0, None, None)
    assert ours.link_seconds > 0
    assert ours.tagging_seconds > 0
    assert ours.test_set == rows["related", "direct"].test_set
    (state,) = select(db, "SELECT state FROM runs WHERE id = :run", run=run)
    assert state.state == "complete"
    tested = select(db, "SELECT source, other FROM significance WHERE run = :run", run=run)
    assert {frozenset(pair) for pair in tested} == {frozenset({"related", "translate_test"})}


def test_nobody_is_told_the_test_sets_entities(db: Engine, tmp_path: Path) -> None:
    """A model that saw them in a prompt, or a dataset that held them, would tag with the answer at hand."""
    run, _ = submit(db, check_spec(complete_spec(specification(tmp_path))), key=None, roots=(tmp_path,))
    call_and_judge(db, run, tmp_path)
    tags = select(
        db,
        "SELECT count(*) AS n, sum((SELECT max(tag) FROM unnest(ner_tags) tag)) AS tags FROM samples "
        "WHERE dataset_id = :id",
        id=f"{run}.da.translate_test.test.v1",
    )
    assert tuple(tags[0]) == (len(DANISH) - 1, 0)
