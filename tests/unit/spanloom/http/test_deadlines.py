"""Requests that are begun and never finished, over real sockets."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Request

from spanloom.http import create_app
from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from support.common import wait_for

HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    router, settings = APIRouter(), load_settings(port=0, keyless=True, head_s=0.3, body_s=0.6)
    seen: list[bytes] = []

    @router.post("/v1/things")
    async def make(request: Request) -> int:
        seen.append(await request.body())
        return len(seen[-1])

    app = create_app("t", settings=settings, routers=[router])
    app.state.seen = seen
    with Service("t", settings=settings, app=app) as started:
        yield started


def connect(service: Service) -> socket.socket:
    host, port = service._address or ("", 0)
    return socket.create_connection((host, port), timeout=30)


def open_connections(service: Service) -> int:
    assert service._server is not None
    return len(service._server.server_state.connections)


@pytest.mark.parametrize(
    "begun", [b"", b"GE", b"GET /healthz HTTP/1.1\r\n" + HOST, b"POST /v1/things HTTP/1.1\r\nContent-Length: 9\r\n"]
)
def test_an_unfinished_head_is_ended(service: Service, begun: bytes) -> None:
    with connect(service) as client:
        client.sendall(begun)
        assert client.recv(100).startswith(b"HTTP/1.1 408 ")
        assert client.recv(100) == b""


def test_an_unfinished_body_is_ended_and_not_taken_for_whole(service: Service) -> None:
    with connect(service) as client:
        client.sendall(b"POST /v1/things HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nhalf")
        assert client.recv(100).startswith(b"HTTP/1.1 408 ")
    with connect(service) as client:
        client.sendall(b"POST /v1/things HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nleft")
    wait_for(lambda: open_connections(service) == 0, what="the connection to be gone")
    assert service.app.state.seen == []


def test_a_kept_connection_answers_again_and_its_next_head_has_a_deadline_too(service: Service) -> None:
    with connect(service) as client:
        for _ in range(2):
            client.sendall(b"POST /v1/things HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\nwhole"[:-1])
            assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        service.app.state.seen.clear()
        client.sendall(b"GET /healthz HTT")
        rest = b"".join(iter(lambda: client.recv(1000), b""))
        assert b"HTTP/1.1 408 " in rest


@pytest.mark.parametrize("begun", [b"GET /", b"GET / HTTP/1.1\r\n" + HOST + b"X-A: "])
def test_a_head_that_does_not_end_is_ended_by_its_size(service: Service, begun: bytes) -> None:
    with connect(service) as client:
        client.sendall(begun)
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                client.sendall(b"a" * 65_536)
            assert client.recv(100).startswith(b"HTTP/1.1 431 ")
    wait_for(lambda: open_connections(service) == 0, what="the connection to be gone")


def test_a_large_body_is_no_head_whoever_waits_for_it(service: Service) -> None:
    large = b"x" * 1_000_000
    head = b"HTTP/1.1\r\n" + HOST + b"Content-Length: 1000000\r\n\r\n"
    for path, status in ((b"/v1/things", b"200"), (b"/v1/nothing", b"404")):
        with connect(service) as client:
            for _ in range(2):  # the second on the same connection
                client.sendall(b"POST " + path + b" " + head)
                client.sendall(large)
                assert client.recv(1000).startswith(b"HTTP/1.1 " + status)
                time.sleep(0.05)
                client.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while client.recv(65_536):
                        pass
                client.setblocking(True)
    service.app.state.seen.clear()


def test_many_half_open_connections_leave_no_trace(service: Service) -> None:
    clients = [connect(service) for _ in range(60)]
    for i, client in enumerate(clients):
        client.sendall(b"GET / HTTP/1.1\r\nX: "[: i % 20])
    wait_for(lambda: open_connections(service) == 0, what="all of them to be gone")
    for client in clients:
        client.close()
    with connect(service) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
