"""The lock on a device, and what a dead or stalled holder left. Turns: tests/integration/test_device_turns.py."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from spanloom.gpu.lock_file import DeviceFile, Holder, ProcessIdentity, end, this_process, using
from support.common import wait_for


def test_one_lock_a_device_even_within_a_process(tmp_path: Path) -> None:
    one, two, other = (DeviceFile(tmp_path, name) for name in ("GPU-1", "GPU-1", "GPU/2"))
    assert one.take()
    assert one.take()
    assert not two.take()
    assert other.take()
    one.free()
    assert two.take()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["GPU-1.lock", "GPU_2.lock"]


def test_a_forked_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    file = DeviceFile(tmp_path, "GPU-1")
    assert file.take()
    gate, open_ = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(open_)
        os.read(gate, 1)
        os._exit(0)
    file.free()
    again = DeviceFile(tmp_path, "GPU-1")
    wait_for(again.take, timeout_s=10, what="the lock to be free though the child lives")
    os.write(open_, b"x")
    os.waitpid(child, 0)
    os.close(gate)
    os.close(open_)


def test_the_holder_can_be_read_by_others(tmp_path: Path) -> None:
    mine, theirs = DeviceFile(tmp_path, "GPU-1"), DeviceFile(tmp_path, "GPU-1")
    assert theirs.holder() is None
    with pytest.raises(RuntimeError, match="not locked by this process"):
        mine.name(None)
    mine.take()
    long = using(this_process("a name that is long", 600, 60), [os.getpid()])
    mine.name(long)
    assert theirs.holder() == long
    short = this_process("b", 1, 1)
    mine.name(short)
    assert theirs.holder() == short
    mine.name(None)
    assert theirs.holder() is None
    mine.path.write_text('{"name": "half')
    assert theirs.holder() is None


def test_nobody_else_is_ended() -> None:
    """Neither another process that got the id, nor one in another namespace, nor ourselves."""
    child = psutil.Popen(["sleep", "60"])
    other = ProcessIdentity(child.pid, child.create_time() - 100, False)
    me = ProcessIdentity(os.getpid(), psutil.Process().create_time(), True)
    here = this_process("x", 1, 1)
    assert end(Holder("x", me, 0, 1, 1, here.namespace, (other,)), itself=True)
    elsewhere = Holder("x", me, 0, 1, 1, "pid:[1]", (ProcessIdentity(child.pid, child.create_time(), False),))
    assert end(elsewhere)
    assert child.is_running()
    assert child.status() != psutil.STATUS_ZOMBIE
    assert end(Holder("x", me, 0, 1, 1, here.namespace, (ProcessIdentity(child.pid, child.create_time(), False),)))
    assert child.wait(5) == -9
