"""A call is paid for once: through a rebalance, and through kill -9 with 200 calls in flight."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Engine

from spanloom.bus import open_bus
from spanloom.bus.topics import PROMPTS
from support.chat_server import ChatServer, prompt_key
from support.cluster import Cluster
from support.common import wait_for
from support.kafka_broker import KafkaBroker
from support.stored import select, store_run

LEASE = {"SPANLOOM_LEASE_S": "5", "SPANLOOM_RENEW_S": "0.5", "SPANLOOM_SESSION_TIMEOUT_S": "3"}
CALLS, IN_FLIGHT, AT_ONCE = 500, 200, 40


def _llm(server: ChatServer) -> dict[str, object]:
    return {
        "kind": "synthetic",
        "name": "llm",
        "engine": {"kind": "openai", "base_url": server.base_url, "model": "held-back", "concurrency": IN_FLIGHT},
        "m": 2,
        "n": 1,
        "stop": {"after_calls": CALLS},
        "dev_calls": 0,
    }


def _held(db: Engine, begun: str = "begun") -> dict[str, set[str]]:
    """Prompts in flight by holder; with `begun="true"` also those that wait for a place."""
    held: dict[str, set[str]] = {}
    for row in select(db, f"SELECT holder, id FROM prompts WHERE state = 'claimed' AND {begun}"):
        held.setdefault(row.holder, set()).add(row.id)
    return held


def both_busy(db: Engine, server: ChatServer) -> bool:
    """Whether two generators have begun calls, and all of these have reached the server."""
    held = [len(ids) for ids in _held(db).values()]
    return len(held) == 2 and min(held) >= 20 and sum(held) == server.waiting


def test_no_call_that_has_a_completion_is_asked_again(
    db: Engine, database_url: str, kafka: KafkaBroker, tmp_path: Path
) -> None:
    with (
        ChatServer(at_once=AT_ONCE) as server,
        open_bus(kafka.url) as bus,
        Cluster(database_url, kafka.bootstrap, tmp_path, **LEASE) as cluster,
    ):
        bus.delete_topics([PROMPTS])
        store_run(db, _llm(server))
        requests = {row.id: json.loads(row.request)["request"] for row in select(db, "SELECT id, request FROM prompts")}
        keys = {i: prompt_key(request["messages"], request["sampling"]["seed"]) for i, request in requests.items()}
        assert len(set(keys.values())) == CALLS, "every prompt can be told from the others"

        # One generator has its 200 calls in flight; a second one comes and takes partitions and calls of its own.
        (first,) = cluster.start("generator")
        wait_for(lambda: server.waiting == IN_FLIGHT, what=f"{IN_FLIGHT} calls in flight")
        (one,) = _held(db, "true")
        cluster.start("generator")
        wait_for(lambda: both_busy(db, server), what="the second to be busy too")
        assert set(server.asked.values()) == {1}, "the rebalance asked nothing twice"

        first.kill()
        in_flight, claimed = _held(db)[one], _held(db, "true")[one]
        done = {row.id for row in select(db, "SELECT id FROM completions")}
        assert (len(in_flight), len(done)) == (IN_FLIGHT, AT_ONCE)
        server.open()
        ended = "SELECT count(*) AS n FROM completions WHERE text IS NOT NULL"
        wait_for(lambda: select(db, ended)[0].n == CALLS, what="every call's completion")
        wait_for(lambda: not _held(db, "true"), what="every prompt to be done")

    twice = {i for i, key in keys.items() if server.asked[key] > 1}
    assert twice == in_flight, "asked again is what the dead one had in flight, and nothing else"
    assert max(server.asked.values()) == 2
    assert not twice & done
    attempts = {row.id: row.attempt for row in select(db, "SELECT id, attempt FROM prompts WHERE state = 'done'")}
    assert attempts == {i: 2 if i in claimed else 1 for i in keys}
