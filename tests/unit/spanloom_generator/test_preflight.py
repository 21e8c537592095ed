"""What is said of LLM servers that cannot do their part, before a run is accepted."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from spanloom.contracts.engines import OpenAIEngineSpec
from spanloom.contracts.reach import Reach
from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.data.languages import complete_spec
from spanloom_generator.preflight import preflight, probe_server
from support.common import free_port

ANYWHERE = Reach(hosts=None, keys=None)
CHAT = {"choices": [{"message": {"role": "assistant", "content": ""}, "finish_reason": "length"}]}
Answers = dict[str, tuple[int, Any]]


class ModelServer(ThreadingHTTPServer):
    """Answers `GET /v1/models` and `POST /v1/chat/completions` as told; keeps the paths it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ModelHandler)
        self.answers: Answers = {}
        self.asked: list[str] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class ModelHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def _answer(self) -> None:
        assert isinstance(self.server, ModelServer)
        self.server.asked.append(f"{self.path} {self.headers.get('Authorization')}")
        status, body = self.server.answers.get(self.path, (404, {"error": {"message": "no such page"}}))
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the tests' screen."""


@pytest.fixture(scope="module")
def running() -> Iterator[ModelServer]:
    server = ModelServer()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def server(running: ModelServer) -> ModelServer:
    running.answers, running.asked = {}, []
    return running


def spec_of(*engines: dict[str, Any]) -> RunSpec:
    sources = [{"kind": "synthetic", "name": f"s{i}", "engine": engine} for i, engine in enumerate(engines)]
    given = {"name": "x", "languages": [{"code": "da", "gold": {"demo": "da"}}], "sources": sources}
    return check_spec(complete_spec({**given, "training": {"settings": ["from_scratch"]}}))


def engine(url: str, **more: Any) -> dict[str, Any]:
    return {"kind": "openai", "base_url": url, "model": "m", **more}


def found(spec: RunSpec, *, has_keys: bool = True) -> list[tuple[str, str]]:
    return preflight(spec, reach=ANYWHERE, has_keys=has_keys)


LISTED = "/v1/models"
CALLED = "/v1/chat/completions"


@pytest.mark.parametrize(
    ("answers", "field", "said"),
    [
        ({LISTED: (200, {"data": [{"id": "m"}]})}, None, None),
        ({CALLED: (200, CHAT)}, None, None),
        ({LISTED: (200, {"data": [{"id": "m:latest"}]}), CALLED: (200, CHAT)}, None, None),
        ({LISTED: (403, "no lists"), CALLED: (200, CHAT)}, None, None),
        ({CALLED: (429, "slowly")}, None, None),
        ({CALLED: (400, {"error": {"message": "max_tokens is below 16"}})}, None, None),
        ({}, "base_url", "usually ends in /v1"),
        ({LISTED: (401, {"error": {"message": "no key"}})}, "api_key_env", "asks for a key (HTTP 401: no key)"),
        ({CALLED: (401, "who?")}, "api_key_env", "asks for a key"),
        ({CALLED: (429, {"error": {"message": "pay", "code": "insufficient_quota"}})}, "api_key_env", "no quota"),
        ({LISTED: (200, {"data": [{"id": "a"}, {"id": "b"}]}), CALLED: (404, "gone")}, "model", "it has a, b"),
        ({CALLED: (404, {"error": {"message": "The model `m` does not exist"}})}, "model", "does not exist"),
        ({CALLED: (200, "<html>welcome</html>")}, "base_url", "no chat completion"),
        ({CALLED: (500, "out of memory")}, "base_url", "HTTP 500: out of memory"),
    ],
)
def test_what_is_wrong_is_told_at_the_field_that_mends_it(
    server: ModelServer, answers: Answers, field: str | None, said: str | None
) -> None:
    server.answers = answers
    problems = found(spec_of(engine(server.base_url)))
    assert [path for path, _ in problems] == ([f"sources.0.engine.{field}"] if field else [])
    assert said is None or said in problems[0][1]


def test_a_server_that_is_down_is_told_at_once() -> None:
    began = time.monotonic()
    ((path, what),) = found(spec_of(engine(f"http://127.0.0.1:{free_port()}/v1")))
    assert path == "sources.0.engine.base_url"
    assert "cannot be reached: Connection refused" in what
    assert "--no-check" in what
    assert time.monotonic() - began < 10  # a refused connection takes no time-out


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_a_server_that_sends_a_byte_now_and_then_holds_no_thread(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr("spanloom_generator.preflight.WITHIN_S", 1.0)
    answered = threading.Event()

    def trickle(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.sendall(begun)
                while not answered.wait(0.02):
                    connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=trickle, args=(listening,), daemon=True).start()
        asked = engine(f"http://127.0.0.1:{listening.getsockname()[1]}/v1")
        ((field, what),) = probe_server(OpenAIEngineSpec.model_validate(asked), ANYWHERE, has_keys=True)
        assert (field, "did not answer within" in what) == ("base_url", True)
        answered.set()


@pytest.mark.parametrize("answer", ["[" * 100_000, '{"data": ' * 50_000, "9" * 5000, '{"error": ' + "[" * 100_000])
def test_no_answer_is_too_odd_to_be_told_of(server: ModelServer, answer: str) -> None:
    for status in (200, 400, 500):
        server.answers = {LISTED: (status, answer), CALLED: (status, answer)}
        assert {path for path, _ in found(spec_of(engine(server.base_url)))} <= {"sources.0.engine.base_url"}


def test_a_server_named_twice_is_asked_once(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_KEY", "sesame")
    server.answers = {LISTED: (200, {"data": [{"id": "m"}]})}
    assert found(spec_of(*[engine(server.base_url, api_key_env="MY_API_KEY")] * 3)) == []
    assert server.asked == ["/v1/models Bearer sesame"]


def test_a_key_that_is_not_there(server: ModelServer) -> None:
    server.answers = {LISTED: (401, "no key")}
    spec = spec_of(engine(server.base_url, api_key_env="NOT_SET_API_KEY"))
    ((path, what),) = found(spec)
    assert path == "sources.0.engine.api_key_env"
    assert "NOT_SET_API_KEY" in what
    assert found(spec, has_keys=False) == []  # the worker has it, and the server is there


def test_what_the_operator_forbids_is_not_asked(server: ModelServer) -> None:
    spec = spec_of(engine("http://169.254.169.254/v1"), {"kind": "toy"})
    ((path, what),) = found(spec)
    assert (path, "never asked" in what) == ("sources.0.engine.base_url", True)


def test_the_encoder_is_looked_for() -> None:
    said = preflight(spec_of({"kind": "toy"}), reach=ANYWHERE, has_keys=True, encoder=lambda given: f"no {given.name}")
    assert said == [("training.encoder", "no xlm-roberta-large")]
