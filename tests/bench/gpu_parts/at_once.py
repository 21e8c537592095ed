"""Several arms at once: streams of one process, and a process each."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import torch
from trainer_parts.trained import SCHEMA

from gpu_parts.common import (
    CUDA,
    DEVICE,
    TINY,
    batch,
    build,
    data_of,
    encoder,
    fresh,
    gib,
    in_host_memory,
    say,
    timed,
    wait,
)
from gpu_parts.needed import ROOT
from spanloom.contracts.training import DEFAULT
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.interleave import Interleaved, Lane
from spanloom_trainer.core.outcome import Outcome
from spanloom_trainer.core.workspace import Workspaces
from spanloom_trainer.process.supervise import fine_tune_supervised


def part_streams() -> None:
    """(e) 1, 2 and 4 arms in one process: their graphs alone, each on its own stream, and whole trainings in lanes."""
    base = encoder(0.1)
    if CUDA:
        graphs_at_once(base)
    base = in_host_memory(base)
    fresh()
    updates, alone, losses = (6, 0.0, None) if TINY else (100, 0.0, None)
    for arms in (1, 2, 4):
        seconds, outcomes = lanes_at_once(base, arms, updates)
        each = 1e3 * seconds / updates / arms
        alone, losses = alone or each, losses or outcomes[0].first.losses
        apart = max(abs(a - b) for one in outcomes for a, b in zip(one.first.losses, losses, strict=True))
        say("lanes", arms=arms, ms_per_update_all_in=round(each, 3), speedup=round(alone / each, 3),
            losses_apart=apart, **gib())  # fmt: skip


def lanes_at_once(base: Base, arms: int, updates: int) -> tuple[float, list[Outcome]]:
    """Seconds of so many trainings at once, and what they came to; captures are done in a first round."""
    interleaved = Interleaved(DEVICE)
    lanes, kept = [interleaved.lane() for _ in range(arms)], [Workspaces() for _ in range(arms)]
    with ThreadPoolExecutor(arms) as threads:

        def go() -> list[Outcome]:
            return list(threads.map(lambda lane, own: lane_training(base, lane, own, updates), lanes, kept))

        go()
        return timed(go)


def lane_training(base: Base, lane: Lane, kept: Workspaces, updates: int) -> Outcome:
    """One short training as the product has it, in turns with those of the other lanes."""
    train, dev = data_of()
    recipe = DEFAULT.changed(max_steps=updates, epochs=1, restarts=0, **({"precision": "fp32"} if TINY else {}))
    with lane.running():
        return fine_tune_supervised(
            train, dev, [], recipe, base=base, schema=SCHEMA, seed=42, device=DEVICE, workspaces=kept,
            give_way=lane.give_way,
        )  # fmt: skip


def graphs_at_once(base: Base) -> None:
    """Replays of captured updates, as fast as they can be had.

    All draw their dropout from one generator, whose state a replay on one stream writes while another reads it: good
    for time, not for results. Trainings at once have generators of their own (`lanes_at_once`).
    """
    arms = []
    for _ in range(4):
        setup, _model, update = build(base, DEFAULT, graph=True)
        for i in range(5):
            update(*batch(setup, 48, i), 2e-5)
        wait()
        arms.append((update, update.graphs[tuple(update.static(*batch(setup, 48, 0)).shape)]))
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
