"""All four services on a real Kafka whose topics are deleted in mid-run, and get garbage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import kafka as kafka_python
import psycopg2
import pytest
import yaml

from spanloom.bus import Message, open_bus
from spanloom.bus.topics import COMPLETIONS, EVALUATIONS, JOBS, PROMPTS, TOPICS, dlq_of
from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom_embedded.app import embedded
from support.cluster import SHORT, demo_language, replay_source, tiny_training
from support.common import own_database, wait_for
from support.kafka_broker import KafkaBroker
from support.recordings import write_recording

WORK_TOPICS = (PROMPTS, COMPLETIONS, JOBS, EVALUATIONS)
CALLS, SIZES = 100, (10, 20, 30)


class Deployment:
    """The four services in this process, on the session's Kafka and a database of their own."""

    def __init__(self, service: Service, database_url: str, bus_url: str, folder: Path) -> None:
        self.service, self.bus_url, self.folder = service, bus_url, folder
        self.connection = psycopg2.connect(database_url)
        self.connection.autocommit = True

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def submit(self, calls: int = CALLS) -> str:
        recording = write_recording(self.folder / f"{calls}.jsonl", calls=calls, objects=5)
        spec = {
            "name": "stormy",
            "languages": [demo_language()],
            "sources": [{"kind": "organic"}, replay_source(recording, calls=calls)],
            "training": tiny_training(sizes=list(SIZES)),
        }
        answer = httpx.post(f"{self.service.url}/v1/runs", content=yaml.safe_dump(spec), timeout=60)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def wait_for_end(self, run_id: str) -> None:
        def ended() -> bool:
            return self.sql("SELECT state FROM runs WHERE id = %s", run_id) != [("running",)]

        wait_for(ended, timeout_s=90, what=f"the run to end ({self.sql('SELECT * FROM run_summary')})")
        assert self.sql("SELECT state, reason FROM runs WHERE id = %s", run_id) == [("complete", None)]
        counts = self.sql(
            "SELECT (SELECT count(*) FROM completions WHERE run_id = r.id AND judged_at IS NOT NULL), "
            "(SELECT count(*) FROM jobs WHERE run_id = r.id AND state = 'done'), "
            "(SELECT count(*) FROM evaluations WHERE run_id = r.id AND f1 IS NOT NULL) FROM runs r WHERE id = %s",
            run_id,
        )
        assert counts == [(CALLS, 2 * len(SIZES), 2 * len(SIZES))]


@pytest.fixture(scope="module")
def deployment(
    postgres_url: str, kafka_session: KafkaBroker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployment")
    short = {name.removeprefix("SPANLOOM_").lower(): value for name, value in SHORT.items() if name[0] == "S"}
    with own_database(postgres_url) as url, open_bus(kafka_session.url) as bus:
        bus.delete_topics([*TOPICS, *map(dlq_of, TOPICS)])
        settings = load_settings(
            data="/", **short, database_url=url, bus=kafka_session.url, home=folder, cache=folder / "cache", port=0
        )
        with embedded(settings) as service, service:
            place = Deployment(service, url, kafka_session.url, folder)
            yield place
            place.connection.close()


def test_the_run_completes_though_all_topics_are_deleted(deployment: Deployment) -> None:
    with open_bus(deployment.bus_url) as bus:
        run_id = deployment.submit()
        judged = "SELECT count(judged_at) FROM completions WHERE run_id = %s"
        wait_for(lambda: deployment.sql(judged, run_id)[0][0] > 0, every_s=0.01, what="the first judged completion")
        bus.delete_topics(TOPICS)
        assert deployment.sql(judged, run_id)[0][0] < CALLS, "deleted in mid-run"
        # One job is trained at a time: the others' messages wait in their topic, and are lost with it.
        states = "SELECT state FROM jobs WHERE run_id = %s"
        wait_for(lambda: ("claimed",) in deployment.sql(states, run_id), timeout_s=60, every_s=0.01, what="a job")
        bus.delete_topics(TOPICS)
        assert ("queued",) in deployment.sql(states, run_id), "deleted while jobs wait"
        deployment.wait_for_end(run_id)
        assert deployment.sql("SELECT count(*) FROM dead_letters") == [(0,)]


WHOLE = b'{"v": 1, "id": "ID", "run_id": "y", "dataset_id": "z", "job_id": "j", "kind": "train", "call_index": 0}'
GARBAGE = [
    b"",
    b"\xff\xfe\x00 not JSON",
    b"[" * 5000,
    b"[1, 2]",
    b'{"v": 1}',
    b'{"v": 1, "id": 7, "run_id": null}',
    WHOLE.replace(b"1", b"2", 1),
    WHOLE.replace(b"ID", b"a\\u0000b"),
]


def test_garbage_on_every_topic_is_a_dead_letter_and_the_services_go_on(deployment: Deployment) -> None:
    raw = kafka_python.KafkaProducer(bootstrap_servers=deployment.bus_url.removeprefix("kafka://"))
    try:
        for topic in WORK_TOPICS:
            for number, value in enumerate(GARBAGE):
                headers = [("na\x00me", b"\x00\xff"), ("empty", b""), ("number", str(number).encode())]
                raw.send(topic, value, key=b"\xff\x00key", headers=headers).get(timeout=20)
            raw.send(topic, WHOLE).get(timeout=20)
    finally:
        raw.close()
    expected = Counter({topic: len(GARBAGE) for topic in WORK_TOPICS})

    def buried() -> dict[str, int]:
        return dict(deployment.sql("SELECT topic, count(*) FROM dead_letters GROUP BY topic"))

    wait_for(lambda: buried() == expected, what=f"a dead letter of each garbage ({expected})")
    rows = deployment.sql('SELECT topic, partition, "offset", value, reason FROM dead_letters')
    assert all(reason for *_, reason in rows)
    with open_bus(deployment.bus_url) as bus, bus.consumer([dlq_of(t) for t in WORK_TOPICS], "observer") as consumer:
        letters: list[Message] = []

        def read() -> bool:
            letters.extend(consumer.poll(0.5))
            return len(letters) >= len(rows)

        wait_for(read, what="a record on the dead letter topic for each row")
    places = {
        (letter.header("dlq-topic"), int(letter.header("dlq-partition") or -1), int(letter.header("dlq-offset") or -1)):
        (bytes(letter.value), letter.header("dlq-reason"))
        for letter in letters
    }  # fmt: skip
    assert places == {(topic, part, offset): (bytes(value), why) for topic, part, offset, value, why in rows}
    run_id = deployment.submit()
    deployment.wait_for_end(run_id)
    assert buried() == expected, "a message for a row that is gone is no dead letter"
