"""Live progress of a run: a snapshot every second, sooner when an event comes."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from spanloom.errors import SpanloomError
from spanloom_cli.client import Client
from spanloom_cli.exits import Exit, ServiceAway, ServiceError
from spanloom_cli.signals import exit_code_of, sigterm_raises
from spanloom_cli.work import failure_lines, paused_lines, refused_lines

EVERY_S = 1.0
ENOUGH_OBJECTS = 10
"""Objects of a source, all of them refused, from which on that is said."""
LINE_EVERY_S = 10.0
"""Off a terminal: a line of progress at most so often."""
ANSWER_S = 10.0
"""How long one snapshot is waited for."""
OUTAGE_S = 5.0
"""A service away for so long is told of: shorter ones are a restart, or a lost connection."""
OUTAGE_EVERY_S = 60.0
"""And again so often while it stays away."""


def follow_run(api: Client, run_id: str) -> dict[str, Any]:
    """Show progress on stderr until the run ends, through outages of any length; gives the run as it ended.

    Ctrl-C, SIGTERM and a refusal end the following alone, and the last words say so.
    """
    shown = Bars() if sys.stderr.isatty() else Lines()
    how = f"the run goes on; `spanloom follow {run_id}` shows it again, `spanloom cancel {run_id}` ends it"
    try:
        with sigterm_raises(), shown:
            return watch(api, run_id, shown.show, shown.say)
    except KeyboardInterrupt as stop:
        typer.echo(f"\n{how}", err=True)
        raise typer.Exit(exit_code_of(stop)) from None
    except ServiceError as error:
        if error.exit_code is not Exit.UNREACHABLE:
            raise
        raise ServiceError(f"{error}; {how}", error.exit_code) from None


def watch(
    api: Client,
    run_id: str,
    show: Callable[[dict[str, Any]], None],
    say: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Call `show` with each snapshot until the run ends, or waits for somebody to resume it; gives the last one.

    Events wake it early. Where their stream cannot be had, or ends, the snapshots alone go on. While the service is
    away it waits, and `say` is told when that began, once a minute, and when it is over.
    """
    woken: queue.SimpleQueue[None] = queue.SimpleQueue()
    # A daemon with a client of its own: it may wait for an event when the run has ended, and nobody waits for it.
    threading.Thread(target=_listen, args=(api.twin, run_id, woken), daemon=True, name="events").start()
    away = Away(say, clock)
    # What is asked again here is not asked again there.
    with api.twin(attempts=1, timeout_s=ANSWER_S) as asked:
        while True:
            try:
                snapshot = asked.run(run_id)
            except ServiceAway as error:
                away.note(error)
                time.sleep(EVERY_S)
                continue
            away.over()
            show(snapshot)
            if snapshot["state"] != "running" or is_stalled(snapshot):
                return snapshot
            try:
                woken.get(timeout=EVERY_S)
                while not woken.empty():
                    woken.get_nowait()
            except queue.Empty:
                continue


class Away:
    """Tells of a service that does not answer: once it has been away for a while, each minute, and when it is back."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._began: float | None = None
        self._told: float | None = None

    def note(self, error: ServiceAway) -> None:
        """It did not answer."""
        now = self._clock()
        self._began = now if self._began is None else self._began
        if now - self._began < OUTAGE_S or (self._told is not None and now - self._told < OUTAGE_EVERY_S):
            return
        self._told = now
        self._say(f"no answer for {now - self._began:.0f} s, waiting for it (Ctrl-C leaves the run going): {error}")

    def over(self) -> None:
        """It answers."""
        if self._began is not None and self._told is not None:
            self._say(f"it answers again after {self._clock() - self._began:.0f} s")
        self._began = self._told = None


def is_stalled(run: dict[str, Any]) -> bool:
    """Whether a running run waits for a person: sources are paused, and nothing else of it is under way."""
    open_ = [row for row in run.get("datasets", []) if row.get("state") == "collecting"]
    under_way = any(part["total"] > part["done"] + part.get("failed", 0) for part in (run["jobs"], run["evaluations"]))
    return bool(open_) and all(row.get("paused") for row in open_) and not under_way


def _listen(connect: Callable[[], Client], run_id: str, woken: queue.SimpleQueue[None]) -> None:
    try:
        with connect() as api:
            for _ in api.events(run_id):
                woken.put(None)
    except SpanloomError:
        return  # no stream: the snapshots go on alone, and they tell what is wrong if they fail as well


class Bars:
    """Progress bars for a terminal: calls, judged, jobs, evaluations, and a bar a running job."""

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console or Console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}
        self._new, self._pace = NewFailures(), Pace()

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, run: dict[str, Any]) -> None:
        """Draw a snapshot."""
        seen = set()
        for name, done, total, note in [*rows_of(run), ("time", 0, 0, self._pace.told(run))]:
            seen.add(name)
            if name not in self._tasks:
                self._tasks[name] = self._progress.add_task(name, total=total or None, note=note)
            self._progress.update(self._tasks[name], completed=done, total=total or None, note=note)
        for name in [name for name in self._tasks if name not in seen]:
            self._progress.remove_task(self._tasks.pop(name))
        for told in self._new.lines(run):
            self._progress.console.print(told, markup=False, style="yellow")
        self._progress.refresh()

    def say(self, line: str) -> None:
        """Print a line above the bars."""
        self._progress.console.print(line, markup=False, style="yellow")


class Lines:
    """A line every ten seconds and at the end, for logs and pipes."""

    def __init__(self) -> None:
        self._last, self._at = "", 0.0
        self._new, self._pace = NewFailures(), Pace()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, run: dict[str, Any]) -> None:
        """Print a snapshot, every `LINE_EVERY_S` while the run goes on."""
        rows = [row for row in rows_of(run) if not row[0].startswith("job ")]
        line = ", ".join(
            f"{name} {done:,}/{total:,}" + (f" ({note})" if note else "") for name, done, total, note in rows
        )
        line = f"{run['state']}: {line}"
        told = self._pace.told(run)
        ended = run["state"] != "running" and line != self._last
        if ended or not self._at or time.monotonic() - self._at >= LINE_EVERY_S:
            typer.echo(f"{line}; {told}" if told else line, err=True)
            self._last, self._at = line, time.monotonic()
        for told in self._new.lines(run):
            typer.echo(told, err=True)

    def say(self, line: str) -> None:
        """Print a line."""
        typer.echo(line, err=True)


class Pace:
    """How long a run has taken, and about how long it has to go, by what was done since the following began."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: dict[str, tuple[float, int]] = {}

    def told(self, run: dict[str, Any]) -> str:
        """Both in words: `0:02:10 elapsed, about 0:05:00 left`."""
        parts = []
        if run.get("created_at"):
            began = datetime.fromisoformat(run["created_at"])
            end = datetime.fromisoformat(run["ended_at"]) if run.get("ended_at") else datetime.now(UTC)
            parts.append(f"{_clock_time((end - began).total_seconds())} elapsed")
        left, whole = self.left_s(run)
        if left and run["state"] == "running":
            parts.append(f"about {_clock_time(left)} left" if whole else f"{_clock_time(left)} left or more")
        return ", ".join(parts)

    def left_s(self, run: dict[str, Any]) -> tuple[float, bool]:
        """Seconds until the calls and jobs that are known now are done, 0 where nobody can tell; and whether that is
        all of them: of what has not begun it is not known."""
        now, left, whole = self._clock(), 0.0, True
        calls, jobs = run["calls"], run["jobs"]
        for name, done, total in (
            ("calls", calls["completed"], calls["expected"]),
            ("jobs", jobs["done"], jobs["total"] - jobs["failed"]),  # what failed at once tells no pace
        ):
            began, before = self._first.setdefault(name, (now, done))
            if done >= total:
                continue
            if done <= before:
                whole = False
                continue
            left += (now - began) / (done - before) * (total - done)
        return left, whole


def _clock_time(seconds: float) -> str:
    """Seconds as `h:mm:ss`."""
    return str(timedelta(seconds=max(0, round(seconds))))


class NewFailures:
    """Says each reason for a failure once, when it is first seen: whoever follows can act while the run goes on."""

    def __init__(self) -> None:
        self._told: set[tuple[Any, ...]] = set()

    def lines(self, run: dict[str, Any]) -> list[str]:
        """A line for each reason of the snapshot that was not told before."""
        failures = self._untold(run.get("failures", []), "what", "language", "source", "reason")
        # When there are enough objects for it to be no chance.
        many = [row for row in run.get("refused", []) if row["objects"] >= ENOUGH_OBJECTS]
        paused = [row for row in run.get("datasets", []) if row.get("paused")]
        return [
            *failure_lines(failures),
            *refused_lines({"refused": self._untold(many, "dataset")}),
            *paused_lines({**run, "datasets": self._untold(paused, "id")}),
        ]

    def _untold(self, rows: Sequence[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
        """The rows of which none with the same values under `names` was given before."""
        new = []
        for row in rows:
            key = (names, *(str(row.get(name)) for name in names))
            if key not in self._told:
                self._told.add(key)
                new.append(row)
        return new


def rows_of(run: dict[str, Any]) -> list[tuple[str, int, int, str]]:
    """`(name, done, total, note)` of each bar of a snapshot."""
    calls, samples, jobs = run["calls"], run["samples"], run["jobs"]
    out: list[tuple[str, int, int, str]] = []
    if calls["expected"]:
        failed = f"{calls['failed']:,} failed" if calls["failed"] else ""
        out.append(("calls", calls["completed"], calls["expected"], failed))
        share = samples["accepted"] / samples["candidates"] if samples["candidates"] else 0.0
        accepted = f"{samples['accepted']:,} of {samples['candidates']:,} samples accepted ({share:.0%})"
        out.append(("judged", calls["judged"], calls["expected"], accepted))
    out.append(
        ("jobs", jobs["done"] + jobs["failed"], jobs["total"], f"{jobs['failed']:,} failed" if jobs["failed"] else "")
    )
    out.append(("evaluations", run["evaluations"]["done"], run["evaluations"]["total"], ""))
    for job in jobs.get("running", []):
        progress = job.get("progress") or {}
        out.append(
            (f"job {str(job['id'])[-8:]}", int(progress.get("step") or 0), int(progress.get("steps") or 0), _arm(job))
        )
    return out


def _arm(job: dict[str, Any]) -> str:
    arm = job.get("arm")
    if not isinstance(arm, dict):
        return str(arm or "")
    what = " ".join(str(arm[key]) for key in ("language", "source", "setting", "size") if arm.get(key) is not None)
    f1 = (job.get("progress") or {}).get("dev_f1")
    return f"{what}, dev F1 {f1:.3f}" if isinstance(f1, float) else what
