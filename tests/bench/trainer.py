"""Fine-tuning against `transformers.Trainer` with the paper's arguments, side by side in one run.

Run as `make bench BENCH=trainer` (ARGS="--encoder FOLDER --part compare"). One JSON line a measurement, on one thread
of a CPU or on the CUDA device where there is one; on a busy machine read `cpu_s`. Parts: `equal` (losses of our update
and of the plain one), `update` (one at batch 16 x 48 subwords, whose `speed` goes into the command's speeds.yaml),
`compare` (updates in turns, one dev evaluation, one checkpoint; whole arms reckoned from them). What a GPU is asked
besides is in gpu.py. Needs torch, transformers and numpy; the Trainer needs accelerate too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
from torch.utils.data import Dataset
from transformers import (
    Trainer,
    TrainerCallback,
    TrainingArguments,
    XLMRobertaConfig,
    XLMRobertaForTokenClassification,
)

from spanloom.contracts.training import DEFAULT, PAPER, Precision
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, base_of, describe, load_base, quiet, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, attended, encode, labels_of, pad
from spanloom_trainer.core.graphs import step_of
from spanloom_trainer.core.outcome import Trained
from spanloom_trainer.core.precision import resolve
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep
from spanloom_trainer.core.tagging import tag
from spanloom_trainer.core.tiny import make_tokenizer
from spanloom_trainer.core.train import snapshot
from spanloom_trainer.core.workspace import Workspaces

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
VOCABULARY = 250_002
SHAPES = {
    "tiny": {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 512},
    "base": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
    "large": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096},
}
SEED = 42
WARM = 1  # updates of each that are not counted
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=["compare", "equal", "update", "all"], default="all")
    parser.add_argument("--encoder", help="a folder of a real encoder, instead of random weights at --shape")
    parser.add_argument("--layers", type=int, default=None, help="the first so many of them")
    parser.add_argument("--shape", choices=SHAPES, default=None, help="base on a CPU, large on CUDA")
    parser.add_argument("--sentences", type=int, default=None, help="train sentences: 500 on a CPU, 1000 on CUDA")
    parser.add_argument("--updates", type=int, default=None, help="timed: 6 on a CPU, 100 on CUDA")
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
    and, theirs, a checkpoint an epoch; ours, one export.
    """
    folder = Path(tempfile.mkdtemp(prefix="spanloom-bench-"))
    recipe = DEFAULT.changed(restarts=0)
    data = prepare(train, dev, [], recipe, base, SCHEMA)
    precision = resolve(recipe.precision, torch.device(device), base.inner_parameters)
    setup = TrainingSetup(data, recipe, base, SCHEMA, SEED, torch.device(device), precision)
    model, update = Workspaces().take(setup).begin(setup)
    batches = setup.batches(SEED)

    def ours() -> None:
        rows = next(batches)
        ids = torch.from_numpy(pad((data.train.ids[i] for i in rows), data.padding))
        mask = torch.from_numpy(attended(len(data.train.ids[i]) for i in rows))
        labels = torch.from_numpy(pad((data.train.labels[i] for i in rows), IGNORE))
        update(ids, labels, mask, 2e-5)
        _wait(device)

    pairs = Pairs(ours, device)
    try:
        trainer = trainer_of(base, train, dev, device, folder / "theirs", updates + WARM, pairs, bf16=bf16)
        with (
            open(os.devnull, "w", encoding="utf-8") as nowhere,
            redirect_stdout(nowhere),
        ):  # its logs; ours is JSON alone
            trainer.train()
            theirs_dev, _ = timed(trainer.evaluate)
            saved, _ = timed(lambda: trainer._save_checkpoint(trainer.model, trial=None))
        ours_dev, _ = timed(lambda: tag(model, data.dev, padding=data.padding, precision=precision))
        trained = Trained(base, SCHEMA, snapshot(model), data.keep)
        written, _ = timed(lambda: trained.outline().save_pretrained(folder / "ours", state_dict=trained.whole()))
    finally:
        shutil.rmtree(folder)
    steps, epochs = recipe.updates(len(train)), recipe.epochs
    mine, other = mean(pairs.ours[WARM:]), mean(pairs.theirs[WARM:])
    load = {"load": [round(one, 1) for one in os.getloadavg()]}
    facts: dict[str, Any] = {"precision": precision, "theirs_bf16": bf16, "step": type(update).__name__, **load}
    facts["updates_timed"] = updates
    report(f"{name}_update", mine.wall * 1e3, other.wall * 1e3, "ms", **_cpu(mine, other), **facts)
    report(f"{name}_dev_evaluation", ours_dev.wall, theirs_dev.wall, "s", **_cpu(ours_dev, theirs_dev), **load)
    report(f"{name}_saving_once", written.wall, saved.wall, "s", **_cpu(written, saved), **load)
    for what, saves_ours, saves_theirs in (("without_saving", 0, 0), ("saving_included", 1, epochs)):
        arm = [
            Spent(*(steps * step + epochs * looked + saves * save for step, looked, save in zip(*parts, strict=True)))
            for parts, saves in (((mine, ours_dev, written), saves_ours), ((other, theirs_dev, saved), saves_theirs))
        ]
        facts = {"sentences": len(train), "updates": steps, "extrapolated": True}
        report(f"{name}_arm_{what}", arm[0].wall, arm[1].wall, "s", **_cpu(*arm), **facts, **load)


class Pairs(TrainerCallback):  # type: ignore[misc]
    """Times each update of the Trainer, and one of ours after it, so that both meet the same machine."""

    def __init__(self, update: Callable[[], None], device: str) -> None:
        self.update, self.device = update, device
        self.ours: list[Spent] = []
        self.theirs: list[Spent] = []
        self.began = Spent.now()

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Of the Trainer's update; its batch is there already."""
        _wait(self.device)
        self.began = Spent.now()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """After the Trainer's optimizer."""
        _wait(self.device)
        self.theirs.append(self.began.since())
        self.ours.append(timed(self.update)[0])


def equal(base: Base, train: list[Sentence], dev: list[Sentence], device: str, name: str) -> None:
    """Losses of our update and of the one as written, no dropout, over the same batches in fp32."""
    recipe = DEFAULT.changed(restarts=0, precision="fp32")
    data = prepare(train, dev, [], recipe, base, SCHEMA)
    setup = TrainingSetup(data, recipe, base, SCHEMA, SEED, torch.device(device), "fp32")
    models = [_model(base, data.keep).to(device).eval() for _ in range(2)]  # no dropout
    models[1].load_state_dict(models[0].state_dict())
    ours, written = step_of(models[0], setup), EagerStep(models[1], recipe, "fp32")
    apart = []
    for rows in islice(setup.batches(SEED), 4):
        ids = torch.from_numpy(pad((data.train.ids[i] for i in rows), data.padding))
        mask = torch.from_numpy(attended(len(data.train.ids[i]) for i in rows))
        labels = torch.from_numpy(pad((data.train.labels[i] for i in rows), IGNORE))
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
        model = _model(base, data.keep).to(device).train()
        update = step_of(model, setup) if way == "ours" else _eager(model, setup)
        rows_of = torch.Generator().manual_seed(1)
        ids = torch.randint(4, len(data.keep or range(VOCABULARY)), (rows, length), generator=rows_of)
        labels = torch.randint(0, len(SCHEMA), (rows, length), generator=rows_of)
        mask = torch.ones_like(ids)
        for _ in range(20 if kind == "cuda" else 1):
            update(ids, labels, mask, 2e-5)
        _wait(kind)
        clock = time.perf_counter if kind == "cuda" else time.process_time  # one thread, on a machine that may be busy
        start = clock()
        for _ in range(updates):
            update(ids, labels, mask, 2e-5)
        _wait(kind)
        seconds[way] = (clock() - start) / updates
        del model, update
        _peak(kind)
    speed = {
        "device": _device_name(kind), "kind": kind, "layers": base.model.config.num_hidden_layers,
        "hidden": base.model.config.hidden_size, "precision": used["ours"], "batch": rows,
        "tokens": length, "ms_per_step": round(seconds["ours"] * 1e3, 2),
    }  # fmt: skip
    report(f"{name}_update_{rows}x{length}", seconds["ours"] * 1e3, seconds["theirs"] * 1e3, "ms", speed=speed)


def _wait(kind: str) -> None:
    if kind == "cuda":
        torch.cuda.synchronize()


def trainer_of(
    base: Base, train: list[Sentence], dev: list[Sentence], device: str, folder: Path, updates: int, clock: Any,
    *, bf16: bool,
) -> Any:  # fmt: skip
    """`transformers.Trainer` as the paper's scripts call it, for so many updates; evaluation and saving by hand."""
    paper = {"bf16": bf16, "learning_rate": 2e-5, "weight_decay": 0.01, "per_device_eval_batch_size": 16}
    return Trainer(
        _model(base, None),
        arguments_of(folder, updates, seed=SEED, use_cpu=device == "cpu", **paper),
        train_dataset=Windows(base, train),
        eval_dataset=Windows(base, dev[: len(train)]),
        data_collator=lambda rows: collate(rows, base.padding),
        callbacks=[clock],
    )


def arguments_of(folder: Path, updates: int, **more: Any) -> TrainingArguments:
    """Batches of 16 for so many updates, told of nowhere; evaluation and saving by hand."""
    return TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=16,
        max_steps=updates,
        eval_strategy="no",
        save_strategy="no",
        logging_steps=500,
        report_to=[],
        disable_tqdm=True,
        **more,
    )


class Windows(Dataset[dict[str, Any]]):
    """Sentences as `tokenize_and_align_labels` makes them: truncated, labels on first subwords."""

    def __init__(self, base: Base, split: Sequence[Sentence]) -> None:
        coded = encode(base.tokenizer, [s.tokens for s in split], max_length=512, stride=0, truncate=True)
        self.rows = [
            {"input_ids": window.ids, "labels": labels_of(window, split[window.sentence].tags)}
            for window in coded.windows
        ]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, i: int) -> dict[str, Any]:
        return self.rows[i]


def collate(rows: list[dict[str, Any]], padding: int) -> dict[str, torch.Tensor]:
    """Pad to the longest of the batch, as DataCollatorForTokenClassification does."""
    ids = torch.from_numpy(pad([row["input_ids"] for row in rows], padding))
    labels = torch.from_numpy(pad([row["labels"] for row in rows], IGNORE))
    return {"input_ids": ids, "attention_mask": (ids != padding).long(), "labels": labels}


def sentences(train: int, dev: int) -> tuple[list[Sentence], list[Sentence]]:
    """Real sentences where the shared gold data are there, else made-up words of like lengths."""
    found = [s for s in gold() if s.tokens]
    if len(found) >= train + dev:
        random.Random(1).shuffle(found)
        return found[:train], found[train : train + dev]
    print("no gold data: sentences are made up", file=sys.stderr)
    made = [made_up(random.Random(i)) for i in range(train + dev)]
    return made[:train], made[train:]


def gold() -> Iterator[Sentence]:
    """The train splits of the shared gold data, IOB2."""
    default = Path(__file__).resolve().parents[3] / "shared"
    for name in ("da_ddt", "sv_talbanken"):
        path = Path(os.environ.get("SPANLOOM_SHARED", default)) / "data" / "gold" / name / "train.iob2.gz"
        if not path.exists():
            return
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for block in file.read().split("\n\n"):
                rows = [line.split("\t") for line in block.splitlines() if line and not line.startswith("#")]
                yield Sentence(tuple(row[1] for row in rows), tuple(SCHEMA.index.get(row[2], 0) for row in rows))


def made_up(draw: random.Random) -> Sentence:
    """A sentence of nonsense words, 18 on average."""
    syllables = ["ka", "lo", "mi", "ter", "sun", "vi", "ba", "ren", "dor", "el", "fu", "gra"]
    count = max(2, min(80, round(draw.lognormvariate(2.75, 0.55))))
    words = tuple("".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(count))
    return Sentence(words, tuple(draw.choice([0] * 9 + [1]) for _ in words))


def encoder(shape: str, text: list[Sentence]) -> Base:
    """Random weights at a shape of XLM-R's, its vocabulary's size; the tokenizer is of the text's own subwords."""
    tokenizer = make_tokenizer(text, vocab=12_000)
    config = XLMRobertaConfig(
        vocab_size=VOCABULARY,
        max_position_embeddings=514,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        **SHAPES[shape],
    )
    torch.manual_seed(1)
    model = XLMRobertaForTokenClassification(config)
    describe(model, SCHEMA)
    model.classifier = torch.nn.Linear(config.hidden_size, len(SCHEMA))
    return base_of(model, tokenizer, name=f"xlm-r-{shape}, random weights")


def _model(base: Base, keep: Sequence[int] | None) -> Any:
    return start(base, SCHEMA, keep=keep)


def _eager(model: Any, setup: TrainingSetup) -> Any:
    return EagerStep(model, setup.recipe, setup.precision)


class Spent(NamedTuple):
    """Seconds on the wall and of this process's CPU time, which other programs on the machine disturb less."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Spent:
        return cls(time.perf_counter(), time.process_time())

    def since(self) -> Spent:
        now = Spent.now()
        return Spent(now.wall - self.wall, now.cpu - self.cpu)


def _cpu(ours: Spent, theirs: Spent) -> dict[str, Any]:
    return {
        "cpu_s": {"ours": round(ours.cpu, 2), "theirs": round(theirs.cpu, 2), "ratio": round(theirs.cpu / ours.cpu, 2)}
    }


def mean(all_of: Sequence[Spent]) -> Spent:
    return Spent(sum(one.wall for one in all_of) / len(all_of), sum(one.cpu for one in all_of) / len(all_of))


def timed(way: Callable[[], T]) -> tuple[Spent, T]:
    began = Spent.now()
    result = way()
    return began.since(), result


def _peak(device: str) -> float:
    """Peak memory since the last call, GiB."""
    if device == "cpu":
        return 0.0
    peak = torch.cuda.max_memory_allocated() / 2**30
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    return peak


def report(name: str, ours: float, theirs: float, unit: str, *, more_is_better: bool = False, **facts: Any) -> None:
    ratio = ours / theirs if more_is_better else theirs / ours
    machine = f"{platform.machine()}, {platform.system()}, {_device_name(name)}, torch {torch.__version__}"
    line = {"name": name, "ours": round(ours, 4), "theirs": round(theirs, 4), "ratio": round(ratio, 2), "unit": unit}
    print(json.dumps({**line, "machine": machine, **facts}), flush=True)


def _device_name(name: str) -> str:
    if name.startswith("cuda"):
        return str(torch.cuda.get_device_name())
    return f"{torch.get_num_threads()} thread, {torch.backends.cpu.get_cpu_capability()}"


if __name__ == "__main__":
    main()
