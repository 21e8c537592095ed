"""Each text is translated once a database: calls with the key of one that was answered take its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.types import ARRAY, Text

from spanloom.store import work
from spanloom.store.work import Claim
from spanloom_generator.engines.port import CallResult

WAIT_S = 1.0
"""Seconds after which a call looks again whether the same text, which another call asks for, has its answer."""
_IDS = bindparam("ids", type_=ARRAY(Text))
_KEYS = bindparam("keys", type_=ARRAY(Text))
_KEYED = text("SELECT id, text_key FROM prompts WHERE id = ANY(:ids) AND text_key IS NOT NULL").bindparams(_IDS)
# One claim with keys at a time: whoever looks sees what the one before has claimed.
_LOCK = text("SELECT pg_advisory_xact_lock(5350, 17)")
_ANSWERED = text("""
SELECT DISTINCT ON (p.text_key) p.text_key, c.id, c.text, c.finish_reason, c.model
  FROM prompts p JOIN completions c ON c.id = p.id
 WHERE p.text_key = ANY(:keys) AND c.error IS NULL AND c.text IS NOT NULL
 ORDER BY p.text_key, c.id
""").bindparams(_KEYS)
_ASKED = text("""
SELECT DISTINCT text_key FROM prompts
 WHERE text_key = ANY(:keys) AND id <> ALL(:ids) AND state = 'claimed' AND lease_until > clock_timestamp()
""").bindparams(_KEYS, _IDS)


class Divided(NamedTuple):
    """Claims to ask for, and those whose answer is there; the others were handed back and come again."""

    ask: list[Claim]
    answered: dict[Claim, CallResult]


def divide(connection: Connection, claims: Sequence[Claim]) -> Divided:
    """Divide what was claimed in this transaction. A text that is being asked for, here or elsewhere, is waited for.

    An answer that is taken over has cost nothing: no tokens, no seconds, and a note that says whose it is.
    """
    ids = [claim.id for claim in claims]
    keys = {row.id: row.text_key for row in connection.execute(_KEYED, {"ids": ids})}
    if not keys:
        return Divided(list(claims), {})
    connection.execute(_LOCK)
    there = {row.text_key: row for row in connection.execute(_ANSWERED, {"keys": sorted(set(keys.values()))})}
    asked = {row.text_key for row in connection.execute(_ASKED, {"keys": sorted(set(keys.values())), "ids": ids})}
    ask: list[Claim] = []
    answered: dict[Claim, CallResult] = {}
    for claim in sorted(claims, key=lambda claim: claim.id):
        key = keys.get(claim.id)
        if key is None:
            ask.append(claim)
        elif (row := there.get(key)) is not None:
            note = f"translated before, by {row.id}"
            answered[claim] = CallResult(row.text, row.finish_reason or "stop", 0, 0, 0.0, row.model, notes=(note,))
        elif key in asked:
            work.release(
                connection, "prompts", claim, reason="the same text is being translated", pause_s=WAIT_S, spent=False
            )
        else:
            asked.add(key)
            ask.append(claim)
    return Divided(ask, answered)
