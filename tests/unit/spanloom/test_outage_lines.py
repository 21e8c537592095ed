"""An outage in the log: when it begins, once a minute, when it is over; whoever complains, and however often."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from spanloom import outage_lines, telemetry
from spanloom.outage_lines import BUS, DATABASE, OutageLines
from support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def written(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of a process, as `configure_logging` sets it up."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    lines = OutageLines(clock)
    monkeypatch.setattr(telemetry, "OUTAGES", lines)
    monkeypatch.setattr(outage_lines, "OUTAGES", lines)
    telemetry.configure_logging("generator", stream=stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def parsed(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_outage_of_50_seconds_is_two_lines(clock: Clock, written: io.StringIO) -> None:
    ours, library = structlog.stdlib.get_logger("spanloom.x"), logging.getLogger("kafka.conn")
    for _ in range(50):
        for _ in range(66):
            library.warning("connect attempt returned error %d. Disconnecting.", 111)
        ours.warning("waiting", part=BUS, problem="no broker")
        clock.now += 1
    outage_lines.OUTAGES.ended(BUS)
    first, last = parsed(written)
    assert first["event"] == "connect attempt returned error 111. Disconnecting."
    assert (last["event"], last["of"], last["away_s"], last["held_back"]) == ("answers again", BUS, 50, 50 * 67 - 1)


def test_a_long_one_is_told_of_once_a_minute_with_what_was_held_back(clock: Clock, written: io.StringIO) -> None:
    ours = structlog.stdlib.get_logger("spanloom.x")
    for _ in range(301):
        ours.warning("waiting", part=DATABASE)
        clock.now += 1
    lines = parsed(written)
    assert len(lines) == 6
    assert [line.get("held_back") for line in lines] == [None, 59, 59, 59, 59, 59]


def test_parts_and_other_lines_do_not_hide_each_other(clock: Clock, written: io.StringIO) -> None:
    ours = structlog.stdlib.get_logger("spanloom.x")
    for part in (BUS, DATABASE, BUS, DATABASE):
        ours.warning("waiting", part=part)
        ours.warning("something else")
    assert [line.get("part") for line in parsed(written)] == [BUS, None, DATABASE, None, None, None]


def test_who_notices_late_is_not_another_outage_but_a_later_one_is(clock: Clock, written: io.StringIO) -> None:
    ours = structlog.stdlib.get_logger("spanloom.x")
    for _ in range(2):
        ours.warning("waiting", part=BUS)
        outage_lines.OUTAGES.ended(BUS)
    clock.now += 1
    outage_lines.OUTAGES.ended(BUS)
    clock.now += 5
    ours.warning("late", part=BUS)
    outage_lines.OUTAGES.ended(BUS)
    clock.now += 10
    ours.warning("again", part=BUS)
    assert [line["event"] for line in parsed(written)] == ["waiting", "answers again", "again"]


def test_a_single_complaint_is_no_outage_that_ends(clock: Clock, written: io.StringIO) -> None:
    logging.getLogger("kafka.coordinator").warning("heartbeat failed")
    clock.now += 1
    outage_lines.OUTAGES.ended(BUS)
    assert len(parsed(written)) == 1
    clock.now += 500
    logging.getLogger("kafka.coordinator").warning("heartbeat failed")
    clock.now += 500
    logging.getLogger("kafka.coordinator").warning("heartbeat failed")
    assert len(parsed(written)) == 3, "a complaint long after the last one begins another"
