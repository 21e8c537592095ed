"""What all parts share: the arguments, lines of JSON, a device's clock, and what is trained."""

from __future__ import annotations

import argparse
import copy
import gc
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from trainer_parts.trained import SCHEMA, made_up
from transformers import XLMRobertaConfig, XLMRobertaForTokenClassification

from spanloom.contracts.training import Recipe
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.attention import fuse_projections
from spanloom_trainer.core.base import Base, base_of, describe, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE
from spanloom_trainer.core.graphs import GraphStep, step_of
from spanloom_trainer.core.precision import resolve
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep
from spanloom_trainer.core.tiny import make_tokenizer
from spanloom_trainer.core.workspace import Workspaces, rows_of

T = TypeVar("T")
BEGAN = time.monotonic()
PARTS = ["equal", "step", "arm", "trainer", "tests", "streams", "children", "profile", "compile"]
LEAST = {
    "equal": 12,
    "step": 20,
    "arm": 25,
    "trainer": 40,
    "tests": 40,
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
DEVICE = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
CUDA = DEVICE.type == "cuda"
LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
SMALL = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
VOCABULARY = 3_000 if TINY else 250_002
ROWS = 16
LENGTHS = [48, 128]
SENTENCES, EPOCHS = (48, 2) if TINY else (1000, 10)
failed: list[str] = []
"""Parts that failed, or what in them."""
ours: dict[str, float] = {}
"""Seconds of a whole arm and an export of ours, for what comes after `arm`."""


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


def data_of() -> tuple[list[Sentence], list[Sentence]]:
    found = [made_up(random.Random(i)) for i in range(SENTENCES + SENTENCES // 2)]
    return found[:SENTENCES], found[SENTENCES:]


def encoder(dropout: float) -> Base:
    """Random weights in XLM-R-large's shape with its whole vocabulary, made on the device."""
    train, dev = data_of()
    tokenizer = make_tokenizer([*train, *dev], vocab=2_000 if TINY else 12_000)
    config = XLMRobertaConfig(
        vocab_size=VOCABULARY, max_position_embeddings=514, type_vocab_size=1, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout, **(SMALL if TINY else LARGE),
    )  # fmt: skip
    torch.manual_seed(1)
    with DEVICE:
        model = XLMRobertaForTokenClassification(config)
        model.classifier = torch.nn.Linear(config.hidden_size, len(SCHEMA))
    describe(model, SCHEMA)
    return base_of(model, tokenizer, name="xlm-r-large's shape, random weights")


def in_host_memory(base: Base) -> Base:
    """A copy of a base where the product has it: its weights are read by numpy for a resume point's key."""
    return base_of(copy.deepcopy(base.model).cpu(), base.tokenizer, name=base.name)


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


def build(
    base: Base, recipe: Recipe, *, graph: bool, fused: bool | None = None, working: bool = True
) -> tuple[TrainingSetup, object, EagerStep]:
    """A model and its update: captured as the product has it, with one QKV product, or as written, with three.

    Embeddings have the rows that the product's have. `working` is whether a captured one has working copies of its
    weights, as the product's has.
    """
    setup = setup_of(base, recipe)
    if graph and fused is not False:
        model, update = Workspaces().take(setup).begin(setup)
    else:
        model = start(base, SCHEMA, keep=setup.data.keep, rows=rows_of(setup)).to(DEVICE).train()
        if fused:
            fuse_projections(model)
        update = step_of(model, setup) if graph else EagerStep(model, recipe, setup.precision)
    if not working:
        update.working = None
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
        captured = update.graphs[tuple(update.static(*batches[0]).shape)]
        with torch.cuda.stream(update.stream):
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            for _ in range(count):
                captured.graph.replay()
            end.record()
        end.synchronize()
        facts["ms_device_alone"] = round(begin.elapsed_time(end) / count, 3)
    return facts
