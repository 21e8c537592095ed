"""What is told of a run while it goes on."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from typing import Any, Self

import pytest
import typer

from spanloom.http import create_app
from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom_cli import follow
from spanloom_cli.client import Client
from spanloom_cli.exits import Exit, ServiceAway, ServiceError
from spanloom_cli.follow import Away, NewFailures, Pace, follow_run, is_stalled, watch
from spanloom_cli.work import refused_lines
from support.fake_service import FakeService, snapshot

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


def test_it_is_told_while_the_run_goes_on_once_and_not_of_a_few_objects() -> None:
    told = NewFailures()

    def lines(objects: int) -> list[str]:
        row = {
            "dataset": "d",
            "language": "sv",
            "source": "llm",
            "objects": objects,
            "reasons": {"unknown_tag": objects},
        }
        return told.lines({"id": "r1", "refused": [row]})

    assert lines(9) == []
    assert [line.partition(";")[0] for line in lines(12)] == [
        "none of 12 objects was accepted (sv llm): unknown_tag 12"
    ]
    assert lines(25) == []


class FakeClient:
    """A fake client whose answers are a list: an error is raised, a snapshot given."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers

    def twin(self, **_: Any) -> Self:
        """It serves as its own twin."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def run(self, _run_id: str) -> dict[str, Any]:
        """The next answer."""
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return dict(answer)

    def events(self, run_id: str) -> list[None]:
        """None come."""
        raise ServiceError(f"no events of {run_id}", Exit.UNREACHABLE)


def test_an_outage_of_45_seconds_is_told_when_it_begins_and_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "EVERY_S", 0.0)
    now, said, shown = [0.0], [], []

    def tick() -> float:
        now[0] += 1.0
        return now[0]

    away = [ServiceAway("connection refused")] * 45
    api = FakeClient([snapshot("running", 1), *away, snapshot("running", 2), snapshot("complete", 4)])
    ended = watch(api, "r1", shown.append, said.append, tick)  # type: ignore[arg-type]
    assert ended["state"] == "complete"
    assert [run["calls"]["judged"] for run in shown] == [1, 2, 4]
    assert len(said) == 2
    assert "waiting for it (Ctrl-C leaves the run going): connection refused" in said[0]
    assert said[1].startswith("it answers again after 4")


def test_a_long_outage_is_told_once_a_minute_and_a_short_one_not_at_all() -> None:
    now, said = [0.0], []
    away = Away(said.append, lambda: now[0])
    away.note(ServiceAway("x"))
    away.over()
    assert said == []
    for second in range(0, 601, 2):
        now[0] = 100.0 + second
        away.note(ServiceAway("x"))
    away.over()
    assert len(said) == 11
    assert said[-1] == "it answers again after 600 s"


def test_the_service_is_stopped_and_comes_back_on_its_port(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real shell on a real port, away for longer than an outage is kept quiet."""
    monkeypatch.setattr(follow, "EVERY_S", 0.05)
    monkeypatch.setattr(follow, "OUTAGE_S", 0.3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    fake, settings = FakeService(), load_settings(port=port)
    fake.snapshots = [snapshot("running", 1)]

    def shell() -> Service:
        return Service("fake", settings=settings, app=create_app("fake", settings=settings, routers=[fake.router()]))

    ended: list[dict[str, Any]] = []
    first = shell().start()
    with Client(first.url) as api:
        following = threading.Thread(target=lambda: ended.append(follow_run(api, "r1")), daemon=True)
        following.start()
        while fake.requests == 0:
            time.sleep(0.02)
        assert first.stop()
        time.sleep(1.5)
        assert following.is_alive()
        fake.snapshots = [snapshot("complete", 4)]
        with shell():
            following.join(30)
    assert [run["state"] for run in ended] == ["complete"]
    told = capsys.readouterr().err
    assert told.count("waiting for it") == 1
    assert told.count("it answers again after") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_an_outage_says_that_the_run_goes_on(
    number: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    # What runs in the background of a shell has Ctrl-C ignored.
    interrupted = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.5, os.kill, (os.getpid(), number)).start()
    try:
        with pytest.raises(typer.Exit) as stopped:
            follow_run(FakeClient([ServiceAway("refused")] * 100), "r1")  # type: ignore[arg-type]
    finally:
        signal.signal(signal.SIGINT, interrupted)
    assert stopped.value.exit_code == code
    assert "the run goes on; `spanloom follow r1` shows it again" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_service_that_fails_says_that_the_run_goes_on() -> None:
    broken = ServiceError("an error on our side", Exit.UNREACHABLE)
    with pytest.raises(ServiceError, match="on our side; the run goes on; `spanloom follow r1`"):
        follow_run(FakeClient([snapshot("running", 1), broken]), "r1")  # type: ignore[arg-type]
