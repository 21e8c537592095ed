"""A job is finished once: through kill -9 of its trainer in mid-job, and when a frozen one wakes up too late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest
from safetensors import safe_open
from sqlalchemy import Engine

from spanloom.store.db import connect
from spanloom.store.settle import settle
from support.cluster import Cluster, Process
from support.common import own_database, wait_for
from support.kafka_broker import KafkaBroker
from support.stored import select, store_run

RECIPE = {"learning_rate": 0.001, "epochs": 20, "restarts": 0}


class Trainers:
    """Two trainer processes on one database."""

    def __init__(self, cluster: Cluster, db: Engine) -> None:
        self.cluster, self.db = cluster, db

    def start_job(self) -> str:
        """The id of a new job, once its holder has told of its progress: it is in the middle of it."""
        run_id = store_run(self.db, sizes=[300], recipe=RECIPE)
        settle(self.db, run_id)  # the trainers' sweepers may have been faster
        (job,) = select(self.db, "SELECT id FROM jobs WHERE run_id = :run", run=run_id)
        wait_for(
            lambda: self.job(job.id).progress, timeout_s=90, what=lambda: f"progress of the job ({self.cluster.logs()})"
        )
        return str(job.id)

    def job(self, job_id: str) -> Any:
        return select(self.db, "SELECT * FROM jobs WHERE id = :id", id=job_id)[0]

    def holder(self, job_id: str) -> Process:
        """The process that holds the job: holders are named host-pid-random."""
        pid = int(self.job(job_id).holder.rsplit("-", 2)[1])
        return next(p for p in self.cluster.processes if p.popen.pid == pid)

    def wait_until_done(self, job_id: str) -> None:
        wait_for(
            lambda: self.job(job_id).state == "done", timeout_s=90, what=lambda: f"the job ({self.cluster.logs()})"
        )

    def written(self, job_id: str) -> dict[str, list[Any]]:
        """The job's rows in every table that a trainer writes, less when they are published again."""
        keys = {"jobs": "id", "predictions": "job_id", "evaluations": "job_id", "models": "job_id"}
        columns = "to_jsonb(t) - 'published' - 'publish_after' AS row"
        return {
            table: [r.row for r in select(self.db, f"SELECT {columns} FROM {table} t WHERE {key} = :id", id=job_id)]
            for table, key in keys.items()
        }

    def is_finished_once(self, job_id: str) -> bool:
        """Whether a second attempt, and it alone, left its results."""
        written = self.written(job_id)
        counts = [len(written[table]) for table in ("jobs", "predictions", "evaluations")]
        return counts == [1, 1, 1] and written["jobs"][0]["attempt"] == 2


@pytest.fixture(scope="module")
def trainers(
    postgres_url: str, kafka_session: KafkaBroker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trainers]:
    folder = tmp_path_factory.mktemp("trainers")
    with own_database(postgres_url) as url, Cluster(url, kafka_session.bootstrap, folder) as cluster:
        cluster.migrate()
        cluster.start("trainer", "trainer")
        db = connect(url)
        yield Trainers(cluster, db)
        db.dispose()


def test_a_trainer_frozen_past_its_lease_changes_nothing_when_it_wakes(trainers: Trainers) -> None:
    job_id = trainers.start_job()
    frozen = trainers.holder(job_id)
    frozen.freeze()
    trainers.wait_until_done(job_id)
    written = trainers.written(job_id)
    assert trainers.is_finished_once(job_id)
    frozen.thaw()
    wait_for(
        lambda: any(line in frozen.tail() for line in ("leases lost", "late training dropped")),
        what="the frozen trainer to learn that it has lost its job",
    )
    wait_for(frozen.ready, what="the frozen trainer to be ready again")
    assert trainers.written(job_id) == written


def test_a_job_whose_trainer_is_killed_is_finished_by_another(trainers: Trainers) -> None:
    job_id = trainers.start_job()
    killed = trainers.holder(job_id)
    (child,) = psutil.Process(killed.popen.pid).children()
    killed.kill()
    assert trainers.job(job_id).state == "claimed", "killed in mid-job"
    wait_for(lambda: not child.is_running(), what="the training process to end with its parent")
    trainers.wait_until_done(job_id)
    assert trainers.is_finished_once(job_id)


def test_a_trainer_that_is_told_to_stop_saves_what_it_has_and_another_goes_on_from_there(trainers: Trainers) -> None:
    job_id = trainers.start_job()  # a resume point is due after 300 s, and this job takes seconds
    holder = trainers.holder(job_id)
    step = trainers.job(job_id).progress["step"]
    assert holder.stop() == 0
    row = trainers.job(job_id)
    assert (row.state, row.attempt - row.forgiven) == ("queued", 0), "handed back, and no attempt is spent"
    point = trainers.cluster.folder / "models" / job_id / "resume.safetensors"
    with safe_open(point, "pt") as file:
        saved = json.loads(file.metadata()["checkpoint"])["state"]["step"]
    assert saved >= step > 0
    trainers.cluster.start("trainer")
    trainers.wait_until_done(job_id)
    assert trainers.is_finished_once(job_id)
    assert not point.exists()


def test_the_routes_are_there_without_trainings_and_trainings_end_by_themselves(trainers: Trainers) -> None:
    for process in trainers.cluster.processes:
        if process.alive:
            process.stop()
    (api,) = trainers.cluster.start("trainer", SPANLOOM_ROLE="api")
    run_id = store_run(trainers.db, sizes=[300], recipe={**RECIPE, "epochs": 2})
    settle(trainers.db, run_id)
    (job,) = select(trainers.db, "SELECT id FROM jobs WHERE run_id = :run", run=run_id)
    listed = httpx.get(f"{api.url}/v1/jobs", params={"run": run_id}, timeout=60).json()["items"]
    assert [row["id"] for row in listed] == [job.id]
    (training,) = trainers.cluster.start("trainer", SPANLOOM_ROLE="worker", SPANLOOM_IDLE_EXIT_S="5")
    assert httpx.get(f"{training.url}/v1/jobs", timeout=60).status_code == 404, "it has no routes"
    trainers.wait_until_done(job.id)
    wait_for(lambda: not training.alive, what="the training process to end by itself")
    assert training.popen.returncode == 0
    assert "no job, so it ends" in training.tail()
    assert api.ready()
