"""The generator's SQL: completions written, failed calls noted, training text of the toy engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, text

from spanloom.ner.sentence import Sentence
from spanloom.store import work
from spanloom.store.db import to_json
from spanloom.store.samples import sentences_of
from spanloom.store.text import storable
from spanloom.store.work import Claim, Lease
from spanloom_generator.engines.port import CallResult

_INSERT = text("""
INSERT INTO completions (id, run_id, dataset_id, call_index, text, error, finish_reason, model, tokens_in, tokens_out,
                         seconds, links, linked_by, link_seconds, notes)
SELECT p.id, p.run_id, p.dataset_id, p.call_index, r.text, r.error, r.finish_reason, r.model, r.tokens_in, r.tokens_out,
       r.seconds, r.links, r.linked_by, r.link_seconds, r.notes
  FROM json_to_recordset(CAST(:rows AS json)) AS r (
       id text, text text, error text, finish_reason text, model text, tokens_in int, tokens_out int,
       seconds double precision, links text, linked_by text, link_seconds double precision, notes text)
  JOIN prompts p ON p.id = r.id
 ORDER BY p.id
ON CONFLICT DO NOTHING
""")
_REQUEST = text("SELECT request FROM prompts WHERE id = :id")
_GOLD = text("""
SELECT language, id FROM datasets WHERE run_id = :run AND source = 'gold' AND split = 'train'
""")
_RELATED = text("SELECT spec FROM runs WHERE id = :run")


def write_completion(connection: Connection, claim: Claim, result: CallResult) -> None:
    """End a prompt with what the model wrote. Raises LeaseLost, and then nothing is written."""
    work.finish(connection, "prompts", claim)
    _insert(connection, [_row(claim, result)])


def write_completions(connection: Connection, results: Mapping[Claim, CallResult]) -> set[Claim]:
    """End prompts with what the model wrote; returns those that another attempt holds, of which nothing is written."""
    late = work.finish_many(connection, "prompts", results)
    _insert(connection, [_row(claim, result) for claim, result in results.items() if claim not in late])
    return late


def write_failure(connection: Connection, claim: Claim, reason: str) -> None:
    """End a prompt as failed: a call that failed is a completion with an error. Raises LeaseLost."""
    work.finish(connection, "prompts", claim, failed=reason)
    _insert(connection, [{"id": claim.id, "error": reason}])


def _row(claim: Claim, result: CallResult) -> dict[str, Any]:
    return {
        "id": claim.id,
        "text": result.text,
        "finish_reason": result.finish_reason,
        "model": result.model,
        "tokens_in": result.tokens_in,
        "tokens_out": result.tokens_out,
        "seconds": result.seconds,
        "links": result.links,
        "linked_by": result.linked_by,
        "link_seconds": result.link_seconds,
        "notes": "\n".join(result.notes) or None,
    }


def _insert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    kept = [
        {name: storable(value)[0] if isinstance(value, str) else value for name, value in row.items()} for row in rows
    ]
    connection.execute(_INSERT, {"rows": to_json(kept)})
    work.notify(connection, "completions")


def request_of(connection: Connection, prompt: str) -> str:
    """The stored call of a prompt whose message came without it."""
    return str(connection.execute(_REQUEST, {"id": prompt}).scalar_one())


def gold_train(connection: Connection, run_id: str) -> dict[str, list[Sentence]]:
    """Gold train sentences of a run by language."""
    return {row.language: sentences_of(connection, row.id) for row in connection.execute(_GOLD, {"run": run_id})}


def related_of(connection: Connection, run_id: str) -> dict[str, str]:
    """Related language by target language, as the run's specification has them."""
    spec = connection.execute(_RELATED, {"run": run_id}).scalar_one()
    return {x["code"]: x["related"]["code"] for x in spec["languages"] if x.get("related")}


def give_up(db: Engine, lease: Lease) -> int:
    """Fail prompts at which holder after holder ended without a word; returns how many."""
    with db.begin() as connection:
        claims = work.exhausted(connection, "prompts", lease=lease)
        for claim, reason in claims.items():
            write_failure(connection, claim, reason)
    return len(claims)
