"""The LLM server that all are measured against, run as a process: `python server.py CALLS [--latency 0.2]`.

Speaks the chat-completions API. CALLS holds the calls, a JSON line each (`messages`); a call is known by its last
message. Each takes `latency` seconds and is answered with 20 samples, of which 17 are good: one has a tag too few, one
a tag that does not exist, one is a copy. The first request of one call in fifty is answered 429 at once, with
Retry-After; that of one in a hundred breaks off in the middle of its answer. Which ones depends on the call alone, so
that all meet the same trouble.

Prints its port. `GET /counts` says what was asked so far, with times of this machine's monotonic clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import time
from collections import Counter
from pathlib import Path
from typing import Any

import uvicorn

MODEL = "measured"
SAMPLES, GOOD = 20, 17
REFUSED_EVERY, BROKEN_EVERY = 50, 100
RETRY_AFTER_S = 1


class Broken(Exception):
    """Raised in the middle of an answer, so that the server closes the connection."""


def answer(index: int) -> str:
    """The text of a call's answer: the samples, a line each."""
    lines = []
    for i in range(SAMPLES):
        k = 0 if i == SAMPLES - 1 else i  # the last is a copy of the first
        tokens = ["Anna", f"Berg{index}", "bor", "i", f"Norra{k}", f"Ås{index}", "med", "sin", "hund", "."]
        tags = [1, 2, 0, 0, 5, 6, 0, 0, 0, 0]
        if i == SAMPLES - 3:
            tags = tags[:-1]
        elif i == SAMPLES - 2:
            tags = [*tags[:-1], 99]
        lines.append(json.dumps({"tokens": tokens, "ner_tags": tags}, ensure_ascii=False))
    return "\n".join(lines)


class Server:
    """An ASGI app over a list of calls, and what was asked of it."""

    def __init__(self, calls: list[str], latency_s: float) -> None:
        self.index = {call: i for i, call in enumerate(calls)}
        self.latency_s = latency_s
        self.requests: Counter[int] = Counter()
        self.paid: Counter[int] = Counter()
        self.answered = self.inside = self.most = self.refused = self.broken = self.unknown = 0
        self.first_s = self.last_s = 0.0
        self.bodies = [completion(answer(i)) for i in range(len(calls))]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise AssertionError(f"asked for {scope['type']}")
        path = scope["path"]
        if path == "/counts":
            await reply(send, 200, json.dumps(self.counts()).encode())
        elif path.endswith("/models"):
            await reply(send, 200, json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode())
        elif path.endswith("/chat/completions"):
            await self.complete(await body_of(receive), send)
        else:
            await reply(send, 404, b'{"error": {"message": "no such route"}}')

    async def complete(self, body: bytes, send: Any) -> None:
        """Answer a call, late; or refuse it, or break off."""
        content = json.loads(body)["messages"][-1]["content"]
        if not isinstance(content, str):
            content = "".join(part["text"] for part in content)
        index = self.index.get(content.strip())
        if index is None:  # some peers ask something small first
            self.unknown += 1
            await reply(send, 200, completion("ok"))
            return
        self.first_s = self.first_s or time.monotonic()
        self.requests[index] += 1
        first = self.requests[index] == 1
        if first and index % REFUSED_EVERY == 7:
            self.refused += 1
            error = b'{"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}}'
            await reply(send, 429, error, (b"retry-after", str(RETRY_AFTER_S).encode()))
            return
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await asyncio.sleep(self.latency_s)
            if first and index % BROKEN_EVERY == 31:
                self.broken += 1
                await reply(send, 200, self.bodies[index], cut=True)
                raise Broken(index)
            self.paid[index] += 1  # also where whoever asked is gone: a provider has written the answer
            await reply(send, 200, self.bodies[index])
        finally:
            self.inside -= 1
            self.answered += 1
            self.last_s = time.monotonic()

    def counts(self) -> dict[str, Any]:
        """What was asked so far."""
        return {
            "paid": self.paid.total(),
            "twice": self.paid.total() - len(self.paid),
            "refused": self.refused,
            "broken": self.broken,
            "unknown": self.unknown,
            "inside": self.inside,
            "most_in_flight": self.most,
            "requests": self.requests.total(),
            "first_s": self.first_s,
            "last_s": self.last_s,
        }


def completion(text: str) -> bytes:
    """The body of an answer."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 900, "completion_tokens": 900, "total_tokens": 1800}
    whole = {"id": "c", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], "usage": usage}
    return json.dumps(whole).encode()


async def body_of(receive: Any) -> bytes:
    """A request's body."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def reply(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes], cut: bool = False) -> None:
    """An answer of JSON; with `cut` half of it."""
    fields = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    part = body[: len(body) // 2] if cut else body
    await send({"type": "http.response.body", "body": part, "more_body": cut})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("calls", type=Path)
    parser.add_argument("--latency", type=float, default=0.2)
    given = parser.parse_args()
    calls = [json.loads(line)["messages"][-1]["content"].strip() for line in given.calls.read_text().splitlines()]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(Server(calls, given.latency), log_level="critical", lifespan="off", access_log=False)
        uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
