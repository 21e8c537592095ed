"""What an arm's calls cost, beside its scores: the share of its dataset that it was trained on."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from spanloom.contracts.arm import Arm
from spanloom.store.settle import settle
from spanloom_evaluator.spent import spent
from spanloom_validator.worker import ValidatorWorker
from support.cluster import replay_source
from support.recordings import write_recording
from support.stored import ORGANIC, complete_prompts, completion_messages, execute, select, store_run

CALLS = 30
PRICES = {"input_per_million": 2.0, "output_per_million": 5.0, "currency": "EUR"}


def test_an_arm_has_cost_its_share_of_the_calls(db: Engine, tmp_path: Path) -> None:
    recording = tmp_path / "r.jsonl"
    write_recording(recording, calls=CALLS)
    run = store_run(db, ORGANIC, replay_source(recording, "llm", CALLS, prices=PRICES), sizes=[20, 100_000])
    complete_prompts(db, run, recording)  # each call: 10 tokens in, 20 out, 0.1 s
    execute(db, "UPDATE completions SET link_seconds = 0.5 WHERE run_id = :run", run=run)
    ValidatorWorker(db).handle(completion_messages(db, run))
    settle(db, run)
    (ledger,) = select(db, "SELECT * FROM yield_by_source WHERE run = :run", run=run)
    assert ledger.link_seconds == pytest.approx(CALLS * 0.5)
    arms = [Arm.stored(row.arm) for row in select(db, "SELECT arm FROM jobs WHERE run_id = :run", run=run)]
    assert {(arm.source, arm.size) for arm in arms} >= {("llm", 20), ("llm", ledger.accepted), ("organic", 20)}
    for arm in arms:
        with db.connect() as connection:
            found = spent(connection, arm)
        if arm.source == "organic":
            assert found == {}
            continue
        share = arm.size / ledger.accepted
        assert found.pop("currency") == "EUR"
        assert found == pytest.approx(
            {
                "tokens_in": share * CALLS * 10,
                "tokens_out": share * CALLS * 20,
                "call_seconds": share * CALLS * 0.1,
                "link_seconds": share * CALLS * 0.5,
                "cost": share * float(ledger.cost),
            }
        )
