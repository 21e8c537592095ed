"""Calls that a file holds while it is answered elsewhere: one holder, one lease for all of them.

They are work rows as any: what is not answered in time is published again, and whoever answers first has answered.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.types import ARRAY, Text

from spanloom.store import work
from spanloom.store.work import Claim, Lease

FILE = "file-"
"""What the names of such holders begin with."""
AT_ONCE = 1000
"""Rows a statement."""

# Those of a dataset that nobody holds and that may be claimed, in their order.
_WAITING = text("""
SELECT p.id FROM prompts p WHERE p.dataset_id = :dataset AND p.state = 'queued' ORDER BY p.call_index LIMIT :limit
""")
_COUNT = text("SELECT count(*) FROM prompts WHERE holder = :holder AND state = 'claimed'")
_PAGE = text("""
SELECT p.id, p.dataset_id, p.call_index, p.request FROM prompts p
 WHERE p.holder = :holder AND p.state = 'claimed' AND p.call_index > :after ORDER BY p.call_index LIMIT :limit
""")
_RENEW = text("""
WITH mine AS (
SELECT w.id FROM prompts w JOIN runs r ON r.id = w.run_id AND r.state = 'running'
 WHERE w.holder = :holder AND w.state = 'claimed' ORDER BY w.id FOR NO KEY UPDATE OF w)
UPDATE prompts AS w
   SET lease_until = clock_timestamp() + make_interval(secs => :lease_s),
       publish_after = CASE WHEN w.published > 0 THEN clock_timestamp() + make_interval(secs => :lease_s)
                            ELSE w.publish_after END
  FROM mine WHERE w.id = mine.id
""")
_RELEASE = text("""
WITH mine AS (
SELECT w.id FROM prompts w WHERE w.holder = :holder AND w.state = 'claimed' ORDER BY w.id FOR NO KEY UPDATE OF w)
UPDATE prompts AS w
   SET state = 'queued', holder = NULL, lease_until = NULL, reason = NULL, forgiven = w.forgiven + 1,
       publish_after = clock_timestamp()
  FROM mine WHERE w.id = mine.id
""")
# Locked in the order of their ids, as every statement does.
_LOCK = text("""
SELECT p.id, p.state, p.holder, c.id IS NOT NULL AS answered
  FROM prompts p LEFT JOIN completions c ON c.id = p.id
 WHERE p.id = ANY(:ids) ORDER BY p.id FOR NO KEY UPDATE OF p
""").bindparams(bindparam("ids", type_=ARRAY(Text)))
# Whoever held it, if anybody did, finds its attempt gone, uncharged, and drops what it has.
_TAKE = text("""
UPDATE prompts SET state = 'claimed', attempt = attempt + 1, forgiven = forgiven + (state = 'claimed')::int,
       begun = false, reason = NULL
 WHERE id = ANY(:ids) RETURNING id, attempt, attempt - forgiven AS charged
""").bindparams(bindparam("ids", type_=ARRAY(Text)))


def hold(connection: Connection, dataset: str, *, holder: str, limit: int, lease_s: float) -> int:
    """Claim waiting calls of a dataset until `holder` has `limit` of them; returns how many it has. May be repeated."""
    lease = Lease(lease_s=lease_s)
    while (missing := limit - held(connection, holder)) > 0:
        asked = {"dataset": dataset, "limit": min(missing, AT_ONCE)}
        ids = [row.id for row in connection.execute(_WAITING, asked)]
        if not work.claim(connection, "prompts", ids, holder=holder, lease=lease):
            break
    return held(connection, holder)


def held(connection: Connection, holder: str) -> int:
    """How many calls it holds."""
    return int(connection.execute(_COUNT, {"holder": holder}).scalar_one())


def page(connection: Connection, holder: str, *, after: int, limit: int) -> list[tuple[str, int, str]]:
    """`(id, call index, stored call)` of what it holds, in order, those after a call index."""
    rows = connection.execute(_PAGE, {"holder": holder, "after": after, "limit": limit})
    return [(row.id, row.call_index, row.request) for row in rows]


def renew(connection: Connection, holder: str, lease_s: float) -> int:
    """Push the lease of all that it holds forward, where the run is running; returns how many."""
    return int(connection.execute(_RENEW, {"holder": holder, "lease_s": lease_s}).rowcount)


def release(connection: Connection, holder: str) -> int:
    """Hand back all that it holds; no attempt is spent. Returns how many."""
    return int(connection.execute(_RELEASE, {"holder": holder}).rowcount)


def take_open(connection: Connection, ids: list[str]) -> tuple[dict[str, Claim], set[str], set[str]]:
    """For what was answered elsewhere: claims on those of `ids` that have no answer yet, whoever holds them; the ids
    that are answered or ended; and the holders that were found."""
    rows = list(connection.execute(_LOCK, {"ids": ids}))
    ended = {row.id for row in rows if row.answered or row.state in ("done", "failed")}
    open_ = [row.id for row in rows if row.id not in ended]
    claims = {}
    if open_:
        taken = connection.execute(_TAKE, {"ids": open_})
        claims = {row.id: Claim(row.id, row.attempt, row.charged) for row in taken}
    return claims, ended, {row.holder for row in rows if row.holder}
