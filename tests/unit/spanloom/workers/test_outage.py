"""What is waited out, and for how long."""

from __future__ import annotations

import errno

import psycopg2
import pytest
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from spanloom.errors import BusError, EnvironmentMissing, LeaseLost, MessageTooLarge, UnreadableMessage
from spanloom.workers.outage import Outage, is_shortage, is_transient


class WithState(psycopg2.OperationalError):
    """A psycopg2 error with a state, which only the server can give a real one."""

    def __init__(self, state: str | None) -> None:
        super().__init__("said the server")
        self.state = state

    @property
    def pgcode(self) -> str | None:  # type: ignore[override]
        return self.state


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BusError("no broker"), True),
        (UnreadableMessage("not ours"), False),
        (MessageTooLarge("2 MiB"), False),
        (LeaseLost("taken"), False),
        (ValueError("a defect"), False),
        (OperationalError("", {}, WithState(None)), True),
        (OperationalError("", {}, WithState("57P01")), True),
        (OperationalError("", {}, WithState("08006")), True),
        (OperationalError("", {}, WithState("40P01")), True),
        (OperationalError("", {}, WithState("53300")), True),
        (OperationalError("", {}, WithState("42P01")), False),
        (IntegrityError("", {}, psycopg2.IntegrityError("twice")), False),
        (DataError("", {}, psycopg2.DataError("out of range")), False),
        (OSError(errno.EMFILE, "Too many open files"), True),
        (OSError(errno.ENFILE, "Too many open files in system"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (MemoryError(), True),
        (RuntimeError("can't start new thread"), True),
        (RuntimeError("a defect"), False),
        (FileNotFoundError(errno.ENOENT, "No such file"), False),
        (PermissionError(errno.EACCES, "Permission denied"), False),
    ],
)
def test_only_what_waiting_can_cure_is_waited_out(error: BaseException, expected: bool) -> None:
    assert is_transient(error) is expected


def test_a_shortage_is_found_wherever_it_is_said() -> None:
    told = ImportError("cannot import")
    told.__cause__ = RuntimeError("while loading")
    told.__cause__.__context__ = OSError(errno.EMFILE, "Too many open files")
    assert is_shortage(told)
    assert is_transient(told)
    assert not is_shortage(ImportError("cannot import"))
    no_file = ImportError("libx.so: cannot open shared object file: Too many open files")
    missing = EnvironmentMissing("near-duplicates need the library datasketch")
    missing.__cause__ = no_file
    assert is_shortage(no_file)
    assert is_shortage(missing)
    assert not is_transient(UnreadableMessage("no memory of that"))


def test_pauses_double_up_to_the_longest_and_start_anew_after_a_success() -> None:
    outage = Outage(1.0, 5.0)
    assert [outage.note(BusError("away")) for _ in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert outage.problem == "away"
    assert not outage.quiet_for(0.0)
    outage.over()
    assert outage.problem is None
    assert outage.quiet_for(0.0)
    assert not outage.quiet_for(60.0)
    assert outage.note(BusError("away")) == 1.0


def test_a_loop_without_an_outage_has_been_quiet_for_ever() -> None:
    assert Outage().quiet_for(1e9)
