"""Memory of storing a run, by its number of calls: what a submission adds to the process that carries it out.

Run as `make bench BENCH=submission` (`ARGS="--calls 1000 100000"`). Each is stored by a process of its own, as the API
stores it, with prompts that show five sentences of the demo corpus. One JSON line each: megabytes resident before, at
most and after, and the prompts' own text, which is what would have to fit were it held.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import psutil

from spanloom.contracts.spec import check_spec
from spanloom.data.languages import complete_spec
from spanloom.store.db import connect
from spanloom.store.migrate import upgrade
from spanloom_generator.submit import submit
from support.cluster import demo_language
from support.own_postgres import own_postgres
from support.stored import execute, select

MB = 2**20


def specification(calls: int) -> dict[str, Any]:
    """A run of so many calls, which nobody makes."""
    engine = {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "none"}
    source = {
        "kind": "synthetic",
        "name": "asked",
        "engine": engine,
        "m": 5,
        "n": 10,
        "dev_calls": 0,
        "stop": {"after_calls": calls},
    }
    return {"name": f"calls-{calls}", "languages": [demo_language()], "sources": [source]}


def stored(url: str, calls: int) -> dict[str, Any]:
    """Store a run in this process; what it took."""
    db, me = connect(url), psutil.Process()
    submit(db, check_spec(complete_spec(specification(10))), key=None)
    before, began = me.memory_info().rss, time.monotonic()
    submit(db, check_spec(complete_spec(specification(calls))), key=None)
    spent = time.monotonic() - began
    (row,) = select(db, "SELECT count(*) AS n, sum(length(request)) AS size FROM prompts")
    assert row.n == calls + 10, row
    figures = {"before": before, "peak": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
    figures |= {"after": me.memory_info().rss, "prompts": int(row.size)}
    execute(db, "DELETE FROM runs")
    megabytes = {name: round(size / MB, 1) for name, size in figures.items()}
    return {"name": f"a submission of {calls:,} calls", **megabytes, "unit": "MB", "seconds": round(spent, 1)}


def main() -> None:
    """Measure each number of calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--database", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.database:
        print(json.dumps(stored(given.database, given.calls[0])), flush=True)
        return
    with own_postgres(durable=False) as postgres:
        upgrade(postgres.url)
        for calls in given.calls:
            asked = ["--calls", str(calls), "--database", postgres.url]
            subprocess.run([sys.executable, __file__, *asked], check=True)


if __name__ == "__main__":
    main()
