"""A plain asyncio loop: a semaphore, retries, and a line a call in a file, so that a restart asks only for the rest.

With aiohttp, which takes about half of httpx's CPU time where many connections are open.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
from samples import arguments, calls_of, usable, write

TRIES = 5
PAUSE_S = 0.5


async def main() -> None:
    given = arguments()
    calls = calls_of(given.calls)
    answers = given.out / "answers.jsonl"
    done: dict[int, str] = {}
    if answers.exists():
        for line in answers.read_text(encoding="utf-8").splitlines():
            try:
                one = json.loads(line)
            except ValueError:
                continue  # the line that was being written when the process ended
            done[one["index"]] = one["text"]
    gate = asyncio.Semaphore(given.in_flight)
    with answers.open("a", encoding="utf-8") as out:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=given.in_flight)) as client:

            async def one(call: dict[str, Any]) -> None:
                async with gate:
                    text = await ask(client, given.base_url, given.model, call)
                done[call["index"]] = text
                out.write(json.dumps({"index": call["index"], "text": text}, ensure_ascii=False) + "\n")
                out.flush()

            await asyncio.gather(*(one(call) for call in calls if call["index"] not in done))
    write(given.out, (sample for text in done.values() for sample in usable(text)))


async def ask(client: aiohttp.ClientSession, base_url: str, model: str, call: dict[str, Any]) -> str:
    """One call: tried again after a 429's Retry-After, or half a second."""
    for attempt in range(TRIES):
        pause = PAUSE_S
        try:
            body = {"model": model, "messages": call["messages"], "seed": call["seed"]}
            async with client.post(f"{base_url}/chat/completions", json=body) as answer:
                if answer.status == 200:
                    return str((await answer.json())["choices"][0]["message"]["content"])
                pause = float(answer.headers.get("retry-after", PAUSE_S))
        except aiohttp.ClientError:
            if attempt == TRIES - 1:
                raise
        await asyncio.sleep(pause)
    raise RuntimeError(f"call {call['index']}: no answer in {TRIES} tries")


if __name__ == "__main__":
    asyncio.run(main())
