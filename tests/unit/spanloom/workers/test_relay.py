"""Rows as records of the bus: whole, or by their id alone where they are too large."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom.bus.port import record_size
from spanloom.bus.topics import TOPICS
from spanloom.contracts.messages import CompletionMessage, EvaluationMessage, JobMessage, PromptMessage
from spanloom.store.statements import WORK_TABLES
from spanloom.workers.relay import TOPIC_OF, message_of, record_of

LIMIT = 4096
ROWS: dict[str, dict[str, Any]] = {
    "prompts": {"request": "r" * 5000, "dataset_id": "d", "call_index": 3},
    "completions": {"text": "å" * 5000, "error": None, "links": None, "dataset_id": "d", "call_index": 3},
    "jobs": {"kind": "train", "arm": {"language": "d" * 5000}},  # an arm does not travel
    "evaluations": {"job_id": "j", "dataset_id": "d"},
}
CONTRACTS = {
    "prompts": PromptMessage,
    "completions": CompletionMessage,
    "jobs": JobMessage,
    "evaluations": EvaluationMessage,
}


def test_every_table_of_work_has_a_topic_of_its_own() -> None:
    assert set(TOPIC_OF) == set(WORK_TABLES)
    assert set(TOPIC_OF.values()) < set(TOPICS)


@pytest.mark.parametrize("table", WORK_TABLES)
def test_a_row_travels_whole_and_by_its_id_when_it_is_too_large(table: str) -> None:
    row = {"id": "the-row", "run_id": "the-run", **ROWS[table]}
    whole = record_of(table, row, 100_000)
    assert (whole.topic, whole.key) == (TOPIC_OF[table], "the-row")
    assert CONTRACTS[table].decode(whole.value) == message_of(table, row)
    small = record_of(table, row, LIMIT)
    assert record_size(small.key, small.value, small.headers) <= LIMIT
    read = CONTRACTS[table].decode(small.value)
    assert (read.id, read.run_id) == ("the-row", "the-run")
    assert read.model_dump().get("text") is read.model_dump().get("payload") is None
