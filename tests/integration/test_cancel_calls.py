"""Cancelling a run gives up its calls at the next renewal; resuming asks for what has no completion, nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection
from concurrent.futures import CancelledError, Future
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine as Database

from spanloom.bus import open_bus
from spanloom.bus.topics import PROMPTS
from spanloom.contracts.messages import PromptMessage
from spanloom.store import runs
from spanloom_generator.engines.port import CallRequest, CallResult, Engine
from spanloom_generator.pool import EnginePool
from spanloom_generator.worker import GeneratorWorker
from support.chat_server import ChatServer, prompt_key
from support.cluster import Cluster
from support.common import wait_for
from support.kafka_broker import KafkaBroker
from support.stored import LEASE, running, select, store_run

CALLS, IN_FLIGHT, AT_ONCE = 60, 20, 10
RENEW_S = 0.5
# Whatever is given up within the test is given up by a renewal: no lease ends in it.
SETTINGS = {"SPANLOOM_LEASE_S": "300", "SPANLOOM_RENEW_S": str(RENEW_S)}


def llm(base_url: str, concurrency: int = IN_FLIGHT) -> dict[str, object]:
    return {
        "kind": "synthetic",
        "name": "llm",
        "engine": {"kind": "openai", "base_url": base_url, "model": "held-back", "concurrency": concurrency},
        "m": 2,
        "n": 1,
        "stop": {"after_calls": CALLS},
        "dev_calls": 0,
    }


def count(db: Database, what: str) -> int:
    return int(select(db, f"SELECT count(*) AS n FROM {what}")[0].n)


def test_cancel_and_resume(db: Database, database_url: str, kafka: KafkaBroker, tmp_path: Path) -> None:
    with (
        ChatServer(at_once=AT_ONCE) as server,
        open_bus(kafka.url) as bus,
        Cluster(database_url, kafka.bootstrap, tmp_path, **SETTINGS) as cluster,
    ):
        bus.delete_topics([PROMPTS])
        run_id = store_run(db, llm(server.base_url))
        requests = {row.id: json.loads(row.request)["request"] for row in select(db, "SELECT id, request FROM prompts")}
        keys = {i: prompt_key(request["messages"], request["sampling"]["seed"]) for i, request in requests.items()}
        (generator,) = cluster.start("generator")
        wait_for(lambda: server.waiting == IN_FLIGHT, what=f"{IN_FLIGHT} calls in flight")
        wait_for(lambda: count(db, "completions") == AT_ONCE, what="the first completions")
        done = {row.id for row in select(db, "SELECT id FROM completions")}
        in_flight = {i for i, key in keys.items() if server.asked[key] and i not in done}
        assert len(in_flight) == IN_FLIGHT

        assert httpx.post(f"{generator.url}/v1/runs/{run_id}/cancel").json()["state"] == "cancelled"
        wait_for(lambda: server.left == IN_FLIGHT, what="the calls in flight to be given up")
        wait_for(lambda: count(db, "prompts WHERE state = 'queued'") == CALLS - AT_ONCE, what="queued prompts")
        assert count(db, "prompts WHERE state = 'queued' AND attempt <> forgiven") == 0, "no attempt is spent"
        assert server.asked.total() == AT_ONCE + IN_FLIGHT, "a cancelled run asks nothing"

        server.open()
        assert httpx.post(f"{generator.url}/v1/runs/{run_id}/resume").json()["state"] == "running"
        wait_for(lambda: count(db, "completions WHERE text IS NOT NULL") == CALLS, what="every call's completion")
    assert {i for i, key in keys.items() if server.asked[key] == 2} == in_flight
    assert server.asked.total() == CALLS + IN_FLIGHT, "none with a completion is asked again"


class SlowStart(Engine):
    """An engine for one test: it starts when it is let, and answers nothing."""

    name, model = "slow", "none"

    def __init__(self) -> None:
        self.starting, self.may_start = threading.Event(), threading.Event()
        self.calls: dict[str, Future[CallResult]] = {}

    def start(self) -> None:
        self.starting.set()
        assert self.may_start.wait(20)

    def room(self) -> int:
        return 700 - sum(not call.done() for call in self.calls.values())

    def submit(self, request: CallRequest) -> Future[CallResult]:
        return self.calls.setdefault(request.prompt_id, Future())

    def cancel(self, prompt_ids: Collection[str]) -> None:
        for prompt_id in prompt_ids:
            if prompt_id in self.calls:
                self.calls[prompt_id].cancel()

    def window(self) -> int | None:
        return None

    def close(self) -> None:
        self.cancel(list(self.calls))


def test_a_run_cancelled_while_its_engine_starts(db: Database, tmp_path: Path) -> None:
    engine = SlowStart()
    pool = EnginePool(db, cache=tmp_path, open_=lambda config: engine)
    worker = GeneratorWorker(db, pool, holder="test", lease=LEASE, renew_s=RENEW_S)
    assert worker.room() == worker.in_flight == 512
    run_id = store_run(db, llm("http://127.0.0.1:9/v1"))
    rows = select(db, "SELECT * FROM prompts ORDER BY call_index LIMIT 3")
    messages = [
        PromptMessage(id=r.id, run_id=run_id, dataset_id=r.dataset_id, call_index=r.call_index, payload=r.request)
        for r in rows
    ]
    handling = threading.Thread(target=worker.handle, args=(messages,))
    handling.start()
    assert engine.starting.wait(20)
    with db.begin() as connection:
        runs.cancel(connection, run_id)
    assert worker.keeper.renew() == {row.id for row in rows}, "the first waits for the engine, the others for it"
    engine.may_start.set()
    handling.join(20)
    assert not worker.keeper.held()
    assert set(engine.calls) == {row.id for row in rows}
    for call in engine.calls.values():
        with pytest.raises(CancelledError):
            call.result(0)
    with running(worker.run):
        wait_for(lambda: count(db, "prompts WHERE state = 'claimed'") == 0, what="the prompts to be handed back")
        wait_for(lambda: worker.room() == 700, what="the window of an engine that takes more than the worker's own")
    assert count(db, "prompts WHERE state = 'queued' AND attempt = forgiven") == CALLS
