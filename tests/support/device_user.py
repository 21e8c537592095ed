"""A process that wants the stand-in device all the time: a file, which a child of its own writes while it has it.

`python device_user.py DATABASE_URL LOCKS LOG NAME TURN_S HANDOVER_S MANNERS`; of its manners, `good` gives way when its
turn is over, `deaf` does not, `slow` loads for longer than turn and hand-over before its child starts, `stuck` starts
it and then loads without end. The child outlives its parent: what a dead holder leaves on a GPU may do so too.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from spanloom.gpu.lock_file import DeviceFile
from spanloom.gpu.turn import LOADING_S, DeviceTurn
from spanloom.store.db import connect

WRITE = 'while :; do echo "$0" >>"$1"; sleep 0.01; done'


def main(database: str, locks: str, log: str, name: str, turn_s: str, handover_s: str, manners: str) -> None:
    """Take turn after turn until killed."""
    turn = DeviceTurn(
        connect(database),
        DeviceFile(Path(locks), "stand-in"),
        holder=name,
        turn_s=float(turn_s),
        handover_s=float(handover_s),
        lease_s=2.0,
        poll_s=0.05,
        loading_s=1.0 if manners == "stuck" else LOADING_S,
    )
    threading.Thread(target=turn.run, args=(threading.Event(),), daemon=True).start()
    number = 0
    while True:
        number += 1
        with turn.used():
            if manners == "slow":
                with turn.loading():
                    time.sleep(2 * (float(turn_s) + 2 * float(handover_s)))
            child = subprocess.Popen(["sh", "-c", WRITE, f"{name}#{number}", log], start_new_session=True)
            pids = [child.pid]
            if manners == "stuck":
                with turn.loading(lambda: pids):  # noqa: B023  called in here alone
                    child.wait()
            turn.name(pids)
            while child.poll() is None and not (turn.over and manners != "deaf"):
                time.sleep(0.01)
            child.kill()
            child.wait()
        if manners == "deaf":
            time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
