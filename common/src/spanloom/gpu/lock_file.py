"""The lock on a device, the file that names who has it, and how what a dead or stalled holder left is ended.

The lock is flock(2) on a file per device: the kernel frees it when the process that took it is gone. The lock lies
with the open file, so a forked child would keep it alive: it is closed there, and no program started inherits it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import psutil
import structlog

T = TypeVar("T")
log = structlog.stdlib.get_logger(__name__)
KILL_S = 10.0
"""How long the kernel may take to end what was killed; a process in a driver's call ends when that returns."""
_open_files: weakref.WeakSet[DeviceFile] = weakref.WeakSet()


@dataclass(frozen=True)
class ProcessIdentity:
    """A process by id and start time (epoch seconds), so that another that got its id is not taken for it.

    `group`: it led a process group of its own, which is ended with it, and after it.
    """

    pid: int
    started: float
    group: bool


@dataclass(frozen=True)
class Holder:
    """Who has the device: the process that holds the lock and those that use the device for it.

    `since` is CLOCK_MONOTONIC's second at which its turn of `turn_s` seconds began, `handover_s` the time it then has
    to give way; `namespace` tells where the process ids mean something.
    """

    name: str
    process: ProcessIdentity
    since: float
    turn_s: float
    handover_s: float
    namespace: str
    using: tuple[ProcessIdentity, ...] = ()


@dataclass(frozen=True)
class EndRequest:
    """What one that waits asks of the guard of a holder that it cannot reach: end what it runs, or `itself` too."""

    name: str
    since: float
    itself: bool

    def means(self, holder: Holder) -> bool:
        """Whether it is about this holder's present turn."""
        return (self.name, self.since) == (holder.name, holder.since)


class DeviceFile:
    """One device's lock file, as one would-be holder sees it."""

    def __init__(self, folder: Path, device: str) -> None:
        self.device = device
        self.path = folder / (re.sub(r"[^A-Za-z0-9._-]", "_", device) + ".lock")
        self._request = self.path.with_suffix(".end")
        self._fd: int | None = None
        _open_files.add(self)

    def take(self) -> bool:
        """Take the lock if nobody has it."""
        if self._fd is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        except OSError:
            os.close(fd)
            raise
        self._fd = fd
        return True

    def holder(self) -> Holder | None:
        """Who is named in the file; None for nobody. A name half written is read by nobody's lock: None as well."""
        return _read(self.path, _holder_of)

    def ask_to_end(self, holder: Holder, *, itself: bool) -> None:
        """Ask the holder's guard to `end` it."""
        request = EndRequest(holder.name, holder.since, itself)
        if self.asked() != request:
            log.warning("asking for a device's holder to be ended", of=holder.name, itself=itself)
            written = self._request.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            written.write_text(json.dumps(asdict(request)))
            written.replace(self._request)

    def asked(self) -> EndRequest | None:
        """What was asked of a holder's guard last, and not done yet."""
        return _read(self._request, lambda plain: None if plain is None else EndRequest(**plain))

    def answered(self) -> None:
        """Take the request away: it is done, or its holder has gone."""
        self._request.unlink(missing_ok=True)

    def name(self, holder: Holder | None) -> None:
        """Write who has the device; only for whoever has the lock."""
        if self._fd is None:
            raise RuntimeError(f"{self.path} is not locked by this process")
        text = json.dumps(asdict(holder) if holder else None).encode()
        os.pwrite(self._fd, text.ljust(os.fstat(self._fd).st_size), 0)
        os.ftruncate(self._fd, len(text))

    def free(self) -> None:
        """Give the lock up. The file stays: one that is removed could be locked twice."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def _read(path: Path, make: Callable[[Any], T | None]) -> T | None:
    try:
        return make(json.loads(path.read_bytes() or b"null"))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        log.warning("device file cannot be read", file=str(path), error=str(error))
        return None


def _close_in_child() -> None:
    for file in list(_open_files):
        file.free()


os.register_at_fork(after_in_child=_close_in_child)


def _holder_of(plain: Any) -> Holder | None:
    if plain is None:
        return None
    return Holder(
        **{
            **plain,
            "process": ProcessIdentity(**plain["process"]),
            "using": tuple(ProcessIdentity(**one) for one in plain["using"]),
        }
    )


def this_process(name: str, turn_s: float, handover_s: float) -> Holder:
    """Ourselves as a holder whose turn begins now."""
    # Without its group: a shell may have put other services into the same one.
    me = replace(_named(psutil.Process()), group=False)
    return Holder(name, me, time.monotonic(), turn_s, handover_s, namespace())


def using(holder: Holder, pids: Collection[int]) -> Holder:
    """The holder with these processes as well; those that have ended are left out."""
    known = {one.pid: one for one in holder.using if _alive(one) is not None}
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            known[pid] = _named(psutil.Process(pid))
    return replace(holder, using=tuple(known.values()))


def end(holder: Holder, *, itself: bool = False) -> bool:
    """Kill what uses the device for a holder, its children and its process group included; `itself`, the holder too.

    False when some of it does not die. Our own process is never touched, nor anything in another process namespace
    (a container's), where the ids mean other processes: what is left there ends with its container's first process, and
    what stalls is for that holder's guard (`DeviceFile.ask_to_end`).
    """
    targets = [one for one in (*holder.using, *([holder.process] if itself else [])) if one.pid != os.getpid()]
    if holder.namespace != namespace():
        return True
    doomed = {process for named in targets for process in _family(named) if process.pid != os.getpid()}
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    if doomed:
        log.warning("ended processes on a device", of=holder.name, pids=sorted(process.pid for process in doomed))
    return _wait_until_gone(doomed)


def _family(named: ProcessIdentity) -> Iterable[psutil.Process]:
    """The process, its descendants, and the group that it led, as far as they live."""
    process = _alive(named)
    if process is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield from process.children(recursive=True)
        yield process
    # While a group has members the kernel gives its id to nobody, so that a leader of the same id is ours or there
    # is none.
    if named.group and (process is not None or not psutil.pid_exists(named.pid)) and named.pid != os.getpgrp():
        for other in psutil.process_iter():
            with contextlib.suppress(ProcessLookupError):
                if os.getpgid(other.pid) == named.pid:
                    yield other


def _named(process: psutil.Process) -> ProcessIdentity:
    group = os.getpgid(process.pid) == process.pid
    return ProcessIdentity(process.pid, process.create_time(), group)


def _alive(named: ProcessIdentity) -> psutil.Process | None:
    try:
        process = psutil.Process(named.pid)
        same = abs(process.create_time() - named.started) < 0.05 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if same else None


def _wait_until_gone(processes: Iterable[psutil.Process]) -> bool:
    until, left = time.monotonic() + KILL_S, list(processes)
    while left := [process for process in left if not _gone(process)]:
        if time.monotonic() > until:
            log.error("processes on a device do not end", pids=[process.pid for process in left])
            return False
        time.sleep(0.02)
    return True


def _gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def namespace() -> str:
    """Names the process namespace: ids of processes mean something only within it."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:  # not Linux: one namespace a machine
        return os.uname().nodename
