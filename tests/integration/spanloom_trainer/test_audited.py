"""A dataset is audited by its source's rules or because somebody asks; a version and its arms come of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.errors import Conflict
from spanloom.ner.spans import orphans
from spanloom.store import audits
from spanloom.store.corrected import AUDITOR, BY_HAND
from spanloom_validator.worker import ValidatorWorker
from support.cluster import replay_source
from support.recordings import write_recording
from support.stored import complete_prompts, completion_messages, select, store_run

pytestmark = pytest.mark.slow


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of a few updates are trusted all the same."""
    monkeypatch.setattr(audits, "LEAST_F1", 0.0)


def judged(db: Engine, folder: Path, **source: Any) -> tuple[str, str]:
    """A run whose completions are judged, and its dataset."""
    recording = folder / "recorded.jsonl"
    write_recording(recording, calls=12)
    run = store_run(db, replay_source(recording, "llm", 12, **source))
    complete_prompts(db, run, recording)
    ValidatorWorker(db).handle(completion_messages(db, run))
    return run, f"{run}.da.llm.train.v1"


def jobs_of(db: Engine, run: str, dataset: str) -> dict[str, str]:
    rows = select(
        db, "SELECT kind, state FROM jobs WHERE run_id = :run AND arm ->> 'train_dataset' = :id", run=run, id=dataset
    )
    return {row.kind: row.state for row in rows}


def samples(db: Engine, dataset: str) -> dict[tuple[int, int], list[int]]:
    rows = select(db, "SELECT call_index, candidate_index, ner_tags FROM samples WHERE dataset_id = :id", id=dataset)
    return {(row.call_index, row.candidate_index): row.ner_tags for row in rows}


@pytest.mark.usefixtures("trusted")
def test_rules_make_a_version_without_what_is_flagged(
    db: Engine, carry_out: Callable[[str], None], tmp_path: Path
) -> None:
    run, first = judged(db, tmp_path, rules={"audit": "drop"})
    carry_out(run)
    assert jobs_of(db, run, first) == {"train": "done", "audit": "done"}
    rows = select(db, "SELECT * FROM audit_findings WHERE run = :run ORDER BY suspicion DESC", run=run)
    (outcome,) = select(db, "SELECT outcome FROM jobs WHERE run_id = :run AND kind = 'audit'", run=run)
    flagged = {(row.call_index, row.candidate_index) for row in rows if row.flagged}
    assert outcome.outcome["findings"] == len(rows) > 0
    assert flagged, "a model of five updates disagrees somewhere with confidence"
    second = outcome.outcome["version"]
    assert second == f"{run}.da.llm.train.v2"
    assert samples(db, second).keys() == samples(db, first).keys() - flagged
    rejected = "SELECT call_index, candidate_index FROM rejections WHERE dataset_id = :id AND reason = :reason"
    reasons = select(db, rejected, id=second, reason=BY_HAND)
    assert {tuple(row) for row in reasons} == flagged
    assert jobs_of(db, run, second) == {"train": "done"}, "an arm beside the old one, and no second audit"
    who = select(db, "SELECT DISTINCT who FROM corrections WHERE dataset_id = :id", id=first)
    assert [row.who for row in who] == [AUDITOR]


@pytest.mark.usefixtures("trusted")
def test_asked_for_marked_then_relabelled(db: Engine, carry_out: Callable[[str], None], tmp_path: Path) -> None:
    run, first = judged(db, tmp_path)
    carry_out(run)
    with db.begin() as connection:
        assert audits.ask(connection, first, "mark")["job"] is None
    carry_out(run)
    assert jobs_of(db, run, first) == {"train": "done", "audit": "done"}
    with db.begin() as connection:
        told = audits.ask(connection, first, "relabel")
    second = told["version"]
    before, after = samples(db, first), samples(db, second)
    assert before.keys() == after.keys()
    rows = select(db, "SELECT * FROM audit_findings WHERE dataset = :id AND flagged", id=first)
    changed = {place for place, tags in after.items() if tags != before[place]}
    assert changed == {(row.call_index, row.candidate_index) for row in rows}
    assert not any(orphans(tags) for tags in after.values())
    with db.begin() as connection:
        assert audits.ask(connection, first, "mark")["state"] == "done", "what was found may be read again"
    with pytest.raises(Conflict, match=r"newer version.*train\.v2"), db.begin() as connection:
        audits.ask(connection, first, "drop")


def test_models_that_know_too_little_alter_nothing(
    db: Engine, carry_out: Callable[[str], None], tmp_path: Path
) -> None:
    run, first = judged(db, tmp_path, rules={"audit": "relabel"})
    carry_out(run)
    (job,) = select(db, "SELECT state, outcome FROM jobs WHERE run_id = :run AND kind = 'audit'", run=run)
    assert (job.state, job.outcome["version"]) == ("done", None)
    assert "know too little to alter them" in job.outcome["no_version"]
    assert not select(db, "SELECT 1 FROM datasets WHERE run_id = :run AND version > 1", run=run)
    with pytest.raises(Conflict, match="know too little"), db.begin() as connection:
        audits.ask(connection, first, "drop")


def test_gold_is_marked_and_never_altered(db: Engine, carry_out: Callable[[str], None]) -> None:
    run = store_run(db)
    gold = f"{run}.da.gold.train.v1"
    with pytest.raises(Conflict, match="never altered here"), db.begin() as connection:
        audits.ask(connection, gold, "drop")
    with db.begin() as connection:
        audits.ask(connection, gold, "mark")
    carry_out(run)
    assert jobs_of(db, run, gold) == {"train": "done", "audit": "done"}
    assert select(db, "SELECT 1 FROM audit_findings WHERE dataset = :id", id=gold)
    assert not select(db, "SELECT 1 FROM corrections")
