"""10,000 malformed messages on all topics of running services: each is a dead letter with its reason, none a crash."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from sqlalchemy import Engine

from chaos.fuzz import is_readable, mutants
from spanloom.bus import Bus, Message, Record, open_bus
from spanloom.bus.topics import dlq_of
from spanloom.contracts.messages import CompletionMessage, Envelope, EvaluationMessage, JobMessage, PromptMessage
from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom.store.db import connect
from spanloom.telemetry import WORKER_RESTARTS
from spanloom.workers.relay import TOPIC_OF, message_of
from spanloom_embedded.app import embedded
from support.cluster import SHORT, demo_language, replay_source, tiny_training
from support.common import wait_for
from support.recordings import write_recording
from support.stored import select

BUS = "memory://fuzz"
COUNT, BATCH = 10_000, 500
CONTRACTS = {
    "prompts": PromptMessage,
    "completions": CompletionMessage,
    "jobs": JobMessage,
    "evaluations": EvaluationMessage,
}
TOPICS = {contract: TOPIC_OF[table] for table, contract in CONTRACTS.items()}


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """The four services in this process."""
    short = {name.removeprefix("SPANLOOM_").lower(): value for name, value in SHORT.items() if name[0] == "S"}
    settings = load_settings(
        data="/",
        **short,
        database_url=database_url,
        bus=BUS,
        home=tmp_path,
        cache=tmp_path / "cache",
        port=0,
        log_level="error",
    )
    with embedded(settings) as service, service:
        yield service


@pytest.fixture
def db(service: Service, database_url: str) -> Iterator[Engine]:
    engine = connect(database_url, pool_size=2)
    yield engine
    engine.dispose()


def run_to_its_end(service: Service, db: Engine, folder: Path, calls: int = 12) -> str:
    recording = write_recording(folder / "recording.jsonl", calls=calls, objects=3)
    spec = {
        "name": "fuzzed",
        "languages": [demo_language()],
        "sources": [{"kind": "organic"}, replay_source(recording, calls=calls)],
        "training": tiny_training(),
    }
    answer = httpx.post(f"{service.url}/v1/runs", content=yaml.safe_dump(spec), timeout=60)
    assert answer.status_code == 202, answer.text
    run_id = str(answer.json()["id"])

    def state() -> str:
        return str(select(db, "SELECT state FROM runs WHERE id = :run", run=run_id)[0].state)

    wait_for(lambda: state() != "running", timeout_s=120, what="the run to end")
    assert state() == "complete"
    return run_id


def real_messages(db: Engine, run_id: str) -> list[tuple[type[Envelope], bytes]]:
    found: list[tuple[type[Envelope], bytes]] = []
    for table, contract in CONTRACTS.items():
        rows = select(db, f"SELECT * FROM {table} WHERE run_id = :run", run=run_id)
        # As many of each kind, so that no topic is left out.
        found += [(contract, message_of(table, rows[n % len(rows)]._mapping).encode()) for n in range(12)]
    return found


def deaths() -> float:
    return sum(s.value for metric in WORKER_RESTARTS.collect() for s in metric.samples if s.name.endswith("_total"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_thousand_malformed_messages_are_dead_letters_with_reasons(
    service: Service, db: Engine, tmp_path: Path
) -> None:
    run_id = run_to_its_end(service, db, tmp_path)
    died = deaths()
    malformed: list[Record] = []
    readable: list[Record] = []
    for contract, value in mutants(random.Random(8), real_messages(db, run_id)):
        into = readable if is_readable(contract, value) else malformed
        into.append(Record(TOPICS[contract], f"k{len(into)}", value))
        if len(malformed) == COUNT:
            break
    assert len(readable) > 100, "mutants that still read are sent too"
    with open_bus(BUS) as bus:
        everything = malformed + readable
        for start in range(0, len(everything), BATCH):
            bus.producer().publish(everything[start : start + BATCH])

        def buried() -> int:
            return int(select(db, "SELECT count(*) AS n FROM dead_letters")[0].n)

        wait_for(lambda: buried() >= COUNT, timeout_s=240, every_s=0.5, what="dead letters")
        # A last readable message on each topic comes after all of these; what it leaves is seen by the run below.
        again = run_to_its_end(service, db, tmp_path)
        rows = select(db, 'SELECT topic, partition, "offset", key, value, reason FROM dead_letters')
        letters = read_all(bus)
    sent = Counter((record.topic, record.value) for record in malformed)
    assert Counter((row.topic, bytes(row.value)) for row in rows) == sent
    assert min(Counter(row.topic for row in rows).values()) > COUNT / 8, "all topics had their share"
    assert all(row.reason for row in rows)
    assert deaths() == died, "no worker died"
    places = {(m.header("dlq-topic"), m.header("dlq-partition"), m.header("dlq-offset")) for m in letters}
    assert places == {(row.topic, str(row.partition), str(row.offset)) for row in rows}
    assert all(letter.header("dlq-reason") for letter in letters)
    for ended in (run_id, again):
        counted = select(db, "SELECT count(*) AS n FROM completions WHERE run_id = :run", run=ended)
        assert counted[0].n == 12


def read_all(bus: Bus) -> list[Message]:
    """Every record of the dead letter topics."""
    letters: list[Message] = []
    with bus.consumer([dlq_of(t) for t in TOPICS.values()], "observer") as consumer:

        def read() -> bool:
            letters.extend(consumer.poll(0.5))
            return len(letters) >= COUNT

        wait_for(read, timeout_s=60, what="a record on the dead letter topics for each row")
    return letters
