"""From a model to a tag for every word, and the scores of the dev set that training steers by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from spanloom.ner.spans import spans_of
from spanloom_trainer.core.batches import by_length
from spanloom_trainer.core.data import EncodedSplit
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.precision import autocast
from spanloom_trainer.core.step import logits_of

TAG_BUDGET = 4096  # padded subwords a batch; small enough for a laptop, large enough to fill a GPU


@dataclass(frozen=True)
class TaggedSplit:
    """Tags per sentence, and the mean loss over labelled words (None without labels)."""

    tags: list[list[int]]
    loss: float | None


@torch.no_grad()
def tag(
    model: Any,
    split: EncodedSplit,
    *,
    padding: int,
    precision: str = "fp32",
    between: Callable[[], None] = lambda: None,
) -> TaggedSplit:
    """Tag every word of a split, each by the window that holds most of its context.

    Words cut off by truncation are tagged O. `between` is called before each batch.
    """
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    out = [[0] * length for length in split.encoded.lengths]
    loss, counted, tagged = 0.0, 0, split.encoded.tokens_lost
    for batch in by_length(split.lengths, TAG_BUDGET):
        between()
        ids = torch.from_numpy(pad((split.ids[i] for i in batch), padding)).to(device)
        mask = torch.from_numpy(attended(len(split.ids[i]) for i in batch)).to(device)
        with autocast(device, precision):
            logits = logits_of(model, ids, mask)
        best = logits.argmax(-1).cpu().numpy()
        if split.labels:
            labels = torch.from_numpy(pad((split.labels[i] for i in batch), IGNORE)).to(device)
            loss += float(functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum"))
            counted += int((labels != IGNORE).sum())
        for row, i in enumerate(batch):
            window = split.encoded.windows[i]
            sentence = out[window.sentence]
            for word, head in zip(window.words, window.heads, strict=True):
                sentence[word] = int(best[row, head])
            tagged += len(window.words)
    model.train(was_training)
    words = sum(split.encoded.lengths)
    if tagged != words:
        raise AssertionError(f"tagged {tagged} of {words} words")
    return TaggedSplit(out, loss / counted if counted else None)


def span_f1(gold: Sequence[Sequence[int]], predicted: Sequence[Sequence[int]]) -> tuple[float, int]:
    """Micro F1 over entity spans (an orphan I-X begins a span), and the number of spans predicted."""
    right = found = wanted = 0
    for one, other in zip(gold, predicted, strict=True):
        true, guess = set(spans_of(one)), set(spans_of(other))
        right += len(true & guess)
        found += len(guess)
        wanted += len(true)
    return (2 * right / (found + wanted) if found + wanted else 0.0), found
