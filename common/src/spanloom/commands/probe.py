"""What `spanloom doctor` asks of the database."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from spanloom.errors import StoreError
from spanloom.settings import Settings
from spanloom.store.db import connect, connection_budget
from spanloom_cli.probes import Part

SERVICES = 4
"""Service processes of a cluster without replicas; `spanloom up` has as many in one process."""

# Some are kept for superusers; those that other programs hold now are theirs.
CONNECTIONS = text("""
SELECT (SELECT sum(setting::int * CASE name WHEN 'max_connections' THEN 1 ELSE -1 END)::int FROM pg_settings
         WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')) AS most,
       (SELECT count(*)::int FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND application_name NOT LIKE 'spanloom%') AS others
""")


def database(settings: Settings) -> Part:
    """The database: whether it answers, and how many service processes its free connections are enough for."""
    url = settings.database()
    if url is None:
        return Part("database", "database", False, "DATABASE_URL is not set", "embedded it is not needed")
    try:
        engine = connect(url, pool_size=1, statement_s=10, application="spanloom-doctor")
        try:
            with engine.connect() as connection:
                version = str(connection.execute(text("SHOW server_version")).scalar_one())
                most, others = connection.execute(CONNECTIONS).one()
        finally:
            engine.dispose()
    except (SQLAlchemyError, StoreError) as error:
        what = " ".join(str(error).split())[:200]
        return Part("database", "database", False, f"does not answer: {what}", "check DATABASE_URL")
    each, together = (connection_budget(settings.database_pool, n) for n in (1, SERVICES))
    free = most - others
    found = (
        f"PostgreSQL {version}, {free} connections free for services ({others} taken by other programs): "
        f"{free // each} service processes of {each}, or {free // together} `spanloom up` of {together}"
    )
    advice = (
        f"four services take {SERVICES * each}: raise max_connections, lower SPANLOOM_DATABASE_POOL, or put a pooler "
        "of sessions before the server"
    )
    return Part("database", "database", free >= SERVICES * each, found, advice)
