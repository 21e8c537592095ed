"""A validator that ends itself by kill -9 between its transaction and its Kafka commit. Run as a process by tests.

python mortal_validator.py BATCHES     the BATCHES-th batch is its last
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence

from spanloom.bus.port import Message
from spanloom.bus.topics import COMPLETIONS
from spanloom.contracts.messages import CompletionMessage
from spanloom.settings import load_settings
from spanloom.workers.consume import Consuming
from spanloom.workers.runtime import open_runtime
from spanloom_validator.service import GROUP
from spanloom_validator.worker import ValidatorWorker


def main(batches: int) -> None:
    """Judge until the last batch is stored, then die."""
    settings = load_settings()
    runtime = open_runtime(settings, str(settings.database()))
    left = [batches]

    def die(_: Sequence[Message]) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    Consuming(
        runtime.db, runtime.bus, COMPLETIONS, GROUP, CompletionMessage, ValidatorWorker(runtime.db).handle,
        room=lambda: 7, on_commit=die,
    ).run(threading.Event())  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
