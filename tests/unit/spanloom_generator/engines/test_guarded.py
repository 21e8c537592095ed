"""No forbidden address is asked, whatever a name resolves to; redirects are answers."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from spanloom.errors import PermanentEngineError
from spanloom_generator.engines import guarded
from spanloom_generator.engines.asking import Answer, Asker


class Recorder(BaseHTTPRequestHandler):
    """Remembers whom it was asked as; `/away` redirects."""

    seen: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.seen.append((self.headers["Host"], self.path))
        self.send_response(302 if self.path == "/away" else 200)
        if self.path == "/away":
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Recorder.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *found: str) -> list[str]:
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        family = socket.AF_INET6 if ":" in found[0] else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(guarded.socket, "getaddrinfo", getaddrinfo)
    return asked


def get(url: str, *, sync: bool) -> Answer:
    if sync:
        with guarded.client() as client:
            answer = client.get(url)
            return Answer(answer.status_code, answer.headers, answer.content)

    async def ask() -> Answer:
        async with Asker({}, connect_s=5, silence_s=5) as asker:
            return await asker.ask("GET", httpx.URL(url), most_bytes=1000)

    return asyncio.run(ask())


both = pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])


@both
@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "0.0.0.0"])
def test_a_name_that_resolves_to_a_forbidden_address_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, address: str, sync: bool
) -> None:
    resolve_to(monkeypatch, "127.0.0.1" if ":" not in address else "::1", address)
    with pytest.raises(PermanentEngineError, match=f"resolves to {address}"):
        get("http://llm.example/v1", sync=sync)


@both
def test_what_was_looked_at_is_what_is_asked(
    monkeypatch: pytest.MonkeyPatch, server: ThreadingHTTPServer, sync: bool
) -> None:
    asked = resolve_to(monkeypatch, "127.0.0.1")
    url = f"http://llm.example:{server.server_address[1]}/v1"
    assert get(url, sync=sync).body == b"ok"
    assert Recorder.seen == [(f"llm.example:{server.server_address[1]}", "/v1")], "the Host header is the name's"
    assert asked.count("llm.example") == 1, "resolved once: there is no second answer that could differ"


@both
def test_a_redirect_is_not_followed(server: ThreadingHTTPServer, sync: bool) -> None:
    answer = get(f"http://127.0.0.1:{server.server_address[1]}/away", sync=sync)
    assert answer.status == 302
    assert [path for _, path in Recorder.seen] == ["/away"]


@both
def test_the_next_address_is_tried_where_the_first_does_not_listen(
    monkeypatch: pytest.MonkeyPatch, server: ThreadingHTTPServer, sync: bool
) -> None:
    resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
    assert get(f"http://llm.example:{server.server_address[1]}/v1", sync=sync).body == b"ok"


@both
def test_a_name_that_nobody_knows_is_a_connection_error(monkeypatch: pytest.MonkeyPatch, sync: bool) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(guarded.socket, "getaddrinfo", fails)
    with pytest.raises(guarded.Unreached, match="cannot be resolved"):
        get("http://nowhere.example/", sync=sync)


@both
@pytest.mark.parametrize("inside", [True, False])
def test_a_container_that_asks_itself_hears_the_name_of_its_host(
    monkeypatch: pytest.MonkeyPatch, inside: bool, sync: bool
) -> None:
    monkeypatch.setattr(guarded, "in_container", lambda: inside)
    with socket.socket() as held:  # bound and not listening: refused at once
        held.bind(("127.0.0.1", 0))
        with pytest.raises(guarded.Unreached) as refused:
            get(f"http://127.0.0.1:{held.getsockname()[1]}/v1/models", sync=sync)
    assert ("host.docker.internal" in str(refused.value)) is inside
