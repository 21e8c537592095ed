"""The generator's SQL: completions written, failed calls noted, training text of the toy engine."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, text

from spanloom.ner.sentence import Sentence
from spanloom.store import work
from spanloom.store.samples import sentences_of
from spanloom.store.text import storable
from spanloom.store.work import Claim, Lease
from spanloom_generator.engines.port import CallResult

_INSERT = text("""
INSERT INTO completions (id, run_id, dataset_id, call_index, text, error, finish_reason, model, tokens_in, tokens_out,
                         seconds, links, linked_by, link_seconds, notes)
SELECT p.id, p.run_id, p.dataset_id, p.call_index, :text, :error, :finish_reason, :model, :tokens_in, :tokens_out,
       :seconds, :links, :linked_by, :link_seconds, :notes FROM prompts p WHERE p.id = :id
ON CONFLICT DO NOTHING
""")
_COLUMNS = ("text", "error", "finish_reason", "model", "tokens_in", "tokens_out", "seconds", "links", "linked_by",
            "link_seconds", "notes")  # fmt: skip
_REQUEST = text("SELECT request FROM prompts WHERE id = :id")
_GOLD = text("""
SELECT language, id FROM datasets WHERE run_id = :run AND source = 'gold' AND split = 'train'
""")
_RELATED = text("SELECT spec FROM runs WHERE id = :run")


def write_completion(connection: Connection, claim: Claim, result: CallResult) -> None:
    """End a prompt with what the model wrote. Raises LeaseLost, and then nothing is written."""
    work.finish(connection, "prompts", claim)
    _insert(
        connection,
        claim.id,
        text=result.text,
        finish_reason=result.finish_reason,
        model=result.model,
        tokens_in=result.tokens_in,
        tokens_out=result.tokens_out,
        seconds=result.seconds,
        links=result.links,
        linked_by=result.linked_by,
        link_seconds=result.link_seconds,
        notes="\n".join(result.notes) or None,
    )


def write_failure(connection: Connection, claim: Claim, reason: str) -> None:
    """End a prompt as failed: a call that failed is a completion with an error. Raises LeaseLost."""
    work.finish(connection, "prompts", claim, failed=reason)
    _insert(connection, claim.id, error=reason)


def _insert(connection: Connection, prompt: str, **values: Any) -> None:
    empty = dict.fromkeys(_COLUMNS)
    stored = {name: storable(value)[0] if isinstance(value, str) else value for name, value in values.items()}
    connection.execute(_INSERT, {**empty, **stored, "id": prompt})
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
