"""Recipes of one encoder side by side on one gold set, and a table of them for a page.

    python experiments/recipes.py --encoder e5-small --gold shared/data/gold/da_ddt \\
        '{"layers": 6, "learning_rate": 2e-4, "head_learning_rate": 2e-3}' '{"layers": 8, ...}'

Each argument is a JSON mapping of `layers` and fields of a recipe. Every recipe is trained for the same number of
updates on the same sentences, once a training seed, with the last state scored; a line of JSON is printed as each ends.
Read `cpu_s` on a machine that does other work.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from spanloom.contracts.gold import GoldSpec
from spanloom.contracts.training import read_recipe
from spanloom.data.gold import load_gold
from spanloom.data.roots import ANYWHERE
from spanloom.data.subset import subset
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.settings import load_settings
from spanloom_trainer.core.base import load_base
from spanloom_trainer.core.tagging import span_f1
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.encoders.get import ensure

SUBSET_SEED = 3535
LAST = 20
"""Updates whose mean loss is told."""


def measured(
    encoder: str,
    given: Mapping[str, Any],
    train: Sequence[Sentence],
    test: Sequence[Sentence],
    schema: LabelSchema,
    updates: int,
    seed: int,
) -> dict[str, Any]:
    """One training on one thread: test span F1 of its last state, the loss at its end, CPU seconds."""
    fields = {name: value for name, value in given.items() if name != "layers"}
    recipe = read_recipe({**fields, "max_steps": updates, "epochs": 1, "restarts": 0})
    base = load_base(encoder, layers=given.get("layers"))
    began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    # One dev sentence, and one evaluation at the end: the last state is what is scored.
    outcome = fine_tune(train, test[:1], test, recipe, base=base, schema=schema, seed=seed)
    spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - began
    losses = outcome.first.losses[-LAST:]
    f1, found = span_f1([sentence.tags for sentence in test], outcome.first.predictions)
    return {
        **given,
        "seed": seed,
        "updates": outcome.first.steps,
        "f1": round(f1, 3),
        "entities": found,
        "loss": round(sum(losses) / len(losses), 3),
        "precision": outcome.precision,
        "cpu_s": round(spent),
    }


def main() -> int:
    """Train every recipe with every seed, and print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("recipes", nargs="+", type=json.loads, help="JSON mappings: `layers` and fields of a recipe")
    parser.add_argument("--encoder", default="e5-small", help="a known name, or a folder")
    parser.add_argument("--gold", type=Path, required=True, help="folder with a file for train, dev and test")
    parser.add_argument("--sentences", type=int, default=500, help="train sentences (default 500)")
    parser.add_argument("--updates", type=int, default=160, help="updates of each training (default 160)")
    parser.add_argument("--seeds", type=lambda text: [int(n) for n in text.split(",")], default=[1])
    asked = parser.parse_args()
    torch.set_num_threads(1)
    schema = LabelSchema.of(["PER", "ORG", "LOC"])
    gold = load_gold(GoldSpec(path=str(asked.gold)), schema, language="da", roots=(ANYWHERE,), hub=False)
    train, test = subset(gold.splits["train"], asked.sentences, SUBSET_SEED), gold.splits["test"]
    folder = asked.encoder if Path(asked.encoder).is_dir() else str(ensure(asked.encoder, load_settings().cache))
    for given in asked.recipes:
        for seed in asked.seeds:
            print(json.dumps(measured(folder, given, train, test, schema, asked.updates, seed)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
