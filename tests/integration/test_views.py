"""The public views: their routes, the role that may only read, and every query that docs/how-to/sql.md shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert, make_url, text
from sqlalchemy.exc import ProgrammingError

from spanloom.http import create_app
from spanloom.ner.spans import spans_of
from spanloom.settings import load_settings
from spanloom.store import migrate
from spanloom.store.db import connect
from spanloom.store.migrate import READER, VIEWS
from spanloom.store.models import Run
from spanloom_evaluator.api.results import result_routes
from spanloom_evaluator.api.views import ORDER, ViewName, view_routes
from support.common import ROOT
from support.stored import execute

PAGE = (ROOT / "docs" / "how-to" / "sql.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture
def api(db: Engine) -> TestClient:
    app = create_app("t", settings=load_settings(), routers=[result_routes(db), view_routes(db)])
    return TestClient(app, base_url="http://127.0.0.1")


def test_every_public_view_has_its_route(api: TestClient) -> None:
    assert set(VIEWS) - {"results"} == {view.value for view in ViewName} == set(ORDER)
    for view in ("", *(f"/{name}" for name in ORDER)):
        assert api.get(f"/v1/results{view}").json() == {"items": [], "next": None}
    assert api.get("/v1/results/runs").status_code == 422


def test_a_view_is_paged_and_filtered(api: TestClient, db: Engine) -> None:
    with db.begin() as connection:
        rows = [{"id": f"r{n}", "name": "x", "spec": {}, "spec_hash": "h"} for n in range(5)]
        connection.execute(insert(Run), rows)
    first = api.get("/v1/results/run_summary?limit=3").json()
    second = api.get(f"/v1/results/run_summary?limit=3&cursor={first['next']}").json()
    assert sorted(row["run"] for row in first["items"] + second["items"]) == ["r0", "r1", "r2", "r3", "r4"]
    assert second["next"] is None
    assert [row["run"] for row in api.get("/v1/results/run_summary?run=r3").json()["items"]] == ["r3"]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: re.findall(r"FROM (\w+)", query)[0])
def test_queries_of_the_readme(db: Engine, query: str) -> None:
    with db.connect() as connection:
        for statement in filter(None, map(str.strip, query.split(";"))):
            found = connection.execute(text(statement))
            heading = r" *\| *".join(found.keys())
            assert re.search(rf"^ *{heading} *$", PAGE, re.M), f"the PAGE shows no output of: {statement}"


def test_the_readme_shows_every_view() -> None:
    assert {view for query in QUERIES for view in re.findall(r"FROM (\w+)", query)} == set(VIEWS)


def reading(db: Engine, statement: str, **values: Any) -> list[Any]:
    with db.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE {READER}"))
        result = connection.execute(text(statement), values)
        return list(result) if result.returns_rows else []


def test_an_analyst_reads_every_table_and_view_and_writes_none(db: Engine) -> None:
    with db.connect() as connection:
        names = connection.execute(
            text("SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                 "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v')")
        ).scalars().all()  # fmt: skip
    assert {*VIEWS, "runs", "arm_scores"} <= set(names)
    for name in names:
        assert isinstance(reading(db, f"SELECT * FROM {name}"), list)
    for statement in (
        "INSERT INTO runs (id, name, spec, spec_hash) VALUES ('x', 'x', '{}', 'x')",
        "UPDATE evaluations SET f1 = 1",
        "DELETE FROM dead_letters",
        "TRUNCATE events",
        "DROP VIEW results",
        "CREATE TABLE mine (x int)",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            reading(db, statement)


def test_limits_reach_whoever_is_granted_the_role(db: Engine, database_url: str) -> None:
    asked = "SELECT current_setting('{}')"
    names = ("statement_timeout", "idle_in_transaction_session_timeout", "default_transaction_read_only")
    roles = {
        "granted": ("GRANT analyst TO {0}", ["1min", "1min", "on"]),
        "own limit": ("GRANT analyst TO {0}; ALTER ROLE {0} SET statement_timeout = '5min'", ["5min", "1min", "on"]),
        "not granted": ("SELECT 1", ["0", "0", "off"]),
    }
    for i, (what, (grant, expected)) in enumerate(roles.items()):
        login = f"reader_{make_url(database_url).database}_{i}"
        execute(db, f"CREATE ROLE {login} LOGIN")
        try:
            execute(db, grant.format(login))
            url = make_url(database_url).set(username=login, password=None)
            engine = connect(url.render_as_string(hide_password=False))
            with engine.connect() as connection:
                found = [connection.execute(text(asked.format(name))).scalar_one() for name in names]
            engine.dispose()
        finally:
            execute(db, f"DROP ROLE {login}")
        assert found == expected, what
    with db.connect() as connection:
        owner = [connection.execute(text(asked.format(name))).scalar_one() for name in names]
    assert owner == ["0", "0", "off"], "the services keep theirs"


def test_an_upgrade_by_a_user_who_may_not_make_roles(
    db: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands in for a hosted database: the role is not there, and the user may not make it."""
    monkeypatch.setattr(migrate, "READER", "nobody_yet")
    monkeypatch.setattr(migrate, "_MAY_MAKE", text("SELECT false"))
    monkeypatch.setattr(migrate, "_MAKE_READER", "must not be run")
    assert migrate.upgrade(database_url) == migrate.head()


def test_migrations_make_what_the_models_say(db: Engine) -> None:
    with db.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Run.metadata) == []


def test_an_upgrade_renews_views_and_keeps_the_analyst(db: Engine, database_url: str) -> None:
    assert migrate.upgrade(database_url) == migrate.head()
    engine = connect(database_url)
    assert reading(engine, "SELECT * FROM significance") == []
    engine.dispose()


def test_entities_are_counted_as_the_code_reads_them(db: Engine) -> None:
    """Orphans, neighbours of one type, and a sentence without any; gold is compared without regard to case."""
    tags = [[1, 2, 0, 1, 1, 2], [2, 4, 4, 0, 3, 0], [0, 0, 0, 0, 0, 0], [1, 2, 0, 0, 0, 0]]
    words = ["Ada", "Holm", "x", "Bo", "Eli", "Juul"]
    with db.begin() as connection:
        connection.execute(insert(Run), [{"id": "r", "name": "x", "spec": {}, "spec_hash": "h"}])
        for source, kind in (("gold", "organic"), ("llm", "synthetic")):
            connection.execute(
                text(
                    "INSERT INTO datasets (id, run_id, language, source, split, kind, tags) VALUES "
                    "(:id, 'r', 'da', :id, 'train', :kind, '{O,B-PER,I-PER,B-LOC,I-LOC}')"
                ),
                {"id": source, "kind": kind},
            )
        insert_one = text(
            "INSERT INTO samples (dataset_id, call_index, candidate_index, tokens, ner_tags, content, identity, "
            "repairs, marks) VALUES (:d, 0, :i, :tokens, :tags, :i, :i, '{}', '{}')"
        )
        rows = [("llm", i, words, one) for i, one in enumerate(tags)] + [("gold", 0, ["ADA", "HOLM"], [1, 2])]
        for dataset, i, tokens, one in rows:
            connection.execute(insert_one, {"d": dataset, "i": i, "tokens": tokens, "tags": one})
        found = connection.execute(
            text("SELECT candidate_index, type, start, words FROM mentions WHERE source = 'llm' ORDER BY 1, 3")
        ).all()
        (told,) = connection.execute(text("SELECT * FROM entities_by_source WHERE run = 'r'")).mappings()
    types = ("PER", "LOC")
    assert [tuple(row) for row in found] == [
        (i, types[span.type], span.start, " ".join(words[span.start : span.end]))
        for i, one in enumerate(tags)
        for span in spans_of(one)
    ]
    names = [(row.type, row.words.lower()) for row in found]
    assert (told["samples"], told["mentions"], told["entities"]) == (4, len(names), len(set(names)))
    assert told["novel"] == len(set(names) - {("PER", "ada holm")})
    assert float(told["per_1000"]) == 250 * len(set(names))
    assert float(told["share_of_ten"]) == 1
