"""Ten kill -9 in quick succession, each of every process that holds work: nothing fails, with a day's own limits."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chaos.stage import CAST, QUICK, staged
from support.common import wait_for

CRASHES = 10
HOLDERS = [place for place, service in enumerate(CAST) if service != "validator"]
_HELD = """
SELECT (SELECT count(*) FROM prompts WHERE state = 'claimed') + (SELECT count(*) FROM jobs WHERE state = 'claimed')
     + (SELECT count(*) FROM evaluations WHERE state = 'claimed')
"""
_LEFT = "SELECT count(*) FROM {table} WHERE run_id = %s AND state <> 'done'"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_quick_crashes_fail_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.start_all(QUICK)
        run_id = stage.submit("quick-crashes")
        held = 0
        for _ in range(CRASHES):
            until = time.monotonic() + 20
            while time.monotonic() < until and not stage.sql(_HELD)[0][0]:
                time.sleep(0.05)
            held += stage.sql(_HELD)[0][0]
            for place in HOLDERS:
                stage.cast[place].kill()
            for place in HOLDERS:
                stage.restart(place)
        assert held >= CRASHES, "crashes of processes that hold nothing prove nothing"

        def ended() -> str:
            return str(stage.sql("SELECT state FROM runs WHERE id = %s", run_id)[0][0])

        wait_for(lambda: ended() != "running", timeout_s=600, every_s=0.5, what=f"the run to end: {stage.logs(run_id)}")
        assert ended() == "complete"
        assert [stage.sql(_LEFT.format(table=t), run_id)[0][0] for t in ("prompts", "jobs", "evaluations")] == [0, 0, 0]
        assert stage.sql("SELECT count(*) FROM completions WHERE error IS NOT NULL") == [(0,)]
