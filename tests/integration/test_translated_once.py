"""A text is translated once a database: whatever the run, the dataset version, and however many ask at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.messages import PromptMessage
from spanloom.contracts.reach import Reach
from spanloom.contracts.spec import check_spec
from spanloom.data.demo import demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.store import work
from spanloom.workers.relay import message_of
from spanloom_generator.links.completions import Linker
from spanloom_generator.once import divide
from spanloom_generator.pool import EnginePool
from spanloom_generator.submit import submit
from spanloom_generator.worker import GeneratorWorker
from support.chat_server import MODEL, ChatServer
from support.cluster import demo_language, tiny_training
from support.common import wait_for
from support.mirror import MirrorAligner
from support.stored import LEASE, execute, running, select

CAP = 12
TEXTS = {s.tokens for s in demo_corpus("sv")["train"][:CAP]}


def new_run(db: Engine, server: ChatServer, folder: Path, **translator: Any) -> str:
    engine = {"kind": "openai", "base_url": server.base_url, "model": MODEL, "concurrency": 4}
    spec = {
        "name": "once",
        "languages": [demo_language(related={"code": "sv", "gold": {"demo": "sv"}, "cap": CAP})],
        "sources": [
            {
                "kind": "translate_train",
                "translator": {"kind": "llm", "engine": engine, **translator},
                "aligner": {"encoder": "./mirror"},
                "tokens": "as_given",
            }
        ],
        "training": tiny_training(),
    }
    return submit(db, check_spec(complete_spec(spec)), key=None, roots=(folder,))[0]


def messages_of(db: Engine, run: str) -> list[PromptMessage]:
    rows = select(db, "SELECT * FROM prompts WHERE run_id = :run AND state = 'queued' ORDER BY id", run=run)
    return [PromptMessage.decode(message_of("prompts", row._mapping).encode()) for row in rows]


def translate(db: Engine, run: str, folder: Path) -> None:
    worker = GeneratorWorker(
        db, EnginePool(db, cache=folder, reach=Reach(hosts=None)), holder="g", lease=LEASE, renew_s=1
    )
    worker.linker = Linker(lambda config: MirrorAligner())
    with running(worker.run):
        worker.handle(messages_of(db, run))
        wait_for(lambda: not worker.keeper.held(), timeout_s=60, what="the calls to end")
    worker.pool.close()


@pytest.fixture
def server() -> Any:
    with ChatServer(at_once=1000, content=lambda n: f"översatt {n}") as server:
        yield server


def test_another_run_takes_the_answers_over_and_pays_for_none(db: Engine, server: ChatServer, tmp_path: Path) -> None:
    first, second = (new_run(db, server, tmp_path) for _ in range(2))
    translate(db, first, tmp_path)
    assert sum(server.asked.values()) == len(TEXTS)
    translate(db, second, tmp_path)
    assert sum(server.asked.values()) == len(TEXTS)
    ours, theirs = (
        select(
            db,
            "SELECT call_index, text, model, links, tokens_in, seconds, notes FROM completions WHERE run_id = :run "
            "AND error IS NULL ORDER BY call_index",
            run=run,
        )
        for run in (first, second)
    )
    assert [row[:4] for row in ours] == [row[:4] for row in theirs]
    assert len(ours) == CAP
    assert all(row.links for row in theirs), "links are each dataset's own"
    assert {(row.tokens_in, row.seconds) for row in theirs} == {(0, 0.0)}
    before = f"{first}.da.translate_train.train.v1"
    assert all(row.notes == f"translated before, by {before}.{row.call_index}" for row in theirs)


def test_another_way_to_ask_is_another_text(db: Engine, server: ChatServer, tmp_path: Path) -> None:
    translate(db, new_run(db, server, tmp_path), tmp_path)
    translate(db, new_run(db, server, tmp_path, sampling={"temperature": 0.7}), tmp_path)
    assert sum(server.asked.values()) == 2 * len(TEXTS)


def test_who_comes_while_it_is_asked_waits_and_who_comes_after_a_failure_asks(
    db: Engine, server: ChatServer, tmp_path: Path
) -> None:
    first, second = (new_run(db, server, tmp_path) for _ in range(2))
    ids = [[m.id for m in messages_of(db, run)] for run in (first, second)]
    with db.begin() as connection:
        mine = divide(connection, work.claim(connection, "prompts", ids[0], holder="a", lease=LEASE))
        assert (len(mine.ask), mine.answered) == (CAP, {})
    with db.begin() as connection:
        others = divide(connection, work.claim(connection, "prompts", ids[1], holder="b", lease=LEASE))
        assert others == ([], {})
    waiting = select(db, "SELECT state, attempt - forgiven AS charged, reason FROM prompts WHERE run_id = :r", r=second)
    assert {tuple(row) for row in waiting} == {("queued", 0, "the same text is being translated")}
    execute(db, "UPDATE prompts SET state = 'failed' WHERE run_id = :run", run=first)
    with db.begin() as connection:
        others = divide(connection, work.claim(connection, "prompts", ids[1], holder="b", lease=LEASE))
        assert (len(others.ask), others.answered) == (CAP, {})


def test_a_text_that_stands_twice_in_one_dataset_is_asked_once(db: Engine, server: ChatServer, tmp_path: Path) -> None:
    run = new_run(db, server, tmp_path)
    ids = [m.id for m in messages_of(db, run)]
    execute(db, "UPDATE prompts SET text_key = 'same' WHERE run_id = :run", run=run)
    with db.begin() as connection:
        found = divide(connection, work.claim(connection, "prompts", ids, holder="a", lease=LEASE))
    assert [claim.id for claim in found.ask] == [min(ids)]
