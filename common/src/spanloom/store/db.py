"""Connections to PostgreSQL, and how long anything may take on them.

Four bounds, for there are four ways to hang. A statement that runs on: the server ends it (`statement_timeout`). A
network that swallows what is sent: the kernel gives up (`tcp_user_timeout`). A server that stands still, so that its
kernel goes on answering for it: nobody but the client can tell, and gives up after `SILENCE_AFTER_S` more than the
longest statement (`wait_for_answer`). A pool of connections that are all taken: `timeout_s`.
"""

from __future__ import annotations

import math
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import psycopg2
from psycopg2.extensions import (
    POLL_OK,
    POLL_READ,
    STATUS_BEGIN,
    STATUS_PREPARED,
    STATUS_READY,
    connection,
    parse_dsn,
    set_wait_callback,
)
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from spanloom.errors import StoreError

OVERFLOW = 2
"""Connections that a process may open above its pool's size, for a moment."""
SILENCE_AFTER_S = 5
"""Seconds that a client waits longer than the server may take: whoever can tell what was wrong goes first."""
SWALLOWED_S = 30
"""Seconds after which what was sent and never acknowledged by the other kernel ends a connection."""


def connection_budget(pool_size: int, services: int = 1) -> int:
    """The most connections that one process opens: a pool for each service in it (`spanloom up`: four), one overflow.

    Listening relays, the API and every worker draw on the same pool. `spanloom db upgrade` and `doctor` open one each.
    """
    return pool_size * services + OVERFLOW


def to_json(value: Any) -> str:
    """JSON as it goes into the database."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


class Bounded(connection):  # type: ignore[misc]
    """A connection that bears a silence of the server no longer than its class says, in seconds; None bears any."""

    silence_s: float | None = None


def wait_for_answer(raw: connection) -> None:
    """psycopg2's waiting for the server, no longer than the connection's patience: `connect_timeout` for its opening,
    and then `silence_s` for each silence. Raises OperationalError, upon which psycopg2 closes the connection."""
    opening = raw.status not in (STATUS_READY, STATUS_BEGIN, STATUS_PREPARED)
    connect_s = float(parse_dsn(raw.dsn).get("connect_timeout", 0)) if opening else 0.0
    silence_s = raw.silence_s if isinstance(raw, Bounded) else None
    until = time.monotonic() + connect_s
    while (state := raw.poll()) != POLL_OK:
        patience_s = max(until - time.monotonic(), 0) if connect_s else silence_s
        poller = select.poll()  # select() knows no descriptor above 1023
        poller.register(raw.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        if not poller.poll(None if patience_s is None else patience_s * 1000):
            what = f"connect in {connect_s:g} s" if connect_s else f"answer for {silence_s:g} s"
            raise psycopg2.OperationalError(f"the database did not {what}")


set_wait_callback(wait_for_answer)


def connect(
    url: str,
    *,
    pool_size: int = 5,
    timeout_s: float = 30,
    statement_s: float | None = None,
    application: str = "spanloom",
) -> Engine:
    """An engine over PostgreSQL. Connections are checked before use, so that a restarted server is no error.

    `timeout_s` is the patience with a free connection, and with a new one (10 s at most). `statement_s` is the longest
    that a statement may take: services have one; None leaves it to the server, for what an operator runs and watches.

    Raises StoreError when the URL is not PostgreSQL's: there is one dialect.
    """
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if not url.startswith(("postgresql://", "postgresql+psycopg2://")):
        raise StoreError(f"DATABASE_URL must begin with postgresql://, not {url.split(':', 1)[0]!r}")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg2://" + url.removeprefix("postgresql://")
    silence_s = None if statement_s is None else statement_s + SILENCE_AFTER_S
    options = "-c timezone=UTC" + ("" if statement_s is None else f" -c statement_timeout={round(statement_s * 1000)}")
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=OVERFLOW,
        pool_pre_ping=True,
        pool_timeout=timeout_s,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "connection_factory": type("BoundedConnection", (Bounded,), {"silence_s": silence_s}),
            "connect_timeout": min(10, max(2, math.ceil(timeout_s))),  # libpq takes 1 for 2
            "application_name": application,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": SWALLOWED_S * 1000,
            "options": options,
        },
    )


def is_outage(error: BaseException) -> bool:
    """Whether the database is away, asks for a retry or has no connection free, rather than our statement being wrong.

    Serialization failures and deadlocks (SQLSTATE 40001, 40P01) count: the transaction may be run again.
    """
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "pgcode", None)
        if state is not None:
            return state[:2] in ("08", "57", "53") or state in ("40001", "40P01")
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return False


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed at the end, rolled back on any error."""
    with engine.begin() as connection:
        yield connection
