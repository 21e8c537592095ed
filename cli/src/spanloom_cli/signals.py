"""SIGTERM as Ctrl-C is: for commands that have something to say, or to hand back, before they end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143
"""Exit codes."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


def exit_code_of(stop: KeyboardInterrupt) -> int:
    """The exit code that a signal asks for."""
    return TERMINATED if isinstance(stop, Terminated) else INTERRUPTED


@contextmanager
def sigterm_raises() -> Iterator[None]:
    """SIGTERM raises Terminated within the block. Signals are the main thread's: elsewhere nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def raised(_number: int, _frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, raised)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
