"""Claims a second while somebody holds a transaction open, beside 100,000 finished rows, by fillfactor.

Run as `make bench BENCH=claims` (`ARGS="--rows 100000 --seconds 20 --fill 100 70"`). Each row is published, claimed,
renewed a few times and finished, in batches as services do it; an open snapshot (a long export, a forgotten psql) keeps
vacuum from removing what these updates leave. One JSON line a measurement: `ours` with the snapshot open, `theirs`
without; `last` is the pace of the last fifth of the time with the snapshot open.
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


def claims_per_s(db: Engine, seconds: float) -> tuple[float, float]:
    """Publish, claim, renew and finish rows for so long; rows a second, and in the last fifth of the time."""
    began, done, fifth = time.monotonic(), 0, 0
    ids: list[str] = []
    while (spent := time.monotonic() - began) < seconds:
        if spent < 0.8 * seconds:
            fifth = done
        ids.clear()
        work.relay(db, "prompts", lambda rows: ids.extend(str(row["id"]) for row in rows), lease=LEASE, batch=BATCH)
        assert ids, "more rows would be needed: raise --pace"
        with db.begin() as connection:
            held = work.claim(connection, "prompts", ids, holder="bench", lease=LEASE, begun=True)
        for _ in range(RENEWALS):
            with db.begin() as connection:
                work.renew(connection, "prompts", held, lease=LEASE)
        with db.begin() as connection:
            for mine in held:
                work.finish(connection, "prompts", mine)
        done += len(held)
    return done / seconds, (done - fifth) / (seconds / 5)


def measure(db: Engine, folder: Path, *, rows: int, seconds: float, pace: int, fill: int) -> None:
    """Fill the table anew, and measure with and without an open snapshot."""
    store_run(db, replay_source(write_recording(folder / f"{fill}.jsonl", calls=2), calls=2))
    execute(db, f"ALTER TABLE prompts SET (fillfactor = {fill})")
    execute(db, _COPY, state="done", first=1, last=rows)
    execute(db, _COPY, state="queued", first=rows + 1, last=rows + int(2 * seconds * pace))
    with db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (FULL, ANALYZE) prompts"))
    alone, _ = claims_per_s(db, seconds)
    with db.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.execute(text("SELECT count(*) FROM prompts"))
        beside, last = claims_per_s(db, seconds)
    (hot,) = select(
        db, "SELECT n_tup_hot_upd, n_tup_upd, n_dead_tup FROM pg_stat_user_tables WHERE relname = 'prompts'"
    )
    line = {"name": f"claims beside an open snapshot, {rows:,} finished rows, fillfactor {fill}"}
    figures = {
        "ours": round(beside, 1),
        "theirs": round(alone, 1),
        "ratio": round(beside / alone, 3),
        "last": round(last, 1),
    }
    seen = {"unit": "rows/s", "hot": hot.n_tup_hot_upd, "updates": hot.n_tup_upd, "dead": hot.n_dead_tup}
    print(json.dumps(line | figures | seen), flush=True)
    execute(db, "DELETE FROM runs")


def main() -> None:
    """Measure at each fillfactor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pace", type=int, default=1000, help="rows a second that there shall be enough for")
    parser.add_argument("--fill", type=int, nargs="+", default=[100, 85, 70])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanloom-claims-") as folder, own_postgres(durable=False) as postgres:
        upgrade(postgres.url)
        db = connect(postgres.url)
        for fill in given.fill:
            measure(db, Path(folder), rows=given.rows, seconds=given.seconds, pace=given.pace, fill=fill)
        db.dispose()


if __name__ == "__main__":
    main()
