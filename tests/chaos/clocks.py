"""Clocks that jump: libfaketime before a process, with a file of its own that says how wrong its clock is.

Only what the clock of the day says is moved; what counts seconds (CLOCK_MONOTONIC) goes on, as on a machine whose
clock is set. Debian has it as `faketime`; where it is not installed no clock jumps, and the play says so.
"""

from __future__ import annotations

from pathlib import Path

LIBRARIES = sorted(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"))
NO_LIBRARY = "libfaketime is not installed (Debian: faketime), so no clock jumps"


class Clock:
    """The clock of one process, right at first. Read anew by the process once a second."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.right()

    def jump(self, seconds: int) -> None:
        """Be wrong by so many seconds from now on."""
        self.file.write_text(f"{seconds:+d}\n")

    def right(self) -> None:
        """Tell the time of the machine again."""
        self.jump(0)

    def environment(self) -> dict[str, str]:
        """What a process is started with to have this clock; nothing where there is no libfaketime."""
        if not LIBRARIES:
            return {}
        return {
            "LD_PRELOAD": str(LIBRARIES[-1]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
