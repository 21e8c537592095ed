"""Every error has one shape, and an unforeseen one says nothing."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, HTTPException
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError, ProgrammingError
from structlog.testing import capture_logs

from spanloom import errors
from spanloom.http import Limit, ProblemError, create_app
from spanloom.http.bodies import Body
from spanloom.http.problems import bounded, status_of
from spanloom.settings import load_settings

SECRET = "hunter2 at /home/secret"


class Thing(BaseModel):
    """A body."""

    name: str
    parts: list[int] = Field(max_length=2)


class Bounded(Body):
    """A body of ours."""

    model_config = ConfigDict(extra="forbid")
    many: list[int] = []


RAISED: dict[str, tuple[Exception, int]] = {
    "spec": (errors.SpecError([("languages.0.code", "is unknown"), ("name", "is too long")]), 422),
    "data": (errors.DataError("a line without a tag", path="x.iob2", line=3), 422),
    "schema": (errors.SchemaError("no such tag"), 422),
    "missing": (errors.NotFound("there is no run 'x'"), 404),
    "conflict": (errors.Conflict("the key was used"), 409),
    "lease": (errors.LeaseLost("another holds it"), 409),
    "store": (errors.StoreError("no schema"), 503),
    "bus": (errors.BusError("no broker"), 503),
    "large": (errors.MessageTooLarge("2 MB"), 413),
    "engine": (errors.TransientEngineError("busy"), 503),
    "environment": (errors.EnvironmentMissing("no GPU"), 503),
    "plain": (errors.SpanloomError(SECRET), 500),
    "problem": (ProblemError(400, "the cursor is not one of ours", headers={"X-Extra": "1"}), 400),
    "http": (HTTPException(418, "a teapot"), 418),
    "outage": (OperationalError("SELECT 1", {}, Exception(f"connection refused {SECRET}")), 503),
    "sql": (ProgrammingError(f"SELECT {SECRET}", {}, Exception(SECRET)), 500),
    "bug": (ZeroDivisionError(SECRET), 500),
    "group": (ExceptionGroup("several", [ValueError(SECRET)]), 500),
}


@pytest.fixture(scope="module")
def client() -> TestClient:
    router = APIRouter()

    @router.post("/bodies")
    def bodies(body: Bounded) -> int:
        return len(body.many)

    @router.get("/raise/{name}")
    def raising(name: str) -> None:
        raise RAISED[name][0]

    @router.get("/araise/{name}")
    async def araising(name: str) -> None:
        raise RAISED[name][0]

    @router.post("/things/{number}")
    def make(number: int, thing: Thing, limit: Limit = 10) -> Thing:
        return thing

    app = create_app("t", settings=load_settings(), routers=[router])
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=True)


@pytest.mark.parametrize(
    "body",
    [
        {"name": 1, "parts": ["x"] * 5000},
        {"many": ["x"] * 5000},
        {f"k{i}": 1 for i in range(5000)},
        {"k" * 90_000: 1},
    ],
)
def test_an_answer_is_brief_whatever_was_sent(client: TestClient, body: dict[str, object]) -> None:
    answer = client.post("/bodies", json=body)
    assert answer.status_code == 422
    assert len(answer.content) < 60_000
    assert len(answer.json()["errors"]) <= 101


def test_mistakes_that_repeat_what_was_sent_are_cut() -> None:
    told = bounded([("p" * 9000, "x" * 90_000)] * 500)
    assert len(told) == 101
    assert sum(len(path) + len(what) for path, what in told) < 60_000
    assert bounded([("a", "x" * 900)]) == [("a", "x" * 900)]


def test_methods_that_nobody_has_make_no_metrics_of_their_own(client: TestClient) -> None:
    for i in range(3):
        client.request(f"BREW{i}", "/things/1")
    lines = [line for line in client.get("/metrics").text.splitlines() if "BREW" in line]
    assert lines == []


def check(answer: object, status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/problem+json"  # type: ignore[attr-defined]
    body: dict[str, object] = answer.json()  # type: ignore[attr-defined]
    assert body.keys() - {"errors"} == {"type", "title", "status", "detail", "instance", "request_id"}
    assert body["status"] == status
    assert body["request_id"] == answer.headers["X-Request-ID"]  # type: ignore[attr-defined]
    return body


@pytest.mark.parametrize("way", ["raise", "araise"])
@pytest.mark.parametrize("name", RAISED)
def test_an_error_is_a_problem_and_leaks_nothing(client: TestClient, name: str, way: str) -> None:
    error, status = RAISED[name]
    with capture_logs() as lines:
        answer = client.get(f"/{way}/{name}")
    body = check(answer, status)
    told = [line.get("exc_info") for line in lines if line["event"] == "request failed"]
    assert told == ([error] if status == 500 else []), "what the answer keeps back is in the log, and nothing else is"
    assert SECRET not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)
    if status < 500 and not isinstance(error, errors.SpecError):
        assert body["detail"] == (error.detail if isinstance(error, HTTPException | ProblemError) else str(error))


def test_a_specifications_mistakes_are_listed(client: TestClient) -> None:
    assert check(client.get("/raise/spec"), 422)["errors"] == [
        {"path": "languages.0.code", "message": "is unknown"},
        {"path": "name", "message": "is too long"},
    ]


def test_a_request_that_does_not_fit_names_every_field(client: TestClient) -> None:
    body = check(client.post("/things/x?limit=0", json={"parts": [1, 2, 3]}), 422)
    paths = [item["path"] for item in body["errors"]]  # type: ignore[attr-defined]
    assert paths == ["path.number", "query.limit", "name", "parts"]


def test_a_body_that_is_not_json_says_where(client: TestClient) -> None:
    body = check(client.post("/things/1", content=b'{"name": }', headers={"Content-Type": "application/json"}), 400)
    assert "character 9" in str(body["errors"])


def test_an_unknown_route_and_method_are_problems(client: TestClient) -> None:
    check(client.get("/nowhere"), 404)
    answer = client.delete("/things/1")
    assert "POST" in str(check(answer, 405)["detail"])
    assert answer.headers["Allow"] == "POST"


def test_a_request_keeps_its_own_id_when_it_is_one(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["X-Request-ID"] == "abc-1"
    for bad in ("a b", "x" * 200, "<script>"):
        assert client.get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"] != bad


def test_every_error_of_the_tree_has_a_status() -> None:
    def below(cls: type[errors.SpanloomError]) -> set[type[errors.SpanloomError]]:
        return {cls}.union(*(below(child) for child in cls.__subclasses__() if child.__module__ == errors.__name__))

    made = {cls: status_of(cls([]) if cls is errors.SpecError else cls("x")) for cls in below(errors.SpanloomError)}  # type: ignore[arg-type]
    assert {cls for cls, status in made.items() if status == 500} == {errors.SpanloomError, errors.SettingsError}


def test_the_document_gives_every_operation_the_one_error(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert "422" not in operation["responses"]
            answer = operation["responses"]["default"]["content"]["application/problem+json"]
            assert answer["schema"] == {"$ref": "#/components/schemas/Problem"}
