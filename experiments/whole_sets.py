"""Arms on all that each source has: of unequal size, so that the view `significance` does not pair them.

The test is the view's own, a paired approximate randomisation over test sentences on the mean over seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import Connection

from spanloom_evaluator.score.significance import holm
from spanloom_evaluator.web.queries.compare import arms_of, differences, seeds_of


def whole_sets(connection: Connection, run: str, scores: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each pair of sources whose arms on all there is differ in size, in one language and setting.

    `scores` are rows of `f1_by_size`; an arm on all there is has a size below the one asked for. F1 are fractions,
    `p_holm` is adjusted (Holm, 1979) over the pairs of a language.
    """
    cut = {_key(row) for row in scores if row["size"] and row["size"] != row["size_asked"]}
    arms = [arm for arm in arms_of(connection, run) if _key(arm) in cut and arm["method"] == "direct"]
    seeds = {arm["id"]: seeds_of(connection, arm) for arm in arms}
    rows = []
    for one, other in combinations(arms, 2):
        alike = all(one[name] == other[name] for name in ("language", "setting", "control", "content_sha256"))
        if alike and one["size"] != other["size"]:
            test = differences(seeds[one["id"]], seeds[other["id"]])["f1"]
            rows.append(
                {
                    "language": one["language"],
                    "setting": one["setting"],
                    "source": f"{one['source']}, {one['size']:,}",
                    "other": f"{other['source']}, {other['size']:,}",
                    **{name: getattr(test, name) for name in ("f1", "other_f1", "difference", "lo", "hi", "p")},
                }
            )
    for language in {row["language"] for row in rows}:
        ours = [row for row in rows if row["language"] == language]
        for row, p in zip(ours, holm([row["p"] for row in ours]), strict=True):
            row["p_holm"] = p
    return rows


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("language", "setting", "control", "source", "size"))
