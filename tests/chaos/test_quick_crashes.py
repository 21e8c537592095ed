"""Ten kill -9 in quick succession, each of every process that holds work: nothing fails, with a day's own limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.stage import CAST, QUICK, Stage, staged
from support.common import wait_for

CRASHES = 10
HOLDERS = [place for place, service in enumerate(CAST) if service != "validator"]
_HOLDERS = """
SELECT holder FROM prompts WHERE state = 'claimed' UNION ALL SELECT holder FROM jobs WHERE state = 'claimed'
UNION ALL SELECT holder FROM evaluations WHERE state = 'claimed'
"""
_LEFT = "SELECT count(*) FROM {table} WHERE run_id = %s AND state <> 'done'"


def held_by_the_living(stage: Stage) -> int:
    """How many rows are held by processes that live: a crash of one that holds nothing would prove nothing."""
    alive = [f"-{stage.cast[place].popen.pid}-" for place in HOLDERS if stage.cast[place].alive]
    return sum(any(pid in holder for pid in alive) for (holder,) in stage.sql(_HOLDERS))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_quick_crashes_fail_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.start_all(QUICK)
        run_id = stage.submit("quick-crashes")
        struck = 0
        for _ in range(CRASHES):
            struck += wait_for(lambda: held_by_the_living(stage), what=lambda: f"a holder: {stage.logs(run_id)}")
            for place in HOLDERS:
                stage.cast[place].kill()
            for place in HOLDERS:
                stage.restart(place)
        assert struck >= CRASHES

        def ended() -> str:
            return str(stage.sql("SELECT state FROM runs WHERE id = %s", run_id)[0][0])

        wait_for(
            lambda: ended() != "running" or stage.broken(),
            timeout_s=600,
            every_s=0.5,
            what=lambda: f"the run to end: {stage.logs(run_id)}",
        )
        assert stage.broken() == []
        assert ended() == "complete"
        assert [stage.sql(_LEFT.format(table=t), run_id)[0][0] for t in ("prompts", "jobs", "evaluations")] == [0, 0, 0]
        assert stage.sql("SELECT count(*) FROM completions WHERE error IS NOT NULL") == [(0,)]
