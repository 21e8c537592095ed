"""Whole arms on a CPU: do ours and `transformers.Trainer`'s reach the same F1, and do two at once go twice as fast.

Run as `make bench BENCH=arms` (ARGS="--encoder FOLDER --part f1"; `spanloom encoder get e5-small` says where one is).
One thread an arm, a JSON line a finding; on a busy machine read what is of CPU time. Parts:

- `f1`: the same sentences, rate and number of epochs for both, a training for each seed, F1 on sentences that neither
  has seen. Ours as `default` has it: trimmed vocabulary, parts of like length, bf16 where the CPU multiplies it
- `two`: updates of one process alone and of two at once, in turns. `scale` is by CPU time, which tells what the two
  take from each other (memory, caches) whatever else runs; `scale_wall` by the clock, which needs a quiet machine
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import mean, stdev
from typing import Any

import torch
from trainer import SCHEMA, Windows, collate, report, sentences
from transformers import Trainer, TrainingArguments

from spanloom.contracts.training import DEFAULT
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, load_base, quiet, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.precision import resolve
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.tagging import span_f1, tag
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.core.workspace import Workspaces

CPU = torch.device("cpu")
DEV, TEST = 60, 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="a folder of a real encoder")
    parser.add_argument("--part", choices=["f1", "two", "all"], default="all")
    parser.add_argument("--layers", type=int, default=None, help="the first so many of them")
    parser.add_argument("--sentences", type=int, default=300)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--updates", type=int, default=12, help="of each turn of `two`")
    parser.add_argument("--role", choices=["all", "arm"], default="all", help=argparse.SUPPRESS)
    given = parser.parse_args()
    quiet()
    torch.set_num_threads(1)
    base = load_base(given.encoder, layers=given.layers)
    if given.role == "arm":
        one_of_two(base)
        return
    if given.part in ("f1", "all"):
        same_f1(base, given)
    if given.part in ("two", "all"):
        two_at_once(given)


def same_f1(base: Base, given: argparse.Namespace) -> None:
    """Test F1 of both, seed by seed."""
    train, rest = sentences(given.sentences, DEV + TEST)
    dev, test = rest[:DEV], rest[DEV:]
    f1: dict[str, list[float]] = {"ours": [], "theirs": []}
    for seed in range(given.seeds):
        spent = {}
        for name, way in (("ours", ours), ("theirs", theirs)):
            began = time.process_time()
            found = way(base, train, dev, test, given, seed)
            spent[name] = time.process_time() - began
            f1[name].append(span_f1([s.tags for s in test], found)[0])
        facts = {"seed": seed, **{f"f1_{name}": round(scores[-1], 4) for name, scores in f1.items()}}
        report("cpu_whole_arm_cpu_time", spent["ours"], spent["theirs"], "s", **facts)
    apart = mean(f1["ours"]) - mean(f1["theirs"])
    noise = {name: round(stdev(scores), 4) if len(scores) > 1 else None for name, scores in f1.items()}
    means = {name: round(mean(scores), 4) for name, scores in f1.items()}
    line = {"name": "f1", "mean": means, "apart": round(apart, 4), "deviation_of_seeds": noise, "seeds": given.seeds}
    print(json.dumps({**line, "sentences": given.sentences, "epochs": given.epochs}), flush=True)


def ours(
    base: Base, train: list[Sentence], dev: list[Sentence], test: list[Sentence], given: argparse.Namespace, seed: int
) -> list[list[int]]:
    """The tags that ours gives the test sentences."""
    recipe = DEFAULT.changed(restarts=0, epochs=given.epochs, learning_rate=given.rate)
    return fine_tune(train, dev, test, recipe, base=base, schema=SCHEMA, seed=seed, device=CPU).predictions


def theirs(
    base: Base, train: list[Sentence], dev: list[Sentence], test: list[Sentence], given: argparse.Namespace, seed: int
) -> list[list[int]]:
    """The tags that the Trainer's last state gives them, tagged by our own tagger in fp32."""
    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory(prefix="spanloom-bench-") as folder:
        arguments = TrainingArguments(
            output_dir=folder, learning_rate=given.rate, per_device_train_batch_size=16, num_train_epochs=given.epochs,
            weight_decay=0.01, eval_strategy="no", save_strategy="no", logging_strategy="no", seed=seed, report_to=[],
            disable_tqdm=True, use_cpu=True,
        )  # fmt: skip
        trainer = Trainer(
            start(base, SCHEMA).train(),
            arguments,
            train_dataset=Windows(base, train),
            data_collator=lambda rows: collate(rows, base.padding),
        )
        trainer.train()
    data = prepare(train, dev, [s.tokens for s in test], DEFAULT.changed(trim=False), base, SCHEMA)
    return tag(trainer.model, data.test, padding=data.padding).tags


def two_at_once(given: argparse.Namespace) -> None:
    """One arm and two, a process each, in turns."""
    command = [sys.executable, __file__, "--encoder", given.encoder, "--role", "arm"]
    command += ["--layers", str(given.layers)] if given.layers else []
    arms = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        for arm in arms:
            answer(arm)
        wall: dict[int, list[float]] = {1: [], 2: []}
        cpu: dict[int, list[float]] = {1: [], 2: []}
        for count in (1, 2, 1, 2, 1, 2):
            for arm in arms[:count]:
                print(given.updates, file=arm.stdin, flush=True)
            spent = [answer(arm) for arm in arms[:count]]
            wall[count].append(max(one["wall"] for one in spent) / given.updates)
            cpu[count].append(mean(one["cpu"] for one in spent) / given.updates)
        load = [round(one, 1) for one in os.getloadavg()]
        line = {
            "name": "two_arms_at_once",
            "ms_alone": round(1e3 * mean(cpu[1])),
            "ms_of_two": round(1e3 * mean(cpu[2])),
        }
        scale = {
            "scale": round(2 * mean(cpu[1]) / mean(cpu[2]), 2),
            "scale_wall": round(2 * mean(wall[1]) / mean(wall[2]), 2),
        }
        print(json.dumps({**line, **scale, "load": load}), flush=True)
    finally:
        for arm in arms:
            arm.kill()
            arm.wait()


def answer(arm: subprocess.Popen[str]) -> Any:
    """The next line that an arm prints. Raises RuntimeError where it has ended."""
    assert arm.stdout is not None
    line = arm.stdout.readline()
    if not line:
        raise RuntimeError(f"an arm ended with {arm.wait()}; see stderr")
    return json.loads(line)


def one_of_two(base: Base) -> None:
    """Updates as asked for by lines of a number on stdin; their wall and CPU seconds on stdout."""
    train, dev = sentences(300, DEV)
    recipe = DEFAULT.changed(restarts=0, epochs=1000)
    data = prepare(train, dev, [], recipe, base, SCHEMA)
    setup = TrainingSetup(data, recipe, base, SCHEMA, 1, CPU, resolve(recipe.precision, CPU, base.inner_parameters))
    _, update = Workspaces().take(setup).begin(setup)
    batches = setup.batches(1)

    def updates(count: int) -> dict[str, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(count):
            rows = next(batches)
            ids = torch.from_numpy(pad((data.train.ids[i] for i in rows), data.padding))
            mask = torch.from_numpy(attended(len(data.train.ids[i]) for i in rows))
            labels = torch.from_numpy(pad((data.train.labels[i] for i in rows), IGNORE))
            update(ids, labels, mask, 2e-5)
        return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}

    print(json.dumps(updates(2)), flush=True)
    for line in sys.stdin:
        print(json.dumps(updates(int(line))), flush=True)


if __name__ == "__main__":
    main()
