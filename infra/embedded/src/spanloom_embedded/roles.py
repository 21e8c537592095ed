"""The embedded server's roles: a superuser for what only one may do at start, and the services' own, which is none.

What a statement of the services can do, injected ones too, ends at their database: no file is read, no program run.
"""

from __future__ import annotations

from typing import Any

import psycopg2
import psycopg2.errors
import structlog
from psycopg2 import sql

from spanloom.store.migrate import READER, reader_limits

log = structlog.stdlib.get_logger(__name__)

ROLE = "spanloom"
"""The services' role: owns its database."""
ADMIN = "postgres"
"""The superuser, for the server's own care."""
FORMER = "spanloom_former"
"""What became of the services' role of earlier releases, which was the server's first user: it owns the system's
objects, cannot cease to be a superuser, and may not log in any more."""


def set_up(host: str, port: int, database: str) -> None:
    """Make the roles and the database, as far as they are missing. Raises psycopg2's OperationalError while the server
    takes no connections."""
    address: dict[str, Any] = {"host": host, "port": port, "connect_timeout": 30}
    former = _take_over(address)
    connection = psycopg2.connect(dbname="postgres", user=ADMIN, **address)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            _make_role(cursor, ROLE, "LOGIN")
            _make_role(cursor, READER, "NOLOGIN")
            # Snapshots of others' sessions are told in metrics.
            cursor.execute(sql.SQL("GRANT pg_read_all_stats TO {}").format(sql.Identifier(ROLE)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
            if cursor.fetchone() is None:
                cursor.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(ROLE))
                )
    finally:
        connection.close()
    connection = psycopg2.connect(dbname=database, user=ADMIN, **address)
    try:
        with connection, connection.cursor() as cursor:
            if former:
                _hand_over(cursor, database)
            cursor.execute(reader_limits())
    finally:
        connection.close()


def _make_role(cursor: Any, name: str, login: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
    if cursor.fetchone() is None:
        text = "CREATE ROLE {} {} NOSUPERUSER NOCREATEDB NOCREATEROLE"
        cursor.execute(sql.SQL(text).format(sql.Identifier(name), sql.SQL(login)))


def _take_over(address: dict[str, Any]) -> bool:
    """Put a superuser of another name in the place of an earlier release's; whether objects change hands after it."""
    try:
        psycopg2.connect(dbname="postgres", user=ADMIN, **address).close()
    except psycopg2.OperationalError as error:
        if f'role "{ADMIN}" does not exist' not in str(error):
            raise
        log.info("the services' role is no superuser from now on", role=ROLE)
        with psycopg2.connect(dbname="postgres", user=ROLE, **address) as first, first.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER").format(sql.Identifier(ADMIN)))
        first.close()
    with psycopg2.connect(dbname="postgres", user=ADMIN, **address) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE oid = 10")  # the server's first user, whatever its name
        (name,) = cursor.fetchone() or ("",)
        if name == ROLE:
            cursor.execute(sql.SQL("ALTER ROLE {} RENAME TO {}").format(sql.Identifier(ROLE), sql.Identifier(FORMER)))
            cursor.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(FORMER)))
    connection.close()
    return name in (ROLE, FORMER)


_OWNED = """
SELECT 'DATABASE', quote_ident(datname) FROM pg_database WHERE datname = %(database)s AND datdba = 10
UNION ALL
SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
       c.oid::regclass::text
  FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relowner = 10 AND relkind IN ('r', 'p', 'v', 'm', 'S')
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
UNION ALL
SELECT 'FUNCTION', p.oid::regprocedure::text
  FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND proowner = 10
"""
"""All that an earlier release's role owns in its database; a column's sequence goes with its table."""


def _hand_over(cursor: Any, database: str) -> None:
    """Give the services' role what its predecessor owned."""
    cursor.execute(_OWNED, {"database": database})
    for kind, name in cursor.fetchall():
        cursor.execute(f"ALTER {kind} {name} OWNER TO {ROLE}")
