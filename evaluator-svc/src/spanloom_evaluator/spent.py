"""What the calls behind an arm cost: translation, generation or tagging by an LLM, and word alignment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.types import ARRAY, Text

from spanloom.contracts.arm import Arm

_SPENT = text("""
SELECT d.id, d.accepted, sum(c.tokens_in) AS tokens_in, sum(c.tokens_out) AS tokens_out, sum(c.seconds) AS seconds,
       sum(c.link_seconds) AS link_seconds, p.prices
  FROM datasets d JOIN runs r ON r.id = d.run_id JOIN completions c ON c.dataset_id = d.id
  LEFT JOIN LATERAL (SELECT source.value -> 'prices' AS prices
                       FROM jsonb_array_elements(r.spec -> 'sources') AS source (value)
                      WHERE source.value ->> 'name' = d.source) p ON true
 WHERE d.id = ANY(:ids) GROUP BY d.id, d.accepted, p.prices
""").bindparams(bindparam("ids", type_=ARRAY(Text)))


def spent(connection: Connection, arm: Arm) -> dict[str, Any]:
    """Tokens, seconds and money of an arm's calls, as facts of its evaluations; nothing where it made none.

    An arm trained on some of a dataset's samples has cost that share of its calls, those that were rejected with them;
    a test set that was translated or tagged has cost all of its calls.
    """
    used: dict[str, int | None] = dict(arm.parts) if arm.tagged is None else {arm.tagged: None}
    facts: dict[str, float] = {}
    currencies: set[str] = set()
    for row in connection.execute(_SPENT, {"ids": list(used)}):
        size = used[row.id]
        share = 1.0 if size is None or not row.accepted else min(1.0, size / row.accepted)
        prices = row.prices or {}
        tokens_in, tokens_out = float(row.tokens_in or 0), float(row.tokens_out or 0)
        parts = {
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
            "call_seconds": float(row.seconds or 0),
            "link_seconds": float(row.link_seconds or 0),
        }
        if prices:
            per_million = tokens_in * prices["input_per_million"] + tokens_out * prices["output_per_million"]
            parts["cost"] = per_million / 1e6
            currencies.add(str(prices["currency"]))
        for name, value in parts.items():
            facts[name] = facts.get(name, 0.0) + share * value
    if len(currencies) > 1:
        del facts["cost"]  # money of two kinds has no sum
    return {**facts, **({"currency": currencies.pop()} if len(currencies) == 1 else {})}
