"""Short ids, as the service completes them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine

from spanloom.errors import Conflict, NotFound
from spanloom.store.ids import IdKind, full_id
from spanloom.store.settle import settle
from support.stored import execute, select, store_run


def test_any_beginning_that_one_row_has(db: Engine) -> None:
    run = store_run(db)
    settle(db, run)
    job = select(db, "SELECT id FROM jobs ORDER BY id LIMIT 1")[0].id
    dataset = f"{run}.da.gold.train.v1"

    def found(kind: IdKind, given: str) -> str:
        with db.connect() as connection:
            return full_id(connection, kind, given)

    day, _, digits = run.partition("-")
    assert {found("run", short) for short in (run, digits, digits[:4], f"{day}-{digits[:1]}")} == {run}
    assert {found("job", short) for short in (job, job[:20], job.removeprefix("job-")[:16])} == {job}
    rest = "da.gold.train"
    assert {found("dataset", f"{head}.{rest}") for head in (run, digits, digits[:5])} == {dataset}
    assert found("dataset", f"{digits}.da.gold.tr") == dataset
    assert found("dataset", dataset) == dataset

    with pytest.raises(Conflict, match=re.escape(f"{run}.da.gold.test.v1")):
        found("dataset", f"{digits}.da.gold")
    with pytest.raises(NotFound, match="there is no run 'ffffffff0'"):
        found("run", "ffffffff0")
    with pytest.raises(NotFound, match="too short"):
        found("run", digits[:3])

    columns = "run_id, language, source, split, kind, tags, state"
    execute(
        db,
        f"INSERT INTO datasets (id, version, {columns}) SELECT '{run}.da.gold.train.v2', 2, {columns} "
        f"FROM datasets WHERE id = '{dataset}'",
    )
    assert found("dataset", f"{digits}.{rest}") == f"{run}.da.gold.train.v2"
    assert found("dataset", dataset) == dataset
    second = store_run(db)
    with pytest.raises(Conflict, match=second):
        found("run", day)
