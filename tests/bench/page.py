"""The page over a run of 100,000 samples and 2,000 arms: time to the first row and to a filter, at the server.

Run as `make bench BENCH=page`. One JSON line a page: the median of five requests in milliseconds, and the bound. On a
machine that is busy besides, `cpu_ms` tells more: what Python and PostgreSQL computed for one request.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom.store.db import connect
from spanloom.store.migrate import upgrade
from spanloom_evaluator.web.site import page_routes
from support.cluster import replay_source
from support.own_postgres import own_postgres
from support.recordings import write_recording
from support.stored import store_run

SAMPLES = 100_000
ARMS = 2_000
ROUNDS = 5
BOUND_MS = 300
# Every sample a sentence of its own over a few names; every seventh with an ORG, one in a hundred repaired.
_SAMPLES = text("""
INSERT INTO samples (dataset_id, call_index, candidate_index, tokens, ner_tags, content, identity, repairs, marks)
SELECT :dataset, n / 20, n % 20, ARRAY['Anna', 'Li', 'bor', 'i', 'Aarhus', 'nr', n::text],
       CASE WHEN n % 7 = 0 THEN '{1,2,0,0,3,0,0}' ELSE '{1,2,0,0,5,0,0}' END::smallint[], md5(n::text), md5(n::text),
       CASE WHEN n % 100 = 0 THEN '{json}' ELSE '{}' END::text[],
       CASE WHEN n % 500 = 0 THEN '{broken_escape}' ELSE '{}' END::text[]
  FROM generate_series(0, :samples - 1) n
""")
_REJECTIONS = text("""
INSERT INTO rejections (dataset_id, call_index, candidate_index, reason, reasons, char_offset, excerpt)
SELECT :dataset, n / 20, 1000 + n % 20, 'length_mismatch', '{length_mismatch}', 0, '{"tokens": ["Anna", ' || n || ']}'
  FROM generate_series(0, :samples / 5 - 1) n
""")
_DATASET = text("""
UPDATE datasets SET state = 'complete', calls_expected = 5000, calls_judged = 5000, candidates = :samples * 6 / 5,
       accepted = :samples WHERE id = :dataset
""")
_JOBS = text("""
INSERT INTO jobs (id, run_id, kind, arm, state, finished_at)
SELECT 'job-' || n, :run, 'train', jsonb_build_object(
       'language', 'da', 'source', 's' || n % 10, 'setting', 'from_scratch', 'size', (n / 10 % 20 + 1) * 50,
       'size_asked', (n / 10 % 20 + 1) * 50, 'training_seed', n / 200, 'subset_seed', 1, 'train_dataset', :dataset,
       'steps', NULL), 'done', now()
  FROM generate_series(0, :arms - 1) n
""")
_EVALUATIONS = text("""
INSERT INTO evaluations (id, run_id, job_id, dataset_id, language, source, setting, size, size_asked, training_seed,
                         subset_seed, state, f1, lo, hi, facts, finished_at)
SELECT id || '.da', run_id, id, :gold, 'da', arm ->> 'source', 'from_scratch', (arm ->> 'size')::integer,
       (arm ->> 'size')::integer, (arm ->> 'training_seed')::integer, 1, 'done', 0.5, 0.4, 0.6,
       '{"collapsed": false, "arm": "arm"}', now()
  FROM jobs WHERE run_id = :run
""")


def filled(db: Engine, folder: Path) -> str:
    """A run with so many samples and arms; its id."""
    recording = write_recording(folder / "recorded.jsonl", calls=1)
    run = store_run(db, replay_source(recording, calls=1))
    names = {
        "run": run, "dataset": f"{run}.da.recorded.train.v1", "gold": f"{run}.da.gold.test.v1", "samples": SAMPLES,
        "arms": ARMS,
    }  # fmt: skip
    with db.begin() as connection:
        for statement in (_SAMPLES, _REJECTIONS, _DATASET, _JOBS, _EVALUATIONS):
            connection.execute(statement, {name: names[name] for name in statement.compile().params})
    with db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return run


def _cpu_s(postgres: psutil.Process) -> float:
    """Seconds that this process and PostgreSQL's have computed so far."""
    times = [process.cpu_times() for process in (psutil.Process(), *postgres.children())]
    return sum(time.user + time.system for time in times)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, own_postgres(durable=False) as server:
        upgrade(server.url)
        db, settings = connect(server.url), load_settings(port=0)
        run = filled(db, Path(name))
        with db.connect() as connection:
            backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        postgres = psutil.Process(backend).parent()
        assert postgres is not None
        app = create_app("page", settings=settings, routers=[page_routes(db, settings)])
        places = {
            "runs": "/",
            "run with 2,000 arms": f"/runs/{run}",
            "samples, first page": f"/runs/{run}/samples",
            "samples, by label": f"/runs/{run}/samples?label=ORG",
            "samples, by text": f"/runs/{run}/samples?q=99998",
            "samples, by text found nowhere": f"/runs/{run}/samples?q=nowhere",
            "samples, by repair": f"/runs/{run}/samples?repair=json",
            "samples, damaged": f"/runs/{run}/samples?damaged=1",
            "rejects, first page": f"/runs/{run}/samples?verdict=rejected",
            "rejects, by reason": f"/runs/{run}/samples?verdict=rejected&reason=length_mismatch",
        }
        with TestClient(app, base_url="http://127.0.0.1") as client:
            for what, place in places.items():
                client.get(place)
                took = []
                spent = _cpu_s(postgres)
                for _ in range(ROUNDS):
                    began = time.perf_counter()
                    answer = client.get(place)
                    took.append((time.perf_counter() - began) * 1000)
                    assert answer.status_code == 200, answer.text
                ms, cpu_ms = statistics.median(took), (_cpu_s(postgres) - spent) * 1000 / ROUNDS
                line = {"page": what, "ms": round(ms, 1), "cpu_ms": round(cpu_ms), "bound_ms": BOUND_MS}
                print(json.dumps({**line, "kept": ms < BOUND_MS}), flush=True)
        db.dispose()


if __name__ == "__main__":
    main()
