"""Runs stored without a service: what the API and the generator write, written by their own functions."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from spanloom.contracts.messages import CompletionMessage
from spanloom.contracts.spec import check_spec
from spanloom.data.languages import complete_spec
from spanloom.data.roots import ANYWHERE
from spanloom.store import work
from spanloom.store.work import Claim, Lease
from spanloom.workers.relay import message_of
from spanloom_generator import records
from spanloom_generator.engines.port import CallResult
from spanloom_generator.submit import submit
from support.cluster import demo_language, replay_source, tiny_training
from support.recordings import write_recording

LEASE = Lease(lease_s=3, max_attempts=3, republish_after_s=2)
ORGANIC = {"kind": "organic"}


def store_run(db: Engine, *sources: Mapping[str, Any], **training: Any) -> str:
    """A run over the demo corpus's Danish with these sources (gold alone by default); its id."""
    given = {
        "name": "stored",
        "languages": [demo_language()],
        "sources": list(sources) or [ORGANIC],
        "training": tiny_training(**training),
    }
    spec = check_spec(complete_spec(given))
    return submit(db, spec, key=None, roots=(ANYWHERE,))[0]


def store_called_run(db: Engine, folder: Path, *, calls: int = 30, name: str = "recorded", **training: Any) -> str:
    """A run whose calls have been made: its completions, from a seeded recording, wait to be judged."""
    recording = folder / f"{name}-{calls}.jsonl"
    if not recording.exists():
        write_recording(recording, calls=calls)
    run_id = store_run(db, replay_source(recording, name, calls), **training)
    complete_prompts(db, run_id, recording)
    return run_id


def complete_prompts(db: Engine, run_id: str, recording: Path, held: Sequence[Claim] | None = None) -> None:
    """Do the generator's part: prompts get the recorded completion of their call index.

    Those of `held`, which somebody has claimed, or else all of the run that can be claimed.
    """
    texts = [json.loads(line)["raw_output"] for line in recording.read_text().splitlines()]
    rows = select(db, "SELECT id, call_index FROM prompts WHERE run_id = :run", run=run_id)
    calls = {row.id: row.call_index for row in rows}
    with db.begin() as connection:
        for claim in held or work.claim(connection, "prompts", list(calls), holder="test", lease=LEASE):
            result = CallResult(texts[calls[claim.id]], "stop", 10, 20, 0.1, "recorded")
            records.write_completion(connection, claim, result)


def completion_messages(db: Engine, run_id: str) -> list[CompletionMessage]:
    """The messages of all completions of a run, in the order of their ids."""
    rows = select(db, "SELECT * FROM completions WHERE run_id = :run ORDER BY dataset_id, call_index", run=run_id)
    return [CompletionMessage.decode(message_of("completions", row._mapping).encode()) for row in rows]


def select(db: Engine, statement: str, **values: Any) -> list[Any]:
    """Rows of a query."""
    with db.connect() as connection:
        return list(connection.execute(text(statement), values))


def execute(db: Engine, statement: str, **values: Any) -> None:
    """Run a statement and commit."""
    with db.begin() as connection:
        connection.execute(text(statement), values)


def judged_rows(db: Engine, run_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that judging wrote of a run, without ids and times: runs with equal completions give equal rows."""
    of_run = "d.run_id = :run AND d.source <> 'gold'"
    return {
        "datasets": [
            tuple(row)
            for row in select(
                db,
                "SELECT source, split, state, calls_expected, calls_judged, calls_failed, calls_without_object, "
                f"candidates, accepted FROM datasets d WHERE {of_run} ORDER BY source, split",
                run=run_id,
            )
        ],
        "samples": [
            tuple(row)
            for row in select(
                db,
                "SELECT s.call_index, s.candidate_index, s.tokens, s.ner_tags, s.identity, s.char_offset, s.repairs, "
                f"s.marks FROM samples s JOIN datasets d ON d.id = s.dataset_id WHERE {of_run} ORDER BY 1, 2",
                run=run_id,
            )
        ],
        "rejections": [
            tuple(row)
            for row in select(
                db,
                "SELECT r.call_index, r.candidate_index, r.reasons, r.char_offset, r.delta, r.excerpt "
                f"FROM rejections r JOIN datasets d ON d.id = r.dataset_id WHERE {of_run} ORDER BY 1, 2",
                run=run_id,
            )
        ],
        "completions": [
            tuple(row)
            for row in select(
                db,
                "SELECT call_index, state, judged_at IS NOT NULL FROM completions WHERE run_id = :run ORDER BY 1",
                run=run_id,
            )
        ],
    }


@contextmanager
def running(*loops: Callable[[threading.Event], None]) -> Iterator[None]:
    """Workers' loops in threads of this process; an error of one is raised at the end."""
    stop, errors = threading.Event(), []

    def guarded(loop: Callable[[threading.Event], None]) -> None:
        try:
            loop(stop)
        except BaseException as error:  # noqa: BLE001  raised again below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(loop,), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), "a loop did not stop"
