"""What an address may hold of times and places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.http import ProblemError
from spanloom_generator.api.runs import _time


@pytest.mark.parametrize("value", ["", "x", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:00", "2024-13-01"])
def test_a_time_that_is_none_of_ours_is_told(value: str) -> None:
    with pytest.raises(ProblemError, match="not one of ours"):
        _time(value)


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_is_told_as_postgresql_reads_it(moment: object) -> None:
    try:
        told = _time(moment.isoformat())  # type: ignore[attr-defined]
    except ProblemError:
        return  # at the ends of the calendar
    assert told.endswith("+00:00")
    assert _time(told) == told


def test_weeks_and_odd_offsets_become_plain_times() -> None:
    assert _time("2024-W01-1").startswith(("2023-12-31", "2024-01-01"))
    assert _time("2024-01-02T00:00:00+23:59:59.999") == "2024-01-01T00:00:00.001000+00:00"
