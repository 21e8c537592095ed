"""Completions are judged once: through kill -9 between transaction and commit, and through repeated delivery."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from spanloom.bus import Bus, BusSettings, open_bus
from spanloom.bus.topics import COMPLETIONS
from spanloom.contracts.messages import CompletionMessage
from spanloom.workers.consume import Consuming
from spanloom.workers.relay import Relay, record_of
from spanloom_validator.service import GROUP
from spanloom_validator.tally import JudgedCompletion
from spanloom_validator.worker import ValidatorWorker
from support.cluster import Cluster
from support.common import ROOT, wait_for
from support.kafka_broker import KafkaBroker
from support.stored import LEASE, completion_messages, judged_rows, running, select, store_called_run

CALLS = 30
Loop = Callable[[threading.Event], None]


def judge_calmly(db: Engine, folder: Path) -> str:
    """A run with the same completions, judged in this process, in order, one by one; its id."""
    run_id = store_called_run(db, folder, calls=CALLS)
    worker = ValidatorWorker(db)
    for message in completion_messages(db, run_id):
        worker.handle([message])
    return run_id


def is_complete(db: Engine, run_id: str) -> bool:
    states = select(db, "SELECT state FROM datasets WHERE run_id = :run AND source <> 'gold'", run=run_id)
    return {row.state for row in states} == {"complete"}


@contextmanager
def empty_topics(kafka: KafkaBroker, settings: BusSettings) -> Iterator[Bus]:
    """A bus with nothing in its topics: what an earlier test left there is gone."""
    with open_bus(kafka.url, settings) as bus:
        bus.delete_topics([COMPLETIONS])
        bus.ensure_topics()
        yield bus


def uncommitted(bus: Bus) -> int:
    """Deliveries that the group has not committed; joins the group, so its members must be gone."""
    with bus.consumer(COMPLETIONS, GROUP) as consumer:
        consumer.pause()

        def holds_all() -> bool:
            consumer.poll(0.2, 1)
            return len(consumer.assigned()) == bus.settings.partitions

        wait_for(holds_all, what="all partitions")
        return consumer.lag()


def test_kill_between_transaction_and_commit_gives_the_same_rows(
    db: Engine, database_url: str, kafka: KafkaBroker, bus_settings: BusSettings, tmp_path: Path
) -> None:
    calm = judge_calmly(db, tmp_path)
    run_id = store_called_run(db, tmp_path, calls=CALLS)
    cluster = Cluster(database_url, kafka.bootstrap, tmp_path, SPANLOOM_SESSION_TIMEOUT_S="3")
    with empty_topics(kafka, bus_settings) as bus:
        Relay(db, bus, "completions", LEASE).publish_waiting()
        mortal = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "support" / "mortal_validator.py"), "2"],
            env=cluster.process_environment(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert mortal.returncode == -signal.SIGKILL, mortal.stderr
        done = select(db, "SELECT count(judged_at) AS n FROM completions WHERE run_id = :run", run=run_id)[0].n
        assert 0 < done < CALLS, "it was killed in mid-run"
        delivered: list[str] = []

        def handle(messages: list[CompletionMessage]) -> None:
            delivered.extend(message.id for message in messages)
            ValidatorWorker(db).handle(messages)

        with running(Consuming(db, bus, COMPLETIONS, GROUP, CompletionMessage, handle).run):
            wait_for(lambda: is_complete(db, run_id), what="the dataset to be complete")
        assert len(delivered) > CALLS - done, "what was stored and not committed came again"
        assert uncommitted(bus) == 0
    assert judged_rows(db, run_id) == judged_rows(db, calm)
    assert len(judged_rows(db, run_id)["samples"]) > 300


def test_every_completion_three_times_to_two_validators_is_one_completion_and_one_job(
    db: Engine, kafka: KafkaBroker, bus_settings: BusSettings, tmp_path: Path
) -> None:
    calm = judge_calmly(db, tmp_path)
    run_id = store_called_run(db, tmp_path, calls=CALLS)
    rows = select(db, "SELECT * FROM completions WHERE run_id = :run", run=run_id)
    delivered: dict[int, int] = {1: 0, 2: 0}

    def validator(number: int, bus: Bus) -> Loop:
        worker = ValidatorWorker(db)

        def handle(messages: list[CompletionMessage]) -> None:
            delivered[number] += len(messages)
            worker.handle(messages)

        return Consuming(db, bus, COMPLETIONS, GROUP, CompletionMessage, handle, room=lambda: 5).run

    with empty_topics(kafka, bus_settings) as bus:
        limit = bus.settings.message_limit(COMPLETIONS)
        records = [record_of("completions", row._mapping, limit) for row in rows] * 3
        random.Random(3).shuffle(records)
        with running(validator(1, bus), validator(2, bus)):
            sent = 0
            while min(delivered.values()) == 0:  # until the group has settled, one of them may get everything
                sent += len(bus.producer().publish(records[:10]))
                time.sleep(0.2)
            sent += len(bus.producer().publish(records[10:]))
            wait_for(lambda: sum(delivered.values()) >= sent, what="all deliveries")
            wait_for(lambda: is_complete(db, run_id), what="the dataset to be complete")
        assert uncommitted(bus) == 0
    assert judged_rows(db, run_id) == judged_rows(db, calm)
    completed = select(db, "SELECT count(*) AS n FROM events WHERE run_id = :run AND kind = 'dataset'", run=run_id)
    jobs = select(db, "SELECT count(*) AS n FROM jobs WHERE run_id = :run", run=run_id)
    assert (completed[0].n, jobs[0].n) == (1, 1)


class BrokenFor(ValidatorWorker):
    """A validator with a defect: it stumbles over one completion."""

    def __init__(self, db: Engine, victim: str) -> None:
        super().__init__(db)
        self.victim = victim

    def judge(self, messages: Sequence[CompletionMessage]) -> list[JudgedCompletion]:
        if self.victim in {message.id for message in messages}:
            raise RuntimeError("a defect\x00")
        return super().judge(messages)


def test_a_completion_that_cannot_be_judged_is_a_dead_letter_and_a_failed_call(db: Engine, tmp_path: Path) -> None:
    run_id = store_called_run(db, tmp_path, calls=5)
    victim = completion_messages(db, run_id)[2].id
    worker = BrokenFor(db, victim)
    with open_bus("memory://broken") as bus:
        bus.ensure_topics()
        Relay(db, bus, "completions", LEASE).publish_waiting()
        loop = Consuming(db, bus, COMPLETIONS, GROUP, CompletionMessage, worker.handle, give_up=worker.give_up)
        with running(loop.run):
            wait_for(lambda: is_complete(db, run_id), what="the dataset to be complete")
    (letter,) = select(db, "SELECT key, reason FROM dead_letters")
    assert (letter.key, letter.reason) == (victim, "RuntimeError: a defect\N{REPLACEMENT CHARACTER}")
    (dataset,) = select(db, "SELECT calls_judged, calls_failed FROM datasets WHERE kind = 'synthetic'")
    assert (dataset.calls_judged, dataset.calls_failed) == (5, 1)
    (row,) = select(db, "SELECT id, error FROM completions WHERE error IS NOT NULL")
    assert (row.id, "a defect" in row.error) == (victim, True)
    worker.give_up(completion_messages(db, run_id)[0], "delivered again, to a validator with a defect")
    assert len(select(db, "SELECT id FROM completions WHERE error IS NOT NULL")) == 1, "what is judged stays judged"
