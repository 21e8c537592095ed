"""Migrations: one step (`spanloom db upgrade`), under an advisory lock, views renewed at the end."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from spanloom.store.db import connect

_LOCK = 0x5350414E  # "SPAN": any fixed number will do, as long as all services use the same one
VIEWS = (
    "run_summary",
    "yield_by_source",
    "rejection_reasons",
    "leaderboard",
    "f1_by_size",
    "source_comparison",
)
"""The public views, in the order they build on each other."""


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
    """None when the schema fits this code, else what is wrong and what to do (for /readyz)."""
    found = version(engine)
    if found == head():
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
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                connection.commit()
    finally:
        engine.dispose()
    return head()
