"""`transformers.Trainer` as the paper's scripts call it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset
from transformers import Trainer, TrainingArguments

from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, start
from spanloom_trainer.core.encode import IGNORE, encode, labels_of, pad
from trainer_parts.trained import SCHEMA, SEED


@contextmanager
def silence() -> Iterator[None]:
    """Keep the Trainer's own prints off stdout, which is JSON alone."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        yield


def trainer_of(
    base: Base, train: list[Sentence], dev: list[Sentence], device: str, folder: Path, updates: int, clock: Any,
    *, bf16: bool,
) -> Any:  # fmt: skip
    """`transformers.Trainer` as the paper's scripts call it, for so many updates; evaluation and saving by hand."""
    paper = {"bf16": bf16, "learning_rate": 2e-5, "weight_decay": 0.01, "per_device_eval_batch_size": 16}
    return Trainer(
        start(base, SCHEMA),
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
