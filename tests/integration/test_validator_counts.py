"""What the service counts of recorded completions is what `spanloom validate` counts of their file."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.rules import Rules
from spanloom.contracts.spec import check_spec
from spanloom.data.completions import read_completions
from spanloom.data.languages import complete_spec
from spanloom.data.roots import ANYWHERE
from spanloom.ner.schema import LabelSchema
from spanloom.store import work
from spanloom_generator import records
from spanloom_generator.engines.port import CallResult
from spanloom_generator.submit import submit
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.diagnostics import diagnose, known_entities
from spanloom_validator.offline import count, judge_files
from spanloom_validator.service import BATCH
from spanloom_validator.worker import ValidatorWorker
from support.cluster import demo_language, replay_source, tiny_training
from support.common import shared_data
from support.recordings import write_recording
from support.stored import LEASE, complete_prompts, completion_messages, select, store_run

FILES = (
    "gpt-4.1-2025-04-14/da",
    "gpt-4.1-2025-04-14/sv",
    "gpt-4.1-2025-04-14/swa",
    "gpt-4.1-2025-04-14/ta",
    "Llama-3.1-8B-Instruct/da",
    "Llama-3.1-8B-Instruct/swa",
    "Llama-3.1-8B-Instruct/ta",
    "aya-expanse-32b/da",
    "aya-expanse-32b/swa",
    "aya-expanse-32b/ta",
)
CALLS = 250
BASES = ("paper", "default")


def recorded_run(db: Engine, name: str, rules: Mapping[str, Any], **changes: Any) -> str:
    """A run that replays a file under all these rules, each a source; all its calls have been made."""
    path, code = shared_data("data", "raw-completions", f"{name}.jsonl.gz"), name.rpartition("/")[2]
    spec = {
        "name": "recorded",
        "labels": labels_of(name),
        "languages": [demo_language(code=code)],
        "sources": [replay_source(path, source, CALLS, rules=wanted, **changes) for source, wanted in rules.items()],
        "training": tiny_training(),
    }
    for source in spec["sources"]:
        source["engine"]["files"] = {code: str(path)}
    run_id = submit(db, check_spec(complete_spec(spec)), key=None, roots=(ANYWHERE,))[0]
    calls = {call.call_index: call for call in read_completions(path)}
    prompts = {row.id: row.call_index for row in select(db, "SELECT id, call_index FROM prompts")}
    with db.begin() as connection:
        for claim in work.claim(connection, "prompts", list(prompts), holder="test", lease=LEASE):
            call = calls[prompts[claim.id]]
            if call.error is None:
                result = CallResult(call.text, "recorded", 1000, 1500, 2.5, name)  # the files count no tokens
                records.write_completion(connection, claim, result)
            else:
                records.write_failure(connection, claim, call.error)
    return run_id


def labels_of(name: str) -> list[str]:
    return ["PER", "ORG", "LOC", *(["DATE"] if name.endswith("/swa") else [])]


def counted_by_the_service(db: Engine, run_id: str, source: str) -> dict[str, Any]:
    """The dataset's counts in the shape of `spanloom validate --json`, from its row and from its rows."""
    (row,) = select(db, "SELECT * FROM datasets WHERE run_id = :run AND source = :source", run=run_id, source=source)
    samples = select(db, "SELECT repairs, marks FROM samples WHERE dataset_id = :id", id=row.id)
    rejections = select(db, "SELECT reason, repairs FROM rejections WHERE dataset_id = :id", id=row.id)
    (told,) = select(db, "SELECT coalesce(sum(drafts), 0) AS drafts FROM completions WHERE dataset_id = :id", id=row.id)
    assert (row.state, row.accepted, row.candidates) == ("complete", len(samples), len(samples) + len(rejections))
    return {
        "calls": row.calls_judged,
        "calls_without_object": row.calls_without_object,
        "calls_failed": row.calls_failed,
        "drafts": told.drafts,
        "candidates": row.candidates,
        "accepted": row.accepted,
        "rejected": Counter(rejection.reason for rejection in rejections),
        "repaired": Counter(repair for found in (*samples, *rejections) for repair in found.repairs),
        "marked": Counter(mark for sample in samples for mark in sample.marks),
    }


def shares_of_damage(db: Engine, source: str) -> tuple[Any, ...]:
    (row,) = select(db, "SELECT * FROM yield_by_source WHERE source = :source", source=source)
    return row.broken_escape, row.split_escape, row.nul, float(row.share_damaged), float(row.share_accepted_damaged)


def test_the_ledger_tells_cost_and_damage(db: Engine) -> None:
    """Danish GPT-4.1: 515 of 4112 usable samples are broken; `default` restores some and refuses the rest."""
    prices = {"input_per_million": 2, "output_per_million": 8, "currency": "EUR"}
    run_id = recorded_run(db, "gpt-4.1-2025-04-14/da", {base: base for base in BASES}, prices=prices)
    ValidatorWorker(db).handle(completion_messages(db, run_id))
    for row in select(db, "SELECT * FROM yield_by_source"):
        assert float(row.cost) == CALLS * (1000 * 2 + 1500 * 8) / 1e6
        assert (row.currency, row.seconds) == ("EUR", 2.5 * CALLS)
        assert float(row.cost_per_1000_accepted) == pytest.approx(1000 * float(row.cost) / row.accepted, abs=1e-4)
        assert float(row.accepted_per_1000_tokens) == pytest.approx(row.accepted / (CALLS * 1.5), abs=1e-3)
    broken, restored, nul, _, of_accepted = shares_of_damage(db, "paper")
    assert (broken, restored, of_accepted) == (515, 0, round(516 / 4112, 4))  # one more is bad Unicode alone
    assert 0 < nul < 515
    refused, restored, nul, of_candidates, of_accepted = shares_of_damage(db, "default")
    assert (restored, nul, of_accepted) == (163, 0, 0)
    assert of_candidates == round((refused + restored + 1) / 5018, 4)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_the_service_counts_what_validate_counts(db: Engine, name: str) -> None:
    run_id = recorded_run(db, name, {base: base for base in BASES})
    messages = completion_messages(db, run_id)
    random.Random(name).shuffle(messages)  # Kafka keeps no order
    worker = ValidatorWorker(db)
    for place in range(0, len(messages), BATCH):
        worker.handle(messages[place : place + BATCH])
    path = shared_data("data", "raw-completions", f"{name}.jsonl.gz")
    script = "Taml" if name.endswith("/ta") else "Latn"  # as the service has it from the list of languages
    for source in BASES:
        judge = Context(LabelSchema.of(labels_of(name)), Rules.model_validate(source), script=script)
        (expected,) = count(judge_files([path], judge)).values()
        assert counted_by_the_service(db, run_id, source) == expected.as_json()


def test_near_duplicates_and_diagnostics(db: Engine) -> None:
    """Of near-duplicates the first stays, so completions come in order here, as a file's do."""
    name = "Llama-3.1-8B-Instruct/da"
    rules = {
        "mark": {"near_duplicate": "mark", "wrong_language": "mark", "no_novel_entity": "mark"},
        "reject": {"base": "paper", "near_duplicate": "reject", "near_duplicate_threshold": 0.6},
    }
    run_id = recorded_run(db, name, rules)
    worker, messages = ValidatorWorker(db), completion_messages(db, run_id)
    for place in range(0, len(messages), BATCH):
        worker.handle(messages[place : place + BATCH])
    path = shared_data("data", "raw-completions", f"{name}.jsonl.gz")
    marked = 0
    for source, wanted in rules.items():
        judge = Context(LabelSchema.of(labels_of(name)), Rules.model_validate(wanted), script="Latn", language="da")
        (expected,) = count(judge_files([path], judge)).values()
        service, offline = counted_by_the_service(db, run_id, source), expected.as_json()
        marked += service["marked"]["near_duplicate"]
        for counts in (service, offline):  # which entities are novel depends on the prompts, which no file holds
            counts["marked"].pop("no_novel_entity", None)
        assert service == offline
    assert marked > 30
    rows = select(
        db,
        "SELECT s.ner_tags, s.diagnostics FROM samples s JOIN datasets d ON d.id = s.dataset_id "
        "WHERE d.source = 'mark'",
    )
    assert all(row.diagnostics["entities"] == sum(tag % 2 for tag in row.ner_tags) for row in rows)
    assert {row.diagnostics["language"] for row in rows} >= {"da", "no"}
    assert all(0.9 < row.diagnostics["script_share"] <= 1 for row in rows)


def test_entities_are_novel_against_the_seeds_of_their_own_call(db: Engine, tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "r.jsonl", calls=20)
    run_id = store_run(db, replay_source(recording, calls=20, rules={"no_novel_entity": "mark"}))
    complete_prompts(db, run_id, recording)
    ValidatorWorker(db).handle(completion_messages(db, run_id))
    with db.connect() as connection:
        gold = records.gold_train(connection, run_id)["da"]
    rows = select(
        db,
        "SELECT s.tokens, s.ner_tags, s.marks, s.diagnostics, p.seeds FROM samples s "
        "JOIN prompts p ON p.dataset_id = s.dataset_id AND p.call_index = s.call_index",
    )
    for row in rows:
        known = known_entities(gold[seed] for seed in row.seeds)
        found = diagnose(row.tokens, row.ner_tags, known=known)
        assert (row.diagnostics["entities"], row.diagnostics["novel_entities"]) == found[:2]
        assert ("no_novel_entity" in row.marks) == (found.entities > 0 and found.novel_entities == 0)
    assert {"no_novel_entity" in row.marks for row in rows} == {True, False}
