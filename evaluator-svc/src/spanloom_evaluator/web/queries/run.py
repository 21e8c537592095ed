"""One run: how far it is, what was lost on the way, its arms, its events, and who has a GPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from spanloom.errors import NotFound
from spanloom_evaluator.report.page import clean
from spanloom_evaluator.web.queries.runs import figures_of

EVENTS_SHOWN = 40
RUNNING_SHOWN = 20
_RUN = text("""
SELECT id, name, state, reason, created_at, ended_at, spec, now() AS now, NULL AS arm,
       ARRAY(SELECT l ->> 'code' FROM jsonb_array_elements(spec -> 'languages') l) AS languages
  FROM runs WHERE id = :run
""")
_DATASETS = text("""
SELECT id, language, source, split, version, kind, state, reason, tags, calls_expected, calls_judged, calls_failed,
       calls_without_object, candidates, accepted, info
  FROM datasets WHERE run_id = :run ORDER BY language, source, split, version DESC
""")
_UNIQUE = text("SELECT count(*) FROM (SELECT FROM samples WHERE dataset_id = :dataset GROUP BY content) x")
# Numbers differ from one failure to the next of the same kind.
_FAILURES = text("""
SELECT what, dataset_id, regexp_replace(left(reason, 400), '[0-9]+', '#', 'g') AS kind, count(*) AS n,
       min(left(reason, 1000)) AS example, min(id) AS id
  FROM (SELECT 'call' AS what, dataset_id, error AS reason, id FROM completions
         WHERE run_id = :run AND error IS NOT NULL
         UNION ALL SELECT 'training', NULL, reason, id FROM jobs WHERE run_id = :run AND state = 'failed'
         UNION ALL SELECT 'evaluation', NULL, reason, id FROM evaluations WHERE run_id = :run AND state = 'failed') x
 GROUP BY 1, 2, 3 ORDER BY n DESC, 1, 2, 3 LIMIT 50
""")
# The arms' evaluations are read at once and not arm by arm.
_JOBS = text("""
SELECT j.id, j.kind, j.state, j.reason, j.arm ->> 'language' AS language, j.arm ->> 'source' AS source,
       j.arm ->> 'setting' AS setting, (j.arm ->> 'size')::integer AS size,
       (j.arm ->> 'size_asked')::integer AS size_asked, (j.arm ->> 'training_seed')::bigint AS training_seed,
       (j.arm ->> 'subset_seed')::bigint AS subset_seed, j.arm ->> 'train_dataset' AS train_dataset,
       j.arm ->> 'steps' IS NOT NULL AS step_matched, CASE WHEN j.state = 'claimed' THEN j.progress END AS progress,
       e.f1, e.lo, e.hi, e.collapsed
  FROM jobs j
  LEFT JOIN (SELECT job_id, max(f1) AS f1, max(lo) AS lo, max(hi) AS hi,
                    bool_or((facts ->> 'collapsed')::boolean) AS collapsed
               FROM evaluations WHERE run_id = :run AND state = 'done' AND method <> 'direct+restarts'
                AND label_mapping = 'identity' GROUP BY job_id) e ON e.job_id = j.id
 WHERE j.run_id = :run
""")
_EVENTS = text("""
SELECT id, txid, kind, data, at FROM events WHERE run_id = :run
   AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
 ORDER BY txid DESC, id DESC LIMIT :limit
""")
_TURNS = text("SELECT device, holder, pid, state, asked_at, since, seen_at FROM device_turns ORDER BY device, place")
_JOB = text("""
SELECT id, run_id, kind, state, attempt, holder, reason, needs, arm, progress, outcome, created_at, finished_at
  FROM jobs WHERE run_id = :run AND id = :job
""")
_EVALUATIONS = text("""
SELECT e.id, e.language, e.method, e.label_mapping, e.state, e.reason, e.f1, e.lo, e.hi, e.precision, e.recall, e.facts,
       e.readings -> 'interval' ->> 'varies' AS varies
  FROM evaluations e WHERE e.job_id = :job ORDER BY e.language, e.label_mapping, e.method
""")


def run_head(connection: Connection, run_id: str) -> dict[str, Any]:
    """The run with its figures. Raises NotFound."""
    row = connection.execute(_RUN, {"run": run_id}).mappings().first()
    if row is None:
        raise NotFound(f"there is no run {run_id!r}; it may have been removed, or the address is cut short")
    run = dict(row)
    figures_of(connection, [run])
    return run


def datasets_of(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    """All datasets of a run, newest version first within each."""
    return [dict(row) for row in connection.execute(_DATASETS, {"run": run_id}).mappings()]


def funnel_of(engine: Engine, datasets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """From calls to unique samples, one row a dataset that an LLM wrote; each step is split without remainder.

    calls = waiting + failed + without an object + with objects; objects = accepted + rejected; accepted = unique +
    repeated. The counts of a row are of one moment: the validator writes them together.
    """
    steps = []
    for row in datasets:
        if not row["calls_expected"]:
            continue
        answered = row["calls_judged"] - row["calls_failed"] - row["calls_without_object"]
        unique = unique_samples(engine, row["id"], row["state"], row["accepted"])
        steps.append(
            {
                **row,
                "waiting": row["calls_expected"] - row["calls_judged"],
                "with_objects": answered,
                "rejected": row["candidates"] - row["accepted"],
                "unique": unique,
                "repeated": row["accepted"] - unique,
            }
        )
    return steps


@lru_cache(maxsize=4096)
def unique_samples(engine: Engine, dataset: str, state: str, accepted: int) -> int:
    """Distinct sentences of a dataset of this state with `accepted` samples, counted once: in it none is taken out."""
    with engine.connect() as connection:
        return min(int(connection.execute(_UNIQUE, {"dataset": dataset}).scalar_one()), accepted)


def failures_of(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    """Why calls, trainings and evaluations failed: reasons alike but for their numbers are one row with an example."""
    return [dict(row) for row in connection.execute(_FAILURES, {"run": run_id}).mappings()]


def jobs_of(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    """All trainings of a run with their F1 (a pre-training's best zero-shot one)."""
    rows = [dict(row) for row in connection.execute(_JOBS, {"run": run_id}).mappings()]
    names = ("language", "setting", "source", "step_matched", "train_dataset", "size", "training_seed", "subset_seed")
    return sorted(rows, key=lambda row: (*((row[name] is not None, row[name]) for name in names), row["id"]))


class Cell(NamedTuple):
    """One training as the grid shows it."""

    id: str
    look: str
    """Its state, `collapsed`, or `done` with its tenth of F1 (`f0` to `f9`)."""
    mark: str
    """F1 without its leading zero, or a sign for what is under way, waiting or failed."""
    title: str


def cell_of(job: Mapping[str, Any]) -> Cell:
    """A training's cell: at thousands of arms each is one short element."""
    state, f1 = job["state"], job["f1"]
    scored = f", F1 {f1:.3f} ({job['lo']:.3f}–{job['hi']:.3f})" if f1 is not None and job["lo"] is not None else ""
    title = f"{job['size']} sentences, seed {job['training_seed']}: {clean(job['reason'] or state)}{scored}"
    if state != "done":
        return Cell(job["id"], state, {"failed": "×", "claimed": "…"}.get(state, "·"), title)
    if f1 is None:
        return Cell(job["id"], "collapsed" if job["collapsed"] else "done", "✓", title)
    look = "collapsed" if job["collapsed"] else f"done f{min(int(f1 * 10), 9)}"
    return Cell(job["id"], look, "1" if f1 >= 0.995 else f"{f1:.2f}"[1:], title)


def grid_of(jobs: Sequence[Mapping[str, Any]]) -> tuple[list[int], list[dict[str, Any]]]:
    """The arms as a table: the sizes asked for, and a row for each way of training, its cells by size, one a seed."""
    sizes = sorted({job["size_asked"] for job in jobs if job["kind"] == "train"})
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for job in jobs:
        pretrained = job["kind"] == "pretrain"
        version = str(job["train_dataset"] or "").rpartition(".v")[2]
        key = (pretrained, job["language"], job["setting"], job["source"], job["step_matched"], version)
        row = rows.setdefault(
            key,
            {
                "language": job["language"],
                "setting": job["setting"],
                "source": job["source"],
                "pretrained": pretrained,
                "step_matched": job["step_matched"],
                "version": version,
                "cells": {},
            },
        )
        row["cells"].setdefault(None if pretrained else job["size_asked"], []).append(cell_of(job))
    return sizes, [rows[key] for key in sorted(rows, key=lambda key: tuple(map(str, (not key[0], *key[1:]))))]


def running_of(jobs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Trainings under way, with the curve so far."""
    now = [job for job in jobs if job["state"] == "claimed"]
    return [{**job, "curve": (job["progress"] or {}).get("history") or []} for job in now[:RUNNING_SHOWN]]


def events_of(connection: Connection, run_id: str, jobs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The last events, newest first, in words, each with the `place` after which a stream goes on."""
    names = {
        job["id"]: f"{job['language']}, {job['source']}, {job['setting']}, {job['size']}, seed {job['training_seed']}"
        for job in jobs
    }
    rows = connection.execute(_EVENTS, {"run": run_id, "limit": EVENTS_SHOWN}).mappings()
    return [
        {**row, "place": f"{row['txid']}-{row['id']}", "text": _told(row["kind"], row["data"], names)} for row in rows
    ]


def turns_of(connection: Connection) -> list[dict[str, Any]]:
    """Who holds each GPU, and who waits for it."""
    return [dict(row) for row in connection.execute(_TURNS).mappings()]


def job_of(connection: Connection, run_id: str, job_id: str) -> dict[str, Any]:
    """One training with its evaluations. Raises NotFound."""
    row = connection.execute(_JOB, {"run": run_id, "job": job_id}).mappings().first()
    if row is None:
        raise NotFound(f"run {run_id} has no training {job_id!r}")
    evaluations = [dict(item) for item in connection.execute(_EVALUATIONS, {"job": job_id}).mappings()]
    return {**row, "evaluations": evaluations}


def _told(kind: str, data: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """An event in words."""
    if kind == "jobs":
        return f"{data.get('made')} trainings were planned"
    if kind == "run":
        return f"the run is {str(data.get('state')).replace('_', ' ')}"
    name = str(data.get("id", ""))
    job, _, rest = name.partition(".")
    name = f"of {names[job].replace('_', ' ')}{f', on {rest}' if rest else ''}" if job in names else name
    words = {"job": "training", "evaluation": "evaluation", "dataset": "dataset"}.get(kind, kind)
    return f"{words} {name} is {str(data.get('state', 'changed')).replace('_', ' ')}"
