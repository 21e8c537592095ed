"""Why calls and jobs failed, and what a model answered instead, as a person finds it: view, routes, snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom.store import work
from spanloom_evaluator.api.views import view_routes
from spanloom_generator import records
from spanloom_generator.api.calls import call_routes
from spanloom_generator.api.runs import run_routes
from spanloom_generator.engines.port import CallResult
from spanloom_validator.api import dataset_routes
from spanloom_validator.worker import ValidatorWorker
from support.cluster import replay_source
from support.recordings import write_recording
from support.stored import LEASE, completion_messages, execute, select, store_run

GOOD = 'Here: {"tokens": ["Anna", "sover"], "ner_tags": [1, 0]} {"tokens": ["Bo", "er"], "ner_tags": [1]}'
ANSWERS = (GOOD, "I would rather write a poem.")
REFUSALS = ("0123456789ab", "ba9876543210")


@pytest.fixture
def run(db: Engine, tmp_path: Path) -> str:
    """A run of four calls: one answered, one in prose, two refused; with a failed job."""
    recording = tmp_path / "four.jsonl"
    write_recording(recording, calls=4)
    run_id = store_run(db, replay_source(recording, "llm", 4))
    rows = select(db, "SELECT id, call_index FROM prompts WHERE run_id = :run", run=run_id)
    calls = {row.id: row.call_index for row in rows}
    with db.begin() as connection:
        for claim in work.claim(connection, "prompts", list(calls), holder="test", lease=LEASE):
            call = calls[claim.id]
            if call < len(ANSWERS):
                records.write_completion(connection, claim, CallResult(ANSWERS[call], "stop", 10, 20, 0.1, "recorded"))
            else:
                refused = REFUSALS[call - len(ANSWERS)]
                records.write_failure(connection, claim, f"HTTP 404: no model `x` (request {refused})")
    ValidatorWorker(db).handle(completion_messages(db, run_id))
    execute(
        db,
        "INSERT INTO jobs (id, run_id, kind, arm, state, reason) VALUES "
        "('job-1', :run, 'train', '{\"language\": \"da\", \"source\": \"llm\"}', 'failed', 'the encoder has no file')",
        run=run_id,
    )
    return run_id


@pytest.fixture
def http(db: Engine) -> Iterator[TestClient]:
    settings = load_settings()
    routers = [run_routes(db, None, settings), call_routes(db), dataset_routes(db), view_routes(db)]
    with TestClient(create_app("t", settings=settings, routers=routers), base_url="http://127.0.0.1") as client:
        yield client


def items(http: TestClient, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = http.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_failures_are_grouped_by_reason_with_an_example(db: Engine, http: TestClient, run: str) -> None:
    rows = items(http, "/v1/results/failures", run=run)
    told = {(row["what"], row["reason"]): row for row in rows}
    refused = told[("call", "HTTP 404: no model `x` (request ...)")]
    assert (refused["failed"], refused["language"], refused["source"]) == (2, "da", "llm")
    assert refused["example"] == "HTTP 404: no model `x` (request 0123456789ab)"
    prose = told[("call without object", "the completion holds no object of the format")]
    assert (prose["failed"], prose["example"]) == (1, "I would rather write a poem.")
    assert told[("job", "the encoder has no file")]["example_id"] == "job-1"
    snapshot = http.get(f"/v1/runs/{run}").json()
    assert snapshot["failures"][0]["failed"] == 2
    assert len(snapshot["failures"]) == len(rows)


def test_calls_by_outcome(http: TestClient, run: str) -> None:
    every = items(http, "/v1/calls", run=run)
    assert [row["outcome"] for row in every] == ["judged", "without_object", "failed", "failed"]
    assert (every[0]["accepted"], every[0]["rejected"]) == (1, 1)
    failed = items(http, "/v1/calls", run=run, outcome="failed")
    assert [row["call_index"] for row in failed] == [2, 3]
    assert all("no model" in row["reason"] for row in failed)
    page = http.get("/v1/calls", params={"run": run, "limit": 3}).json()
    following = items(http, "/v1/calls", run=run, cursor=page["next"])
    assert [row["call_index"] for row in page["items"] + following] == [0, 1, 2, 3]
    assert http.get("/v1/calls", params={"outcome": "odd"}).status_code == 422


def test_completions_with_the_place_of_each_verdict(http: TestClient, db: Engine, run: str) -> None:
    (dataset,) = select(db, "SELECT id FROM datasets WHERE run_id = :run AND source = 'llm'", run=run)
    path = f"/v1/datasets/{dataset.id}/completions"
    first = items(http, path)[0]
    accepted, refused = first["verdicts"]
    assert (accepted["verdict"], GOOD.index("{")) == ("accepted", accepted["char_offset"])
    assert GOOD[refused["char_offset"] :].startswith('{"tokens": ["Bo"')
    assert [row["call_index"] for row in items(http, path, reason=refused["verdict"])] == [0]
    assert [row["text"] for row in items(http, path, reason="without_object")] == ["I would rather write a poem."]
    assert [row["call_index"] for row in items(http, path, reason="failed")] == [2, 3]
    assert items(http, path, reason="nothing_such") == []
    page = http.get(path, params={"limit": 2}).json()
    assert len(items(http, path, cursor=page["next"])) == 2
    assert http.get("/v1/datasets/none/completions").status_code == 404
