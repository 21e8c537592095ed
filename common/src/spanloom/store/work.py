"""Work rows: claim, renew, finish, release, relay. A unit of work is a row; a message is the way it travels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.types import ARRAY, Integer, Text

from spanloom.errors import LeaseLost
from spanloom.store import statements
from spanloom.store.text import storable


@dataclass(frozen=True)
class Lease:
    """How long a claim holds, and how often a row may be tried. Seconds are the database's.

    `max_attempts` bounds failures that were told, `max_crashes` holders that went without a word while they worked.
    """

    lease_s: float = 60.0
    max_attempts: int = 3
    max_crashes: int = 20
    republish_after_s: float = 300.0
    ahead: int = 1000


@dataclass(frozen=True)
class Claim:
    """A row that is ours: finish it with this attempt, or not at all.

    `attempt` tells this holder from all others there ever were; `charged` is how many count against the row.
    """

    id: str
    attempt: int
    charged: int


@cache
def _sql(statement: str, table: str) -> Any:
    if table not in statements.WORK_TABLES:
        raise ValueError(f"{table!r} is not a table of work; allowed: {', '.join(statements.WORK_TABLES)}")
    parts = {"not_paused": statements.NOT_PAUSED.get(table, ""), "long_up": statements.LONG_UP}
    clause = text(statement.format(table=table, **parts))
    arrays: dict[str, ARRAY[Any]] = {"ids": ARRAY(Text), "attempts": ARRAY(Integer)}
    return clause.bindparams(*(bindparam(k, type_=t) for k, t in arrays.items() if f":{k}" in statement))


def claim(
    connection: Connection, table: str, ids: Sequence[str], *, holder: str, lease: Lease, begun: bool = False
) -> list[Claim]:
    """Claim those of `ids` that nobody holds and whose run is running; each claim is a new attempt.

    `begun`: the work begins at once; else say so with `begin` when it does.
    """
    rows = connection.execute(
        _sql(statements.CLAIM, table),
        {
            "ids": list(ids),
            "holder": holder,
            "begun": begun,
            "lease_s": lease.lease_s,
            "max_attempts": lease.max_attempts,
            "max_crashes": lease.max_crashes,
        },
    )
    return [Claim(row.id, row.attempt, row.charged) for row in rows]


def begin(connection: Connection, table: str, begun: Iterable[Claim]) -> None:
    """Note that the work on these claims has begun; those no longer ours are left alone."""
    claims = list(begun)
    if claims:
        values = {"ids": [c.id for c in claims], "attempts": [c.attempt for c in claims]}
        connection.execute(_sql(statements.BEGIN, table), values)


def renew(connection: Connection, table: str, held: Iterable[Claim], *, lease: Lease) -> set[str]:
    """Renew all that is held, in one statement; returns the ids still ours (run running, attempt ours)."""
    claims = list(held)
    if not claims:
        return set()
    rows = connection.execute(
        _sql(statements.RENEW, table),
        {"ids": [c.id for c in claims], "attempts": [c.attempt for c in claims], "lease_s": lease.lease_s},
    )
    return {row.id for row in rows}


def finish(connection: Connection, table: str, mine: Claim, *, failed: str | None = None) -> None:
    """End the row as done, or as failed for a reason.

    Raises LeaseLost when another attempt holds it: the caller's transaction must then change nothing.
    """
    row = connection.execute(
        _sql(statements.FINISH, table),
        {
            "id": mine.id,
            "attempt": mine.attempt,
            "state": "failed" if failed else "done",
            "reason": storable(failed)[0] if failed else None,
        },
    ).first()
    if row is None:
        raise LeaseLost(f"{table} {mine.id}: attempt {mine.attempt} no longer holds it")


def finish_many(connection: Connection, table: str, mine: Iterable[Claim]) -> set[Claim]:
    """End rows as done, in one statement; returns those that another attempt holds, which are left as they are."""
    claims = list(mine)
    if not claims:
        return set()
    rows = connection.execute(
        _sql(statements.FINISH_MANY, table), {"ids": [c.id for c in claims], "attempts": [c.attempt for c in claims]}
    )
    ended = {row.id for row in rows}
    return {claim for claim in claims if claim.id not in ended}


def release(
    connection: Connection, table: str, mine: Claim, *, reason: str, pause_s: float = 0.0, spent: bool = True
) -> bool:
    """Hand a row back to be published again after `pause_s` seconds; False when it was no longer ours.

    `spent=False` forgives the attempt: the work was not begun (a clean stop).
    """
    row = connection.execute(
        _sql(statements.RELEASE, table),
        {"id": mine.id, "attempt": mine.attempt, "reason": storable(reason)[0], "pause_s": pause_s, "spent": spent},
    ).first()
    return row is not None


def retry(
    connection: Connection, table: str, mine: Claim, *, reason: str, lease: Lease, pause_s: float = 0.0
) -> str | None:
    """After a transient failure: hand the row back, to be published again after `pause_s` seconds.

    Where its attempts are spent it is left as it is, to be failed by the caller for the reason returned. Raises
    LeaseLost when another attempt holds it.
    """
    if mine.charged >= lease.max_attempts:
        return f"gave up after {mine.charged} attempts: {reason}"
    if not release(connection, table, mine, reason=reason, pause_s=pause_s):
        raise LeaseLost(f"{table} {mine.id}: attempt {mine.attempt} no longer holds it")
    return None


def relay(
    engine: Engine,
    table: str,
    publish: Callable[[list[Mapping[str, Any]]], None],
    *,
    lease: Lease,
    batch: int = 200,
) -> int:
    """Publish rows that wait, at most `lease.ahead` unclaimed ones at a time. Returns how many.

    The rows are locked while they are published, so that two relays share the work; a crash between the bus and the
    commit publishes again, which every consumer bears. `publish` must raise unless all were taken.
    """
    with engine.begin() as connection:
        ahead = connection.execute(_sql(statements.AHEAD, table)).scalar_one()
        room = max(0, lease.ahead - ahead)
        connection.exec_driver_sql(statements.IN_ORDER)
        rows = connection.execute(
            _sql(statements.WAITING, table),
            {
                "limit": min(batch, room) if room else batch,
                "fresh": room > 0,
                "max_crashes": lease.max_crashes,
                "lease_s": lease.lease_s,
            },
        ).mappings()
        found: list[Mapping[str, Any]] = [dict(row) for row in rows]
        if not found:
            return 0
        publish(found)
        connection.execute(
            _sql(statements.PUBLISHED, table),
            {"ids": [row["id"] for row in found], "republish_after_s": lease.republish_after_s},
        )
    return len(found)


def relay_results(engine: Engine, publish: Callable[[list[Mapping[str, Any]]], None], *, batch: int = 200) -> int:
    """Publish evaluations that are done and were not told of. Returns how many.

    As `relay` does it: locked while they are published, and published again after a crash before the commit.
    """
    with engine.begin() as connection:
        rows = connection.execute(text(statements.UNTOLD), {"limit": batch}).mappings()
        found: list[Mapping[str, Any]] = [dict(row) for row in rows]
        if not found:
            return 0
        publish(found)
        connection.execute(_sql(statements.TOLD, "evaluations"), {"ids": [row["id"] for row in found]})
    return len(found)


def exhausted(connection: Connection, table: str, *, lease: Lease) -> dict[Claim, str]:
    """Claims at which as many holders as allowed went without a word, each with the reason to fail it for.

    Their rows are locked, to be failed by the caller.
    """
    rows = connection.execute(
        _sql(statements.EXHAUSTED, table), {"max_crashes": lease.max_crashes, "lease_s": lease.lease_s}
    )
    return {
        Claim(row.id, row.attempt, row.charged): f"gave up: {row.crashes} times the process that worked on it ended or "
        f"stalled without a word, {row.holder} last"
        for row in rows
    }


def after_clock_error(connection: Connection, *, lease: Lease) -> int:
    """Make due what the database's clock, when it was ahead, put off to a time far from now. Returns how many rows."""
    found = [
        connection.execute(_sql(statements.CLOCK_WENT_BACK, table), {"lease_s": lease.lease_s}).all()
        for table in statements.WORK_TABLES
    ]
    return sum(map(len, found))


def unpublish(connection: Connection, *, holders_are_dead: bool = False) -> None:
    """Let every row that waits be published anew: the bus has lost its messages.

    `holders_are_dead` ends the leases as well; it is for whoever knows that no other process works on this database.
    """
    for table in statements.WORK_TABLES:
        connection.execute(_sql(statements.UNPUBLISH, table))
        if holders_are_dead:
            connection.execute(_sql(statements.EXPIRE, table))


def notify(connection: Connection, table: str) -> None:
    """Wake the table's relays once this transaction commits."""
    connection.execute(text(statements.NOTIFY), {"table": table})
