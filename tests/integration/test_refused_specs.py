"""A specification with a mistake is refused, with the field's path and what is allowed, and nothing is stored."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from spanloom.contracts.spec import check_spec
from spanloom.http import create_app
from spanloom.plan import disk_shortage, project
from spanloom.settings import load_settings
from spanloom.store.db import connect
from spanloom.store.migrate import upgrade
from spanloom_generator.api.events import EventHub
from spanloom_generator.api.runs import run_routes
from support.common import own_database

GOOD: dict[str, Any] = {
    "name": "good",
    "languages": [{"code": "da", "gold": {"demo": "da"}}],
    "sources": [
        {"kind": "organic"},
        {"kind": "synthetic", "name": "llm", "engine": {"kind": "toy"}, "stop": {"after_calls": 2}, "dev_calls": 0},
    ],
    "training": {"settings": ["from_scratch"], "sizes": [30], "encoder": {"tiny": {}}},
}
GONE = object()

# (where the mistake is put, what is put there, the path the answer names, what of the allowed it must say)
MISTAKES: list[tuple[str, object, str, str]] = [
    ("name", GONE, "name", "required"),
    ("name", "a/b", "name", "letters, digits"),
    ("name", "x" * 81, "name", "at most 80"),
    ("version", 2, "version", "should be 1"),
    ("langauges", [], "langauges", "did you mean 'languages'"),
    ("labels", ["PER", "PER"], "labels", "PER twice"),
    ("labels", ["O"], "labels", "not 'O'"),
    ("labels", ["B-PER"], "labels", "'PER'"),
    ("labels", [], "labels", "at least 1"),
    ("languages", [], "languages", "at least 1"),
    ("languages.0", 7, "languages.0", "mapping with code"),
    ("languages.0.code", "Danish", "languages.0.code", "ISO 639"),
    ("languages.0.code", False, "languages.0.code", "put it in quotes"),
    ("languages.0", {"code": "zz"}, "languages.0.gold", "required"),
    (
        "languages.0.gold",
        {"demo": "da", "path": "x"},
        "languages.0.gold",
        "exactly one of name, path, files, file, demo",
    ),
    ("languages.0.gold.demo", "fi", "languages.0.gold.demo", "'da' or 'sv'"),
    ("languages.0.gold", {"path": "no/such/folder"}, "languages.0.gold", "no/such/folder"),
    ("languages.0.script", "latin", "languages.0.script", "Latn"),
    ("languages.1", {"code": "da", "gold": {"demo": "da"}}, "languages", "listed twice"),
    ("sources", [], "sources", "at least 1"),
    ("sources.0.kind", "magic", "sources.0.kind", "organic, synthetic, wikiann"),
    (
        "sources.0",
        {"name": "x"},
        "sources.0.kind",
        "annotate, dataset, llm_tag, mix, organic, synthetic, tagger, translate_test, translate_train, wikiann",
    ),
    ("sources.0", {"kind": "wikiann", "gold": {"da": {}}}, "sources.0.gold.da", "exactly one of name"),
    ("sources.1.name", "organic", "sources", "used twice"),
    ("sources.1.name", "gold", "sources", "something else"),
    ("sources.1.engine.kind", "gpt", "sources.1.engine.kind", "toy, replay, openai"),
    ("sources.1.engine", {"kind": "replay"}, "sources.1.engine.files", "required"),
    ("sources.1.engine", {"kind": "replay", "files": {"sv": "x"}}, "sources.1.engine.files", "no file for language da"),
    (
        "sources.1.engine",
        {"kind": "openai", "base_url": "ftp://x", "model": "m"},
        "sources.1.engine.base_url",
        "http://",
    ),
    ("sources.1.seeds_from", "test", "sources.1.seeds_from", "'train'"),
    ("sources.1.m", 1000, "sources.1.m", "m=1000"),
    ("sources.1.stop", {"after_calls": 200_001}, "sources.1.stop", "SPANLOOM_MAX_CALLS"),
    ("training.encoder", "/etc", "training.encoder", "SPANLOOM_ENCODERS or SPANLOOM_DATA"),
    ("sources.1.m", -1, "sources.1.m", "greater than or equal to 0"),
    ("sources.1.n", 2.5, "sources.1.n", "valid integer"),
    ("sources.1.stop", {"after_calls": 1, "after_accepted": 2}, "sources.1.stop", "exactly one of"),
    ("sources.1.seed_pool", 3, "sources.1", "m=10"),
    ("sources.1.sampling", {"temperature": float("nan")}, "sources.1.sampling.temperature", "finite"),
    ("sources.1.sampling", {"temperature": 9}, "sources.1.sampling.temperature", "less than or equal to 2"),
    ("sources.1.format", "xml", "sources.1.format", "'tag_ids'"),
    ("sources.1.rules", {"copy_of_gold": "mark"}, "sources.1.rules", "in_gold_eval"),
    ("sources.1.prompt", {"template": "no/such/file"}, "sources.1", "no/such/file"),
    ("training.settings", ["both"], "training.settings.0", "'from_scratch' or 'fine_tuning'"),
    ("training.settings", ["from_scratch", "from_scratch"], "training.settings", "give it once"),
    ("training.sizes", [0], "training.sizes.0", "greater than or equal to 1"),
    ("training.sizes", [30, 30], "training.sizes", "give it once"),
    ("training.encoder", {"name": "x", "tiny": {}}, "training.encoder", "exactly one of name"),
    ("training.encoder", "someone/else", "training.encoder", "SPANLOOM_ENCODERS"),
    ("sources.1.engine", {"kind": "vllm", "model": "someone/llm"}, "sources.1.engine.model", "SPANLOOM_LLMS"),
    ("training.encoder", {"tiny": {"hidden": 10, "heads": 4}}, "training.encoder.tiny", "multiple of heads"),
    ("training.recipe", "best", "training.recipe.base", "paper, default"),
    ("training.training_seeds", [-1], "training.training_seeds.0", "greater than or equal to 0"),
    ("training.control_steps", 5, "training", "step_matched"),
    ("evaluation", {"confidence": 2}, "evaluation.confidence", "less than 1"),
]
TEXTS: list[tuple[bytes, str]] = [
    (b"", "mapping with name, languages, sources"),
    (b"- a\n- b", "mapping with name, languages, sources"),
    (b"a: [", "not YAML or JSON"),
    (b"a: &x [1]\nb: *x", "aliases are not allowed"),
    (b"name: x\nname: y", "'name' is given twice"),
    (b"\xff\xfe\x00", "not UTF-8"),
    (b"[" * 60, "not YAML or JSON"),
]


@pytest.fixture(scope="module")
def stored(postgres_url: str) -> Iterator[Engine]:
    with own_database(postgres_url) as url:
        upgrade(url)
        engine = connect(url)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def client(stored: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = load_settings(home=tmp_path_factory.mktemp("home"))
    hub: EventHub[Any] = EventHub(lambda *_: [])
    app = create_app("generator", settings=settings, ready_checks={}, routers=[run_routes(stored, hub, settings)])
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def _with(where: str, value: object) -> dict[str, Any]:
    spec = copy.deepcopy(GOOD)
    *path, last = [int(part) if part.isdigit() else part for part in where.split(".")]
    at: Any = spec
    for part in path:
        at = at[part]
    if value is GONE:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return spec


def _is_empty(db: Engine) -> bool:
    with db.connect() as connection:
        return not any(
            connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first()
            for table in ("runs", "datasets", "prompts", "samples", "jobs", "events")
        )


@pytest.mark.parametrize(
    ("where", "value", "path", "said"), MISTAKES, ids=[f"{m[0]}-{i}" for i, m in enumerate(MISTAKES)]
)
def test_a_mistake_is_named_and_nothing_is_stored(
    client: TestClient, stored: Engine, where: str, value: object, path: str, said: str
) -> None:
    answer = client.post("/v1/runs", content=yaml.safe_dump(_with(where, value)))
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    errors = answer.json()["errors"]
    assert [error["path"] for error in errors] == [path], errors
    assert said in errors[0]["message"], errors
    assert _is_empty(stored)


@pytest.mark.parametrize(("body", "said"), TEXTS)
def test_a_body_that_is_no_specification_is_refused(client: TestClient, stored: Engine, body: bytes, said: str) -> None:
    answer = client.post("/v1/runs", content=body)
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["errors"][0]["message"]
    assert _is_empty(stored)


def test_fine_tuning_needs_a_related_language(client: TestClient, stored: Engine) -> None:
    spec = _with("training.settings", ["fine_tuning"])
    spec["languages"] = [{"code": "zz", "gold": {"demo": "da"}}]
    (error,) = client.post("/v1/runs", content=yaml.safe_dump(spec)).json()["errors"]
    assert error["path"] == "languages.0.related"
    assert "leave fine_tuning out" in error["message"]
    assert _is_empty(stored)


def test_all_mistakes_are_named_at_once(client: TestClient, stored: Engine) -> None:
    spec = _with("name", "a/b")
    spec["training"]["sizes"] = [0]
    spec["sources"][1]["n"] = 0
    answer = client.post("/v1/runs", content=yaml.safe_dump(spec)).json()
    assert {error["path"] for error in answer["errors"]} == {"name", "training.sizes.0", "sources.1.n"}
    assert _is_empty(stored)


def test_a_run_that_would_not_fit_on_the_disk_is_refused(stored: Engine, tmp_path: Path) -> None:
    """As `spanloom up` does, whose models lie on the machine that is asked."""
    settings = load_settings(home=tmp_path)
    hub: EventHub[Any] = EventHub(lambda *_: [])
    routes = run_routes(stored, hub, settings, lambda spec: disk_shortage(spec, tmp_path, keep_free=10**18))
    with TestClient(create_app("g", settings=settings, routers=[routes]), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/runs", content=yaml.safe_dump(GOOD))
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    needed = project(check_spec(GOOD)).models_peak_bytes
    assert f"{needed:,} bytes are needed beside" in answer.json()["detail"]
    assert "keep_models" in answer.json()["detail"]
    assert _is_empty(stored)


def test_without_a_mistake_it_is_accepted(database_url: str, tmp_path: Path) -> None:
    """The specification that the mistakes are put into is itself in order."""
    upgrade(database_url)
    engine = connect(database_url)
    settings = load_settings(home=tmp_path)
    hub: EventHub[Any] = EventHub(lambda *_: [])
    app = create_app("generator", settings=settings, ready_checks={}, routers=[run_routes(engine, hub, settings)])
    with TestClient(app, base_url="http://127.0.0.1") as client:
        checked = client.post("/v1/runs/check", content=yaml.safe_dump(GOOD))
        assert (checked.status_code, checked.json()["ok"]) == (200, True)
        refused = client.post("/v1/runs/check", content=yaml.safe_dump(_with("sources.1.n", 0)))
        assert refused.json()["errors"][0]["path"] == "sources.1.n"
        assert _is_empty(engine)
        answer = client.post("/v1/runs", content=yaml.safe_dump(GOOD), headers={"Idempotency-Key": "once"})
        assert answer.status_code == 202
        assert answer.headers["location"] == f"/v1/runs/{answer.json()['id']}"
        again = client.post("/v1/runs", content=yaml.safe_dump(GOOD), headers={"Idempotency-Key": "once"})
        assert (again.json()["id"], again.json()["new"]) == (answer.json()["id"], False)
        third = client.post("/v1/runs", content=yaml.safe_dump(GOOD))
        assert third.json()["earlier"] == {"id": answer.json()["id"], "state": "running"}
        other = client.post(
            "/v1/runs", content=yaml.safe_dump(_with("name", "other")), headers={"Idempotency-Key": "once"}
        )
        assert other.status_code == 409
    engine.dispose()
