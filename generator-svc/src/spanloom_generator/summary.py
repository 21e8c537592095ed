"""What a run looks like from outside: the JSON of `GET /v1/runs/{id}`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.types import ARRAY, Text

from spanloom.contracts.spec import RunSpec
from spanloom.errors import NotFound

_IDS = bindparam("ids", type_=ARRAY(Text))
_RUN = text("SELECT id, name, state, reason, created_at, ended_at, spec, spec_hash FROM runs WHERE id = :run")
_PAGE = text("""
SELECT id, name, state, reason, created_at, ended_at FROM runs
 WHERE (CAST(:state AS text) IS NULL OR state = :state)
   AND (CAST(:before AS timestamptz) IS NULL OR (created_at, id) < (CAST(:before AS timestamptz), :before_id))
 ORDER BY created_at DESC, id DESC LIMIT :limit
""")
_DATASETS = text("""
SELECT id, language, source, split, version, kind, state, reason, paused, calls_expected, calls_judged, calls_failed,
       calls_without_object, candidates, accepted, stop_accepted
  FROM datasets WHERE run_id = :run ORDER BY language, source, split, version
""")
_GOLD_DEV = text("""
SELECT language, accepted FROM datasets WHERE run_id = :run AND source = 'gold' AND split = 'dev'
""")
_FAILURES = text("""
SELECT what, language, source, reason, failed, example, example_id FROM failures
 WHERE run = :run ORDER BY failed DESC, what, language, source, reason LIMIT 10
""")
# Counts are of what is now true: the newest version of each dataset, and no job that failed on an older one.
_COMPLETIONS = text("SELECT count(*) FROM completions WHERE dataset_id = ANY(:ids)").bindparams(_IDS)
_REASONS = text("""
SELECT dataset_id, reason, count(*) AS n FROM rejections WHERE dataset_id = ANY(:ids)
 GROUP BY dataset_id, reason ORDER BY n DESC, reason
""").bindparams(_IDS)
_JOBS = text("""
SELECT state, count(*) AS n FROM jobs
 WHERE run_id = :run AND (state <> 'failed' OR coalesce(arm ->> 'train_dataset', '') <> ALL(:ids)) GROUP BY state
""").bindparams(_IDS)
_RUNNING = text("""
SELECT id, kind, arm, progress, attempt, reason FROM jobs
 WHERE run_id = :run AND state = 'claimed' ORDER BY id LIMIT 20
""")
_EVALUATIONS = text("SELECT state, count(*) AS n FROM evaluations WHERE run_id = :run GROUP BY state")


def run_json(connection: Connection, run_id: str) -> dict[str, Any]:
    """One run with its counts. Raises NotFound."""
    run = connection.execute(_RUN, {"run": run_id}).mappings().first()
    if run is None:
        raise NotFound(f"there is no run {run_id!r}; `GET /v1/runs` lists them")
    datasets = [dict(row) for row in connection.execute(_DATASETS, {"run": run_id}).mappings()]
    newest = {(d["language"], d["source"], d["split"]): d for d in datasets}  # versions come in order
    called = [d for d in newest.values() if d["calls_expected"]]
    older = [d["id"] for d in datasets if newest[d["language"], d["source"], d["split"]] is not d]
    jobs = {row.state: row.n for row in connection.execute(_JOBS, {"run": run_id, "ids": older})}
    evaluations = {row.state: row.n for row in connection.execute(_EVALUATIONS, {"run": run_id})}
    return {
        **_head(run),
        "spec": run["spec"],
        "spec_hash": run["spec_hash"],
        "calls": {
            "expected": sum(d["calls_expected"] for d in called),
            "completed": connection.execute(_COMPLETIONS, {"ids": [d["id"] for d in called]}).scalar_one(),
            "judged": sum(d["calls_judged"] for d in called),
            "failed": sum(d["calls_failed"] for d in called),
        },
        "samples": {
            "candidates": sum(d["candidates"] for d in called),
            "accepted": sum(d["accepted"] for d in called),
            "rejected": sum(d["candidates"] - d["accepted"] for d in called),
        },
        "jobs": {
            "total": sum(jobs.values()),
            "done": jobs.get("done", 0),
            "failed": jobs.get("failed", 0),
            "running": [dict(row) for row in connection.execute(_RUNNING, {"run": run_id}).mappings()],
        },
        "evaluations": {
            "total": sum(evaluations.values()),
            "done": evaluations.get("done", 0),
            "failed": evaluations.get("failed", 0),
        },
        "failures": [dict(row) for row in connection.execute(_FAILURES, {"run": run_id}).mappings()],
        "refused": _refused(connection, called),
        "datasets": datasets,
    }


def _refused(connection: Connection, called: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Datasets of which every object was refused, each with the reasons and their counts, the commonest first."""
    none = {d["id"]: d for d in called if d["candidates"] and not d["accepted"]}
    if not none:
        return []
    rows = connection.execute(_REASONS, {"ids": list(none)}).all()
    return [
        {
            "dataset": id_,
            "language": d["language"],
            "source": d["source"],
            "objects": d["candidates"],
            "reasons": {row.reason: row.n for row in rows if row.dataset_id == id_},
        }
        for id_, d in none.items()
    ]


def gold_dev(connection: Connection, run_id: str, spec: RunSpec) -> dict[str, int]:
    """Sentences of the gold dev split of each target language."""
    found = {row.language: row.accepted for row in connection.execute(_GOLD_DEV, {"run": run_id})}
    return {language.code: found[language.code] for language in spec.languages if language.code in found}


def run_page(
    connection: Connection, *, limit: int, state: str | None = None, before: tuple[str, str] | None = None
) -> list[dict[str, Any]]:
    """Runs, newest first, after the `(created_at, id)` where the last page ended."""
    rows = connection.execute(
        _PAGE,
        {
            "limit": limit,
            "state": state,
            "before": before[0] if before else None,
            "before_id": before[1] if before else None,
        },
    ).mappings()
    return [_head(row) for row in rows]


def _head(run: Any) -> dict[str, Any]:
    return {
        "id": run["id"],
        "name": run["name"],
        "state": run["state"],
        "reason": run["reason"],
        "created_at": run["created_at"].isoformat(),
        "ended_at": run["ended_at"].isoformat() if run["ended_at"] else None,
    }
