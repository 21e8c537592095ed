"""Work rows outlast a database clock that was years ahead for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from spanloom.store import statements, work
from spanloom.store.work import Lease
from support.common import wait_for
from support.stored import execute, select

LEASE = Lease(lease_s=1000)


def test_what_a_clock_put_off_for_years_is_due_once_it_is_right(db: Engine, prompts: str) -> None:
    lease = Lease(lease_s=60)
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run ORDER BY id", run=prompts)]
    with db.begin() as connection:
        work.claim(connection, "prompts", ids[:2], holder="a service", lease=lease)
        work.claim(connection, "prompts", ids[2:3], holder="file-0123456789ab", lease=replace(lease, lease_s=86_400))
    ahead = "UPDATE prompts SET publish_after = publish_after + :by, lease_until = lease_until + :by WHERE id = :id"
    for number in (0, 3):
        execute(db, ahead, by=timedelta(days=3650), id=ids[number])

    def mended() -> int:
        with db.begin() as connection:
            return work.after_clock_error(connection, lease=lease)

    assert (mended(), mended()) == (2, 0)
    rows = select(
        db,
        "SELECT state, publish_after <= clock_timestamp() AS due, extract(epoch FROM lease_until - now()) AS left_s "
        "FROM prompts WHERE run_id = :run ORDER BY id",
        run=prompts,
    )
    assert [(row.state, row.due) for row in rows] == [
        ("claimed", True), ("claimed", False), ("claimed", False), ("queued", True), ("queued", True),
    ]  # fmt: skip
    assert [row.left_s is not None and 0 < row.left_s <= 61 for row in rows[:2]] == [True, True]
    assert rows[2].left_s > 86_000, "a file holds its calls for as long as it was asked to"


def test_a_row_claimed_while_the_clock_was_ahead_and_renewed_since_is_taken_over(db: Engine, prompts: str) -> None:
    lease = Lease(lease_s=0.5)
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run ORDER BY id", run=prompts)]
    with db.begin() as connection:
        held = work.claim(connection, "prompts", ids, holder="a service", lease=lease)
    execute(db, "UPDATE prompts SET publish_after = publish_after + :by", by=timedelta(days=3650))
    with db.begin() as connection:
        work.renew(connection, "prompts", held, lease=lease)
        assert work.after_clock_error(connection, lease=lease) == len(ids)
        assert work.after_clock_error(connection, lease=lease) == 0
        work.renew(connection, "prompts", held, lease=LEASE)
    assert published(db, lease) == [], "its holder lives"
    execute(db, "UPDATE prompts SET lease_until = now() - interval '1 s'")
    assert wait_for(lambda: published(db, lease)) == ids


@pytest.mark.parametrize(
    ("ago_s", "long_up"), [(1, False), (59, False), (61, True), (86_400, True), (-90, True), (-315_360_000, True)]
)
def test_a_database_that_has_started_ahead_of_its_clock_holds_no_lease_up(
    db: Engine, ago_s: int, long_up: bool
) -> None:
    start = f"(clock_timestamp() - interval '{ago_s} s')"
    asked = text(f"SELECT {statements.LONG_UP.replace('pg_postmaster_start_time()', start)}")
    with db.connect() as connection:
        assert connection.execute(asked, {"lease_s": 60}).scalar_one() is long_up


def published(db: Engine, lease: Lease) -> list[str]:
    """The ids of the rows that a relay publishes now, in their order."""
    found: list[str] = []
    work.relay(db, "prompts", lambda rows: found.extend(str(row["id"]) for row in rows), lease=lease)
    return sorted(found)
