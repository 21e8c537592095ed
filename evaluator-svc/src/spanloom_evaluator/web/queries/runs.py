"""The list of runs: found, sorted and paged by the database; figures of the page shown alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

PAGE = 25
STATES = ("running", "complete", "complete_with_failures", "cancelled")
ORDERS = {
    "begun": "r.created_at DESC, r.id DESC",
    "name": "lower(r.name), r.id",
    "state": "r.state, r.created_at DESC, r.id",
    "f1": "b.f1 DESC NULLS LAST, r.created_at DESC, r.id",
}
"""What the list can be sorted by; total, so that pages meet."""
BEST = """
SELECT a.id AS arm, a.language, a.source, a.setting, a.size, a.f1, a.lo, a.hi, a.seeds
  FROM arm_scores a
 WHERE a.run_id = r.id AND a.label_mapping = 'identity' AND a.method <> 'direct+restarts'
 ORDER BY a.f1 DESC, a.id LIMIT 1
"""
_FOUND = """
SELECT r.id, r.name, r.state, r.reason, r.created_at, r.ended_at,
       ARRAY(SELECT l ->> 'code' FROM jsonb_array_elements(r.spec -> 'languages') l) AS languages,
       b.arm, b.language AS best_language, b.source AS best_source, b.setting AS best_setting, b.size AS best_size,
       b.f1, b.lo, b.hi, b.seeds, now() AS now
  FROM runs r LEFT JOIN LATERAL ({best}) b ON true
 WHERE (CAST(:state AS text) IS NULL OR r.state = :state)
   AND (CAST(:language AS text) IS NULL OR r.spec @> jsonb_build_object('languages', jsonb_build_array(
        jsonb_build_object('code', CAST(:language AS text)))))
   AND (CAST(:q AS text) IS NULL OR position(lower(:q) IN lower(r.name || ' ' || r.id)) > 0)
 ORDER BY {order} LIMIT :limit OFFSET :start
"""
_CALLS = text("""
SELECT run_id, sum(calls_expected)::bigint AS expected, sum(calls_judged)::bigint AS judged,
       sum(calls_failed)::bigint AS failed, sum(candidates)::bigint AS candidates, sum(accepted)::bigint AS accepted
  FROM datasets WHERE run_id = ANY(:runs) AND calls_expected > 0 GROUP BY run_id
""")
_WORK = """
SELECT run_id, count(*) AS total, count(*) FILTER (WHERE state = 'done') AS done,
       count(*) FILTER (WHERE state = 'failed') AS failed
  FROM {table} WHERE run_id = ANY(:runs) GROUP BY run_id
"""
# Newer versions of a dataset took over the completions of older ones.
_COST = text("""
SELECT d.run_id, p.prices ->> 'currency' AS currency,
       sum(c.tokens_in * (p.prices ->> 'input_per_million')::numeric
           + c.tokens_out * (p.prices ->> 'output_per_million')::numeric) / 1e6 AS cost
  FROM runs r
 CROSS JOIN LATERAL (SELECT s ->> 'name' AS name, s -> 'prices' AS prices
                       FROM jsonb_array_elements(r.spec -> 'sources') s WHERE jsonb_typeof(s -> 'prices') = 'object') p
  JOIN LATERAL (SELECT DISTINCT ON (language, source, split) id, run_id FROM datasets
                 WHERE run_id = r.id AND source = p.name ORDER BY language, source, split, version DESC) d ON true
  JOIN completions c ON c.dataset_id = d.id
 WHERE r.id = ANY(:runs) GROUP BY 1, 2
""")
_COLLAPSED = text("""
SELECT facts ->> 'arm' AS arm, avg(coalesce((facts ->> 'collapsed')::boolean, false)::integer) AS rate
  FROM evaluations WHERE run_id = ANY(:runs) AND facts ->> 'arm' = ANY(:arms) AND state = 'done' GROUP BY 1
""")
# The pace of the last units that ended.
_PACE = """
SELECT count(*) AS n, extract(epoch FROM max(finished_at) - min(finished_at))::float AS seconds
  FROM (SELECT finished_at FROM {table} WHERE run_id = :run AND state IN ('done', 'failed')
         ORDER BY finished_at DESC LIMIT 30) x
"""
_LANGUAGES = text("""
SELECT DISTINCT l ->> 'code' AS code FROM runs r, jsonb_array_elements(r.spec -> 'languages') l ORDER BY 1
""")


@dataclass(frozen=True)
class RunFilter:
    """What the list shows: text in name or id, a state, a language; what it is sorted by, and the page (from 1)."""

    q: str | None = None
    state: str | None = None
    language: str | None = None
    sort: str = "begun"
    page: int = 1

    def as_query(self) -> dict[str, Any]:
        """The filter as the address has it; defaults are left out."""
        given = {"q": self.q, "state": self.state, "language": self.language}
        return given | ({"sort": self.sort} if self.sort != "begun" else {})


def run_rows(connection: Connection, wanted: RunFilter) -> tuple[list[dict[str, Any]], bool]:
    """The runs of a page with their figures, and whether there are more."""
    statement = text(_FOUND.format(best=BEST, order=ORDERS[wanted.sort]))
    values = {"q": wanted.q, "state": wanted.state, "language": wanted.language, "limit": PAGE + 1}
    found = connection.execute(statement, {**values, "start": (wanted.page - 1) * PAGE}).mappings().all()
    rows = [dict(row) for row in found[:PAGE]]
    figures_of(connection, rows)
    return rows, len(found) > PAGE


def figures_of(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add to rows of runs what they have done so far, what it cost, and when they may end."""
    ids = [row["id"] for row in rows]
    calls = {row.run_id: row for row in connection.execute(_CALLS, {"runs": ids})}
    jobs, evaluations = (_work(connection, table, ids) for table in ("jobs", "evaluations"))
    cost: dict[str, list[tuple[float, str]]] = {}
    for paid in connection.execute(_COST, {"runs": ids}):
        cost.setdefault(paid.run_id, []).append((float(paid.cost or 0), paid.currency))
    arms = [row["arm"] for row in rows if row["arm"]]
    rates = {arm.arm: float(arm.rate) for arm in connection.execute(_COLLAPSED, {"runs": ids, "arms": arms})}
    for row in rows:
        made = calls.get(row["id"])
        row["calls"] = dict(made._mapping) if made else {"expected": 0, "judged": 0, "failed": 0, "accepted": 0}
        row["jobs"] = jobs.get(row["id"], {"total": 0, "done": 0, "failed": 0})
        row["evaluations"] = evaluations.get(row["id"], {"total": 0, "done": 0, "failed": 0})
        row["cost"] = cost.get(row["id"], [])
        row["collapse_rate"] = rates.get(row["arm"])
        row["eta_s"] = eta(connection, row) if row["state"] == "running" else None
        row["seconds"] = ((row["ended_at"] or row["now"]) - row["created_at"]).total_seconds()


def eta(connection: Connection, row: dict[str, Any]) -> float | None:
    """Seconds until what is known to be left is done at the pace of the last 30 units; None while there is no pace.

    Trainings that are not planned yet, because their data are still being written, are not in it.
    """
    left = 0.0
    open_calls = row["calls"]["expected"] - row["calls"]["judged"]
    open_jobs = row["jobs"]["total"] - row["jobs"]["done"] - row["jobs"]["failed"]
    for table, open_ in (("completions", open_calls), ("jobs", open_jobs)):
        if not open_:
            continue
        pace = connection.execute(text(_PACE.format(table=table)), {"run": row["id"]}).one()
        if pace.n < 2 or not pace.seconds:
            return None
        left += open_ * pace.seconds / (pace.n - 1)
    return left or None


def languages_known(connection: Connection) -> list[str]:
    """Codes of all languages that runs are about."""
    return [str(row.code) for row in connection.execute(_LANGUAGES)]


def _work(connection: Connection, table: str, ids: list[str]) -> dict[str, dict[str, int]]:
    rows = connection.execute(text(_WORK.format(table=table)), {"runs": ids})
    return {row.run_id: {"total": row.total, "done": row.done, "failed": row.failed} for row in rows}
