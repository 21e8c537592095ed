"""Arms of a run as the database holds them, and the routes that compare them.

Intervals over seeds and paired tests come from the stored counts per sentence; no prediction is read again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text

from spanloom.contracts.training import EvaluationSpec
from spanloom.errors import NotFound
from spanloom.http.pages import Cursor, Limit, Page, decode_cursor, encode_cursor
from spanloom_evaluator.arms import Arm, arm_intervals, compare_sources
from spanloom_evaluator.score import ALL

KEPT = 32
"""Answers remembered; one is worked out anew when an evaluation of its run has ended since."""

_RUN = text("SELECT spec -> 'evaluation' AS evaluation FROM runs WHERE id = :run")
_ENDED = text("SELECT id FROM evaluations WHERE run_id = :run AND state = 'done' ORDER BY id")
_COUNTS = text("""
SELECT e.language, e.dataset_id, e.setting, coalesce(e.facts ->> 'control', 'epochs') AS control, e.size, e.source,
       e.method, s.true_positive, s.predicted, s.gold
  FROM evaluations e JOIN sentence_scores s ON s.evaluation_id = e.id AND s.reading = :reading AND s.label = :label
 WHERE e.run_id = :run AND e.state = 'done'
 ORDER BY e.language, e.dataset_id, e.setting, control, e.size, e.source, e.method, e.training_seed, e.subset_seed, e.id
""")


@dataclass(frozen=True)
class ReadingCounts:
    """Counts per sentence of one reading and label, as one row of `sentence_scores` holds them; (3, sentences)."""

    reading: str
    label: str
    array: NDArray[np.int32]

    @property
    def sentences(self) -> int:
        """How many sentences were counted."""
        return int(self.array.shape[1])

    def of(self, reading: str, label: str) -> NDArray[np.int32]:
        """The counts. Raises ValueError when they are of another reading or label."""
        if (reading, label) != (self.reading, self.label):
            raise ValueError(f"these counts are of {self.reading} {self.label}, not of {reading} {label}")
        return self.array


def read_arms(connection: Connection, run: str, *, reading: str = "typed", label: str = ALL) -> list[Arm]:
    """The arms of a run whose evaluations have ended, each with the counts of its training seeds."""
    arms: dict[tuple[Any, ...], list[ReadingCounts]] = {}
    for row in connection.execute(_COUNTS, {"run": run, "reading": reading, "label": label}):
        source = row.source if row.method == "direct" else f"{row.source} ({row.method})"
        counts = np.asarray([row.true_positive, row.predicted, row.gold], np.int32)
        key = (row.language, row.setting, row.control, row.size, source, row.dataset_id)
        arms.setdefault(key, []).append(ReadingCounts(reading, label, counts))
    return [
        Arm(language, setting, control, size, source, tuple(counts), test_set)
        for (language, setting, control, size, source, test_set), counts in arms.items()
    ]


Rows = list[dict[str, Any]]
RunId = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]+$")]


class _Answers:
    """Worked out once for each set of evaluations that have ended: a large run takes seconds."""

    def __init__(self, db: Engine, work: Callable[[list[Arm], EvaluationSpec], Rows]) -> None:
        self.db, self.work = db, work
        self._known: OrderedDict[tuple[str, ...], Rows] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, run: str) -> Rows:
        with self._lock, self.db.connect() as connection:
            spec = connection.execute(_RUN, {"run": run}).first()
            if spec is None:
                raise NotFound(f"there is no run {run!r}; `GET /v1/runs` lists them")
            key = (run, *(row.id for row in connection.execute(_ENDED, {"run": run})))
            if key not in self._known:
                arms = read_arms(connection, run)
                connection.rollback()  # holds no transaction open while it works
                self._known[key] = self.work(arms, EvaluationSpec.model_validate(spec.evaluation or {}))
                while len(self._known) > KEPT:
                    self._known.popitem(last=False)
            return self._known[key]


def arm_routes(db: Engine) -> APIRouter:
    """`/v1/results/significance` and `/v1/results/intervals`."""
    router = APIRouter(prefix="/v1/results", tags=["results"])
    tests = _Answers(
        db, lambda arms, spec: compare_sources(arms, swaps=spec.swaps, level=spec.confidence, rng_seed=spec.seed)
    )
    intervals = _Answers(
        db,
        lambda arms, spec: arm_intervals(arms, resamples=spec.resamples, level=spec.confidence, rng_seed=spec.seed),
    )

    @router.get("/significance", summary="Every pair of sources at equal size, tested")
    def significance(run: RunId, limit: Limit = 200, cursor: Cursor = None) -> Page[dict[str, Any]]:
        """Paired approximate randomisation on the mean over training seeds; p raw and Holm-adjusted."""
        return _page(tests.rows(run), limit, cursor)

    @router.get("/intervals", summary="Every arm's mean F1 over training seeds, with its interval")
    def arms(run: RunId, limit: Limit = 200, cursor: Cursor = None) -> Page[dict[str, Any]]:
        """Percentile bootstrap: training seeds, then test sentences; with one seed, test sampling only."""
        return _page(intervals.rows(run), limit, cursor)

    return router


def _page(rows: Rows, limit: int, cursor: str | None) -> Page[dict[str, Any]]:
    after = decode_cursor(cursor, int)
    start = max(int(after[0] or 0), 0) if after else 0
    more = start + limit < len(rows)
    return Page(items=rows[start : start + limit], next=encode_cursor(start + limit) if more else None)
