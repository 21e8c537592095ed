"""What is told of a run while it goes on."""

from __future__ import annotations

from typing import Any

from spanloom_cli.follow import NewFailures, Pace, is_stalled
from spanloom_cli.work import refused_lines
from support.fake_service import snapshot

PAUSED = {"id": "r1.da.llm.train.v1", "state": "collecting", "paused": "the first 10 calls all failed"}


def test_time_left_is_told_once_something_was_done() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    run = {**snapshot("running", 1), "jobs": {"total": 0, "done": 0, "failed": 0}}
    assert pace.told(run) == ""
    now[0] = 30.0
    assert pace.told(run) == ""
    run["calls"] = {"expected": 4, "completed": 2, "judged": 2, "failed": 0}
    assert pace.told(run) == "about 0:01:00 left"
    assert pace.told({**run, "state": "complete"}) == ""
    assert pace.told({**run, "jobs": {"total": 3, "done": 0, "failed": 0}}) == "0:01:00 left or more"
    times = {"created_at": "2026-01-01T10:00:00+00:00", "ended_at": "2026-01-01T11:02:03+00:00"}
    assert pace.told({**run, **times, "state": "complete"}) == "1:02:03 elapsed"


def test_a_run_that_waits_for_a_person() -> None:
    def run(*datasets: dict[str, Any], done: int = 1) -> dict[str, Any]:
        jobs = {"total": 1, "done": done, "failed": 0}
        return {"id": "r1", "datasets": list(datasets), "jobs": jobs, "evaluations": {"total": 0, "done": 0}}

    assert is_stalled(run(PAUSED))
    assert not is_stalled(run(PAUSED, {"state": "collecting", "paused": None}))
    assert not is_stalled(run(PAUSED, done=0))
    assert not is_stalled(run({"state": "complete"}))
    told = NewFailures()
    (line,) = told.lines(run(PAUSED))
    assert "spanloom resume r1" in line
    assert told.lines(run(PAUSED)) == []


def test_a_source_of_which_every_object_was_refused() -> None:
    row = {"dataset": "d", "language": "sv", "source": "llm", "objects": 25, "reasons": {"unknown_label": 24, "iob": 1}}
    (line,) = refused_lines({"refused": [row]})
    assert line.startswith("none of 25 objects was accepted (sv llm): unknown_label 24, iob 1; look with")
    assert line.endswith("`spanloom completions d --reason unknown_label`")
