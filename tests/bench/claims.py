"""Claims a second while somebody holds a transaction open, beside 100,000 finished rows, by fillfactor.

Run as `make bench BENCH=claims` (`ARGS="--rows 100000 --seconds 20 --fill 100 70"`). Each row is claimed, renewed a few
times and finished, in batches as workers do it; an open snapshot (a long export, a forgotten psql) keeps vacuum from
removing what these updates leave. One JSON line a measurement: `ours` with the snapshot open, `theirs` without.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from sqlalchemy import Engine, text

from spanloom.store import work
from spanloom.store.db import connect
from spanloom.store.migrate import upgrade
from spanloom.store.work import Lease
from support.cluster import replay_source
from support.own_postgres import own_postgres
from support.recordings import write_recording
from support.stored import execute, select, store_run

BATCH, RENEWALS = 50, 4
LEASE = Lease(lease_s=600)
_COPY = """
INSERT INTO prompts SELECT (jsonb_populate_record(p, jsonb_build_object(
       'id', p.id || '.' || n, 'call_index', 1000000 + n, 'state', CAST(:state AS text)))).*
  FROM prompts p, generate_series(CAST(:first AS int), CAST(:last AS int)) n WHERE p.id = (SELECT min(id) FROM prompts)
"""


def claims_per_s(db: Engine, ids: list[str], seconds: float) -> float:
    """Claim, renew and finish rows for so long; rows a second."""
    began, done = time.monotonic(), 0
    while time.monotonic() - began < seconds and done + BATCH <= len(ids):
        with db.begin() as connection:
            held = work.claim(connection, "prompts", ids[done : done + BATCH], holder="bench", lease=LEASE, begun=True)
        for _ in range(RENEWALS):
            with db.begin() as connection:
                work.renew(connection, "prompts", held, lease=LEASE)
        with db.begin() as connection:
            for mine in held:
                work.finish(connection, "prompts", mine)
        done += len(held)
    return done / (time.monotonic() - began)


def measure(db: Engine, folder: Path, *, rows: int, seconds: float, fill: int) -> None:
    """Fill the table anew, and measure with and without an open snapshot."""
    run = store_run(db, replay_source(write_recording(folder / f"{fill}.jsonl", calls=2), calls=2))
    execute(db, f"ALTER TABLE prompts SET (fillfactor = {fill})")
    execute(db, _COPY, state="done", first=1, last=rows)
    waiting = int(seconds * 4000)
    execute(db, _COPY, state="queued", first=rows + 1, last=rows + 2 * waiting)
    with db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (FULL, ANALYZE) prompts"))
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run AND state = 'queued'", run=run)]
    alone = claims_per_s(db, ids[:waiting], seconds)
    with db.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.execute(text("SELECT count(*) FROM prompts"))
        beside = claims_per_s(db, ids[waiting:], seconds)
    (hot,) = select(
        db, "SELECT n_tup_hot_upd, n_tup_upd, n_dead_tup FROM pg_stat_user_tables WHERE relname = 'prompts'"
    )
    line = {"name": f"claims beside an open snapshot, {rows:,} finished rows, fillfactor {fill}"}
    figures = {"ours": round(beside, 1), "theirs": round(alone, 1), "ratio": round(beside / alone, 3), "unit": "rows/s"}
    print(json.dumps(line | figures | {"hot": hot.n_tup_hot_upd, "updates": hot.n_tup_upd}), flush=True)
    execute(db, "DELETE FROM runs")


def main() -> None:
    """Measure at each fillfactor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--fill", type=int, nargs="+", default=[100, 85, 70])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanloom-claims-") as folder, own_postgres(durable=False) as postgres:
        upgrade(postgres.url)
        db = connect(postgres.url)
        for fill in given.fill:
            measure(db, Path(folder), rows=given.rows, seconds=given.seconds, fill=fill)
        db.dispose()


if __name__ == "__main__":
    main()
