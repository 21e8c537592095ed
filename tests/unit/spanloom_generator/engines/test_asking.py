"""What the asynchronous requests do beside guarding addresses, which `test_guarded` tests for both clients."""

from __future__ import annotations

import asyncio
import base64
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from spanloom.errors import PermanentEngineError
from spanloom_generator.engines import guarded
from spanloom_generator.engines.asking import Answer, Asker, Silent

Handle = Callable[[BaseHTTPRequestHandler], None]


class Served(ThreadingHTTPServer):
    """A server that does what a test says; `seen` holds each request's path and headers, and the client's port."""

    daemon_threads = True

    def __init__(self, handle: Handle) -> None:
        self.seen: list[tuple[str, dict[str, str], int]] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.seen.append((self.path, dict(self.headers), self.client_address[1]))
                handle(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        outer = self
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    servers: list[Served] = []

    def start(handle: Handle, *, tls: ssl.SSLContext | None = None) -> Served:
        server = Served(handle)
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def body(data: bytes, *, claimed: int | None = None, pause_s: float = 0.0) -> Handle:
    """Answers with these bytes, of as many as it claims; the second half comes after a pause."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(claimed or len(data)))
        request.end_headers()
        request.wfile.write(data[: len(data) // 2])
        request.wfile.flush()
        time.sleep(pause_s)
        request.wfile.write(data[len(data) // 2 :])
        request.close_connection = claimed is not None

    return handle


def ask(*urls: str, most_bytes: int = 1000, silence_s: float = 5, **headers: str) -> list[Answer]:
    """The answers of these addresses, one after the other by one asker."""

    async def all_of_them() -> list[Answer]:
        async with Asker(headers, connect_s=5, silence_s=silence_s) as asker:
            return [await asker.ask("POST", httpx.URL(url), most_bytes=most_bytes, body={"a": "på"}) for url in urls]

    return asyncio.run(all_of_them())


def test_a_connection_is_used_again(serve: Callable[..., Served]) -> None:
    server = serve(body(b"ok"))
    url = f"http://127.0.0.1:{server.port}/v1"
    assert [answer.body for answer in ask(url, url, **{"X-Key": "k"})] == [b"ok", b"ok"]
    (path, headers, port), (_, _, again) = server.seen
    assert (path, headers["X-Key"], headers["Content-Type"]) == ("/v1", "k", "application/json")
    assert port == again


def test_what_is_more_than_asked_for_is_not_read(serve: Callable[..., Served]) -> None:
    server = serve(body(b"x" * 10_000_000))
    (answer,) = ask(f"http://127.0.0.1:{server.port}/", most_bytes=100)
    assert 100 < len(answer.body) < 10_000_000


def test_one_that_stops_in_the_middle_is_silent(serve: Callable[..., Served]) -> None:
    server = serve(body(b"halves", pause_s=2))
    with pytest.raises(Silent):
        ask(f"http://127.0.0.1:{server.port}/", silence_s=0.2)


def test_one_that_breaks_off_has_not_answered(serve: Callable[..., Served]) -> None:
    server = serve(body(b"half of it", claimed=20))
    with pytest.raises(guarded.Unanswered, match="ClientPayloadError"):
        ask(f"http://127.0.0.1:{server.port}/")


@pytest.mark.parametrize("host", ["2852039166", "0xa9fea9fe", "169.254.169.254", "[::ffff:a9fe:a9fe]"])
def test_the_metadata_address_is_not_asked_however_it_is_written(host: str) -> None:
    with pytest.raises((PermanentEngineError, guarded.Unreached), match=r"never asked|cannot be resolved"):
        ask(f"http://{host}/latest/meta-data")


def test_the_environments_proxy_is_asked_with_its_password(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(body(b"through"))
    monkeypatch.setenv("http_proxy", f"http://me:p%40ss@127.0.0.1:{proxy.port}")
    assert ask("http://llm.example:8000/v1?a=b")[0].body == b"through", "the proxy resolves names itself"
    path, headers, _ = proxy.seen[0]
    assert path == "http://llm.example:8000/v1?a=b"
    assert headers["Host"] == "llm.example:8000"
    assert headers["Proxy-Authorization"] == "Basic " + base64.b64encode(b"me:p@ss").decode()


def test_a_proxy_of_another_kind_is_told(serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1080")
    with pytest.raises(PermanentEngineError, match="socks5, expected http or https"):
        ask("http://llm.example/v1")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
@pytest.mark.parametrize("name", ["llm.example", "other.example"])
def test_the_certificate_is_that_of_the_name(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=llm.example",
        "-addext", "subjectAltName=DNS:llm.example", "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    server = serve(body(b"ok"), tls=tls)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert"))
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
    monkeypatch.setattr(guarded.socket, "getaddrinfo", lambda *_, **__: found)
    url = f"https://{name}:{server.port}/v1"
    if name == "llm.example":
        assert ask(url)[0].body == b"ok"
        assert server.seen[0][1]["Host"] == f"llm.example:{server.port}"
    else:
        with pytest.raises(guarded.Unreached, match="certificate"):
            ask(url)
        assert server.seen == []
