"""A run's arms from real rows: intervals, tests between sources, and the report, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert

from spanloom.cli.client import Client
from spanloom.http import create_app
from spanloom.http.views import view_routes
from spanloom.ner.schema import LabelSchema
from spanloom.settings import load_settings
from spanloom.store.models import Evaluation, Job
from spanloom_evaluator import records
from spanloom_evaluator.api import result_routes
from spanloom_evaluator.intervals import bootstrap
from spanloom_evaluator.report import render_report
from spanloom_evaluator.report_cli import gather
from spanloom_evaluator.score import SentenceCounts, score
from spanloom_evaluator.significance import compare
from spanloom_evaluator.stored import arm_routes, read_arms
from spanloom_generator.api import run_routes
from spanloom_validator.api import dataset_routes
from stored import execute, select, store_run

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
Evaluate = Callable[..., SentenceCounts]


@pytest.fixture
def run(db: Engine) -> str:
    return store_run(db)


@pytest.fixture
def evaluate(db: Engine, run: str) -> Evaluate:
    """Stores an evaluation of predictions that differ from gold in a share `noise` of the tokens."""
    test = select(db, "SELECT id FROM datasets WHERE run_id = :run AND source = 'gold' AND split = 'test'", run=run)[
        0
    ].id
    rows = select(db, "SELECT ner_tags FROM samples WHERE dataset_id = :id ORDER BY candidate_index", id=test)
    gold = [list(row.ner_tags) for row in rows]

    def store(source: str, noise: float, *, size: int = 30, seed: int = 1, state: str = "done") -> SentenceCounts:
        rng = np.random.default_rng(seed)
        pred = [[int(rng.integers(len(SCHEMA))) if rng.random() < noise else tag for tag in tags] for tags in gold]
        scores = score(gold, pred, SCHEMA)
        job = f"{run}.{source}.{size}.{seed}"
        with db.begin() as connection:
            connection.execute(insert(Job), {"id": job, "run_id": run, "kind": "train", "arm": {}, "state": "done"})
            place = {"language": "da", "source": source, "setting": "from_scratch", "size": size, "size_asked": size}
            facts = {"collapsed": noise > 0.5, "restarts": 2, "encoder": "tiny", "updates": 9, "training_seconds": 1.5}
            connection.execute(
                insert(Evaluation),
                {"id": f"{job}.da", "run_id": run, "job_id": job, "dataset_id": test, "training_seed": seed,
                 "subset_seed": 1, "facts": facts, "state": state, **place},
            )  # fmt: skip
            records.write(connection, f"{job}.da", scores, bootstrap([scores.counts], resamples=100))
        return scores.counts

    return store


@pytest.fixture
def http(db: Engine) -> Iterator[TestClient]:
    settings = load_settings()
    routers = [
        run_routes(db, None, settings), dataset_routes(db), result_routes(db), arm_routes(db), view_routes(db)
    ]  # fmt: skip
    with TestClient(create_app("t", settings=settings, routers=routers), base_url="http://127.0.0.1") as client:
        yield client


def test_arms_hold_the_counts_that_were_stored(db: Engine, run: str, evaluate: Evaluate) -> None:
    first, second = evaluate("organic", 0.1, seed=1), evaluate("organic", 0.1, seed=2)
    evaluate("organic", 0.1, seed=3, state="queued")
    with db.connect() as connection:
        (arm,) = read_arms(connection, run)
    assert (arm.language, arm.setting, arm.control, arm.size, arm.source) == (
        "da",
        "from_scratch",
        "epochs",
        30,
        "organic",
    )
    assert [c.of("typed", "*").tolist() for c in arm.counts] == [c.of().tolist() for c in (first, second)]
    with pytest.raises(ValueError, match="not of strict"):
        arm.counts[0].of("strict", "*")


def test_significance_over_http_is_that_of_the_counts(http: TestClient, run: str, evaluate: Evaluate) -> None:
    good = [evaluate("organic", 0.05, seed=s) for s in (1, 2)]
    bad = [evaluate("recorded", 0.3, seed=s) for s in (3, 4)]
    evaluate("recorded", 0.3, size=50)
    (row,) = http.get(f"/v1/results/significance?run={run}").json()["items"]
    expected = compare(good, bad, rng_seed=3535)
    assert (row["source"], row["other"], row["size"], row["seeds"]) == ("organic", "recorded", 30, 2)
    assert {name: row[name] for name in expected._fields} == pytest.approx(expected._asdict())
    assert row["p_holm"] == row["p"]


def test_an_answer_is_renewed_when_another_evaluation_has_ended(http: TestClient, run: str, evaluate: Evaluate) -> None:
    assert http.get(f"/v1/results/significance?run={run}").json()["items"] == []
    evaluate("organic", 0.1)
    evaluate("recorded", 0.2)
    assert len(http.get(f"/v1/results/significance?run={run}").json()["items"]) == 1


def test_intervals_over_pages(http: TestClient, run: str, evaluate: Evaluate) -> None:
    for size in (10, 20, 30):
        evaluate("organic", 0.2, size=size, seed=1)
    evaluate("organic", 0.2, size=30, seed=2)
    seen, cursor = [], ""
    while cursor is not None:
        page = http.get(f"/v1/results/intervals?run={run}&limit=2{cursor}").json()
        seen += page["items"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert [(row["size"], row["seeds"], row["varies"]) for row in seen] == [
        (10, 1, "test sampling only"), (20, 1, "test sampling only"), (30, 2, "training seeds and test sampling")
    ]  # fmt: skip
    assert all(row["lo"] < row["f1"] < row["hi"] for row in seen)


@pytest.mark.parametrize("view", ["significance", "intervals"])
def test_a_run_that_is_not_there_and_one_that_is_not_named(http: TestClient, view: str) -> None:
    assert http.get(f"/v1/results/{view}?run=nobody").status_code == 404
    assert http.get(f"/v1/results/{view}").status_code == 422


def test_report_of_a_run(db: Engine, http: TestClient, run: str, evaluate: Evaluate) -> None:
    evaluate("organic", 0.05)
    evaluate("recorded", 0.7)
    execute(db, "UPDATE runs SET ended_at = now() WHERE id = :run", run=run)

    def through(request: httpx.Request) -> httpx.Response:
        answer = http.get(str(request.url))
        return httpx.Response(answer.status_code, content=answer.content, headers={"content-type": "application/json"})

    with Client("http://127.0.0.1", transport=httpx.MockTransport(through)) as api:
        data = gather(api, run, samples=3)
    assert data.title == "stored"
    assert data.trainings == [
        {"language": "da", "source": source, "setting": "from_scratch", "collapsed": collapsed, "restarts": 2}
        for source, collapsed in (("organic", False), ("recorded", True))
    ]
    assert [row["source"] for row in data.significance] == ["organic"]
    page = render_report(data)
    for said in (run, "trainings, 1 collapsed", "1 of 1", "name: stored", "tiny"):
        assert said in page
