"""Topping up: a dataset that stops after N accepted samples gets its prompts in steps, as its yield turns out.

`calls_to_add` is the rule; `TopUp` applies it under the dataset's lock, and ends the prompts that a complete dataset
needs no more.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from spanloom.contracts.engines import EngineSpec
from spanloom.contracts.sources import SyntheticSource
from spanloom.contracts.spec import RunSpec
from spanloom.store import runs, work
from spanloom.store.samples import sentences_of
from spanloom.workers.outage import Outage
from spanloom_generator import records
from spanloom_generator.calls import encode_call
from spanloom_generator.prompts import plan_prompts

NOT_NEEDED = "not needed: the dataset is complete"

_COLLECTING = text("""
SELECT d.id FROM datasets d JOIN runs r ON r.id = d.run_id
 WHERE d.state = 'collecting' AND d.stop_accepted IS NOT NULL AND d.paused IS NULL AND r.state = 'running' ORDER BY d.id
""")
_LOCK = text("""
SELECT id, run_id, language, source, split, stop_accepted, accepted, calls_expected, calls_judged, calls_max
  FROM datasets WHERE id = :id AND state = 'collecting' AND paused IS NULL FOR NO KEY UPDATE
""")
_SPEC = text("SELECT spec FROM runs WHERE id = :run")
_EXPECT = text("UPDATE datasets SET calls_expected = calls_expected + :more WHERE id = :id")
# End what waits or runs for datasets that have all they asked for; a running call is aborted at its next renewal.
_END = text("""
UPDATE prompts p SET state = 'done', reason = :reason, finished_at = clock_timestamp(), holder = NULL,
       lease_until = NULL
  FROM datasets d WHERE d.id = p.dataset_id AND d.state = 'complete' AND d.stop_accepted IS NOT NULL
   AND p.state IN ('queued', 'claimed')
RETURNING p.id
""")


@dataclass(frozen=True)
class Standing:
    """How far a dataset is: samples `wanted` and `accepted`, calls planned (`expected`), `judged` and at `most`."""

    wanted: int
    accepted: int
    expected: int
    judged: int
    most: int


def first_step(wanted: int, n: int, most: int) -> int:
    """Calls to begin with: as many as would do if every object were accepted.

    >>> first_step(5000, 20, 1000)
    250
    """
    return min(most, -(-wanted // n))


def calls_to_add(now: Standing, n: int, window: int) -> int:
    """Calls to plan on top of those under way, by the yield seen so far; at most `window` are ever under way.

    Without a verdict yet every object is taken to be accepted, so that a step too many is never made. With verdicts
    but nothing accepted one sample in all calls judged is assumed.
    """
    missing = now.wanted - now.accepted
    under_way = now.expected - now.judged
    if missing <= 0:
        return 0
    per_call = max(now.accepted, 1) / now.judged if now.judged else float(n)
    needed = int(-(-missing // per_call))
    return max(0, min(needed - under_way, window - under_way, now.most - now.expected))


def at_once(engine: EngineSpec) -> int:
    """Calls that keep one engine of a specification busy."""
    if engine.kind == "vllm":
        return engine.max_num_seqs * engine.data_parallel
    return engine.concurrency if engine.kind == "openai" else 0


class TopUp:
    """Plans further prompts for datasets that stop after N accepted samples."""

    def __init__(self, db: Engine, *, roots: tuple[Path, ...], window: int, every_s: float = 0.5) -> None:
        self.db, self.roots, self.window, self.every_s = db, roots, window, every_s
        self.outage = Outage()

    def round(self) -> int:
        """Look at every collecting dataset once; returns how many prompts were added."""
        with self.db.begin() as connection:
            connection.execute(_END, {"reason": NOT_NEEDED})
            waiting = [row.id for row in connection.execute(_COLLECTING)]
        return sum(self._top_up(dataset) for dataset in waiting)

    def _top_up(self, dataset: str) -> int:
        with self.db.begin() as connection:
            row = connection.execute(_LOCK, {"id": dataset}).first()
            if row is None:
                return 0
            spec = RunSpec.stored(connection.execute(_SPEC, {"run": row.run_id}).scalar_one())
            source = next(s for s in spec.sources if s.name == row.source)
            assert isinstance(source, SyntheticSource)  # noqa: S101  only synthetic datasets stop after N accepted
            now = Standing(row.stop_accepted, row.accepted, row.calls_expected, row.calls_judged, row.calls_max)
            more = calls_to_add(now, source.n, max(self.window, at_once(source.engine)))
            if more:
                self._add(connection, row, spec, source, more)
            return more

    def _add(self, connection: Connection, row: Any, spec: RunSpec, source: SyntheticSource, more: int) -> None:
        gold = records.gold_train(connection, row.run_id)[row.language]
        names = source.prompt.names
        plans = plan_prompts(
            spec,
            source,
            row.language,
            gold,
            split=row.split,
            start=row.calls_expected,
            count=more,
            roots=self.roots,
            accepted=sentences_of(connection, row.id) if names is not None and names.accepted else None,
        )
        engine = source.engine.model_dump(mode="json")
        prompts = [
            (plan.call_index, encode_call(engine, plan.request(f"{row.id}.{plan.call_index}")), plan.seed_indices)
            for plan in plans
        ]
        runs.add_prompts(connection, row.run_id, row.id, prompts)
        connection.execute(_EXPECT, {"id": row.id, "more": more})
        work.notify(connection, "prompts")

    def run(self, stop: threading.Event) -> None:
        """Top up every `every_s` seconds until `stop` is set."""
        self.outage.repeat(self.round, self.every_s, stop)
