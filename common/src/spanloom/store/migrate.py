"""Migrations: one step (`spanloom db upgrade`), under an advisory lock, views renewed at the end."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from spanloom.store.db import connect

log = structlog.stdlib.get_logger(__name__)
_LOCK = 0x5350414E  # "SPAN": any fixed number will do, as long as all services use the same one
VIEWS = (
    "run_summary",
    "yield_by_source",
    "rejection_reasons",
    "results",
    "leaderboard",
    "f1_by_size",
    "collapse_by_source",
    "source_comparison",
    "transfer_comparison",
    "significance",
    "gold_equivalents",
    "failures",
    "mentions",
    "entities_by_source",
    "audit_findings",
)
"""The public views, in the order they build on each other."""
READER = "analyst"
"""A role that may only read: give it to a login of your own, `GRANT analyst TO ana`."""

# Roles belong to the server, not to the database, so that another database's migration may make it at the same time.
_MAKE_READER = f"""
DO $$ BEGIN
    CREATE ROLE {READER} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
_MAY_MAKE = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
_IS_SUPERUSER = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
_READER_THERE = text("SELECT 1 FROM pg_roles WHERE rolname = :reader")


def _folder() -> Path:
    return Path(str(resources.files("spanloom.store")))


def _config(url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder() / "migrations"))
    if url is not None:
        config.attributes["url"] = url
    return config


def head() -> str:
    """The schema version this code needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None  # noqa: S101  the package always holds a migration
    return revision


def version(engine: Engine) -> str | None:
    """The schema version of the database, None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def fits(engine: Engine) -> str | None:
    """None when the schema fits this code, else what is wrong and what to do (for /readyz).

    A newer schema fits: it was expanded for a release that is being rolled out, and is contracted only after that.
    """
    found = version(engine)
    if found is not None and found >= head():  # revisions are numbers of four digits
        return None
    return f"database schema is {found or 'empty'}, this service needs {head()}; run `spanloom db upgrade`"


def upgrade(url: str) -> str:
    """Bring the schema and the views up to date; safe to call from several places at once. Returns the version."""
    engine = connect(url, pool_size=1, application="spanloom-migrate")
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()
            try:
                config = _config(url)
                config.attributes["connection"] = connection
                with connection.begin():
                    for name in reversed(VIEWS):
                        connection.execute(text(f"DROP VIEW IF EXISTS {name} CASCADE"))
                    command.upgrade(config, "head")
                    for name in VIEWS:
                        body = (_folder() / "views" / f"{name}.sql").read_text(encoding="utf-8")
                        connection.exec_driver_sql(f"CREATE VIEW {name} AS\n{body}")
                    _grant_reading(connection)
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                connection.commit()
    finally:
        engine.dispose()
    return head()


def _grant_reading(connection: Connection) -> None:
    """Let `analyst` read every table and view, made where this user may make roles; else the log says what to do."""
    if connection.execute(_READER_THERE, {"reader": READER}).first() is None:
        if not connection.execute(_MAY_MAKE).scalar_one():
            log.warning("no role for readers", role=READER, advice=f"let an administrator CREATE ROLE {READER}")
            return
        connection.exec_driver_sql(_MAKE_READER)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {READER}")
    connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}")
    if connection.execute(_IS_SUPERUSER).scalar_one():
        connection.exec_driver_sql(reader_limits())


def reader_limits() -> str:
    """SQL for a superuser: time limits and read-only transactions for every login that is granted `analyst`."""
    return (_folder() / "analyst.sql").read_text(encoding="utf-8")
