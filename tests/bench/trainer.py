"""Fine-tuning against `transformers.Trainer` with the paper's arguments, side by side in one run.

Run as `make bench BENCH=trainer` (ARGS="--encoder FOLDER --part compare"). One JSON line a measurement, on one thread
of a CPU or on the CUDA device where there is one; on a busy machine read `cpu_s`. Parts: `equal` (losses of our update
and of the plain one), `update` (one at batch 16 x 48 subwords, whose `speed` goes into the command's speeds.yaml),
`compare` (updates in turns, on CUDA in blocks; one dev evaluation, one checkpoint; whole arms reckoned from them). What
a GPU is asked besides is in gpu.py. Needs torch, transformers and numpy; the Trainer needs accelerate too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
from trainer_parts.clock import NOTHING, Spent, cpu_of, device_name, peak, report, settled, timed, wait
from trainer_parts.pace import in_blocks, in_turns, shapes_of
from trainer_parts.theirs import silence, trainer_of
from trainer_parts.trained import SCHEMA, SEED, SHAPES, VOCABULARY, encoder, sentences, tensors

from spanloom.contracts.training import DEFAULT, PAPER, Precision
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, load_base, quiet, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.outcome import Trained
from spanloom_trainer.core.precision import resolve
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep
from spanloom_trainer.core.tagging import tag
from spanloom_trainer.core.train import snapshot
from spanloom_trainer.core.workspace import Workspaces, rows_of


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=["compare", "equal", "update", "all"], default="all")
    parser.add_argument("--encoder", help="a folder of a real encoder, instead of random weights at --shape")
    parser.add_argument("--layers", type=int, default=None, help="the first so many of them")
    parser.add_argument("--shape", choices=SHAPES, default=None, help="base on a CPU, large on CUDA")
    parser.add_argument("--sentences", type=int, default=None, help="train sentences: 500 on a CPU, 1000 on CUDA")
    parser.add_argument("--updates", type=int, default=None, help="timed: 6 on a CPU; 100 on CUDA, an epoch's at least")
    parser.add_argument("--bf16", action="store_true", help="the Trainer in bf16 too; ours takes it where it pays")
    arguments = parser.parse_args()
    quiet()
    torch.set_num_threads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    shape = arguments.shape or ("large" if device == "cuda" else "base")
    updates = arguments.updates or (100 if device == "cuda" else 6)
    train, dev = sentences(arguments.sentences or (1000 if device == "cuda" else 500), 50)
    base = (
        load_base(arguments.encoder, layers=arguments.layers) if arguments.encoder else encoder(shape, [*train, *dev])
    )
    name = f"{device}_{Path(arguments.encoder).name if arguments.encoder else shape}"
    if arguments.part in ("equal", "all"):
        equal(base, train, dev, device, name)
    if arguments.part in ("update", "all"):
        one_update(base, device, name, updates=updates)
    if arguments.part in ("compare", "all"):
        compare(base, train, dev, device, name, updates=updates, bf16=arguments.bf16)


def compare(
    base: Base, train: list[Sentence], dev: list[Sentence], device: str, name: str, *, updates: int, bf16: bool
) -> None:
    """Ours (`default`) and `transformers.Trainer` (the paper's arguments) on the same sentences, update by update.

    Real dropout, no restarts. An arm is reckoned from what was measured once: its updates, a dev evaluation an epoch
    and, theirs, a checkpoint an epoch; ours, one export and, on CUDA, the captures of its updates.
    """
    folder = Path(tempfile.mkdtemp(prefix="spanloom-bench-"))
    recipe = DEFAULT.changed(restarts=0)
    data = prepare(train, dev, [], recipe, base, SCHEMA)
    precision = resolve(recipe.precision, torch.device(device), base.inner_parameters)
    setup = TrainingSetup(data, recipe, base, SCHEMA, SEED, torch.device(device), precision)
    model, update = Workspaces().take(setup).begin(setup)
    batches = cycle(setup.batches(SEED))

    def ours() -> None:
        update(*tensors(data, next(batches)), 2e-5)

    theirs = partial(trainer_of, base, train, dev, device, folder / "theirs", bf16=bf16)
    try:
        if device == "cuda":
            updates = max(updates, setup.per_epoch)
            each = in_blocks(ours, update, theirs, updates, device)
        else:
            each = in_turns(ours, theirs, updates)
        trainer, mine, other, once = each
        with silence():
            theirs_dev = settled(trainer.evaluate, device)
            saved, _ = timed(lambda: trainer._save_checkpoint(trainer.model, trial=None))
        ours_dev = settled(lambda: tag(model, data.dev, padding=data.padding, precision=precision), device)
        trained = Trained(base, SCHEMA, snapshot(model), data.keep)
        written, _ = timed(lambda: trained.outline().save_pretrained(folder / "ours", state_dict=trained.whole()))
    finally:
        shutil.rmtree(folder)
    steps, epochs = recipe.updates(len(train)), recipe.epochs
    load = {"load": [round(one, 1) for one in os.getloadavg()]}
    facts: dict[str, Any] = {"precision": precision, "theirs_bf16": bf16, "step": type(update).__name__, **load}
    facts["updates_timed"] = updates
    report(f"{name}_update", mine.wall * 1e3, other.wall * 1e3, "ms", **cpu_of(mine, other), **facts)
    report(f"{name}_dev_evaluation", ours_dev.wall, theirs_dev.wall, "s", **cpu_of(ours_dev, theirs_dev), **load)
    report(f"{name}_saving_once", written.wall, saved.wall, "s", **cpu_of(written, saved), **load)
    captures = {}
    if device == "cuda":
        captures = {"captures_s": round(once.wall, 3)}
        line = {"name": f"{name}_captures", "seconds": once.wall, "cpu_s": once.cpu, "shapes": shapes_of(update)}
        print(json.dumps(line), flush=True)
    for what, saves_ours, saves_theirs in (("without_saving", 0, 0), ("saving_included", 1, epochs)):
        arm = [
            Spent(
                *(steps * one + epochs * look + saves * save + rest for one, look, save, rest in zip(*of, strict=True))
            )
            for of, saves in (
                ((mine, ours_dev, written, once), saves_ours),
                ((other, theirs_dev, saved, NOTHING), saves_theirs),
            )
        ]
        facts = {"sentences": len(train), "updates": steps, **captures, "extrapolated": True}
        report(f"{name}_arm_{what}", arm[0].wall, arm[1].wall, "s", **cpu_of(*arm), **facts, **load)


def equal(base: Base, train: list[Sentence], dev: list[Sentence], device: str, name: str) -> None:
    """Losses of our update and of the one as written, no dropout, over the same batches in fp32."""
    recipe = DEFAULT.changed(restarts=0, precision="fp32")
    data = prepare(train, dev, [], recipe, base, SCHEMA)
    setup = TrainingSetup(data, recipe, base, SCHEMA, SEED, torch.device(device), "fp32")
    model, ours = Workspaces().take(setup).begin(setup)
    plain = start(base, SCHEMA, keep=data.keep, rows=rows_of(setup)).to(device)
    plain.load_state_dict(model.state_dict())
    written = EagerStep(plain.eval(), recipe, "fp32")
    model.eval()  # no dropout
    apart = []
    for rows in islice(setup.batches(SEED), 4):
        ids, labels, mask = tensors(data, rows)
        one, other = float(ours(ids, labels, mask, 2e-5)), float(written(ids, labels, mask, 2e-5))
        apart.append(abs(one - other) / other)
    print(json.dumps({"name": f"{name}_losses", "step": type(ours).__name__, "loss_apart_at_most": max(apart)}))


def one_update(base: Base, kind: str, name: str, rows: int = 16, length: int = 48, updates: int = 200) -> None:
    """Milliseconds of one update at a static shape: ours (`default`, trimmed, graphs on CUDA) and as written in fp32.

    On a CPU it is the CPU time of one thread.
    `speed` in the line is what `spanloom plan` projects from: it goes into the command's speeds.yaml.
    """
    train, dev = sentences(1000, 50)
    device = torch.device(kind)
    seconds: dict[str, float] = {}
    used: dict[str, Precision] = {}
    for way, recipe in (("ours", DEFAULT), ("theirs", PAPER.changed(trim=False))):
        precision = used[way] = resolve(recipe.precision, device, base.inner_parameters)
        data = prepare(train, dev, [], recipe, base, SCHEMA)
        setup = TrainingSetup(data, recipe, base, SCHEMA, SEED, device, precision)
        if way == "ours":
            model, update = Workspaces().take(setup).begin(setup)
        else:
            model = start(base, SCHEMA, keep=data.keep).to(device).train()
            update = EagerStep(model, recipe, precision)
        draw = torch.Generator().manual_seed(1)
        ids = torch.randint(4, len(data.keep or range(VOCABULARY)), (rows, length), generator=draw)
        labels = torch.randint(0, len(SCHEMA), (rows, length), generator=draw)
        mask = torch.ones_like(ids)
        for _ in range(20 if kind == "cuda" else 1):
            update(ids, labels, mask, 2e-5)
        wait(kind)
        clock = time.perf_counter if kind == "cuda" else time.process_time  # one thread, on a machine that may be busy
        began = clock()
        for _ in range(updates):
            update(ids, labels, mask, 2e-5)
        wait(kind)
        seconds[way] = (clock() - began) / updates
        del model, update
        peak(kind)
    speed = {
        "device": device_name(kind), "kind": kind, "layers": base.model.config.num_hidden_layers,
        "hidden": base.model.config.hidden_size, "precision": used["ours"], "batch": rows,
        "tokens": length, "ms_per_step": round(seconds["ours"] * 1e3, 2),
    }  # fmt: skip
    report(f"{name}_update_{rows}x{length}", seconds["ours"] * 1e3, seconds["theirs"] * 1e3, "ms", speed=speed)


if __name__ == "__main__":
    main()
