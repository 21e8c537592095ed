"""What limits an update of `encoder: e5-small` on the CPU, and a small training around it: shares, as JSON lines.

Run as `make bench BENCH=update_profile` (ARGS="--updates 10"). Danish gold, the layers and rates that the name stands
for, one thread. `update`: shares of the profiler's self time by kind of operation. `training`: shares of a training of
100 updates and its export by part, in CPU time; it evaluates dev as often as so many updates on so many sentences do
by default. The profiler's time is the wall's: run it on a quiet machine.
Needs torch, transformers, the encoder (`spanloom encoder get e5-small`) and the shared gold data.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
from torch.profiler import ProfilerActivity, profile
from trainer_parts.clock import Spent, device_name
from trainer_parts.trained import SCHEMA, SEED, SHARED, tensors

from spanloom.contracts.gold import GoldSpec
from spanloom.contracts.training import Recipe, TrainingSpec
from spanloom.data.gold import load_gold
from spanloom.data.roots import ANYWHERE
from spanloom.data.subset import subset
from spanloom.ner.sentence import Sentence
from spanloom.settings import load_settings
from spanloom_trainer.core import train as training
from spanloom_trainer.core.base import Base, load_base, quiet
from spanloom_trainer.core.data import encode_once, prepare
from spanloom_trainer.core.precision import resolve
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.workspace import Workspaces
from spanloom_trainer.encoders.get import ensure
from spanloom_trainer.models.card import Card
from spanloom_trainer.models.export import export

CPU = torch.device("cpu")
WARM = 3  # updates before the profiler looks
KINDS = {
    "matrix products": ["aten::linear", "aten::addmm", "aten::mm", "AddmmBackward0", "MmBackward0"],
    "attention": [
        "aten::scaled_dot_product_attention", "aten::_scaled_dot_product_attention_math",
        "aten::_scaled_dot_product_flash_attention_for_cpu",
        "aten::_scaled_dot_product_flash_attention_for_cpu_backward",
        "aten::bmm", "aten::_safe_softmax", "aten::_softmax", "aten::_softmax_backward_data",
    ],
    "dropout": ["aten::dropout", "aten::native_dropout", "aten::native_dropout_backward", "aten::bernoulli_"],
    "layer norms": ["aten::layer_norm", "aten::native_layer_norm", "aten::native_layer_norm_backward"],
    "activation": ["aten::gelu", "aten::gelu_backward"],
    "embedding": ["aten::embedding", "aten::embedding_backward", "aten::embedding_dense_backward"],
    "optimizer and clipping": [
        "Optimizer.step#AdamW.step", "Optimizer.zero_grad#AdamW.zero_grad", "aten::_fused_adamw_",
        "aten::_foreach_norm", "aten::linalg_vector_norm", "aten::clamp",
    ],
    "copies and casts": [
        "aten::copy_", "aten::_to_copy", "aten::to", "aten::clone", "aten::contiguous", "aten::_foreach_copy_",
    ],
}  # fmt: skip
"""An operation belongs to the first kind that it or, going outwards, one of those that called it is named in; one of
the backward pass that is named nowhere, to the kind of the one it is the derivative of. Casts and dropout within
attention are thus with the casts and the dropout."""
KIND_OF = {name: kind for kind, names in KINDS.items() for name in names}
REST = "the rest"
WITHIN = {
    "aten::scaled_dot_product_attention": "attention with its casts and dropout",
    "aten::_foreach_copy_": "working copies of weights and their gradients",
}
"""Operations whose whole time, of every kind, is told besides, with that of their derivatives."""
BACKWARD = "autograd::engine::evaluate_function"  # what all of the backward pass is called by


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", default=str(Path(os.environ.get("SPANLOOM_SHARED", SHARED)) / "data/gold/da_ddt"))
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--updates", type=int, default=20, help="profiled")
    parser.add_argument("--training", type=int, default=100, help="updates of the small training, 0 for none")
    asked = parser.parse_args()
    quiet()
    torch.set_num_threads(1)
    known = TrainingSpec.model_validate({"encoder": "e5-small"})
    base = load_base(str(ensure("e5-small", load_settings().cache)), layers=known.encoder.layers)
    gold = load_gold(GoldSpec(path=asked.gold), SCHEMA, language="da", roots=(ANYWHERE,), hub=False).splits
    train = subset(gold["train"], asked.sentences, 3535)
    of_update(base, known.recipe, train, gold["dev"], asked.updates)
    if asked.training:
        epochs = max(1, round(asked.training * known.recipe.batch_size / len(train)))
        recipe = known.recipe.changed(max_steps=asked.training, epochs=epochs, restarts=0)
        of_training(base, recipe, train, gold["dev"], gold["test"])


def of_update(base: Base, recipe: Recipe, train: Sequence[Sentence], dev: Sequence[Sentence], updates: int) -> None:
    """Profile updates of a training as it begins."""
    data = prepare(train, dev, [], recipe, base, SCHEMA)
    precision = resolve(recipe.precision, CPU, base.inner_parameters)
    setup = TrainingSetup(data, recipe, base, SCHEMA, SEED, CPU, precision)
    torch.manual_seed(SEED)
    _, update = Workspaces().take(setup).begin(setup)
    batches = cycle(setup.batches(SEED))

    def run(count: int) -> Spent:
        began = Spent.now()
        for _ in range(count):
            update(*tensors(data, next(batches)), recipe.learning_rate)
        return began.since()

    run(WARM)
    plain = run(updates)
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        run(updates)
    kinds, wholes, names = shares(seen.events())
    whole = sum(kinds.values())
    line = {
        "name": "update", "layers": base.model.config.num_hidden_layers, "precision": precision, "updates": updates,
        "batch": recipe.batch_size, "embedding_rows": len(data.keep or ()) or base.embedding.num_embeddings,
        "ms_cpu_unprofiled": round(1e3 * plain.cpu / updates, 1), "ms_profiled": round(whole / 1e3 / updates, 1),
        "shares": {kind: round(spent / whole, 4) for kind, spent in kinds.most_common()},
        "of_which": {what: round(spent / whole, 4) for what, spent in wholes.most_common()},
        "largest": {f"{kind}: {name}": round(spent / whole, 4) for (kind, name), spent in names.most_common(16)},
        "machine": device_name("cpu"), "torch": torch.__version__, "load": os.getloadavg()[0],
    }  # fmt: skip
    print(json.dumps(line), flush=True)


def shares(events: Sequence[Any]) -> tuple[Counter[str], Counter[str], Counter[tuple[str, str]]]:
    """Self time by kind, by what is in WITHIN, and by kind and name; microseconds."""
    forward: dict[int, tuple[str, set[str]]] = {}  # by the number that an operation shares with its derivative
    kinds: Counter[str] = Counter()
    names: Counter[tuple[str, str]] = Counter()
    wholes: Counter[str] = Counter()
    ordered = sorted(events, key=lambda event: event.time_range.start)
    for backward in (False, True):
        for event in ordered:
            outwards = [event, *callers(event)]
            if any(one.name.startswith(BACKWARD) for one in outwards) != backward:
                continue
            kind, within = kind_of(outwards, forward)
            if not backward and event.sequence_nr >= 0:
                forward[event.sequence_nr] = kind, within  # the last of a number is the one that is derived
            kinds[kind] += event.self_cpu_time_total
            names[kind, event.name] += event.self_cpu_time_total
            wholes.update(dict.fromkeys(within, event.self_cpu_time_total))
    return kinds, wholes, names


def callers(event: Any) -> list[Any]:
    """The events that an event is part of, from the inside outwards."""
    found = []
    while event.cpu_parent is not None:
        event = event.cpu_parent
        found.append(event)
    return found


def kind_of(outwards: Sequence[Any], forward: dict[int, tuple[str, set[str]]]) -> tuple[str, set[str]]:
    """The kind of an event, and what of WITHIN it or what it is the derivative of is part of."""
    derived = [
        forward[one.sequence_nr] for one in outwards if one.name.startswith(BACKWARD) and one.sequence_nr in forward
    ]
    within = {WITHIN[one.name] for one in outwards if one.name in WITHIN}.union(*(inside for _, inside in derived))
    named = next((KIND_OF[one.name] for one in outwards if one.name in KIND_OF), None)
    return named or (derived[0][0] if derived else REST), within


def of_training(
    base: Base, recipe: Recipe, train: Sequence[Sentence], dev: Sequence[Sentence], test: Sequence[Sentence]
) -> None:
    """Time a training and its export by part."""
    parts = Parts()
    ways = {
        "prepare": "preparing data", "evaluate": "evaluations and tagging", "tag": "evaluations and tagging",
        "snapshot": "saving",
    }  # fmt: skip
    encode_once.cache_clear()  # the profiled updates' sentences are the same
    began = Spent.now()
    with tempfile.TemporaryDirectory() as folder:
        with patch.multiple(training, **{way: parts.of(part, getattr(training, way)) for way, part in ways.items()}):
            outcome = training.fine_tune(
                train, dev, test, recipe, base=base, schema=SCHEMA, seed=SEED, workspaces=InParts(parts)
            )
        parts.of("saving", export)(outcome, Path(folder) / "model", card=Card("profile"), recipe=recipe)
    whole = began.since()
    parts.spent[REST] = whole.cpu - sum(parts.spent.values())
    line = {
        "name": "training", "sentences": {"train": len(train), "dev": len(dev), "test": len(test)},
        "updates": outcome.first.steps, "evaluations": len(outcome.history), "precision": outcome.precision,
        "cpu_s": round(whole.cpu, 1), "wall_s": round(whole.wall, 1),
        "shares": {part: round(spent / whole.cpu, 4) for part, spent in parts.spent.most_common()},
        "seconds": {part: round(spent, 2) for part, spent in parts.spent.most_common()},
    }  # fmt: skip
    print(json.dumps(line), flush=True)


class Parts:
    """CPU time by part; what a part calls of another counts as its own."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self.within = False

    def of(self, part: str, way: Callable[..., Any]) -> Callable[..., Any]:
        """The same, timed."""

        def timed(*given: Any, **named: Any) -> Any:
            if self.within:
                return way(*given, **named)
            self.within, began = True, Spent.now()
            try:
                return way(*given, **named)
            finally:
                self.within = False
                self.spent[part] += began.since().cpu

        return timed


class InParts(Workspaces):
    """Gives the model's making and its updates to `parts`."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts

    def take(self, setup: TrainingSetup) -> Any:
        """See `Workspaces`."""
        return self

    def begin(self, setup: TrainingSetup) -> tuple[Any, Any]:
        """See `Workspace`."""
        model, update = self.parts.of("preparing the model", lambda: super(InParts, self).take(setup).begin(setup))()
        return model, self.parts.of("updates", update)


if __name__ == "__main__":
    main()
