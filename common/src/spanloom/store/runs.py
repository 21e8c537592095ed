"""Runs: made in one transaction, read, cancelled, resumed, retried."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from spanloom.contracts.spec import RunSpec, spec_hash
from spanloom.errors import Conflict, NotFound
from spanloom.ner.sentence import Sentence, content_hash, identity_hash
from spanloom.store import work
from spanloom.store.bulk import insert_rows
from spanloom.store.events import emit
from spanloom.store.models import Dataset, Prompt, Run, Sample
from spanloom.store.text import storable_tokens

NewPrompt = tuple[int, str, Sequence[int]] | tuple[int, str, Sequence[int], str | None]
"""Call index, request as JSON, indices of seed sentences; and, where the same text is asked but once a database, its
key."""


@dataclass(frozen=True)
class NewDataset:
    """A dataset to be made with its run: gold ones bring their sentences, synthetic ones their planned calls."""

    language: str
    source: str
    split: str
    kind: str
    sentences: Sequence[Sentence] = ()
    prompts: Iterable[NewPrompt] = ()
    calls: int = 0
    rules: dict[str, Any] | None = None
    stop_accepted: int | None = None
    calls_max: int | None = None
    content_sha256: str | None = None
    info: dict[str, Any] | None = None


def new_run_id(now: datetime | None = None) -> str:
    """A run id people can read and sort: the day and eight random hex digits."""
    return f"{now or datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"


def dataset_id(run_id: str, language: str, source: str, split: str, version: int = 1) -> str:
    """`<run>.<language>.<source>.<split>.v<version>`: unique by the tables' own key, readable in a URL."""
    return f"{run_id}.{language}.{source}.{split}.v{version}"


def find_by_key(connection: Connection, key: str, digest: str) -> str | None:
    """The run made under an Idempotency-Key. Raises Conflict when it was another specification's."""
    row = connection.execute(text("SELECT id, spec_hash FROM runs WHERE idempotency_key = :key"), {"key": key}).first()
    if row is None:
        return None
    if row.spec_hash != digest:
        raise Conflict(f"Idempotency-Key {key!r} was used for another specification (run {row.id}); use a new key")
    return str(row.id)


_SAME = text("""
SELECT id, state FROM runs WHERE spec_hash = :digest AND id <> :but ORDER BY created_at DESC, id DESC LIMIT 1
""")


def same_spec(connection: Connection, spec: RunSpec, *, but: str) -> dict[str, str] | None:
    """The id and state of the newest other run of the very same specification, None where there is none."""
    row = connection.execute(_SAME, {"digest": spec_hash(spec), "but": but}).first()
    return None if row is None else {"id": str(row.id), "state": str(row.state)}


def create_run(
    connection: Connection,
    run_id: str,
    spec: RunSpec,
    datasets: Iterable[NewDataset],
    *,
    idempotency_key: str | None = None,
) -> None:
    """Store a run with all its datasets and prompts, in the caller's transaction: all of it, or nothing.

    Raises IntegrityError (from the driver) when the Idempotency-Key was taken by a request at the same moment.
    """
    new = [(dataset_id(run_id, each.language, each.source, each.split), each) for each in datasets]
    run = {
        "id": run_id,
        "name": spec.name,
        "spec": spec.model_dump(mode="json"),
        "spec_hash": spec_hash(spec),
        "idempotency_key": idempotency_key,
    }
    insert_rows(connection, Run, [run])
    insert_rows(connection, Dataset, [_dataset_row(name, run_id, spec, each) for name, each in new])
    insert_rows(connection, Sample, (row for name, each in new for row in _gold_rows(name, each.sentences)))
    insert_rows(connection, Prompt, (row for name, each in new for row in _prompt_rows(run_id, name, each.prompts)))
    emit(connection, run_id, "run", state="running", name=spec.name)
    work.notify(connection, "prompts")


def _dataset_row(name: str, run_id: str, spec: RunSpec, new: NewDataset) -> dict[str, Any]:
    gold = new.calls == 0
    return {
        "id": name,
        "run_id": run_id,
        "language": new.language,
        "source": new.source,
        "split": new.split,
        "kind": new.kind,
        "tags": spec.schema_for(new.language).tags,
        "rules": new.rules,
        "state": "complete" if gold else "collecting",
        "calls_expected": new.calls,
        "candidates": len(new.sentences),
        "accepted": len(new.sentences),
        "stop_accepted": new.stop_accepted,
        "calls_max": new.calls_max,
        "content_sha256": new.content_sha256,
        "info": new.info,
        "completed_at": "now" if gold else None,  # PostgreSQL reads it as the transaction's time
    }


def _gold_rows(dataset: str, sentences: Sequence[Sentence]) -> Iterator[dict[str, Any]]:
    """Gold sentences as samples of call 0, candidate = sentence index."""
    for i, sentence in enumerate(sentences):
        tokens, replaced = storable_tokens(sentence.tokens)
        yield {
            "dataset_id": dataset,
            "call_index": 0,
            "candidate_index": i,
            "tokens": tokens,
            "ner_tags": sentence.tags,
            "content": content_hash(sentence.tokens),
            "identity": identity_hash(sentence.tokens, sentence.tags),
            "repairs": ["nul"] if replaced else [],
        }


def _prompt_rows(run_id: str, dataset: str, prompts: Iterable[NewPrompt]) -> Iterator[dict[str, Any]]:
    for prompt in prompts:
        index, request, seeds = prompt[:3]
        yield {
            "id": f"{dataset}.{index}",
            "run_id": run_id,
            "dataset_id": dataset,
            "call_index": index,
            "request": request,
            "seeds": seeds,
            "text_key": prompt[3] if len(prompt) == 4 else None,
        }


def add_prompts(connection: Connection, run_id: str, dataset: str, prompts: Iterable[NewPrompt]) -> int:
    """Store planned calls; a call index that is there already is left as it is. Returns how many were given."""
    return insert_rows(connection, Prompt, _prompt_rows(run_id, dataset, prompts), skip_present=True)


_STATE = text("SELECT state FROM runs WHERE id = :run")
_LOCKED = text("SELECT state FROM runs WHERE id = :run FOR NO KEY UPDATE")


def run_state(connection: Connection, run_id: str, *, lock: bool = False) -> str:
    """The run's state; `lock` takes its row as `settle` does. Raises NotFound."""
    state = connection.execute(_LOCKED if lock else _STATE, {"run": run_id}).scalar()
    if state is None:
        raise NotFound(f"there is no run {run_id!r}; `GET /v1/runs` lists them")
    return str(state)


def cancel(connection: Connection, run_id: str) -> str:
    """Cancel a running run; locks only its row. Workers' claims, renewals and transitions are guarded by it.

    Cancelling a cancelled run changes nothing. Raises Conflict when it has ended.
    """
    state = run_state(connection, run_id, lock=True)
    if state == "cancelled":
        return state
    if state != "running":
        raise Conflict(f"run {run_id} is {state}; only a running run can be cancelled")
    connection.execute(text("UPDATE runs SET state = 'cancelled', ended_at = now() WHERE id = :run"), {"run": run_id})
    emit(connection, run_id, "run", state="cancelled")
    return "cancelled"


_UNPAUSE = text("UPDATE datasets SET paused = NULL WHERE run_id = :run AND paused IS NOT NULL RETURNING id")


def unpause(connection: Connection, run_id: str) -> int:
    """Let the calls of paused datasets go on; returns how many datasets were paused."""
    ids = [row.id for row in connection.execute(_UNPAUSE, {"run": run_id})]
    for dataset in sorted(ids):
        emit(connection, run_id, "dataset", id=dataset, state="collecting")
    return len(ids)


def resume(connection: Connection, run_id: str) -> str:
    """Set a cancelled run going again, or the sources of a running one that paused: what waited is published anew.

    What arrived in the meantime is judged now. A holder from before is fenced off: rows it still holds keep their
    attempt and change hands only when its lease ends. Raises Conflict where nothing was cancelled or paused.
    """
    state = run_state(connection, run_id, lock=True)
    paused = unpause(connection, run_id) if state in ("cancelled", "running") else 0
    if state != "cancelled" and not paused:
        raise Conflict(f"run {run_id} is {state}; only a cancelled run, or one with a paused source, can be resumed")
    connection.execute(
        text("UPDATE runs SET state = 'running', ended_at = NULL, reason = NULL WHERE id = :run"), {"run": run_id}
    )
    for table in ("prompts", "completions", "jobs", "evaluations"):
        connection.execute(
            text(f"UPDATE {table} SET published = 0, publish_after = now() WHERE run_id = :run AND state = 'queued'"),  # noqa: S608  fixed names
            {"run": run_id},
        )
        work.notify(connection, table)
    emit(connection, run_id, "run", state="running")
    return "running"
