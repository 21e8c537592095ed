"""A broker or a database that is away for long: services wait, say so in /readyz, and go on without a restart.

In CI an outage lasts two leases and more; `OUTAGE_S=60 pytest tests/chaos/test_outages.py` makes it a minute long.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from chaos.faults import Fault, strike
from chaos.stage import QUICK, Stage, staged
from chaos.verdict import verdict_of
from support.cluster import Process
from support.common import wait_for

OUTAGE_S = float(os.environ.get("OUTAGE_S", "14"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("outages")) as stage:
        stage.start_all(QUICK)
        yield stage


def complaint(process: Process) -> str | None:
    """What /readyz has to complain of: empty when ready, None where no answer came in time."""
    try:
        answer = httpx.get(f"{process.url}/readyz", timeout=30)
    except httpx.TransportError:
        return None
    return "" if answer.status_code == 200 else answer.text


def outage(stage: Stage, name: str, part: str, begin: Callable[[], object], end: Callable[[], object]) -> str:
    """Take a part away in mid-run for a while; every service must say so, live on, and be ready again. The run's id."""
    run_id = stage.submit(name)
    done = "SELECT count(*) FROM completions WHERE run_id = %s AND state = 'done'"
    wait_for(lambda: stage.cluster.sql(done, run_id)[0][0] > 0, timeout_s=120, what="the run to be under way")
    pids = [process.popen.pid for process in stage.cast]
    began, read = time.monotonic(), {process.log: process.log.stat().st_size for process in stage.cast}
    begin()
    for process in stage.cast:
        said = f"{process.service} to say that its {part} is away"
        wait_for(lambda p=process: part in (complaint(p) or ""), timeout_s=90, every_s=0.5, what=said)
        alive = wait_for(lambda p=process: _answers(f"{p.url}/healthz"), timeout_s=30, what="a sign of life")
        assert alive, "who waits is not dead: an orchestrator must not kill it"
    time.sleep(max(0.0, OUTAGE_S - (time.monotonic() - began)))
    assert stage.broken() == []
    end()
    for process in stage.cast:
        said = f"{process.service} to be ready again; it says {complaint(process)!r}"
        wait_for(lambda p=process: complaint(p) == "", timeout_s=120, every_s=0.5, what=said)
    for process in stage.cast:
        wait_for(
            lambda p=process: b'"answers again"' in p.log.read_bytes()[read[p.log] :],
            what=f"{process.service} to write that its {part} answers again",
        )
        written = process.log.read_bytes()[read[process.log] :].splitlines()
        told_briefly(process, part, written, time.monotonic() - began)
    stage.cluster.wait_for_end(run_id, timeout_s=240)
    assert [process.popen.pid for process in stage.cast] == pids, "nobody was started anew"
    assert stage.broken() == []
    return run_id


def told_briefly(process: Process, part: str, written: list[bytes], lasted_s: float) -> None:
    """A line when the outage begins, one a minute, one when it is over."""
    lines = [json.loads(line) for line in written if line.startswith(b"{")]
    library = "kafka" if part == "bus" else "none of the database's"
    of_it = [x for x in lines if part in (x.get("part"), x.get("of")) or x["logger"].startswith(library)]
    ends = [x for x in of_it if x["event"] == "answers again"]
    if ends:  # kafka-python has more to warn of than outages
        of_it = of_it[: of_it.index(ends[-1]) + 1]
    shown = [f"{x['timestamp']} {x['logger']}: {x['event']}" for x in of_it]
    assert len(of_it) - len(ends) <= 1 + lasted_s // 60, (process.service, shown)
    assert len(ends) <= 1, (process.service, shown)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=30).status_code == 200
    except httpx.TransportError:
        return False


def test_a_broker_that_is_away_is_waited_for(stage: Stage) -> None:
    run_id = outage(stage, "no-broker", "bus", stage.broker.kill9, stage.broker.start)
    assert verdict_of(stage.db, run_id, {}).wrong == []


def test_a_database_that_is_away_is_waited_for(stage: Stage) -> None:
    run_id = outage(stage, "no-database", "database", stage.kill_database, stage.start_database)
    assert verdict_of(stage.db, run_id, {}).wrong == []


def test_a_database_that_has_just_been_killed_is_no_victim_again(stage: Stage) -> None:
    killing = Fault(at=0, kind="kill_database", victim=0, pause_s=0, seed=0)
    mend = strike(stage, "no run", killing)
    assert mend is not None
    assert strike(stage, "no run", killing) is None
    mend()
    assert stage.sql("SELECT 1") == [(1,)]
