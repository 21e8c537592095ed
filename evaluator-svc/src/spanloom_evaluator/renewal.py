"""`spanloom intervals`: intervals and tests by all measures for runs that an earlier release scored.

They come from the counts per sentence that every release has stored: no prediction is read, and no score changes.
"""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Engine, text

from spanloom.commands.db import database
from spanloom.contracts.spec import RunSpec
from spanloom.errors import NotFound, StoreError
from spanloom.settings import load_settings
from spanloom.store.db import connect
from spanloom.store.migrate import fits
from spanloom_evaluator.stored import refresh_arm

_SPEC = text("SELECT spec FROM runs WHERE id = :run")
_LACKING = text("""
SELECT e.facts ->> 'arm' AS arm, min(e.id) AS evaluation
  FROM evaluations e LEFT JOIN arm_scores a ON a.id = e.facts ->> 'arm'
 WHERE e.run_id = :run AND e.state = 'done'
 GROUP BY e.facts ->> 'arm', a.id
HAVING NOT bool_and(e.readings ? 'intervals')
    OR NOT coalesce((a.measures -> 'f1' ->> 'value')::double precision = a.f1, false)
    OR EXISTS (SELECT FROM arm_tests t
                WHERE a.id IN (t.first, t.second)
                  AND NOT coalesce((t.measures -> 'f1' ->> 'difference')::double precision = t.difference, false))
 ORDER BY min(e.id)
""")


def renew(engine: Engine, run: str) -> int:
    """Draw what arms of a run lack: intervals and tests of boundary F1 and span accuracy, with those of typed F1.

    Each arm is a transaction: what was done stays done. Returns how many arms lacked any. Raises NotFound for a run
    that is not there.
    """
    with engine.connect() as connection:
        spec = connection.execute(_SPEC, {"run": run}).scalar_one_or_none()
        if spec is None:
            raise NotFound(f"there is no run {run!r}; `spanloom runs` lists them")
        lacking = connection.execute(_LACKING, {"run": run}).all()
    settings = RunSpec.stored(spec).evaluation
    tested: set[str] = set()
    for row in lacking:
        with engine.begin() as connection:
            refresh_arm(connection, row.evaluation, settings, tested=tested)
        tested.add(row.arm)
    return len(lacking)


def intervals(run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id.")]) -> None:
    """Draw the intervals and tests that a run lacks which an earlier release scored; works on the database itself."""
    with database(load_settings()) as (url, _):
        engine = connect(url, pool_size=1, application="spanloom-intervals")
        try:
            wrong = fits(engine)
            if wrong is not None:
                raise StoreError(wrong)
            arms = renew(engine, run)
        finally:
            engine.dispose()
    typer.echo(f"{arms:,} arms renewed" if arms else "nothing is lacking")
