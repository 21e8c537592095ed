"""What one GPU says of the trainer, in at most about four minutes: one JSON line a finding; nothing is installed.

Run as `python tests/bench/gpu.py`, on a CPU with `--tiny`. Needs torch, transformers, tokenizers, safetensors, numpy,
pydantic, orjson and PyYAML; `trainer` needs accelerate, `tests` needs pytest. The parts, each begun only if the budget
has room:

- `equal`: losses of the captured and of the plain update
- `step`: ms an update at XLM-R-large's shape, five ways x 48 and 128 tokens
- `arm`: a whole arm of 1,000 sentences x 10 epochs, base in host memory and on the device, and its export
- `trainer`: `transformers.Trainer` with the paper's arguments: steps, one evaluation, one checkpoint timed
- `tests`: those marked cuda
- `streams`, `children`: 1, 2, 4 arms at once in one process, or a process each
- `profile`: kernels by time; `compile`: what torch.compile of the repeated layer gives

A part that lacks something or fails says so in a line of its own and the rest goes on. The exit status is 1 where one
failed.
"""

# ruff: noqa: B023, E402, F821  lambdas are called where they stand; imports follow the search path

from __future__ import annotations

import argparse
import contextlib
import copy
import gc
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path[:0] = [str(Path(__file__).resolve().parents[2] / part) for part in ("common/src", "trainer-svc/src", "tests")]
# A machine with a GPU and torch need not have Spanloom installed.

import numpy as np
import torch
import transformers
from transformers import XLMRobertaConfig, XLMRobertaForTokenClassification

from spanloom.contracts.training import DEFAULT, PAPER, Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, base_of, describe, quiet, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, attended, encode, labels_of, pad
from spanloom_trainer.core.graphs import GraphStep, step_of
from spanloom_trainer.core.packing import packed_length
from spanloom_trainer.core.precision import resolve
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep
from spanloom_trainer.core.tagging import tag
from spanloom_trainer.core.tiny import make_tokenizer
from spanloom_trainer.core.train import fine_tune, snapshot
from spanloom_trainer.models.card import Card
from spanloom_trainer.models.export import export

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")
BEGAN = time.monotonic()
PARTS = ["equal", "step", "arm", "trainer", "tests", "streams", "children", "profile", "compile"]
LEAST = {
    "equal": 12,
    "step": 20,
    "arm": 25,
    "trainer": 40,
    "tests": 25,
    "streams": 12,
    "children": 40,
    "profile": 8,
    "compile": 60,
}
"""Seconds a part should find left of the budget to be begun."""

options = argparse.ArgumentParser()
options.add_argument("--tiny", action="store_true", help="a tiny encoder, few updates: to try this script on a CPU")
options.add_argument("--only", default=",".join(PARTS), help="parts, comma-separated: " + ", ".join(PARTS))
options.add_argument("--budget", type=float, default=240.0, help="seconds, of which none is begun that would not fit")
options.add_argument("--out", type=Path, default=None, help="file of the lines; default $OUT/gpu.jsonl if OUT is set")
options.add_argument("--role", default="all", help=argparse.SUPPRESS)
ARGS = options.parse_args()
TINY = ARGS.tiny
SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
DEVICE = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
CUDA = DEVICE.type == "cuda"
LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
SMALL = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
VOCABULARY = 3_000 if TINY else 250_002
ROWS = 16
LENGTHS = [48, 128]
SENTENCES, EPOCHS = (48, 2) if TINY else (1000, 10)
failed: list[str] = []


def say(name: str, **facts: object) -> None:
    """One JSON line, on stdout and in the file."""
    line = json.dumps({"name": name, "at_s": round(time.monotonic() - BEGAN, 1), **facts}, default=str)
    print(line, flush=True)
    if ARGS.out is not None:
        with open(ARGS.out, "a", encoding="utf-8") as file:
            file.write(line + "\n")


def wait() -> None:
    if CUDA:
        torch.cuda.synchronize()


def fresh() -> None:
    """Give back what the part before has held, and count memory anew."""
    gc.collect()
    if CUDA:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def gib() -> dict[str, float]:
    if not CUDA:
        return {}
    return {
        "peak_allocated_gib": round(torch.cuda.max_memory_allocated() / 2**30, 2),
        "peak_reserved_gib": round(torch.cuda.max_memory_reserved() / 2**30, 2),
    }


def timed(action: Callable[[], T]) -> tuple[float, T]:
    wait()
    began = time.perf_counter()
    result = action()
    wait()
    return time.perf_counter() - began, result


def made_up(number: int) -> Sentence:
    """A sentence of nonsense words, 18 on average."""
    draw = random.Random(number)
    syllables = ["ka", "lo", "mi", "ter", "sun", "vi", "ba", "ren", "dor", "el", "fu", "gra"]
    count = max(2, min(80, round(draw.lognormvariate(2.75, 0.55))))
    words = tuple("".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(count))
    return Sentence(words, tuple(draw.choice([0] * 9 + [1]) for _ in words))


def data_of() -> tuple[list[Sentence], list[Sentence]]:
    found = [made_up(i) for i in range(SENTENCES + SENTENCES // 2)]
    return found[:SENTENCES], found[SENTENCES:]


def encoder(dropout: float, device: torch.device = DEVICE) -> Base:
    """Random weights in XLM-R-large's shape with its whole vocabulary, made on the device."""
    train, dev = data_of()
    tokenizer = make_tokenizer([*train, *dev], vocab=2_000 if TINY else 12_000)
    config = XLMRobertaConfig(
        vocab_size=VOCABULARY, max_position_embeddings=514, type_vocab_size=1, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout, **(SMALL if TINY else LARGE),
    )  # fmt: skip
    torch.manual_seed(1)
    with torch.device(device):
        model = XLMRobertaForTokenClassification(config)
        model.classifier = torch.nn.Linear(config.hidden_size, len(SCHEMA))
    describe(model, SCHEMA)
    return base_of(model, tokenizer, name="xlm-r-large's shape, random weights")


def setup_of(base: Base, recipe: Recipe) -> TrainingSetup:
    train, dev = data_of()
    precision = resolve(recipe.precision, DEVICE, base.inner_parameters)
    if TINY and recipe.precision == "auto":
        precision = "fp32"
    return TrainingSetup(prepare(train, dev, [], recipe, base, SCHEMA), recipe, base, SCHEMA, 42, DEVICE, precision)


def batch(setup: TrainingSetup, length: int, number: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(number)
    words = len(setup.data.keep) if setup.data.keep else 5_000 if not TINY else 1_000
    ids = torch.randint(4, words, (ROWS, length), generator=draw)
    labels = torch.randint(0, len(SCHEMA), (ROWS, length), generator=draw)
    labels[torch.rand(labels.shape, generator=draw) < 0.25] = IGNORE
    return ids, labels, torch.ones_like(ids)


def build(base: Base, recipe: Recipe, *, graph: bool) -> tuple[TrainingSetup, object, EagerStep]:
    setup = setup_of(base, recipe)
    model = start(base, SCHEMA, keep=setup.data.keep).to(DEVICE).train()
    update = step_of(model, setup) if graph else EagerStep(model, recipe, setup.precision)
    return setup, model, update


def measure(setup: TrainingSetup, update: EagerStep, length: int, count: int) -> dict[str, object]:
    """Milliseconds an update as `fine_tune` calls it, and of the device alone where it is a graph."""
    batches = [batch(setup, length, i) for i in range(8)]
    firsts = [timed(lambda b=b: update(*b, 2e-5))[0] for b in batches[:6]]
    seconds, _ = timed(lambda: [update(*batches[i % 8], 2e-5) for i in range(count)])
    again, _ = timed(lambda: [update(*batches[i % 8], 2e-5) for i in range(count)])
    facts: dict[str, object] = {
        "ms_per_step": round(1e3 * min(seconds, again) / count, 3),
        "ms_per_step_other_run": round(1e3 * max(seconds, again) / count, 3),
        "samples_per_s": round(ROWS * count / min(seconds, again), 1),
        "first_calls_ms": [round(1e3 * one, 1) for one in firsts],
        "updates_timed": count,
    }
    if isinstance(update, GraphStep):
        captured = update.graphs[update.static(*batches[0])[0]]
        with torch.cuda.stream(update.stream):
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            for _ in range(count):
                captured.graph.replay()
            end.record()
        end.synchronize()
        facts["ms_device_alone"] = round(begin.elapsed_time(end) / count, 3)
    return facts


def part_equal() -> None:
    """(d) The captured update against the written one: same losses, no dropout."""
    base = encoder(0.0)
    for precision in ("fp32",) if TINY or not CUDA else ("bf16", "fp32"):
        recipe = DEFAULT.changed(precision=precision)
        setup, model, captured = build(base, recipe, graph=True)
        _, other, written = build(base, recipe, graph=False)
        other.load_state_dict(model.state_dict())
        apart, losses = [], []
        rows = itertools.islice(setup.batches(1), 24)  # of many lengths, so that several graphs share the pool
        sets = [[i] for i in range(0)] + list(rows)
        sets = sets[:6] * 3 if TINY else sets[:6] * 4  # each shape often enough to be captured
        for number, chosen in enumerate(sets):
            ids = torch.from_numpy(pad((setup.data.train.ids[i] for i in chosen), setup.data.padding))
            mask = torch.from_numpy(attended(len(setup.data.train.ids[i]) for i in chosen))
            labels = torch.from_numpy(pad((setup.data.train.labels[i] for i in chosen), IGNORE))
            rate = 2e-5 * (1 - number / len(sets))
            one, two = float(captured(ids, labels, mask, rate)), float(written(ids, labels, mask, rate))
            apart.append(abs(one - two) / abs(two))
            losses.append(round(one, 5))
        weights = max(float((a - b).abs().max()) for a, b in zip(model.parameters(), other.parameters(), strict=True))
        graphs = len(captured.graphs) if isinstance(captured, GraphStep) else 0
        limit = 0.02 if precision == "bf16" else 2e-3
        good = bool(np.isfinite(losses).all()) and max(apart) < limit
        say("equal", precision=precision, graphs=graphs, updates=len(sets), loss_apart_at_most=max(apart), limit=limit,
            weights_apart_at_most=weights, losses=[losses[0], losses[-1]], ok=good)  # fmt: skip
        if not good:
            failed.append(f"equal {precision}")
        del model, other, captured, written
        fresh()


def part_step() -> None:
    """(b) One update of XLM-R-large's shape, with dropout, as trained."""
    base = encoder(0.1)
    tiny = 3
    ways = [
        ("graph_trimmed_bf16", DEFAULT, True, 100),
        ("eager_trimmed_bf16", DEFAULT, False, 20),
        ("graph_whole_bf16", DEFAULT.changed(trim=False), True, 60),
        ("graph_trimmed_noclip_bf16", DEFAULT.changed(clip=0.0), True, 60),
        ("eager_whole_fp32", PAPER.changed(trim=False), False, 10),
    ]
    for name, recipe, graph, count in ways:
        fresh()
        setup, model, update = build(base, recipe, graph=graph)
        for length in LENGTHS:
            if CUDA:
                torch.cuda.reset_peak_memory_stats()
            facts = measure(setup, update, length, tiny if TINY else count)
            say("step", way=name, rows=ROWS, tokens=length, precision=setup.precision,
                captured=isinstance(update, GraphStep), parameters=sum(p.numel() for p in update.parameters),
                **facts, **gib())  # fmt: skip
        if name == "graph_trimmed_bf16":
            optimizer_alone(update)
        del model, update
    if CUDA and not TINY:  # which attention kernel it was, and whether another is faster
        torch.backends.cuda.enable_cudnn_sdp(False)
        try:
            fresh()
            setup, _model, update = build(base, DEFAULT, graph=True)
            say(
                "step",
                way="graph_trimmed_bf16_without_cudnn_attention",
                rows=ROWS,
                tokens=48,
                **measure(setup, update, 48, 60),
            )
        finally:
            torch.backends.cuda.enable_cudnn_sdp(True)


def optimizer_alone(update: EagerStep) -> None:
    """Clip and AdamW, a few launches: the floor of memory traffic as this card has it."""
    spent = []
    for _ in range(6):
        for parameter in update.parameters:
            parameter.grad = torch.full_like(parameter, 1e-6)
        spent.append(timed(update.apply)[0])
    count = sum(p.numel() for p in update.parameters)
    least = min(spent)
    say(
        "clip_and_adamw",
        ms=round(1e3 * least, 3),
        parameters=count,
        gb_per_s_at_40_bytes=round(40e-9 * count / least, 1),
    )
    if CUDA:
        one = torch.empty(2**28 if not TINY else 2**20, device=DEVICE)
        other = torch.empty_like(one)
        timed(lambda: other.copy_(one))
        copied = min(timed(lambda: other.copy_(one))[0] for _ in range(5))
        say("copy_ceiling", gb_per_s=round(8e-9 * one.numel() / copied, 1))


def part_arm() -> None:
    """Ours, a whole arm as the product runs it (base in host memory), and what it spends besides updates."""
    on_device = encoder(0.1)
    base = base_of(copy.deepcopy(on_device.model).cpu(), on_device.tokenizer, name=on_device.name)
    train, dev = data_of()
    recipe = DEFAULT.changed(epochs=EPOCHS, restarts=0, **({"precision": "fp32"} if TINY else {}))
    setup = setup_of(base, recipe)
    shapes = {packed_length(sum(len(setup.data.train.ids[i]) for i in rows)) for rows in setup.batches(42)}
    prepared, _ = timed(lambda: prepare(train, dev, [], recipe, base, SCHEMA))
    copied, model = timed(lambda: start(base, SCHEMA, keep=setup.data.keep))
    moved, model = timed(lambda: model.to(DEVICE))
    near, _ = timed(lambda: start(on_device, SCHEMA, keep=setup.data.keep).to(DEVICE))
    tag(model, setup.data.dev, padding=setup.data.padding, precision=setup.precision)
    evaluated, _ = timed(lambda: tag(model, setup.data.dev, padding=setup.data.padding, precision=setup.precision))
    kept, state = timed(lambda: snapshot(model))
    back, _ = timed(lambda: {name: value.cpu() for name, value in state.items()})
    say("arm_overheads", prepare_s=prepared, start_from_host_s=copied, to_device_s=moved, start_on_device_s=near,
        evaluate_dev_s=evaluated, dev_sentences=len(dev), snapshot_s=kept, state_to_host_s=back,
        static_shapes=len(shapes))  # fmt: skip
    del model, state
    for where, one in (("host", base), ("device", on_device)):
        if where == "device":
            folder = Path(tempfile.mkdtemp(prefix="gpu-check-"))
            try:
                written, _ = timed(lambda: export(outcome, folder / "model", card=Card("check"), recipe=recipe))
                ours["export_s"] = written
                say("export", seconds=round(written, 2))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        fresh()
        for again in (False, True):  # the second has the process's first-time costs behind it
            seconds, outcome = timed(
                lambda one=one: fine_tune(train, dev, [], recipe, base=one, schema=SCHEMA, seed=42, device=DEVICE)
            )
            say("arm", base_in=where, second=again, seconds=round(seconds, 2), updates=outcome.first.steps,
                ms_per_update_all_in=round(1e3 * seconds / outcome.first.steps, 2), trainings=len(outcome.trainings),
                precision=outcome.precision, vocabulary_trained=outcome.vocabulary_trained, **gib())  # fmt: skip
            if where == "host":
                ours["arm_s"] = seconds  # as the product has it
            if time.monotonic() - BEGAN > ARGS.budget * 0.6:
                break


ours: dict[str, float] = {}


class Windows(torch.utils.data.Dataset):
    """Sentences as the paper's scripts encode them: truncated, labels on first subwords."""

    def __init__(self, base: Base, split: list[Sentence]) -> None:
        coded = encode(base.tokenizer, [s.tokens for s in split], max_length=512, stride=0, truncate=True)
        self.rows = [{"input_ids": list(w.ids), "labels": labels_of(w, split[w.sentence].tags)} for w in coded.windows]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, i: int) -> dict[str, list[int]]:
        return self.rows[i]


def part_trainer() -> None:
    """(c) transformers.Trainer with the paper's arguments on the same data; saving and eval measured once each."""
    from transformers import Trainer, TrainerCallback, TrainingArguments

    base = encoder(0.1)
    train, dev = data_of()
    collate = lambda rows: {  # noqa: E731
        "input_ids": torch.from_numpy(pad([r["input_ids"] for r in rows], base.padding)),
        "attention_mask": torch.from_numpy(attended(len(r["input_ids"]) for r in rows)),
        "labels": torch.from_numpy(pad([r["labels"] for r in rows], IGNORE)),
    }
    warm, count = (1, 3) if TINY else (10, 40)
    folder = Path(tempfile.mkdtemp(prefix="gpu-check-"))

    class Clock(TrainerCallback):
        def on_step_end(self, args: object, state: object, control: object, **_: object) -> None:
            if state.global_step in (warm, warm + count):
                wait()
                stamps.append(time.perf_counter())

    for name, more in (("paper", {}), ("bf16", {"bf16": True})):
        if name == "bf16" and (TINY or not CUDA or time.monotonic() - BEGAN > ARGS.budget * 0.75):
            continue
        fresh()
        stamps: list[float] = []
        model = start(base, SCHEMA).to(DEVICE).train()
        arguments = TrainingArguments(
            output_dir=str(folder), learning_rate=2e-5, per_device_train_batch_size=16, per_device_eval_batch_size=16,
            max_steps=warm + count, weight_decay=0.01, eval_strategy="no", save_strategy="no", logging_steps=500,
            seed=42, report_to=[], disable_tqdm=True, use_cpu=not CUDA, **more,
        )  # fmt: skip
        trainer = Trainer(
            model, arguments, train_dataset=Windows(base, train), eval_dataset=Windows(base, dev),
            data_collator=collate, callbacks=[Clock()],
        )  # fmt: skip
        with silence():
            trainer.train()
        step = (stamps[1] - stamps[0]) / count
        with silence():
            evaluated, _ = timed(trainer.evaluate)
            saved, size = (None, None)
            if name == "paper":
                try:
                    saved, _ = timed(lambda: trainer._save_checkpoint(model, trial=None))
                    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        updates = -(-SENTENCES // 16) * EPOCHS
        without = updates * step + EPOCHS * evaluated
        facts = {"whole_arm_without_saving_s_extrapolated": round(without, 1)}
        if saved is not None:
            whole = without + EPOCHS * saved
            facts["whole_arm_s_extrapolated"] = round(whole, 1)
            facts["saved_bytes"] = size
            if "arm_s" in ours:
                facts["ratio_to_our_arm_and_one_export"] = round(whole / (ours["arm_s"] + ours.get("export_s", 0.0)), 2)
        if "arm_s" in ours:
            facts["ratio_to_our_arm_without_saving"] = round(without / ours["arm_s"], 2)
        say("trainer", way=name, ms_per_step=round(1e3 * step, 2), samples_per_s=round(16 / step, 1), steps_timed=count,
            evaluate_once_s=round(evaluated, 3), save_once_s=saved and round(saved, 2), updates=updates,
            optimizer=str(arguments.optim), note="extrapolated by updates; loading the best state is not counted",
            **facts, **gib())  # fmt: skip
        del model, trainer


def silence() -> contextlib.redirect_stdout[Any]:
    """Keep the Trainer's own prints off stdout, which is JSON alone."""
    return contextlib.redirect_stdout(sys.stderr)


def part_tests() -> None:
    """(a) The tests marked cuda, by pytest; without tests/conftest.py, which needs Kafka and PostgreSQL."""
    path = os.pathsep.join([str(ROOT / part) for part in ("common/src", "trainer-svc/src", "tests")])
    command = [
        sys.executable, "-m", "pytest", "tests/unit/spanloom_trainer/core/test_graphs.py", "-q", "-x" if TINY else "-q",
        "--confcutdir=tests/unit/spanloom_trainer", "-p", "no:cacheprovider", "-m", "cuda",
    ]  # fmt: skip
    ways = [("as they stand", [], {})]
    ways.append(
        ("warnings let be, cuBLAS told first", ["-o", "filterwarnings="], {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"})
    )
    for name, more, env in ways:
        try:
            done = subprocess.run([*command, *more], cwd=ROOT, env={**os.environ, "PYTHONPATH": path, **env},
                                  capture_output=True, text=True, timeout=90)  # fmt: skip
        except subprocess.TimeoutExpired:
            say("tests", way=name, error="not done within 90 s")
            failed.append("tests")
            continue
        said = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "SKIPPED", "E  "))][
            :12
        ]
        last = (done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or [""])[-1]
        say("tests", way=name, rc=done.returncode, summary=last, said=said)
        if ARGS.out is not None:
            ARGS.out.with_suffix(f".tests{len(env)}.txt").write_text(done.stdout + done.stderr)
        if done.returncode == 0:
            return
    failed.append("tests")


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
    command = [sys.executable, __file__, "--role", "arm", *(["--tiny"] if TINY else [])]
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


def part_profile() -> None:
    """Where an update's time goes: kernels of three replays at 16 x 48, by time."""
    from torch.profiler import ProfilerActivity, profile

    base = encoder(0.1)
    setup, _, update = build(base, DEFAULT if not TINY else DEFAULT.changed(precision="fp32"), graph=True)
    for i in range(6):
        update(*batch(setup, 48, i), 2e-5)
    wait()
    kinds = [ProfilerActivity.CPU] if not CUDA else [ProfilerActivity.CUDA]
    with profile(activities=kinds) as seen:
        for i in range(3):
            update(*batch(setup, 48, i), 2e-5)
        wait()
    by_name: dict[str, list[float]] = {}
    for event in seen.events():
        spent = event.device_time_total if CUDA else event.cpu_time_total
        if spent:
            by_name.setdefault(event.name[:110], []).append(spent)
    rows = sorted(by_name.items(), key=lambda item: -sum(item[1]))
    say("profile", launches_per_update=round(sum(len(v) for v in by_name.values()) / 3, 1),
        ms_per_update_summed=round(sum(sum(v) for v in by_name.values()) / 3e3, 3))  # fmt: skip
    for name, spent in rows[: 5 if TINY else 30]:
        say("kernel", kernel=name, per_update=round(len(spent) / 3, 1), us_each=round(sum(spent) / len(spent), 2),
            ms_per_update=round(sum(spent) / 3e3, 4))  # fmt: skip


def part_compile() -> None:
    """What torch.compile of the repeated layer would give, the whole update captured as ever."""
    if TINY and not CUDA:
        say("compile", skipped="needs a CUDA device")
        return
    base = encoder(0.1)
    setup = setup_of(base, DEFAULT)
    model = start(base, SCHEMA, keep=setup.data.keep).to(DEVICE).train()
    for layer in model.roberta.encoder.layer:
        layer.compile(dynamic=False)
    update = step_of(model, setup)
    seconds, _ = timed(lambda: update(*batch(setup, 48, 0), 2e-5))
    say("compile", first_update_s=round(seconds, 1), rows=ROWS, tokens=48, **measure(setup, update, 48, 60), **gib())


def main() -> None:
    quiet()
    if ARGS.role == "arm":
        arm_role()
        return
    if ARGS.out is None and os.environ.get("OUT"):
        ARGS.out = Path(os.environ["OUT"]) / "gpu.jsonl"
    say("machine", torch=torch.__version__, cuda=torch.version.cuda, transformers=transformers.__version__,
        cudnn=torch.backends.cudnn.version(), device=torch.cuda.get_device_name() if CUDA else "cpu", tiny=TINY,
        python=sys.version.split()[0], attention=XLMRobertaForTokenClassification(XLMRobertaConfig(
            vocab_size=10, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
        )).config._attn_implementation)  # fmt: skip
    if not CUDA and not TINY:
        sys.exit("no CUDA device: give --tiny to try this script on a CPU")
    wanted = ARGS.only.split(",")
    unknown = set(wanted) - set(PARTS)
    if unknown:
        sys.exit(f"unknown parts: {', '.join(sorted(unknown))}")
    for part in [one for one in PARTS if one in wanted]:
        left = ARGS.budget - (time.monotonic() - BEGAN)
        if left < LEAST[part] and not TINY:
            say(part, skipped=f"{left:.0f} s are left of the budget, it may need {LEAST[part]}")
            continue
        began = time.monotonic()
        try:
            fresh()
            globals()[f"part_{part}"]()
        except Exception as error:  # noqa: BLE001  the other parts go on
            traceback.print_exc()
            failed.append(part)
            say(part, error=f"{type(error).__name__}: {error}"[:600], trace=traceback.format_exc()[-1500:])
        say("part_done", part=part, seconds=round(time.monotonic() - began, 1))
    say("done", failed=failed)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
