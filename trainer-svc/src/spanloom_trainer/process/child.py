"""The process that trains: takes job after job from its parent, keeps base weights, dies with its parent.

Messages are JSON in frames of bytes, never pickles. It is started by `slot.Slot`, has no database handle, and ends
itself as soon as the parent's end of the pipe is gone.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
import traceback
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from spanloom.errors import SpanloomError
from spanloom_trainer.errors import Cancelled

PARENT_GONE = 3  # exit status


def main(descriptor: int, settings: dict[str, Any]) -> None:
    """Serve jobs over the inherited descriptor until the parent goes or says `quit`."""
    connection = Connection(descriptor)
    jobs: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    stopped: set[str] = set()
    pausing: set[str] = set()
    sending = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with sending:
            connection.send_bytes(json.dumps(message).encode())

    def listen() -> None:
        while True:
            try:
                message = json.loads(connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(PARENT_GONE)
            if message["type"] in ("stop", "pause"):
                (stopped if message["type"] == "stop" else pausing).add(message["turn"])
            else:
                jobs.put(message if message["type"] == "job" else None)

    def say_alive() -> None:
        while True:
            time.sleep(settings.get("beat_s", 10.0))
            try:
                send({"type": "alive"})
            except OSError:
                return  # the parent is gone, and `listen` ends this process

    threading.Thread(target=listen, daemon=True, name="parent").start()
    run_job = _prepared(settings)
    send({"type": "ready", "pid": os.getpid()})
    threading.Thread(target=say_alive, daemon=True, name="alive").start()
    while (message := jobs.get()) is not None:
        turn = message["turn"]
        try:
            result = run_job(
                message["job"],
                models=settings["models"],
                device=settings["device"],
                resume_every_s=settings["resume_every_s"],
                on_progress=lambda progress, turn=turn: send({"type": "progress", "turn": turn, "progress": progress}),
                should_stop=lambda turn=turn: turn in stopped,
                should_pause=lambda turn=turn: turn in pausing,
            )
        except Cancelled:
            send({"type": "cancelled", "turn": turn})
        except SpanloomError as error:
            send({"type": "failed", "turn": turn, "error": f"{type(error).__name__}: {error}", "permanent": True})
        except Exception as error:  # noqa: BLE001  the outermost loop: reported to the parent, then the process ends
            traceback.print_exc()
            send({"type": "failed", "turn": turn, "error": f"{type(error).__name__}: {error}", "permanent": False})
            return  # an unexpected error may have left the device unusable; the parent starts a fresh child
        else:
            send({"type": "done", "turn": turn, "result": result})


def _prepared(settings: dict[str, Any]) -> Any:
    """Import the core (torch, transformers: seconds) and set the threads."""
    import torch

    from spanloom_trainer.core.workspace import Workspaces
    from spanloom_trainer.process.jobs import run_job

    torch.set_num_threads(settings["threads"])
    if settings["device"].startswith("cuda"):
        torch.cuda.set_device(settings["device"])  # events, streams and graphs are made on the current device
    return partial(run_job, workspaces=Workspaces())


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
