"""Claims a second while somebody holds a transaction open, beside 100,000 finished rows, by fillfactor and scale.

Run as `make bench BENCH=claims` (`ARGS="--rows 100000 --seconds 20 --fill 100 70"`). Each row is published, claimed,
renewed a few times and finished, in batches as services do it; an open snapshot (a long export, a forgotten psql) keeps
vacuum from removing what these updates leave. One JSON line a measurement: `ours` with the snapshot open, `theirs`
without; `last` is the pace of the last fifth of the time with the snapshot open, `in_place` the share of updates that
no index learns of (HOT).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

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


def measure(db: Engine, folder: Path, fill: int, given: argparse.Namespace) -> None:
    """Fill the table anew, and measure with and without an open snapshot."""
    store_run(db, replay_source(write_recording(folder / f"{fill}.jsonl", calls=2), calls=2))
    execute(db, f"ALTER TABLE prompts SET (fillfactor = {fill}, autovacuum_vacuum_scale_factor = {given.scale})")
    execute(db, _COPY, state="done", first=1, last=given.rows)
    execute(db, _COPY, state="queued", first=given.rows + 1, last=given.rows + int(2 * given.seconds * given.pace))
    with db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (FULL, ANALYZE) prompts"))
    start = _counts(db)
    alone, _ = claims_per_s(db, given.seconds)
    calm = _counts(db)
    with db.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.execute(text("SELECT count(*) FROM prompts"))
        beside, last = claims_per_s(db, given.seconds)
    end = _counts(db)
    name = (
        f"claims beside an open snapshot, {given.rows:,} finished rows, fillfactor {fill}, scale factor {given.scale}"
    )
    pace = {"ours": round(beside, 1), "theirs": round(alone, 1), "last": round(last, 1)}
    shares = {
        "in_place": round((end.hot - calm.hot) / (end.updates - calm.updates), 3),
        "in_place_alone": round((calm.hot - start.hot) / (calm.updates - start.updates), 3),
    }
    dead = {"dead": end.dead, "dead_alone": calm.dead, "megabytes": round(end.size / 2**20)}
    print(
        json.dumps({"name": name, **pace, "ratio": round(beside / alone, 3), "unit": "rows/s", **shares, **dead}),
        flush=True,
    )
    execute(db, "DELETE FROM runs")


def _counts(db: Engine) -> Any:
    time.sleep(1)  # statistics are told with a delay
    (row,) = select(
        db,
        "SELECT n_tup_hot_upd AS hot, n_tup_upd AS updates, n_dead_tup AS dead, pg_total_relation_size(relid) AS size "
        "FROM pg_stat_user_tables WHERE relname = 'prompts'",
    )
    return row


def main() -> None:
    """Measure at each fillfactor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pace", type=int, default=1000, help="rows a second that there shall be enough for")
    parser.add_argument("--scale", type=float, default=0.02, help="autovacuum_vacuum_scale_factor")
    parser.add_argument("--fill", type=int, nargs="+", default=[100, 85, 70])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanloom-claims-") as folder, own_postgres(durable=False) as postgres:
        upgrade(postgres.url)
        db = connect(postgres.url)
        for fill in given.fill:
            measure(db, Path(folder), fill, given)
        db.dispose()


if __name__ == "__main__":
    main()
