"""Two containers on one device: the holder stalls, and the other, which cannot see its processes, gets the device."""

from __future__ import annotations

import subprocess
import time
from itertools import groupby

from compose.checks import expect
from compose.stack import Seen, Stack
from support.common import ROOT

LOG = "/devices/stand-in.log"
SIGNAL = "import psutil; [p.{0}() for p in psutil.process_iter() if '{1}' in p.cmdline()]"


class User:
    """A process of tests/device_user.py inside a service's container."""

    def __init__(self, stack: Stack, service: str, name: str, turn_s: float) -> None:
        self.stack, self.service, self.name = stack, service, f"stand-in-{name}"
        url = f"postgresql://spanloom:{stack.database['spanloom']}@postgres:5432/spanloom"
        arguments = [url, "/devices", LOG, self.name, str(turn_s), "2", "good"]
        with (ROOT / "tests" / "support" / "device_user.py").open("rb") as source:
            self.process = subprocess.Popen(
                ["docker", "exec", "-i", stack.containers(service)[0], "python", "-", *arguments], stdin=source
            )

    def signal(self, how: str) -> None:
        """`suspend` or `kill` it, from inside its container."""
        code, said = self.stack.inside(self.service, "python", "-c", SIGNAL.format(how, self.name))
        expect((code, said), (0, ""), f"{how} of {self.name}")


def turns(stack: Stack) -> list[str]:
    """Who used the device, in order."""
    code, said = stack.inside("trainer", "cat", LOG)
    return [name for name, _ in groupby(said.split())] if code == 0 else []


def stalled_elsewhere(stack: Stack) -> str:
    """A holder in the generator's container stalls; one in the trainer's waits, and it is ended for it."""
    holder = User(stack, "generator", "ann", 2)
    waiter = None
    try:
        stack.wait(lambda: turns(stack) == ["stand-in-ann#1"], what="the first to have the device", timeout_s=60)
        holder.signal("suspend")
        began = time.monotonic()
        waiter = User(stack, "trainer", "bob", 60)
        stack.wait(lambda: turns(stack)[-1:] == ["stand-in-bob#1"], what="the second to have it", timeout_s=60)
        took = time.monotonic() - began
        expect(holder.process.wait(10), 137, "the stalled holder's exit code")
        expect(turns(stack), ["stand-in-ann#1", "stand-in-bob#1"], "turns: never both")
    finally:
        for user in (holder, waiter):
            if user is not None and user.process.poll() is None:
                user.signal("kill")
                user.process.wait(10)
    running = [len(stack.containers(service)) for service in ("generator", "trainer")]
    if not all(running):
        raise Seen(f"generators and trainers that run: {running}")
    stack.inside("trainer", "sh", "-c", "rm -f /devices/stand-in*")
    return f"a stalled holder of a device was ended for one in another container, which had it after {took:.0f} s"
