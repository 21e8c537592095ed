"""Comparing two arms, of one run or of two; and tagging with models that were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Engine, text

from spanloom.errors import DataError
from spanloom_evaluator.web.queries import compare as query
from spanloom_evaluator.web.render import PageRoute, address, page

Word = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]
_MODELS = text("""
SELECT m.id, r.name AS run_name, j.arm ->> 'language' AS language, j.arm ->> 'source' AS source,
       j.arm ->> 'setting' AS setting, (j.arm ->> 'size')::integer AS size, e.f1, e.lo, e.hi
  FROM models m JOIN jobs j ON j.id = m.job_id JOIN runs r ON r.id = m.run_id
  LEFT JOIN LATERAL (SELECT f1, lo, hi FROM evaluations x WHERE x.job_id = j.id AND x.state = 'done'
        AND x.label_mapping = 'identity' ORDER BY x.f1 DESC, x.id LIMIT 1) e ON true
 ORDER BY m.created_at DESC, m.id LIMIT 500
""")


def compare_routes(db: Engine) -> APIRouter:
    """`/compare` and `/tag`."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/compare")
    def compared(
        request: Request,
        run: Word = None,
        other: Word = None,
        a: Word = None,
        b: Word = None,
        who: Literal["all", "first", "second", "none"] = "all",
        start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> Response:
        """Choose two runs, and an arm of each; the address holds the choice. Without arms the runs are compared."""
        with db.connect() as connection:
            runs = query.compared_runs(connection)
            run = run or (runs[0]["id"] if runs else None)
            other = other or run
            arms, others = (query.arms_of(connection, name) if name else [] for name in (run, other))
            first = _named(arms, a)
            same = [arm for arm in others if first is None or arm["content_sha256"] == first["content_sha256"]]
            second = _named(same, b)
            found: dict[str, Any] = {}
            whole: list[dict[str, Any]] = []
            pairs = 0
            if first is None and run != other:
                whole, pairs = query.runs_compared(connection, arms, others)
            if first and second:
                seeds, more_seeds = query.seeds_of(connection, first), query.seeds_of(connection, second)
                if len(seeds[0].gold) != len(more_seeds[0].gold):
                    raise DataError("these arms were scored on different test sets; choose two of one")
                rows, number, more = query.disagreements(connection, seeds[0].id, more_seeds[0].id, who, start)
                found = {
                    "tests": query.differences(seeds, more_seeds), "rows": rows, "number": number, "more": more,
                    "seeds": (seeds[0].training_seed, more_seeds[0].training_seed),
                    "collapsed": tuple(sum(s.collapsed for s in x) / len(x) for x in (seeds, more_seeds)),
                }  # fmt: skip
        given = {"run": run, "other": other, "a": a, "b": b, "who": None if who == "all" else who}
        return page(
            "compare.html", request, runs=runs, run=run, other=other, arms=arms, others=same, first=first,
            second=second, found=found, whole=whole, pairs=pairs, who=who, start=start,
            to=lambda **changes: address("/compare", given, **changes),
        )  # fmt: skip

    @router.get("/tag")
    def tag(request: Request) -> Response:
        """Type sentences, see what one or two models make of them."""
        with db.connect() as connection:
            models = [dict(row) for row in connection.execute(_MODELS).mappings()]
        return page("tag.html", request, models=models)

    return router


def _named(arms: Sequence[Mapping[str, Any]], name: str | None) -> Mapping[str, Any] | None:
    return next((arm for arm in arms if arm["id"] == name), None)
