"""200 clients at once on GET and POST /v1/runs, a specification of 2 replayed calls each.

Run as `make bench BENCH=load` (`ARGS="--seconds 10 --clients 50"`); `--url` asks a service that runs, else a generator
of our own on a Kafka and a PostgreSQL of our own. One JSON line a verb; exits with 1 when any answer was an error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml

from support.cluster import Cluster, demo_language, replay_source
from support.kafka_broker import KafkaBroker
from support.own_postgres import own_postgres
from support.recordings import write_recording

CALLS = 2
TIMEOUT_S = 120


@dataclass
class Answers:
    """What one verb was answered."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def line(self, name: str, clients: int, elapsed_s: float) -> dict[str, object]:
        """A measurement: latencies in milliseconds."""
        cuts = statistics.quantiles(self.seconds, n=100) if len(self.seconds) > 1 else [0.0] * 99
        return {
            "name": name,
            "clients": clients,
            "answers": len(self.seconds),
            "errors": dict(self.errors),
            "per_s": round(len(self.seconds) / elapsed_s, 1),
            "p50": round(1000 * cuts[49], 1),
            "p99": round(1000 * cuts[98], 1),
            "unit": "ms",
            "machine": platform.processor() or platform.machine(),
        }


def specification(folder: Path) -> str:
    """Two replayed calls and no training that takes long: what is measured is the API."""
    recording = write_recording(folder / "load.jsonl", calls=CALLS, objects=2)
    return yaml.safe_dump(
        {"name": "load", "languages": [demo_language()], "sources": [replay_source(recording, calls=CALLS)]}
    )


async def ask_for(url: str, spec: str, *, clients: int, seconds: float) -> tuple[dict[str, Answers], float]:
    """`clients` clients that ask without a pause for `seconds`, reading and writing in turns."""
    answers = {"GET /v1/runs": Answers(), "POST /v1/runs": Answers()}
    began = time.monotonic()

    async def client(number: int) -> None:
        turn = number
        # One each: a pool that all share looks at every connection for every request, which took most of the time.
        async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, verify=False) as http:
            while time.monotonic() - began < seconds:
                turn += 1
                verb = "POST" if turn % 2 else "GET"
                into, start = answers[f"{verb} /v1/runs"], time.perf_counter()
                try:
                    answer = await http.request(verb, "/v1/runs", content=spec if verb == "POST" else None)
                except httpx.TransportError as error:
                    into.errors[type(error).__name__] += 1
                    continue
                into.seconds.append(time.perf_counter() - start)
                if answer.status_code != (202 if verb == "POST" else 200):
                    into.errors[f"{answer.status_code} {answer.text[:120]}"] += 1

    await asyncio.gather(*(client(number) for number in range(clients)))
    return answers, time.monotonic() - began


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """A generator of our own; its URL."""
    with own_postgres() as postgres:
        broker = KafkaBroker(folder)
        broker.start()
        try:
            with Cluster(postgres.url, broker.bootstrap, folder) as cluster:
                cluster.migrate()
                (process,) = cluster.start("generator")
                yield process.url
        finally:
            broker.stop()


def measure(url: str, folder: Path, *, clients: int, seconds: float) -> int:
    """Ask, print a line a verb, and say how many answers were errors."""
    answers, elapsed = asyncio.run(ask_for(url, specification(folder), clients=clients, seconds=seconds))
    for name, of_verb in answers.items():
        print(json.dumps(of_verb.line(name, clients, elapsed)), flush=True)
    return sum(of_verb.errors.total() for of_verb in answers.values())


def main() -> int:
    """Measure; 1 when there were errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a service that runs; without it one is started")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="spanloom-load-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o711)
        if given.url:
            return min(1, measure(given.url, folder, clients=given.clients, seconds=given.seconds))
        with service(folder) as url:
            return min(1, measure(url, folder, clients=given.clients, seconds=given.seconds))


if __name__ == "__main__":
    sys.exit(main())
