"""A chat-completions server over HTTP for tests: it can hold its answers back, and counts what it was asked."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, Request

from support.common import free_port

MODEL = "held-back"
ONE_SAMPLE = '{"tokens": ["Anna", "sover", "."], "ner_tags": [1, 0, 0]}'


class ChatServer:
    """Answers the first `at_once` calls immediately and holds the others until `admit()` or `open()`. Use in a `with`.

    `content` makes the text of each answer from how many were given before it.

    `asked` counts requests by prompt (its messages and seed); `waiting` is how many stand at the gate, `left` how many
    of those that stood there were given up by whoever asked.
    """

    def __init__(
        self, *, at_once: int = 0, content: Callable[[int], str] = lambda _: ONE_SAMPLE, host: str = "127.0.0.1"
    ) -> None:
        self.asked: Counter[str] = Counter()
        self.waiting = self.left = 0
        self.port = free_port()
        self._content, self._answered = content, 0
        self._admitted = threading.Semaphore(at_once)
        self._gate = threading.Event()
        app = FastAPI()
        app.post("/v1/chat/completions")(self._answer)
        app.get("/v1/models")(lambda: {"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        self._server = uvicorn.Server(
            uvicorn.Config(app, host=host, port=self.port, log_level="critical", lifespan="off")
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def admit(self, more: int) -> None:
        """Answer so many more, those that stand at the gate among them."""
        self._admitted.release(more)

    def open(self) -> None:
        """Answer everything from here on."""
        self._gate.set()

    async def _answer(self, request: Request) -> dict[str, Any]:
        body = await request.json()
        self.asked[prompt_key(body["messages"], body.get("seed"))] += 1
        if not self._admitted.acquire(blocking=False):
            self.waiting += 1
            while not (self._gate.is_set() or self._admitted.acquire(blocking=False)):
                if await request.is_disconnected():
                    self.left += 1
                    break
                await asyncio.sleep(0.05)
            self.waiting -= 1
        message = {"role": "assistant", "content": self._content(self._answered)}
        self._answered += 1
        return {
            "model": MODEL,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 20},
        }

    def __enter__(self) -> ChatServer:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < deadline, "the chat server did not start"
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.open()
        self._server.should_exit = True
        self._thread.join(20)


def prompt_key(messages: Any, seed: int | None) -> str:
    """What tells one prompt from another."""
    return json.dumps([messages, seed], sort_keys=True)
