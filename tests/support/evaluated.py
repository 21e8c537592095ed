"""Evaluations of a stored run, scored by the evaluator's worker, and the routes' rows of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert

from spanloom.contracts.arm import Arm, arm_id
from spanloom.contracts.messages import EvaluationMessage
from spanloom.contracts.spec import RunSpec
from spanloom.store.models import Job, Prediction
from spanloom.store.result_tables import Evaluation
from spanloom.store.samples import schema_of, sentences_of
from spanloom_evaluator.score.schemes import SentenceCounts, score
from spanloom_evaluator.worker import EvaluatorWorker
from support.stored import LEASE, select

Evaluate = Callable[..., SentenceCounts]


def evaluating(db: Engine, run: str) -> Evaluate:
    """Has the evaluator score predictions that differ from gold in a share `noise` of the tokens."""
    worker = EvaluatorWorker(db, holder="test", lease=LEASE)
    sets = {
        row.split: row.id for row in select(db, "SELECT id, split FROM datasets WHERE run_id = :run", run=run)
    }  # fmt: skip
    spec = RunSpec.model_validate(select(db, "SELECT spec FROM runs WHERE id = :run", run=run)[0].spec)
    with db.connect() as connection:
        gold = sentences_of(connection, sets["test"])
        schema = schema_of(connection, sets["test"])

    def store(source: str, noise: float, *, size: int = 30, seed: int = 1, **more: Any) -> SentenceCounts:
        rng = np.random.default_rng([seed, size, len(source)])
        pred = [[int(rng.integers(len(schema))) if rng.random() < noise else tag for tag in s.tags] for s in gold]
        setting, facts = more.pop("setting", "from_scratch"), {"control": "epochs", **more.pop("facts", {})}
        arm = Arm(
            run_id=run, kind="train", language="da", source=source, setting=setting, train_dataset=sets["train"],
            size=max(size, 1), size_asked=max(size, 1), dev="gold", dev_dataset=sets["dev"], tests=("da",),
            encoder=spec.training.encoder, recipe=spec.training.recipe,
            steps=7 if facts["control"] == "step_matched" else None, related=None, needs=None, subset_seed=1,
            training_seed=seed,
        )  # fmt: skip
        job = arm_id(arm)
        evaluation = f"{job}.{more.get('method', '')}"
        place = {"language": "da", "source": source, "setting": setting, "size": size, "size_asked": size}
        known = {"collapsed": noise > 0.5, "restarts": 2, "encoder": "tiny", "updates": 9, "training_seconds": 1.5}
        with db.begin() as connection:
            if not select(db, "SELECT 1 FROM jobs WHERE id = :id", id=job):
                arms = {"id": job, "run_id": run, "kind": "train", "arm": arm.model_dump(mode="json"), "state": "done"}
                connection.execute(insert(Job), arms)
            method = more.get("method", "direct")
            predicted = {"job_id": job, "dataset_id": sets["test"], "method": method, "tags": pred}
            if more.pop("predicted", True):
                connection.execute(insert(Prediction), predicted)
            connection.execute(
                insert(Evaluation),
                {"id": evaluation, "run_id": run, "job_id": job, "dataset_id": sets["test"], "training_seed": seed,
                 "subset_seed": 1, "facts": {**known, **facts}, **place, **more},
            )  # fmt: skip
        worker.handle([EvaluationMessage(id=evaluation, run_id=run, job_id=job, dataset_id=sets["test"])])
        return score([s.tags for s in gold], pred, schema).counts

    return store


def rows(http: TestClient, view: str, run: str, **asked: Any) -> list[dict[str, Any]]:
    """The rows of a view by its route, `""` being the evaluations themselves."""
    answer = http.get(f"/v1/results{view}", params={"run": run, **asked})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])
