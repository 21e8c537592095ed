"""Fine-tuning against `transformers.Trainer` with the paper's arguments, side by side in one run.

Run as `make bench BENCH=trainer` (ARGS="--sentences 160 --part cpu"). One JSON line a measurement. On a CPU: an
encoder of XLM-R-base's shape, random weights, one epoch, one thread. On a CUDA device, where there is one: the shape of
XLM-R-large, an arm of a thousand sentences, and the time of one update at batch 16 x 48 tokens. Needs torch,
transformers and numpy; `theirs` needs accelerate too.
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
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
from torch.utils.data import Dataset
from transformers import Trainer, TrainingArguments, XLMRobertaConfig, XLMRobertaForTokenClassification

from spanloom.contracts.training import DEFAULT, PAPER, Precision, Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, base_of, describe, quiet, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, encode, labels_of, pad
from spanloom_trainer.core.graphs import step_of
from spanloom_trainer.core.outcome import Outcome
from spanloom_trainer.core.precision import resolve
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep
from spanloom_trainer.core.tiny import make_tokenizer
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.models.card import Card
from spanloom_trainer.models.export import export

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
VOCABULARY = 250_002
SHAPES = {
    "tiny": {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 512},
    "base": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
    "large": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096},
}
SEED = 42
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=["cpu", "cuda", "all", "update"], default="all")
    parser.add_argument("--updates", type=int, default=None, help="timed by --part update: 3 on a CPU, 200 on CUDA")
    parser.add_argument("--sentences", type=int, default=None, help="train sentences: 160 on a CPU, 1000 on CUDA")
    parser.add_argument("--epochs", type=int, default=None, help="1 on a CPU, 10 on CUDA")
    parser.add_argument("--shape", choices=SHAPES, default=None, help="base on a CPU, large on CUDA")
    arguments = parser.parse_args()
    quiet()
    if arguments.part == "update":
        torch.set_num_threads(1)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        one_update(device, arguments.shape or "base", updates=arguments.updates or (200 if device == "cuda" else 3))
        return
    if arguments.part in ("cpu", "all"):
        torch.set_num_threads(1)
        compare("cpu", arguments.shape or "base", arguments.sentences or 160, arguments.epochs or 1)
    if arguments.part in ("cuda", "all"):
        if torch.cuda.is_available():
            shape = arguments.shape or "large"
            one_update("cuda", shape)
            compare("cuda", shape, arguments.sentences or 1000, arguments.epochs or 10)
        else:
            print("no CUDA device: the CUDA part was not measured", file=sys.stderr)


def compare(device: str, shape: str, count: int, epochs: int) -> None:
    """Whole arms: encode, train, look at dev each epoch, tag nothing, save."""
    train, dev = sentences(count, count // 2)
    base = encoder(shape, [*train, *dev])
    folder = Path(tempfile.mkdtemp(prefix="spanloom-bench-"))
    try:
        _peak(device)
        theirs, saving, their_losses = in_trainer(base, train, dev, epochs, device, folder / "theirs")
        peak_theirs = _peak(device)
        plain, outcome = timed(lambda: arm(base, train, dev, PAPER.changed(epochs=epochs), device))
        written, _ = timed(lambda: export(outcome, folder / "paper", card=Card("bench"), recipe=PAPER))
        _peak(device)
        ours, quick = timed(lambda: arm(base, train, dev, DEFAULT.changed(epochs=epochs), device, folder / "ours"))
        peak_ours = _peak(device)
    finally:
        shutil.rmtree(folder)
    name = f"{device}_{shape}_{count}x{epochs}"
    apart = max(abs(a - b) / b for a, b in zip(outcome.first.losses, their_losses, strict=True))
    facts: dict[str, Any] = {"precision": quick.precision, "vocabulary_trained": quick.vocabulary_trained}
    report(f"{name}_default_saving_included", ours.wall, theirs.wall, "s", **_cpu(ours, theirs), **facts)
    apart_at_most = round(apart, 6)
    both = Spent(plain.wall + written.wall, plain.cpu + written.cpu)
    report(
        f"{name}_fp32_same_batches_saving_included",
        both.wall,
        theirs.wall,
        "s",
        **_cpu(both, theirs),
        loss_apart_at_most=apart_at_most,
    )
    alone = Spent(theirs.wall - saving.wall, theirs.cpu - saving.cpu)
    report(f"{name}_fp32_same_batches_without_saving", plain.wall, alone.wall, "s", **_cpu(plain, alone))
    seen = count * epochs
    report(f"{name}_samples_per_s", seen / ours.wall, seen / theirs.wall, "1/s", more_is_better=True)
    if device == "cuda":
        report(f"{name}_peak_memory", peak_ours, peak_theirs, "GiB")


def arm(
    base: Base, train: list[Sentence], dev: list[Sentence], recipe: Recipe, device: str, folder: Path | None = None
) -> Outcome:
    """One arm our way."""
    outcome = fine_tune(train, dev, [], recipe, base=base, schema=SCHEMA, seed=SEED, device=device)
    if folder is not None:
        export(outcome, folder, card=Card("bench"), recipe=recipe)
    return outcome


def one_update(kind: str, shape: str, rows: int = 16, length: int = 48, updates: int = 200) -> None:
    """Milliseconds of one update at a static shape: ours (`default`, trimmed, graphs on CUDA) and as written in fp32.

    On a CPU it is the CPU time of one thread.
    `speed` in the line is what `spanloom plan` projects from: it goes into common's data/speeds.yaml.
    """
    train, dev = sentences(1000, 50)
    base = encoder(shape, [*train, *dev])
    device = torch.device(kind)
    seconds: dict[str, float] = {}
    used: dict[str, Precision] = {}
    for name, recipe in (("ours", DEFAULT), ("theirs", PAPER.changed(trim=False))):
        precision = used[name] = resolve(recipe.precision, device, base.inner_parameters)
        data = prepare(train, dev, [], recipe, base, SCHEMA)
        setup = TrainingSetup(data, recipe, base, SCHEMA, SEED, device, precision)
        model = _model(base, data.keep).to(device).train()
        update = step_of(model, setup) if name == "ours" else _eager(model, setup)
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
        seconds[name] = (clock() - start) / updates
        del model, update
        _peak(kind)
    speed = {
        "device": _device_name(kind), "kind": kind, "layers": base.model.config.num_hidden_layers,
        "hidden": base.model.config.hidden_size, "precision": used["ours"], "batch": rows,
        "tokens": length, "ms_per_step": round(seconds["ours"] * 1e3, 2),
    }  # fmt: skip
    report(f"{kind}_{shape}_update_{rows}x{length}", seconds["ours"] * 1e3, seconds["theirs"] * 1e3, "ms", speed=speed)


def _wait(kind: str) -> None:
    if kind == "cuda":
        torch.cuda.synchronize()


def in_trainer(
    base: Base, train: list[Sentence], dev: list[Sentence], epochs: int, device: str, folder: Path
) -> tuple[Spent, Spent, list[float]]:
    """One arm in `transformers.Trainer` as the paper's scripts call it.

    Returns what it took in all, what of it went to saving and loading saved states, and the loss of every update.
    """
    model = _model(base, None)
    began = Spent.now()
    arguments = TrainingArguments(
        output_dir=str(folder),
        learning_rate=2e-5,
        per_device_train_batch_size=16,
        per_device_eval_batch_size=16,
        num_train_epochs=epochs,
        weight_decay=0.01,
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        logging_steps=1,
        seed=SEED,
        report_to=[],
        disable_tqdm=True,
        use_cpu=device == "cpu",
    )
    trainer = Trainer(
        model,
        arguments,
        train_dataset=Windows(base, train),
        eval_dataset=Windows(base, dev[: len(train)]),
        data_collator=lambda rows: collate(rows, base.padding),
    )
    saving: list[Spent] = []
    for name in ("_save_checkpoint", "_load_best_model"):
        _count_time(trainer, name, saving)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):  # its logs; ours is JSON alone
        trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    in_all = Spent(sum(one.wall for one in saving), sum(one.cpu for one in saving))
    return began.since(), in_all, [float(loss) for loss in losses]


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
        hidden_dropout_prob=0.0,  # so that losses can be compared update by update
        attention_probs_dropout_prob=0.0,
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


def _count_time(thing: Any, name: str, total: list[Spent]) -> None:
    original = getattr(thing, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        began = Spent.now()
        try:
            return original(*args, **kwargs)
        finally:
            total.append(began.since())

    setattr(thing, name, counted)


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
