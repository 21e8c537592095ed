"""Every operation of the merged API under generated requests: whatever is asked, no answer is a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from sqlalchemy import Engine

from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom.store.db import connect
from spanloom.store.models import DeadLetter
from spanloom.store.settle import settle
from spanloom_embedded.app import embedded
from support.common import own_database
from support.stored import select, store_called_run

EXAMPLES = 6
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


@pytest.fixture(scope="module")
def service(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The four services' routes over a database with a run in it; no worker is started, so that nothing moves."""
    folder = tmp_path_factory.mktemp("openapi")
    with own_database(postgres_url) as url:
        given_ = load_settings(
            database_url=url, bus="memory://openapi", home=folder, cache=folder, port=0, allowed_hosts="testserver"
        )
        with embedded(given_) as service:
            db = connect(url)
            _fill(db, folder)
            service.ids = _ids(db)  # type: ignore[attr-defined]
            yield service
            db.dispose()
            service.stop()


def _fill(db: Engine, folder: Path) -> None:
    settle(db, store_called_run(db, folder, calls=3))
    with db.begin() as connection:
        letter = {"topic": "jobs.v1", "partition": 0, "offset": 0, "key": "k", "value": b"x", "headers": {}}
        connection.execute(DeadLetter.__table__.insert(), [{**letter, "reason": "why"}])


def _ids(db: Engine) -> dict[str, Any]:
    """A value that exists for each path parameter."""
    dataset = select(db, "SELECT id, run_id FROM datasets WHERE source <> 'gold'")[0]
    job = select(db, "SELECT id FROM jobs")
    return {
        "run_id": dataset.run_id,
        "dataset_id": dataset.id,
        "job_id": job[0].id if job else "none",
        "topic": "jobs.v1",
        "partition": 0,
        "offset": 0,
        "view": "leaderboard",
    }


# schemathesis draws from `random` inside its strategies, which hypothesis warns of now and then.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.timeout(600)
def test_no_generated_request_gets_a_server_error(service: Service) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", service.app)
    operations = [result.ok() for result in schema.get_all_operations()]
    asked: dict[str, list[int]] = {}
    failures: list[str] = []

    def ask(case: Any) -> None:
        answer = case.call()
        asked.setdefault(f"{case.operation.method.upper()} {case.operation.path}", []).append(answer.status_code)
        if answer.status_code >= 500:
            failures.append(f"{answer.status_code} of {case.as_curl_command()}: {answer.text[:300]}")

    for operation in operations:
        if operation.path.endswith("/events"):
            continue  # a stream without end; tests/integration/test_run_events.py has it
        for mode in MODES:
            _ask_all(operation, mode, ask, service.ids)  # type: ignore[attr-defined]
    assert failures == []
    assert len(asked) > 15, "all four services' routes were asked"
    assert all(asked.values())
    good = [name for name, statuses in asked.items() if any(status < 300 for status in statuses)]
    assert len(good) > len(asked) / 2, f"most routes were met with what exists; answered well: {good}"


def _ask_all(operation: Any, mode: Any, ask: Any, ids: dict[str, Any]) -> None:
    """Each generated request twice: as it is, and of something that exists."""

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        ask(case)
        known = {name: ids[name] for name in case.path_parameters or {} if name in ids}
        if known:
            case.path_parameters.update(known)
            ask(case)

    try:
        run()
    except Unsatisfiable:
        # A route that takes nothing cannot be asked wrongly; all can be asked rightly.
        if mode is schemathesis.GenerationMode.POSITIVE:
            raise
