"""Advice over what the database holds: scored arms read, advice made, and kept until another evaluation ends."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, bindparam, text

from spanloom.contracts.arm import IDENTITY, RELATED, RESTARTED
from spanloom.errors import NotFound
from spanloom.store.tables import Json
from spanloom_evaluator.advise.advice import advise
from spanloom_evaluator.advise.figures import ZERO_SHOT, ScoredArm
from spanloom_evaluator.score.schemes import ALL
from spanloom_evaluator.stored import SchemeCounts

_DONE = text("SELECT count(*) FROM evaluations WHERE run_id = :run AND state = 'done'")
_RUN = text("SELECT state FROM runs WHERE id = :run")
_SCORED = text("""
SELECT e.language, e.dataset_id, e.setting, coalesce(e.facts ->> 'control', 'epochs') AS control, e.source,
       coalesce((e.facts ->> 'version')::integer, 1) AS version, e.method, e.size,
       coalesce(e.facts ->> 'source_kind', e.source) AS kind, (e.facts ->> 'gold_used')::integer AS gold_used,
       (e.facts ->> 'training_seconds')::double precision AS seconds, s.true_positive, s.predicted, s.gold
  FROM evaluations e
  JOIN sentence_scores s ON s.evaluation_id = e.id AND s.reading = 'typed' AND s.label = :label
 WHERE e.run_id = :run AND e.state = 'done' AND e.label_mapping = :mapping AND e.method <> :restarted
 ORDER BY e.language, e.dataset_id, e.setting, control, e.source, version, e.method, e.size, e.training_seed,
          e.subset_seed, e.id
""")
_SPENT = text("""
SELECT language, source, version, tokens_in + tokens_out AS tokens, cost::double precision AS cost, currency
  FROM yield_by_source WHERE run = :run AND split = 'train'
""")
_STORED = text("SELECT body FROM advice WHERE run_id = :run AND evaluations = :evaluations")
_STORE = text("""
INSERT INTO advice (run_id, evaluations, body) VALUES (:run, :evaluations, :body)
ON CONFLICT (run_id) DO UPDATE SET evaluations = excluded.evaluations, body = excluded.body, made_at = now()
""").bindparams(bindparam("body", type_=Json))


def scored_arms(connection: Connection, run: str) -> dict[tuple[str, str], list[ScoredArm]]:
    """The arms of a run by (language, test set), each with the counts of its ended seeds."""
    spent = {(row.language, row.source, row.version): row for row in connection.execute(_SPENT, {"run": run})}
    found: defaultdict[tuple[str, str], dict[tuple[Any, ...], list[Any]]] = defaultdict(dict)
    for row in connection.execute(_SCORED, {"run": run, "label": ALL, "mapping": IDENTITY, "restarted": RESTARTED}):
        key = (row.setting, row.control, row.source, row.version, row.method, row.size)
        found[(row.language, row.dataset_id)].setdefault(key, []).append(row)
    out = {}
    for (language, test_set), arms in found.items():
        made = []
        for rows in arms.values():
            first = rows[0]
            paid = spent.get((language, first.source, first.version))
            seconds = [row.seconds for row in rows if row.seconds is not None]
            made.append(
                ScoredArm(
                    setting=first.setting,
                    source=first.source,
                    kind=ZERO_SHOT if first.source == RELATED else first.kind,
                    size=first.size,
                    counts=[
                        SchemeCounts(ALL, {"typed": np.asarray([r.true_positive, r.predicted, r.gold], np.int32)})
                        for r in rows
                    ],
                    gold_used=first.gold_used,
                    control=first.control,
                    version=first.version,
                    method=first.method,
                    tokens=paid.tokens if paid else None,
                    cost=paid.cost if paid else None,
                    seconds=sum(seconds) if seconds else None,
                )
            )
        out[(language, test_set)] = made
    return out


def advice_of(engine: Engine, run: str) -> list[dict[str, Any]]:
    """The advice for each language of a run, as plain JSON; made anew only when an evaluation has ended.

    Raises NotFound for a run that is not there.
    """
    with engine.connect() as connection:
        if connection.execute(_RUN, {"run": run}).first() is None:
            raise NotFound(f"there is no run {run!r}; `GET /v1/runs` lists them")
        evaluations = connection.execute(_DONE, {"run": run}).scalar_one()
        stored = connection.execute(_STORED, {"run": run, "evaluations": evaluations}).first()
        if stored is not None:
            return list(stored.body)
        arms = scored_arms(connection, run)
    body = [
        {"run": run, "language": language, "test_set": test_set, **dataclasses.asdict(advise(of_one))}
        for (language, test_set), of_one in arms.items()
    ]
    if evaluations:
        with engine.begin() as connection:
            connection.execute(_STORE, {"run": run, "evaluations": evaluations, "body": body})
    return body


def priced(body: Mapping[str, Any], price_per_sentence: float | None) -> dict[str, Any]:
    """One language's advice with annotation at a price: each way's `price` and `price_per_point` renewed."""
    if price_per_sentence is None:
        return dict(body)
    costs = []
    for cost in body["costs"]:
        annotated = cost["annotated"]
        price = cost["price"] if annotated is None else (cost["price"] or 0.0) + price_per_sentence * annotated
        per_point = price / cost["points"] if price is not None and cost["points"] > 0 else None
        costs.append({**cost, "price": price, "price_per_point": per_point})
    return {**body, "costs": costs}
