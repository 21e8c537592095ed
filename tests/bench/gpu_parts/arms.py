"""A whole arm, ours and the Trainer's."""

# ruff: noqa: B023, F821  lambdas are called where they stand

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from trainer_parts.theirs import Windows, collate
from trainer_parts.trained import SCHEMA

from gpu_parts.common import (
    ARGS,
    BEGAN,
    CUDA,
    DEVICE,
    EPOCHS,
    SENTENCES,
    TINY,
    data_of,
    encoder,
    fresh,
    gib,
    in_host_memory,
    ours,
    say,
    setup_of,
    timed,
    wait,
)
from spanloom.contracts.training import DEFAULT
from spanloom_trainer.core.base import start
from spanloom_trainer.core.data import encode_once, prepare
from spanloom_trainer.core.packing import packed_length
from spanloom_trainer.core.tagging import tag
from spanloom_trainer.core.train import fine_tune, snapshot
from spanloom_trainer.core.workspace import Workspaces
from spanloom_trainer.models.card import Card
from spanloom_trainer.models.export import export


def part_arm() -> None:
    """Ours, a whole arm as the product runs it (base in host memory), and what it spends besides updates."""
    on_device = encoder(0.1)
    base = in_host_memory(on_device)
    train, dev = data_of()
    recipe = DEFAULT.changed(epochs=EPOCHS, restarts=0, **({"precision": "fp32"} if TINY else {}))
    setup = setup_of(base, recipe)
    shapes = {packed_length(sum(len(setup.data.train.ids[i]) for i in rows)) for rows in setup.batches(42)}
    encode_once.cache_clear()  # it remembers what `setup_of` has encoded
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
        kept = Workspaces()
        fresh()
        for again in (False, True):  # the second finds the model and the captured updates of the first, as in a run
            encode_once.cache_clear()  # each arm of a run has train sentences of its own
            seconds, outcome = timed(
                lambda one=one: fine_tune(
                    train, dev, [], recipe, base=one, schema=SCHEMA, seed=42, device=DEVICE, workspaces=kept
                )
            )
            say("arm", base_in=where, second=again, seconds=round(seconds, 2), updates=outcome.first.steps,
                ms_per_update_all_in=round(1e3 * seconds / outcome.first.steps, 2), trainings=len(outcome.trainings),
                precision=outcome.precision, vocabulary_trained=outcome.vocabulary_trained, **gib())  # fmt: skip
            if where == "host":
                ours["arm_s"] = seconds  # as the product has it
            if time.monotonic() - BEGAN > ARGS.budget * 0.6:
                break


def part_trainer() -> None:
    """(c) transformers.Trainer with the paper's arguments on the same data; saving and eval measured once each."""
    from transformers import Trainer, TrainerCallback, TrainingArguments

    base = encoder(0.1)
    train, dev = data_of()
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
            data_collator=lambda rows: collate(rows, base.padding), callbacks=[Clock()],
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
