"""Migrations: they lead to the models, from several places at once, and a service says when they are missing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from spanloom.errors import StoreError
from spanloom.store import migrate
from spanloom.store.db import connect
from spanloom.store.migrate import VIEWS, fits, head, upgrade, version
from spanloom.store.models import Run


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


def test_the_migrated_schema_is_the_models_schema(db: Engine) -> None:
    with db.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "include_name": _is_no_view}
        )
        assert compare_metadata(context, Run.metadata) == []
        checks = text("SELECT conname FROM pg_constraint WHERE contype = 'c'")
        there = {row.conname for row in connection.execute(checks)}
    named = {c.name for table in Run.metadata.tables.values() for c in table.constraints if c.name}
    assert {name for name in named if str(name).endswith(("_state", "_calls"))} <= there


def _is_no_view(name: str | None, kind: str, _: object) -> bool:
    return not (kind == "table" and name in ("alembic_version", *VIEWS))


def test_upgrades_from_several_places_at_once_make_one_schema(database_url: str, empty: Engine) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            upgrade(database_url)
        except Exception as error:  # noqa: BLE001  shown below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert version(empty) == head()
    assert fits(empty) is None
    with empty.connect() as connection:
        found = connection.execute(
            text("SELECT table_name FROM information_schema.views WHERE table_schema = 'public'")
        )
        assert {row.table_name for row in found} == set(VIEWS)
        locks = connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
        assert locks.scalar_one() == 0


def test_a_schema_that_does_not_fit_says_what_to_do(db: Engine, empty: Engine) -> None:
    with db.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    said = fits(db)
    assert said is not None
    assert "0001" in said
    assert head() in said
    assert "spanloom db upgrade" in said


def test_an_empty_database_says_so(empty: Engine) -> None:
    assert "empty" in str(fits(empty))


@pytest.mark.parametrize("url", ["sqlite:///x.db", "mysql://h/x", "nonsense"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(StoreError, match="postgresql://"):
        connect(url)


def test_each_migration_has_a_greater_number_than_the_one_before() -> None:
    folder = Path(migrate.__file__).parent / "migrations"
    chain = [each.revision for each in ScriptDirectory(str(folder)).walk_revisions()]
    assert chain == sorted(chain, reverse=True), "`fits` compares the numbers"
