"""A call, from its prompt to its verdicts: the raw completion with the places marked that became candidates."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from spanloom.errors import NotFound
from spanloom_evaluator.report.page import clean

PAGE = 50
SHOWN = 200_000
"""Characters of a completion that are shown."""
WHICH = {
    "all": "true",
    "failed": "c.error IS NOT NULL",
    "without_object": "c.error IS NULL AND c.judged_at IS NOT NULL "
    "AND NOT EXISTS (SELECT FROM samples s WHERE s.dataset_id = c.dataset_id AND s.call_index = c.call_index) "
    "AND NOT EXISTS (SELECT FROM rejections x WHERE x.dataset_id = c.dataset_id AND x.call_index = c.call_index)",
}
_CALL = text("""
SELECT p.id, p.run_id, p.dataset_id, p.call_index, p.request, p.seeds, p.state, p.attempt, p.reason,
       c.text, c.error, c.finish_reason, c.model, c.tokens_in, c.tokens_out, c.seconds, c.notes, c.drafts, c.created_at,
       c.judged_at,
       d.language, d.source, d.split, d.version, d.tags
  FROM prompts p JOIN datasets d ON d.id = p.dataset_id LEFT JOIN completions c ON c.id = p.id
 WHERE p.run_id = :run AND p.id = :id
""")
_VERDICTS = text("""
SELECT candidate_index, char_offset, NULL AS reason, NULL::text[] AS reasons, repairs, marks, tokens, ner_tags,
       NULL AS excerpt, NULL::integer AS delta
  FROM samples WHERE dataset_id = :dataset AND call_index = :call
 UNION ALL
SELECT candidate_index, char_offset, reason, reasons, repairs, NULL, NULL, NULL, excerpt, delta
  FROM rejections WHERE dataset_id = :dataset AND call_index = :call
 ORDER BY candidate_index
""")
_LIST = """
SELECT c.id, c.call_index, c.error, c.finish_reason, c.model, c.tokens_out, c.seconds, left(c.text, 300) AS beginning
  FROM completions c WHERE c.run_id = :run AND c.dataset_id = :dataset AND {which} AND c.call_index > :after
 ORDER BY c.call_index LIMIT :limit
"""


class Stretch(NamedTuple):
    """Text of a completion: within a candidate (its number and verdict), or between candidates (verdict empty)."""

    text: str
    verdict: str
    candidate: int


def call_of(connection: Connection, run_id: str, call_id: str) -> dict[str, Any]:
    """A call with its prompt's messages, its raw text cut at the candidates, and the verdicts. Raises NotFound."""
    row = connection.execute(_CALL, {"run": run_id, "id": call_id}).mappings().first()
    if row is None:
        raise NotFound(f"run {run_id} has no call {call_id!r}")
    asked = {"dataset": row["dataset_id"], "call": row["call_index"]}
    verdicts = [dict(item) for item in connection.execute(_VERDICTS, asked).mappings()]
    request = json.loads(row["request"])
    return {
        **row,
        "engine": request.get("engine", {}),
        "messages": request.get("request", {}).get("messages", []),
        "verdicts": verdicts,
        "stretches": stretches_of(row["text"] or "", verdicts),
    }


def calls_of(
    connection: Connection, run_id: str, dataset: str, which: str, after: int
) -> tuple[list[dict[str, Any]], int | None]:
    """A page of a dataset's calls by index, and the index the next page begins after."""
    statement = text(_LIST.format(which=WHICH[which]))
    asked = {"run": run_id, "dataset": dataset, "after": after, "limit": PAGE + 1}
    rows = [dict(row) for row in connection.execute(statement, asked).mappings()]
    return rows[:PAGE], rows[PAGE - 1]["call_index"] if len(rows) > PAGE else None


def stretches_of(raw: str, verdicts: list[dict[str, Any]]) -> list[Stretch]:
    """The completion cut where its candidates begin; a candidate ends where the next one begins.

    Offsets count characters of the completion as it is stored. Candidates that came of one place are one stretch.
    """
    places = sorted({(v["char_offset"], v["candidate_index"], v["reason"]) for v in verdicts}, key=lambda p: p[:2])
    out: list[Stretch] = []
    at = 0
    shown = raw[:SHOWN]
    for i, (offset, candidate, reason) in enumerate(places):
        start = min(max(offset, at), len(shown))
        end = min(places[i + 1][0], len(shown)) if i + 1 < len(places) else len(shown)
        if start > at:
            out.append(Stretch(_visible(shown[at:start]), "", -1))
        if end > start:
            out.append(Stretch(_visible(shown[start:end]), "rejected" if reason else "accepted", candidate))
        at = max(end, start)
    if at < len(shown):
        out.append(Stretch(_visible(shown[at:]), "", -1))
    if len(raw) > SHOWN:
        out.append(Stretch(f"\n… and {len(raw) - SHOWN:,} more characters", "", -1))
    return out


def _visible(text_: str) -> str:
    return clean(text_, "\n\t")
