"""A holder's guard: ends the holder, or what it runs on a device, when another that cannot reach it asks for that.

Who waits for a device sees no process of another container. So each holder has a small process beside it, which does
not stall when the holder does. It ends with its parent.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from spanloom.gpu.lock_file import DeviceFile, end, namespace
from spanloom.telemetry import configure_logging

EVERY_S = 0.5


def start_guard(file: DeviceFile) -> subprocess.Popen[bytes]:
    """A guard for what this process has on a device."""
    # A session of its own: what is typed at a terminal goes to its parent.
    return subprocess.Popen(
        [sys.executable, "-m", "spanloom.gpu.guard", str(file.path.parent), file.device, str(os.getpid())],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def stop_guard(guard: subprocess.Popen[bytes]) -> None:
    """End a guard; it has nothing to put in order."""
    guard.kill()
    guard.wait()


def answer(file: DeviceFile, parent: int) -> None:
    """Do what is asked about the device, if `parent` holds it."""
    request, holder = file.asked(), file.holder()
    if request is None or holder is None or not request.means(holder):
        return
    if holder.namespace == namespace() and holder.process.pid == parent:
        end(holder, itself=request.itself)
        file.answered()


def main(folder: str, device: str, parent: str) -> None:
    """Answer until the parent has ended."""
    configure_logging("device-guard")
    file = DeviceFile(Path(folder), device)
    while os.getppid() == int(parent):
        answer(file, int(parent))
        time.sleep(EVERY_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
