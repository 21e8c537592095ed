"""Messages: what is encoded is read back, what is not ours is refused, and the schema only grows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.messages import (
    CompletionMessage,
    Envelope,
    EvaluationMessage,
    JobMessage,
    PromptMessage,
    ResultMessage,
)
from spanloom.errors import UnreadableMessage
from support.common import ROOT

CONTRACTS: list[type[Envelope]] = [PromptMessage, CompletionMessage, JobMessage, EvaluationMessage, ResultMessage]
GOLDEN = ROOT / "tests" / "golden" / "messages"
NO_LONGER_SENT = {"JobMessage": {"arm"}}
"""Optional fields that nobody ever read: older senders send them still."""

ids = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40)
texts = st.none() | st.text(st.characters(codec="utf-8"), max_size=200)
messages = st.one_of(
    st.builds(PromptMessage, id=ids, run_id=ids, dataset_id=ids, call_index=st.integers(0, 2**31), payload=texts),
    st.builds(
        CompletionMessage,
        id=ids, run_id=ids, dataset_id=ids, call_index=st.integers(0, 2**31), text=texts, error=texts,
        inline=st.booleans(),
    ),
    st.builds(JobMessage, id=ids, run_id=ids, kind=st.sampled_from(["train", "pretrain", "tag"])),
    st.builds(EvaluationMessage, id=ids, run_id=ids, job_id=ids, dataset_id=ids),
)  # fmt: skip


@given(messages)
def test_a_message_is_read_back_as_it_was_written(message: Envelope) -> None:
    assert type(message).decode(message.encode()) == message


@given(messages, st.dictionaries(st.text("xyz_", min_size=5, max_size=9), st.integers(0, 99)))
def test_fields_of_a_later_version_are_ignored(message: Envelope, later: dict[str, Any]) -> None:
    value = orjson.dumps({**later, **orjson.loads(message.encode())})
    assert type(message).decode(value) == message


@given(st.binary(max_size=300))
def test_bytes_that_are_no_message_are_refused(value: bytes) -> None:
    for contract in CONTRACTS:
        with pytest.raises(UnreadableMessage):
            contract.decode(value)


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("value", [b"{}", b"[]", b"null", b'{"v": 2}', b"[" * 100_000, b'{"id": "\\ud800"}'])
def test_json_that_is_no_message_is_refused_with_a_reason(contract: type[Envelope], value: bytes) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        contract.decode(value)
    assert str(caught.value).strip()


def test_another_version_is_refused_by_name() -> None:
    with pytest.raises(UnreadableMessage, match=r"^v: "):
        EvaluationMessage.decode(b'{"v": 2, "id": "e", "run_id": "r", "job_id": "j", "dataset_id": "d"}')


def test_an_id_that_postgres_cannot_hold_is_refused() -> None:
    with pytest.raises(UnreadableMessage, match=r"^job_id: "):
        EvaluationMessage.decode(b'{"v": 1, "id": "e", "run_id": "r", "job_id": "a\\u0000b", "dataset_id": "d"}')


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_v1_is_what_it_was(contract: type[Envelope]) -> None:
    """Others read these messages: within v1 fields are only added. After adding one, write the golden file anew."""
    golden = json.loads((GOLDEN / f"{contract.__name__}.json").read_text())
    schema = contract.model_json_schema()
    assert schema == golden, f"the contract changed; if it only gained optional fields, renew {GOLDEN.name}/"


@pytest.mark.parametrize("file", sorted((GOLDEN / "examples").glob("*.json")), ids=lambda file: file.stem)
def test_messages_written_by_earlier_versions_are_read(file: Path) -> None:
    contract = next(c for c in CONTRACTS if c.__name__ == file.stem)
    message = contract.decode(file.read_bytes())
    written = json.loads(file.read_bytes())
    known = {name: value for name, value in written.items() if name not in NO_LONGER_SENT.get(file.stem, ())}
    assert known.items() <= message.model_dump(mode="json").items()
