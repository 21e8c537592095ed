"""What the service counts of recorded completions is what `spanloom validate` counts of their file."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Engine

from cluster import demo_language, replay_source, tiny_training
from spanloom.contracts.rules import Rules
from spanloom.contracts.spec import check_spec
from spanloom.data.completions import read_completions
from spanloom.data.languages import complete_spec
from spanloom.ner.schema import LabelSchema
from spanloom.store import work
from spanloom_generator import records
from spanloom_generator.engines.port import CallResult
from spanloom_generator.submit import submit
from spanloom_validator.offline import Judge, count, judge_files
from spanloom_validator.service import BATCH
from spanloom_validator.worker import ValidatorWorker
from stored import LEASE, completion_messages, select
from support import shared_data

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
RULES = ("paper", "default")


def recorded_run(db: Engine, name: str) -> str:
    """A run that replays a file under all `RULES`, each a source; all its calls have been made."""
    path, code = shared_data("data", "raw-completions", f"{name}.jsonl.gz"), name.rpartition("/")[2]
    spec = {
        "name": "recorded",
        "labels": labels_of(name),
        "languages": [demo_language(code=code)],
        "sources": [replay_source(path, rules, CALLS, rules=rules) for rules in RULES],
        "training": tiny_training(),
    }
    for source in spec["sources"]:
        source["engine"]["files"] = {code: str(path)}
    run_id = submit(db, check_spec(complete_spec(spec)), key=None)[0]
    calls = {call.call_index: call for call in read_completions(path)}
    prompts = {row.id: row.call_index for row in select(db, "SELECT id, call_index FROM prompts")}
    with db.begin() as connection:
        for claim in work.claim(connection, "prompts", list(prompts), holder="test", lease=LEASE):
            call = calls[prompts[claim.id]]
            if call.error is None:
                result = CallResult(call.text, "recorded", 0, 0, 0.0, name)
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
    assert (row.state, row.accepted, row.candidates) == ("complete", len(samples), len(samples) + len(rejections))
    return {
        "calls": row.calls_judged,
        "calls_without_object": row.calls_without_object,
        "calls_failed": row.calls_failed,
        "candidates": row.candidates,
        "accepted": row.accepted,
        "rejected": Counter(rejection.reason for rejection in rejections),
        "repaired": Counter(repair for found in (*samples, *rejections) for repair in found.repairs),
        "marked": Counter(mark for sample in samples for mark in sample.marks),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_the_service_counts_what_validate_counts(db: Engine, name: str) -> None:
    run_id = recorded_run(db, name)
    messages = completion_messages(db, run_id)
    random.Random(name).shuffle(messages)  # Kafka keeps no order
    worker = ValidatorWorker(db)
    for place in range(0, len(messages), BATCH):
        worker.handle(messages[place : place + BATCH])
    path = shared_data("data", "raw-completions", f"{name}.jsonl.gz")
    script = "Taml" if name.endswith("/ta") else "Latn"  # as the service has it from the list of languages
    for source in RULES:
        judge = Judge(LabelSchema.of(labels_of(name)), Rules.model_validate(source), script=script)
        (expected,) = count(judge_files([path], judge)).values()
        assert counted_by_the_service(db, run_id, source) == expected.as_json()
