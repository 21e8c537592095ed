"""The batch API engine against answers that no batch API should give: each ends its own call, never the thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from spanloom.contracts.reach import Reach
from spanloom.errors import PermanentEngineError, TransientEngineError
from spanloom_generator.engines import batches, openai_batch
from spanloom_generator.engines.openai_batch import OpenAIBatchEngine
from spanloom_generator.engines.port import CallRequest, Sampling


class Scripted(ThreadingHTTPServer):
    """Batches that end at once. `ended(requests, number)` gives what a batch has beside its id, and its output file."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ended: Callable[[list[dict[str, Any]], int], tuple[dict[str, Any], bytes | None]] = lambda r, n: ({}, b"")
        self.instead: dict[str, tuple[int, dict[str, str], bytes]] = {}
        """Answers by method and path, in place of the right ones."""
        self.old: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.asked: list[list[dict[str, Any]]] = []
        threading.Thread(target=self.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()


class _Handler(BaseHTTPRequestHandler):
    server: Scripted
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].removeprefix("/v1/")
        server = self.server
        if self.odd("GET", path):
            return
        if path == "batches":
            self.send({"data": server.old, "has_more": False})
        elif path.startswith("batches/"):
            number = int(path.partition("/")[2])
            more, output = server.ended(server.asked[number], number)
            if output is not None:
                server.files[f"out{number}"] = output
            ended = {"status": "completed", "created_at": 100, "completed_at": 107, "output_file_id": f"out{number}"}
            self.send({"id": str(number), **ended, **more})
        else:
            file = server.files.get(path.split("/")[1])
            self.send({"error": {"message": "no such file"}}, 404) if file is None else self.send(file)

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        path, server = self.path.partition("?")[0].removeprefix("/v1/"), self.server
        if self.odd("POST", path):
            return
        if path == "files":
            server.asked.append([json.loads(line) for line in data.splitlines() if line.startswith(b'{"custom_id"')])
            self.send({"id": f"in{len(server.asked) - 1}"})
        else:
            self.send({"id": str(len(server.asked) - 1), "status": "validating"})

    def odd(self, method: str, path: str) -> bool:
        found = self.server.instead.get(f"{method} {path}")
        if found is not None:
            self.send(found[2], found[0], found[1])
        return found is not None

    def send(self, answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as server:
        yield server
        server.shutdown()


@pytest.fixture
def engine(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIBatchEngine]:
    monkeypatch.setattr(batches, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(openai_batch, "ODD_ANSWERS", 2)
    url = f"http://127.0.0.1:{server.server_address[1]}/v1?api-version=1"
    engine = OpenAIBatchEngine(
        {"base_url": url, "model": "m", "reach": Reach(None, ()), "poll_s": 0.02, "gather_s": 0.05}
    )
    engine.start()
    yield engine
    engine.close()


def ask(engine: OpenAIBatchEngine, *names: str) -> list[Any]:
    messages: Any = [{"role": "user", "content": "hej"}]
    return [engine.submit(CallRequest(name, 0, messages, Sampling(max_tokens=9), "da", "s")) for name in names]


def line(name: str, content: str = "ok", *, status: int = 200, **body: Any) -> bytes:
    answer = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}], "usage": {}} | body
    return json.dumps({"custom_id": name, "response": {"status_code": status, "body": answer}}).encode() + b"\n"


def good(requests: list[dict[str, Any]], _: int) -> tuple[dict[str, Any], bytes | None]:
    return {}, b"".join(line(request["custom_id"]) for request in requests)


def test_an_old_batch_whose_file_is_gone_fails_no_new_call(server: Scripted, engine: OpenAIBatchEngine) -> None:
    server.old = [
        {"id": "old", "status": "completed", "output_file_id": "gone", "metadata": {"spanloom": "1"}},
        {"id": "odd", "metadata": "spanloom"},
        "no batch",  # type: ignore[list-item]
    ]
    server.ended = good
    assert [future.result(20).text for future in ask(engine, "a", "b")] == ["ok", "ok"]


def test_a_line_that_cannot_be_read_ends_its_own_call(server: Scripted, engine: OpenAIBatchEngine) -> None:
    odd = b'{"custom_id": "cut", "response": {"status\n[1]\n' + line("empty", choices=[]) + line("body", status=500)
    odd += b'{"custom_id": "text", "response": {"status_code": "200"}}\n{"custom_id": "none", "response": null}\n'
    odd += line("huge", usage={"completion_tokens": 7}).replace(b"7", b"1e999")
    server.ended = lambda _, __: ({"created_at": "2024-01-01", "completed_at": ["x"]}, odd + line("good"))
    names = ("cut", "empty", "body", "text", "none", "huge", "missing", "good")
    futures = dict(zip(names, ask(engine, *names), strict=True))
    assert futures["good"].result(20).text == "ok"
    assert (futures["huge"].result(20).text, futures["huge"].result().tokens_out) == ("ok", 2**31 - 1)
    for name, error, what in [
        ("cut", TransientEngineError, "no JSON object"),
        ("empty", PermanentEngineError, "no chat completion"),
        ("body", TransientEngineError, "HTTP 500"),
        ("text", PermanentEngineError, "no status_code"),
        ("none", PermanentEngineError, "did not answer the call"),
        ("missing", TransientEngineError, "holds no answer to the call; file out0 holds a line that is no JSON object"),
    ]:
        with pytest.raises(error, match=what):
            futures[name].result(20)


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("GET batches", b"<html>"),
        ("GET batches", b"[1]"),
        ("POST files", b"{}"),
        ("POST batches", b'"id"'),
        ("GET batches/0", b"<html>"),
        ("GET batches/0", b'{"status": 7}'),
        ("GET batches/0", b"\xff\xfe"),
        ("GET files/out0/content", b"<html>"),
    ],
)
def test_odd_answers_end_the_calls_and_not_the_thread(
    server: Scripted, engine: OpenAIBatchEngine, where: str, answer: bytes
) -> None:
    server.ended = good
    server.instead[where] = (200, {}, answer)
    with pytest.raises((TransientEngineError, PermanentEngineError)):
        ask(engine, "a")[0].result(20)
    server.instead.clear()
    assert ask(engine, "b")[0].result(20).text == "ok"


def test_a_batch_there_is_no_room_for_is_sent_again_in_smaller_ones(
    server: Scripted, engine: OpenAIBatchEngine
) -> None:
    limit = {"data": [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}]}
    server.ended = lambda requests, n: ({"status": "failed", "errors": limit}, None) if n == 0 else good(requests, n)
    assert [future.result(20).text for future in ask(engine, "a", "b", "c", "d")] == ["ok"] * 4
    assert [len(requests) for requests in server.asked][:2] == [4, 2]


def test_refused_parameters_and_redirects(server: Scripted, engine: OpenAIBatchEngine) -> None:
    said = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."

    def ended(requests: list[dict[str, Any]], number: int) -> tuple[dict[str, Any], bytes | None]:
        named = {0: said, 1: "Unsupported value: 'temperature' does not support 0.8 with this model."}.get(number)
        bad = named and {"error": {"message": named}}
        return {}, b"".join(
            json.dumps({"custom_id": r["custom_id"], "response": {"status_code": 400, "body": bad}}).encode() + b"\n"
            if bad
            else line(r["custom_id"])
            for r in requests
        )

    server.ended = ended
    server.instead["GET batches/2"] = (307, {"Location": "/v1/batches/2/?api-version=1"}, b"")
    server.instead["GET batches/2/"] = (200, {}, b'{"status": "completed", "output_file_id": "moved"}')
    server.files["moved"] = line("a")
    result = ask(engine, "a")[0].result(20)
    assert [sorted(r[0]["body"].keys() - {"model", "messages"}) for r in server.asked] == [
        ["max_tokens", "temperature", "top_p"],
        ["max_completion_tokens", "temperature", "top_p"],
        ["max_completion_tokens", "top_p"],
    ]
    assert len(result.notes) == 1
    assert result.notes[0].startswith("temperature left out")
