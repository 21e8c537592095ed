"""F1 and time of whole trainings against `transformers.Trainer` at the same rates, seed by seed in turns.

Run as `make bench BENCH=trainer_f1` (ARGS="--seeds 1,2,3 --updates 100"). One JSON line a training and one for both
means. Danish gold, the encoder and the rates that `encoder: e5-small` stands for: the Trainer is given the same layers,
two rates, warm-up, batch size and number of updates, so that what differs is how an update is done. `--rate 2e-5`
gives both one rate and no warm-up, as the paper has it; `--layers 12` takes the whole encoder. The last state is scored
on the test set by one decoder. One thread; on a busy machine read `cpu_s`.
Needs torch, transformers, accelerate, the encoder (`spanloom encoder get e5-small`) and the shared gold data.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
from trainer_parts.clock import Spent, timed
from trainer_parts.theirs import Windows, arguments_of, collate, silence
from trainer_parts.trained import SCHEMA
from transformers import Trainer

from spanloom.contracts.gold import GoldSpec
from spanloom.contracts.training import Recipe, TrainingSpec
from spanloom.data.gold import load_gold
from spanloom.data.roots import ANYWHERE
from spanloom.data.subset import subset
from spanloom.ner.sentence import Sentence
from spanloom.settings import load_settings
from spanloom_trainer.core.base import Base, load_base, quiet, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.step import optimizer_of
from spanloom_trainer.core.tagging import span_f1, tag
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.encoders.get import ensure

SUBSET_SEED = 3535
SHARED = Path(__file__).resolve().parents[3] / "shared"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", default=str(Path(os.environ.get("SPANLOOM_SHARED", SHARED)) / "data/gold/da_ddt"))
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--updates", type=int, default=100)
    parser.add_argument("--seeds", type=lambda text: [int(n) for n in text.split(",")], default=[1, 2, 3])
    parser.add_argument("--layers", type=int, default=None, help="of the encoder; e5-small's own choice by default")
    parser.add_argument("--rate", type=float, default=None, help="one rate for all weights, without warm-up")
    parser.add_argument("--bf16", action="store_true", help="the Trainer in bf16 as well; ours takes it where it pays")
    asked = parser.parse_args()
    quiet()
    torch.set_num_threads(1)
    known = TrainingSpec.model_validate({"encoder": "e5-small"})
    recipe = known.recipe.changed(max_steps=asked.updates, epochs=1, restarts=0)
    if asked.rate is not None:
        recipe = recipe.changed(learning_rate=asked.rate, head_learning_rate=None, warmup=0.0)
    base = load_base(str(ensure("e5-small", load_settings().cache)), layers=asked.layers or known.encoder.layers)
    gold = load_gold(GoldSpec(path=asked.gold), SCHEMA, language="da", roots=(ANYWHERE,), hub=False).splits
    train, test = subset(gold["train"], asked.sentences, SUBSET_SEED), gold["test"]
    scores: dict[str, list[float]] = {"ours": [], "trainer": []}
    spent: dict[str, list[Spent]] = {"ours": [], "trainer": []}
    for seed in asked.seeds:
        for name, way in (("ours", ours), ("trainer", partial(trainer, bf16=asked.bf16))):
            time, f1 = timed(lambda way=way, seed=seed: way(base, recipe, train, test, seed))
            scores[name].append(f1)
            spent[name].append(time)
            line = {"name": name, "seed": seed, "f1": round(f1, 4), "wall_s": round(time.wall, 1)}
            print(json.dumps({**line, "cpu_s": round(time.cpu, 1), "load": os.getloadavg()[0]}), flush=True)
    facts = {"sentences": asked.sentences, "updates": asked.updates, "layers": base.model.config.num_hidden_layers}
    print(json.dumps({"name": "trainings", **facts, "rate": recipe.learning_rate, **summary(scores, spent)}))


def ours(base: Base, recipe: Recipe, train: Sequence[Sentence], test: Sequence[Sentence], seed: int) -> float:
    """Test span F1 of a training by the product; one dev sentence, since the last state is scored."""
    outcome = fine_tune(train, test[:1], test, recipe, base=base, schema=SCHEMA, seed=seed)
    return span_f1([sentence.tags for sentence in test], outcome.first.predictions)[0]


def trainer(
    base: Base, recipe: Recipe, train: Sequence[Sentence], test: Sequence[Sentence], seed: int, *, bf16: bool
) -> float:
    """Test span F1 of a training by `transformers.Trainer`: padded batches in shuffled order, no trimming."""
    torch.manual_seed(seed)
    model = start(base, SCHEMA)
    with tempfile.TemporaryDirectory() as folder:
        updates = recipe.max_steps or 0
        arguments = arguments_of(
            Path(folder),
            updates,
            learning_rate=recipe.learning_rate,
            warmup_steps=-(-updates * recipe.warmup // 1),
            seed=seed,
            use_cpu=True,
            bf16=bf16,
        )
        with silence():
            made = Trainer(
                model,
                arguments,
                train_dataset=Windows(base, train),
                data_collator=lambda rows: collate(rows, base.padding),
                optimizers=(optimizer_of(model, recipe, torch.device("cpu")), None),
            )
            made.train()
    data = prepare(train, test[:1], [sentence.tokens for sentence in test], recipe.changed(trim=False), base, SCHEMA)
    tagged = tag(made.model, data.test, padding=data.padding)
    return span_f1([sentence.tags for sentence in test], tagged.tags)[0]


def summary(scores: dict[str, list[float]], spent: dict[str, list[Spent]]) -> dict[str, Any]:
    """Means over seeds, their deviation, and the Trainer's time over ours."""
    wall, cpu = (
        sum(getattr(one, of) for one in spent["trainer"]) / sum(getattr(one, of) for one in spent["ours"])
        for of in ("wall", "cpu")
    )
    f1 = {name: round(statistics.mean(values), 4) for name, values in scores.items()}
    apart = {name: round(statistics.stdev(values), 4) for name, values in scores.items() if len(values) > 1}
    return {"f1": f1, "deviation": apart, "ratio_wall": round(wall, 2), "ratio_cpu": round(cpu, 2)}


if __name__ == "__main__":
    main()
