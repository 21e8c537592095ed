"""Connections to PostgreSQL."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from spanloom.errors import StoreError

OVERFLOW = 2
"""Connections that a process may open above its pool's size, for a moment."""


def connection_budget(pool_size: int, services: int = 1) -> int:
    """The most connections that one process opens: a pool for each service in it (`spanloom up`: four), one overflow.

    Listening relays, the API and every worker draw on the same pool. `spanloom db upgrade` and `doctor` open one each.
    """
    return pool_size * services + OVERFLOW


def to_json(value: Any) -> str:
    """JSON as it goes into the database."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def connect(url: str, *, pool_size: int = 5, timeout_s: float = 30, application: str = "spanloom") -> Engine:
    """An engine over PostgreSQL. Connections are checked before use, so that a restarted server is no error.

    `timeout_s` is the patience with a free connection, and with a new one (10 s at most).

    Raises StoreError when the URL is not PostgreSQL's: there is one dialect.
    """
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if not url.startswith(("postgresql://", "postgresql+psycopg2://")):
        raise StoreError(f"DATABASE_URL must begin with postgresql://, not {url.split(':', 1)[0]!r}")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg2://" + url.removeprefix("postgresql://")
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=OVERFLOW,
        pool_pre_ping=True,
        pool_timeout=timeout_s,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "connect_timeout": min(10, max(2, math.ceil(timeout_s))),  # libpq takes 1 for 2
            "application_name": application,
            "keepalives_idle": 30,
            "options": "-c timezone=UTC",
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
