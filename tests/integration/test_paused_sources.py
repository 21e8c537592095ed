"""A source whose first calls all come to nothing holds the others back until it is resumed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.errors import Conflict
from spanloom.store import runs, versions, work
from spanloom.store.events import Place, since
from spanloom_generator import records
from spanloom_generator.engines.port import CallResult
from spanloom_generator.summary import run_json
from spanloom_generator.topup import TopUp
from spanloom_validator.worker import ValidatorWorker
from support.stored import LEASE, completion_messages, execute, select, store_run

PROSE = CallResult("Certainly! Here are some sentences.", "stop", 10, 20, 0.1, "m")


def source(**stop: int) -> dict[str, Any]:
    engine = {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "nobody"}
    return {"kind": "synthetic", "name": "llm", "engine": engine, "m": 2, "dev_calls": 0, "stop": stop}


def ready(db: Engine, run: str) -> list[work.Claim]:
    """Every call of the run that can be claimed."""
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run ORDER BY call_index", run=run)]
    with db.begin() as connection:
        return work.claim(connection, "prompts", ids, holder="test", lease=LEASE)


def answer(db: Engine, run: str, count: int, result: CallResult | None) -> None:
    """End `count` calls with this result, or as failed, and have them judged; the others are handed back."""
    claims = sorted(ready(db, run), key=lambda claim: int(claim.id.rpartition(".")[2]))
    with db.begin() as connection:
        for claim in claims[:count]:
            if result is None:
                records.write_failure(connection, claim, "HTTP 404: no such model")
            else:
                records.write_completion(connection, claim, result)
        for claim in claims[count:]:
            work.release(connection, "prompts", claim, reason="not now", spent=False)
    ValidatorWorker(db).handle(completion_messages(db, run))


def published(db: Engine) -> int:
    return work.relay(db, "prompts", lambda rows: None, lease=LEASE)


@pytest.mark.parametrize(
    ("result", "why"),
    [(None, "the first 10 calls all failed"), (PROSE, "the first 10 completions held no object")],
)
def test_ten_calls_for_nothing_pause_a_source(db: Engine, result: CallResult | None, why: str) -> None:
    run = store_run(db, source(after_calls=25))
    answer(db, run, 9, result)
    assert published(db) == 16
    execute(db, "UPDATE prompts SET published = 0, publish_after = now()")
    answer(db, run, 1, result)
    with db.connect() as connection:
        (dataset,) = [row for row in run_json(connection, run)["datasets"] if row["source"] == "llm"]
        told = [data for _, _, data in since(connection, run, Place(0, 0)) if data.get("state") == "paused"]
    assert (dataset["paused"], dataset["state"], dataset["calls_judged"]) == (why, "collecting", 10)
    assert [(data["id"], data["reason"]) for data in told] == [(dataset["id"], why)]
    assert (ready(db, run), published(db)) == ([], 0)

    with db.begin() as connection:
        assert runs.resume(connection, run) == "running"
    assert published(db) == 15
    answer(db, run, 5, result)  # it has been looked at: it does not pause again
    assert len(ready(db, run)) == 10
    with db.begin() as connection, pytest.raises(Conflict, match="paused"):
        runs.resume(connection, run)


def test_retry_asks_the_failed_calls_and_the_others(db: Engine) -> None:
    run = store_run(db, source(after_calls=25))
    answer(db, run, 12, None)
    assert ready(db, run) == []
    with db.begin() as connection:
        assert versions.retry(connection, run)["calls"] == 12
    assert len(ready(db, run)) == 25


def test_one_object_is_enough_to_go_on(db: Engine) -> None:
    run = store_run(db, source(after_calls=25))
    answer(db, run, 1, CallResult('{"tokens": ["Anna"], "ner_tags": [1]}', "stop", 10, 20, 0.1, "m"))
    answer(db, run, 15, None)
    assert len(ready(db, run)) == 9


def test_a_paused_source_is_not_topped_up(db: Engine) -> None:
    run = store_run(db, source(after_accepted=400))
    answer(db, run, 20, PROSE)
    assert TopUp(db, roots=(), window=64).round() == 0
    with db.begin() as connection:
        runs.resume(connection, run)
    assert TopUp(db, roots=(), window=64).round() > 0
