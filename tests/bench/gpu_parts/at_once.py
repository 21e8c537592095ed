"""Several arms at once: streams of one process, and a process each."""

from __future__ import annotations

import json
import subprocess
import sys

import torch

from gpu_parts.common import (
    CUDA,
    ROOT,
    TINY,
    batch,
    build,
    encoder,
    gib,
    say,
    timed,
    wait,
)
from spanloom.contracts.training import DEFAULT


def part_streams() -> None:
    """(e) 1, 2 and 4 arms in one process, each its graph on its own stream."""
    if not CUDA:
        say("streams", skipped="needs a CUDA device")
        return
    base = encoder(0.1)
    arms = []
    for _ in range(4):
        setup, _model, update = build(base, DEFAULT, graph=True)
        for i in range(5):
            update(*batch(setup, 48, i), 2e-5)
        wait()
        arms.append((update, update.graphs[update.static(*batch(setup, 48, 0))[0]]))
    count = 60
    alone = 0.0
    for arms_at_once in (1, 2, 4):

        def go(n: int = arms_at_once) -> None:
            for _ in range(count):
                for update, captured in arms[:n]:
                    with torch.cuda.stream(update.stream):
                        captured.graph.replay()

        go()
        seconds, _ = timed(go)
        each = 1e3 * seconds / count / arms_at_once
        alone = alone or each
        say("streams", arms=arms_at_once, ms_per_update=round(each, 3), speedup=round(alone / each, 3), **gib())


def arm_role() -> None:
    """One of several arms at once, each in a process of its own as `Slot` has it: ready, go, measure."""
    base = encoder(0.1)
    setup, _, update = build(base, DEFAULT if not TINY else DEFAULT.changed(precision="fp32"), graph=True)
    batches = [batch(setup, 48, i) for i in range(8)]
    for one in batches:
        update(*one, 2e-5)
    wait()
    print("ready", flush=True)
    for line in sys.stdin:
        count = int(line)
        seconds, _ = timed(lambda count=count: [update(*batches[i % 8], 2e-5) for i in range(count)])
        print(json.dumps({"seconds": seconds}), flush=True)


def part_children() -> None:
    """(e) 1, 2 and 4 arms at once, a process each (no MPS: the driver gives them turns)."""
    command = [sys.executable, str(ROOT / "tests/bench/gpu.py"), "--role", "arm", *(["--tiny"] if TINY else [])]
    most = 2 if TINY else 4
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(most)
    ]
    try:
        for child in children:
            line = child.stdout.readline()
            if line.strip() != "ready":
                raise RuntimeError(f"a child ended before it was ready (rc {child.poll()}); see stderr")
        count, alone = (3, 0.0) if TINY else (100, 0.0)
        for arms in (1, 2, 4):
            if arms > most:
                continue
            for child in children[:arms]:
                child.stdin.write(f"{count}\n")
                child.stdin.flush()
            spent = [json.loads(child.stdout.readline())["seconds"] for child in children[:arms]]
            each = 1e3 * max(spent) / count / arms
            alone = alone or each
            say("children", arms=arms, ms_per_update=round(each, 3), speedup=round(alone / each, 3))
    finally:
        for child in children:
            child.kill()
            child.wait()
