"""Corrections that outlive a judging: a version judged again takes in what people said of the versions before it.

A sample is known again by its call, the place in the completion where it begins, and its tokens; candidates may be
numbered otherwise under other rules. What the rules of the new version reject stays rejected, and is counted.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, text

from spanloom.contracts.rules import EXCERPT
from spanloom.ner.sentence import identity_hash
from spanloom.store.tables import Json

BY_HAND = "by_hand"
"""The reason of a rejection that a person made; no rule of the validator's."""
AUDITOR = "label audit"
"""Who stands beside corrections that an audit made. They are of the version audited alone: another is audited anew."""
# The last word on each sample of older versions, beside the sample of the new version that it is about (none: null).
_SAID = """
WITH older AS (
    SELECT o.id FROM datasets n
      JOIN datasets o USING (run_id, language, source, split) WHERE n.id = :new AND o.version < n.version
), last AS (
    SELECT DISTINCT ON (call_index, candidate_index) id, dataset_id, call_index, candidate_index, action, after
      FROM corrections WHERE dataset_id IN (SELECT id FROM older) AND who <> 'label audit'
     ORDER BY call_index, candidate_index, id DESC
), said AS (
    SELECT DISTINCT ON (l.id) l.id, l.action, coalesce(l.after -> 'ner_tags', to_jsonb(was.ner_tags)) AS tags,
           now.call_index, now.candidate_index, now.tokens, to_jsonb(now.ner_tags) AS now
      FROM last l
      JOIN samples was USING (dataset_id, call_index, candidate_index)
      LEFT JOIN samples now ON now.dataset_id = :new AND now.call_index = l.call_index
            AND now.char_offset = was.char_offset AND now.tokens = was.tokens
     ORDER BY l.id, abs(now.candidate_index - l.candidate_index)
)
"""
_COUNTS = text(f"{_SAID} SELECT count(*) AS said, count(candidate_index) AS met FROM said")  # noqa: S608  fixed text
_CHANGED = text(f"""{_SAID}
SELECT call_index, candidate_index, tokens, tags FROM said WHERE action <> 'reject' AND tags <> now
""")  # noqa: S608  fixed text
_CHANGE = text("""
UPDATE samples s SET ner_tags = x.tags, identity = x.identity
  FROM jsonb_to_recordset(:rows) AS x (call integer, candidate integer, identity text, tags smallint[])
 WHERE s.dataset_id = :new AND s.call_index = x.call AND s.candidate_index = x.candidate
""").bindparams(bindparam("rows", type_=Json))
_REJECT = text(f"""{_SAID}, gone AS (
    DELETE FROM samples s USING said
     WHERE said.action = 'reject' AND s.dataset_id = :new AND s.call_index = said.call_index
       AND s.candidate_index = said.candidate_index
    RETURNING s.call_index, s.candidate_index, s.char_offset, s.repairs, s.tokens
), written AS (
    INSERT INTO rejections (dataset_id, call_index, candidate_index, reason, reasons, char_offset, repairs, excerpt)
    SELECT :new, call_index, candidate_index, :reason, ARRAY[:reason], char_offset, repairs,
           left(array_to_string(tokens, ' '), :excerpt) FROM gone
    RETURNING 1
)
SELECT count(*) FROM written
""")  # noqa: S608  fixed text
_APPLY = text(f"""{_SAID}
UPDATE corrections SET applied_to = :new WHERE dataset_id IN (SELECT id FROM older) AND applied_to IS NULL
""")  # noqa: S608  fixed text
_TELL = text("""
UPDATE datasets SET accepted = accepted - :rejected,
       info = coalesce(info, '{}') || jsonb_build_object('corrections', CAST(:told AS jsonb)) WHERE id = :new
""").bindparams(bindparam("told", type_=Json))


class TakenOver(NamedTuple):
    """How many samples of older versions people spoke of, how many of them were accepted again, and how many of those
    are rejections now."""

    said: int
    met: int
    rejected: int


def take_over(connection: Connection, new: str) -> TakenOver:
    """Apply the corrections of older versions to a version that was judged anew; in the judging's own transaction.

    Rejected samples become rejections `by_hand`, changed ones get their tags, and the dataset's `info` tells how many
    corrections found their sample. A dataset without older corrections is left as it is.
    """
    counts = connection.execute(_COUNTS, {"new": new}).one()
    if not counts.said:
        return TakenOver(0, 0, 0)
    rows = [
        {
            "call": row.call_index,
            "candidate": row.candidate_index,
            "identity": identity_hash(row.tokens, row.tags),
            "tags": row.tags,
        }
        for row in connection.execute(_CHANGED, {"new": new})
    ]
    if rows:
        connection.execute(_CHANGE, {"new": new, "rows": rows})
    connection.execute(_APPLY, {"new": new})
    rejected = connection.execute(_REJECT, {"new": new, "reason": BY_HAND, "excerpt": EXCERPT}).scalar_one()
    told = {"taken_over": counts.met, "left_out": counts.said - counts.met}
    connection.execute(_TELL, {"new": new, "rejected": rejected, "told": told})
    return TakenOver(counts.said, counts.met, rejected)
