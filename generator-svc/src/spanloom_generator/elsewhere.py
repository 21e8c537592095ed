"""Calls answered elsewhere: waiting calls as lines of a batch file, and the answers in such a file's output.

A machine that reaches neither Kafka nor PostgreSQL nor this service can so make the completions of a dataset, with
`vllm run-batch` or whatever else reads the OpenAI batch format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy import Engine as Database

from spanloom.errors import Conflict, EngineError, TransientEngineError
from spanloom.store import held, work
from spanloom.store.text import storable
from spanloom_generator import records
from spanloom_generator.calls import decode_call
from spanloom_generator.engines.batch_lines import input_line, result_in
from spanloom_generator.engines.parameters import Parameters

log = structlog.stdlib.get_logger(__name__)

KINDS = ("openai", "openai_batch", "vllm")
"""Engines whose calls are chat completions, which the batch format has."""
NOTE = "answered elsewhere, from a file"


@dataclass
class Stored:
    """What became of the lines of a file."""

    stored: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    """Calls that failed for good, each with its reason."""
    handed_back: dict[str, str] = field(default_factory=dict)
    """Calls whose failure may pass: they wait again."""
    already: int = 0
    foreign: list[str] = field(default_factory=list)
    """Ids of no call of ours."""
    files: dict[str, int] = field(default_factory=dict)
    """Files that held calls of these lines, with how many calls they still hold."""


def line_of(stored: str, prompt_id: str, *, model: str | None, max_tokens: int | None) -> dict[str, Any]:
    """A stored call as a line of the input file; `model` and `max_tokens` stand for the specification's.

    Raises Conflict where its engine is none that answers chat completions, or where its answer is not all there is.
    """
    config, request = decode_call(stored)
    if config.get("kind") not in KINDS:
        raise Conflict(
            f"calls of engine {config.get('kind')!r} cannot be made elsewhere; of these they can: {', '.join(KINDS)}"
        )
    if request.extra.get("aligner") is not None:
        raise Conflict("translations that ask for word links are made where the links are: by a generator")
    if max_tokens is not None:
        request = replace(request, sampling=replace(request.sampling, max_tokens=max_tokens))
    body = Parameters(config.get("extra") or {}).body(request, model or str(config["model"]))
    return input_line(prompt_id, body)


def store_lines(db: Database, lines: Sequence[Mapping[str, Any]]) -> Stored:
    """Store the answers in lines of an output file, in one transaction: each call's first answer, and no other."""
    told = Stored()
    by_id: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        by_id.setdefault(storable(str(line.get("custom_id")))[0], line)
    told.already = len(lines) - len(by_id)
    with db.begin() as connection:
        claims, ended, files = held.take_open(connection, sorted(by_id))
        told.already += len(ended)
        told.foreign = sorted(by_id.keys() - claims.keys() - ended)
        for prompt_id in sorted(claims):
            with connection.begin_nested():
                _store(connection, claims[prompt_id], by_id[prompt_id], told)
        told.files = {name: held.held(connection, name) for name in sorted(files) if name.startswith(held.FILE)}
    log.info("answers stored", stored=told.stored, failed=len(told.failed), foreign=len(told.foreign))
    return told


def _store(connection: Connection, claim: work.Claim, line: Mapping[str, Any], told: Stored) -> None:
    try:
        result = result_in(line, model="unknown")
    except TransientEngineError as error:
        reason = storable(str(error))[0]
        work.release(connection, "prompts", claim, reason=reason, spent=False)
        told.handed_back[claim.id] = reason
    except EngineError as error:
        reason = storable(f"{type(error).__name__}: {error}")[0]
        records.write_failure(connection, claim, reason)
        told.failed[claim.id] = reason
    else:
        records.write_completion(connection, claim, replace(result, notes=(*result.notes, NOTE)))
        told.stored += 1
