"""Two arms side by side: their difference with its interval, and the sentences where they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from spanloom.errors import NotFound
from spanloom_evaluator import records
from spanloom_evaluator.score.schemes import ALL
from spanloom_evaluator.score.significance import Comparison, compare, compare_all, holm, told_apart
from spanloom_evaluator.stored import SchemeCounts
from spanloom_evaluator.web.queries.samples import pieces_of

SWAPS = 4_000
PAGE = 25
PAIRS = 60
"""Pairs of arms that are tested for one page."""
RUN_SWAPS = 1_000
LIKE = ("language", "content_sha256", "setting", "control", "size", "source", "version", "method")
"""What arms of two runs are alike in: also their test set's content."""
_RUNS = text("""
SELECT r.id, r.name, r.created_at FROM runs r
 WHERE EXISTS (SELECT FROM arm_scores a WHERE a.run_id = r.id) ORDER BY r.created_at DESC LIMIT 500
""")
_ARMS = text("""
SELECT a.id, a.run_id, a.language, a.source, a.setting, a.control, a.size, a.version, a.method, a.seeds, a.f1, a.lo,
       a.hi, CASE WHEN (a.measures -> 'f1' ->> 'value')::double precision = a.f1 THEN a.measures END AS measures,
       d.content_sha256
  FROM arm_scores a JOIN datasets d ON d.id = a.dataset_id
 WHERE a.run_id = :run AND a.label_mapping = 'identity' ORDER BY a.language, a.setting, a.source, a.size, a.method, a.id
""")
_SEEDS_OF_MANY = text("""
SELECT e.facts ->> 'arm' AS arm, coalesce((e.facts ->> 'collapsed')::boolean, false) AS collapsed,
       s.true_positive, s.predicted, s.gold
  FROM evaluations e
  JOIN sentence_scores s ON s.evaluation_id = e.id AND s.reading = 'typed' AND s.label = :label
 WHERE e.run_id = ANY(:runs) AND e.facts ->> 'arm' = ANY(:arms) AND e.state = 'done'
 ORDER BY e.training_seed, e.subset_seed, e.id
""")
_SEEDS = text("""
SELECT e.id, e.training_seed, coalesce((e.facts ->> 'collapsed')::boolean, false) AS collapsed,
       s.true_positive, s.predicted, s.gold, b.true_positive AS bounded
  FROM evaluations e
  JOIN sentence_scores s ON s.evaluation_id = e.id AND s.reading = 'typed' AND s.label = :label
  JOIN sentence_scores b ON b.evaluation_id = e.id AND b.reading = 'boundary' AND b.label = :label
 WHERE e.run_id = :run AND e.facts ->> 'arm' = :arm AND e.state = 'done' ORDER BY e.training_seed, e.subset_seed, e.id
""")


def compared_runs(connection: Connection) -> list[dict[str, Any]]:
    """Runs that have scored arms, newest first."""
    return [dict(row) for row in connection.execute(_RUNS).mappings()]


def arms_of(connection: Connection, run: str) -> list[dict[str, Any]]:
    """The scored arms of a run, over all labels of their test sets."""
    return [dict(row) for row in connection.execute(_ARMS, {"run": run}).mappings()]


def seeds_of(connection: Connection, arm: Mapping[str, Any]) -> list[Any]:
    """An arm's evaluations with their counts, one a seed. Raises NotFound when none is stored any more."""
    rows = list(connection.execute(_SEEDS, {"run": arm["run_id"], "arm": arm["id"], "label": ALL}))
    if not rows:
        raise NotFound(f"arm {arm['id']} has no evaluation")
    return rows


def runs_compared(
    connection: Connection, arms: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], int]:
    """The arms that two runs have alike, each with its difference (first less second), and how many pairs there are.

    At most `PAIRS` are tested, in order; p values are adjusted by Holm over those.
    """
    known = {tuple(arm[name] for name in LIKE): arm for arm in others}
    keys = [(arm, tuple(arm[name] for name in LIKE)) for arm in arms]
    pairs = [(arm, known[key]) for arm, key in keys if key in known]
    shown = pairs[:PAIRS]
    asked = {
        "runs": sorted({arm["run_id"] for pair in shown for arm in pair}),
        "arms": sorted({arm["id"] for pair in shown for arm in pair}),
        "label": ALL,
    }
    seeds: dict[str, list[Any]] = {}
    for seed in connection.execute(_SEEDS_OF_MANY, asked) if shown else ():
        seeds.setdefault(seed.arm, []).append(seed)
    rows: list[dict[str, Any]] = []
    for first, second in shown:
        ours, theirs = seeds.get(first["id"], []), seeds.get(second["id"], [])
        if not ours or not theirs:
            continue
        test = compare(_counts(ours), _counts(theirs), swaps=RUN_SWAPS)
        rates = tuple(sum(one.collapsed for one in x) / len(x) for x in (ours, theirs))
        rows.append({"first": first, "second": second, "test": test, "collapsed": rates})
    for row, p in zip(rows, holm([row["test"].p for row in rows]), strict=True):
        row["p_holm"] = p
        row["told_apart"] = told_apart(p, row["test"].lo, row["test"].hi)
    return rows, len(pairs)


def differences(first: Sequence[Any], second: Sequence[Any]) -> dict[str, Comparison]:
    """The first arm's mean less the second's by each measure, with its interval and p, from `seeds_of` both."""
    ours, theirs = ([_both(seed) for seed in seeds] for seeds in (first, second))
    return compare_all(ours, theirs, swaps=SWAPS)


def disagreements(
    connection: Connection, first: str, second: str, who: str, start: int
) -> tuple[list[dict[str, Any]], int, bool]:
    """Sentences that two evaluations tag differently: a page, how many there are, and whether there are more.

    `who` keeps those where `first` or `second` alone is right, or `all`.
    """
    one, other = records.read(connection, first), records.read(connection, second)
    types = one.schema.types
    found = []
    for i, (sentence, a, b) in enumerate(zip(one.test, one.predicted, other.predicted, strict=True)):
        gold = list(sentence.tags)
        if list(a) == list(b):
            continue
        right = "first" if list(a) == gold else "second" if list(b) == gold else "none"
        if who in ("all", right):
            found.append((i, sentence, a, b, right))
    shown = [
        {
            "number": i,
            "right": right,
            "gold": pieces_of(sentence.tokens, sentence.tags, types),
            "first": pieces_of(sentence.tokens, a, types),
            "second": pieces_of(sentence.tokens, b, types),
        }
        for i, sentence, a, b, right in found[start : start + PAGE]
    ]
    return shown, len(found), len(found) > start + PAGE


def _both(row: Any) -> SchemeCounts:
    # Any two spans with the same boundaries are a match, so that the schemes differ in what is found alone.
    found = {"typed": row.true_positive, "boundary": row.bounded}
    return SchemeCounts(
        ALL, {scheme: np.asarray([hits, row.predicted, row.gold], np.int32) for scheme, hits in found.items()}
    )


def _counts(rows: Sequence[Any]) -> list[SchemeCounts]:
    return [
        SchemeCounts(ALL, {"typed": np.asarray([row.true_positive, row.predicted, row.gold], np.int32)}) for row in rows
    ]
