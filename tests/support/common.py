"""What tests of all kinds share: where the shared data lies, waiting, and a database of one's own."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
import pytest
from psycopg2 import sql
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parents[2]

T = TypeVar("T")
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def shared_data(*parts: str) -> Path:
    """A path under `SPANLOOM_SHARED`, else under `shared` beside the repository; skips where it is absent."""
    folder = Path(os.environ.get("SPANLOOM_SHARED") or ROOT.parent / "shared")
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared data is not here: {path} (set SPANLOOM_SHARED to the folder that holds data/ and kafka/)")
    return path


def query(url: str, statement: str, values: Sequence[Any], **options: Any) -> list[tuple[Any, ...]]:
    """Rows of a query over a connection of its own; `options` as psycopg2.connect takes them."""
    connection = psycopg2.connect(url, **options)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def wait_for(
    ask: Callable[[], T], *, timeout_s: float = 90.0, every_s: float = 0.05, what: str | Callable[[], str] = "it"
) -> T:
    """The first true answer of `ask`; fails the test when none comes in time, with `what` as it is then."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            awaited = what if isinstance(what, str) else what()
            pytest.fail(f"waited {timeout_s:g} s for {awaited}; last answer: {answer!r}")
        time.sleep(every_s)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now, and that no outgoing connection is given meanwhile."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Different ports, drawn below those that the system gives to outgoing connections (RFC 6056, section 2.1).

    One of those may be a client's by the time that a service binds it, or a broker that was killed binds it again.
    """
    first = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.is_file() else 49152  # RFC 6335, section 6
    with ExitStack() as stack:
        ports: list[int] = []
        while len(ports) < count:
            probe, port = stack.enter_context(socket.socket()), secrets.choice(range(10_000, first))
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                ports.append(port)
        return ports


@contextmanager
def own_database(server_url: str) -> Iterator[str]:
    """A fresh, empty database on the server of `server_url`; gives its URL and drops it at the end."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    _execute(server_url, "create database {} template template0", name)
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(server_url, "drop database {} with (force)", name)


def _execute(server_url: str, statement: str, name: str) -> None:
    url = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
    finally:
        connection.close()
