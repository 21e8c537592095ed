"""While a release is rolled out its replicas work beside older ones, on one database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

from spanloom.contracts.arm import Arm, arm_id
from spanloom.contracts.spec import RunSpec
from spanloom.store.migrate import fits
from spanloom.store.settle import settle, settle_all
from spanloom_trainer import records as training
from spanloom_validator.records import read_dataset
from support.cluster import tiny_training
from support.stored import execute, select, store_run

NEWER = '\'{"a_newer_field": {"x": 1}}\'::jsonb'


def jobs(db: Engine, run_id: str) -> list[Any]:
    return select(db, "SELECT id, arm FROM jobs WHERE run_id = :run", run=run_id)


def test_a_newer_schema_is_no_reason_to_stop(db: Engine) -> None:
    execute(db, "UPDATE alembic_version SET version_num = '9999'")
    assert fits(db) is None


def test_a_run_of_a_newer_release_is_read_but_settled_by_that_release(db: Engine) -> None:
    run_id = store_run(db)
    execute(db, f"UPDATE runs SET spec = spec || {NEWER} WHERE id = :run", run=run_id)
    assert settle(db, run_id).jobs == 0
    settle_all(db)
    assert jobs(db, run_id) == []
    execute(db, "UPDATE runs SET spec = spec - 'a_newer_field' WHERE id = :run", run=run_id)
    assert settle(db, run_id).jobs == 1


def test_workers_read_arms_rules_and_specifications_with_fields_they_do_not_know(db: Engine) -> None:
    run_id = store_run(db)
    settle(db, run_id)
    (job,) = jobs(db, run_id)
    known = Arm.stored(job.arm)
    execute(db, f"UPDATE jobs SET arm = arm || {NEWER} WHERE run_id = :run", run=run_id)
    execute(
        db,
        f"UPDATE runs SET spec = jsonb_set(spec, '{{training}}', (spec -> 'training') || {NEWER}) WHERE id = :run",
        run=run_id,
    )
    execute(db, f"UPDATE datasets SET rules = coalesce(rules, '{{}}') || {NEWER} WHERE run_id = :run", run=run_id)
    with db.connect() as connection:
        assert training.arm_of(connection, job.id) == known
        spec = connection.execute(text("SELECT spec FROM runs WHERE id = :run"), {"run": run_id}).scalar_one()
        assert RunSpec.stored(spec).training.sizes == tuple(tiny_training()["sizes"])
        dataset = connection.execute(text("SELECT id FROM datasets WHERE run_id = :run LIMIT 1"), {"run": run_id})
        assert read_dataset(connection, dataset.scalar_one()) is not None


def test_a_field_at_its_default_changes_no_job_id(db: Engine) -> None:
    """Else the replicas of two releases would make each job twice."""

    class NewerArm(Arm):
        warm_up: int = 0

    run_id = store_run(db)
    settle(db, run_id)
    (job,) = jobs(db, run_id)
    assert arm_id(NewerArm.stored(job.arm)) == job.id
    assert arm_id(NewerArm.stored({**job.arm, "warm_up": 1})) != job.id
