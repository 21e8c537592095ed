"""A real HTTP server that answers chat completions as a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], Any]
"""Status, headers, and a body: JSON unless it is bytes."""


def completion(content: str | None = "ok", **choice: Any) -> dict[str, Any]:
    """A chat completion's body."""
    first = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"} | choice
    return {"model": "m-1", "choices": [first], "usage": {"prompt_tokens": 10, "completion_tokens": 20}}


class ChatServer(ThreadingHTTPServer):
    """`answer(body, number)` decides; `seen` holds `(path, headers, body)`; `most` is the most requests at once."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[dict[str, Any], int], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.seen: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.times: list[float] = []
        self.inside = self.most = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            number = len(server.seen)
            server.seen.append((self.path, dict(self.headers), body))
            server.times.append(time.monotonic())
            server.inside += 1
            server.most = max(server.most, server.inside)
        try:
            status, headers, answer = server.answer(body, number)
        finally:
            with server.lock:
                server.inside -= 1
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        try:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass
