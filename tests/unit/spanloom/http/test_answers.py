"""A request that is not answered in time is answered 503; one that has begun to be answered is let go on."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator

import anyio.to_thread
import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from spanloom.http import create_app
from spanloom.settings import load_settings


def client(release: threading.Event, seen: list[str] | None = None) -> TestClient:
    router = APIRouter()

    @router.get("/v1/hung")
    @router.post("/v1/hung")
    def hung() -> str:
        release.wait(30)
        if seen is not None:
            seen.append("ended")
            raise RuntimeError("the database said no in the end")
        return "late"

    @router.get("/v1/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for n in range(4):
                yield b"%d" % n
                await anyio.to_thread.run_sync(time.sleep, 0.2)

        return StreamingResponse(parts())

    settings = load_settings(keyless=True, answer_s=0.3, submission_s=0.9)
    return TestClient(
        create_app("t", settings=settings, routers=[router]), base_url="http://127.0.0.1", raise_server_exceptions=False
    )


@pytest.mark.parametrize(("method", "seconds"), [("GET", "0.3"), ("POST", "0.9")])
def test_what_hangs_is_answered_503_with_advice(method: str, seconds: str) -> None:
    release = threading.Event()
    with client(release) as http, capture_logs():
        answer = http.request(method, "/v1/hung", headers={"X-Request-ID": "mine"})
        release.set()
    assert answer.status_code == 503
    assert (answer.headers["Content-Type"], answer.headers["Retry-After"]) == ("application/problem+json", "5")
    told = answer.json()
    assert told["detail"].startswith(f"not answered in {seconds} s: the database may hang or be busy; /readyz tells")
    assert (told["request_id"], told["instance"]) == ("mine", "/v1/hung")


def test_what_fails_after_its_time_goes_to_the_log() -> None:
    release, seen = threading.Event(), []
    with client(release, seen) as http, capture_logs() as logs:
        assert http.get("/v1/hung").status_code == 503
        release.set()
        deadline = time.monotonic() + 30
        while not any(line["event"] == "late request failed" for line in logs) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert seen == ["ended"]
    (late,) = [line for line in logs if line["event"] == "late request failed"]
    assert late["error"] == "the database said no in the end"


def test_a_stream_that_has_begun_is_not_cut() -> None:
    with client(threading.Event()) as http:
        assert http.get("/v1/stream").text == "0123"
