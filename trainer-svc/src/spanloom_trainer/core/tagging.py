"""From a model to a tag for every word, and the scores of the dev set that training steers by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from spanloom.ner.spans import spans_of
from spanloom_trainer.core.batches import by_length
from spanloom_trainer.core.data import EncodedSplit
from spanloom_trainer.core.encode import IGNORE
from spanloom_trainer.core.masks import additive, takes_whole_masks, whole_mask
from spanloom_trainer.core.precision import autocast
from spanloom_trainer.core.step import logits_of

TAG_BUDGET = {"cpu": 4096, "cuda": 32_768}
"""Padded subwords a batch: few enough for a laptop's memory, enough to fill a GPU."""


@dataclass(frozen=True)
class TaggedSplit:
    """Tags per sentence, and the mean loss over labelled words (None without labels)."""

    tags: list[list[int]]
    loss: float | None


@dataclass(frozen=True)
class Batches:
    """A split on a device: the windows of each batch; its ids, mask and labels `(B, L)`, labels None without gold."""

    rows: list[list[int]]
    tensors: list[tuple[Tensor, Tensor, Tensor | None]]


@torch.no_grad()
def tag(
    model: Any,
    split: EncodedSplit,
    *,
    padding: int,
    precision: str = "fp32",
    between: Callable[[], None] = lambda: None,
    batches: Batches | None = None,
) -> TaggedSplit:
    """Tag every word of a split, each by the window that holds most of its context.

    Words cut off by truncation are tagged O. `between` is called before each batch. All batches go to the device at
    once, unless they are there already (`batches`), and come back at once, so that a GPU waits for nobody.
    """
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    batches = batches or uploaded(split, padding, device)
    best: list[Tensor] = []
    losses: list[Tensor] = []
    with autocast(device, precision):  # around all batches: weights are cast once
        for ids, mask, labels in batches.tensors:
            between()
            logits = logits_of(model, ids, mask_for(model, mask, precision))  # (B, L, tags)
            best.append(logits.argmax(-1).flatten())
            if labels is not None:
                losses.append(functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum"))
    model.train(was_training)
    found = torch.cat(best).cpu().numpy() if best else np.empty(0, dtype=np.int64)
    counted = sum(label != IGNORE for row in split.labels for label in row)
    loss = sum(torch.stack(losses).tolist()) / counted if counted else None
    return TaggedSplit(words_tagged(split, batches.rows, found), loss)


def uploaded(split: EncodedSplit, padding: int, device: torch.device) -> Batches:
    """A split in batches of like lengths on a device, by one copy for all."""
    batches = by_length(split.lengths, TAG_BUDGET[device.type])
    shapes: list[tuple[int, int]] = []
    flat: list[NDArray[np.int64]] = []  # (3, B * L) a batch
    for batch in batches:
        ids, labels, mask = split.padded(batch, padding)
        shapes.append(ids.shape)
        flat.append(np.stack([ids.ravel(), mask.ravel(), labels.ravel()]))
    if not flat:
        return Batches([], [])
    host = torch.from_numpy(np.concatenate(flat, axis=1))
    whole = host.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else host.to(device)
    tensors: list[tuple[Tensor, Tensor, Tensor | None]] = []
    start = 0
    for rows, length in shapes:
        part, start = whole[:, start : start + rows * length], start + rows * length
        ids_, mask_, labels_ = part.reshape(3, rows, length)
        tensors.append((ids_, mask_, labels_ if split.labels else None))
    return Batches(batches, tensors)


def mask_for(model: Any, mask: Tensor, precision: str) -> Tensor:
    """The mask `(B, L)` as the model is given it: whole on a GPU, where no call waits for the device then."""
    on_gpu = mask.device.type != "cpu"
    return additive(whole_mask(mask), precision) if on_gpu and takes_whole_masks(model) else mask


def words_tagged(split: EncodedSplit, batches: Sequence[Sequence[int]], found: NDArray[np.int64]) -> list[list[int]]:
    """Tags of each sentence's words from those of all subwords: `found` are the batches `(B, L)`, one after another."""
    return [[0 if at < 0 else int(found[at]) for at in places] for places in word_places(split, batches)]


def word_places(split: EncodedSplit, batches: Sequence[Sequence[int]]) -> list[list[int]]:
    """Where each sentence's words stand among all subwords of the batches `(B, L)`; -1 for words cut off."""
    out = [[-1] * length for length in split.encoded.lengths]
    start, tagged = 0, split.encoded.tokens_lost
    for batch in batches:
        longest = max(len(split.ids[i]) for i in batch)
        for i in batch:
            window = split.encoded.windows[i]
            sentence = out[window.sentence]
            for word, head in zip(window.words, window.heads, strict=True):
                sentence[word] = start + head
            start += longest
            tagged += len(window.words)
    words = sum(split.encoded.lengths)
    if tagged != words:
        raise AssertionError(f"tagged {tagged} of {words} words")
    return out


@torch.no_grad()
def word_probabilities(
    model: Any, split: EncodedSplit, *, padding: int, precision: str = "fp32"
) -> list[NDArray[np.float32]]:
    """The probability of each tag for every word of a split, (words, tags) a sentence; words cut off are O for sure."""
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    batches = uploaded(split, padding, device)
    parts: list[Tensor] = []
    with autocast(device, precision):
        for ids, mask, _ in batches.tensors:
            logits = logits_of(model, ids, mask_for(model, mask, precision))
            parts.append(logits.softmax(-1).flatten(0, 1))  # (B * L, tags)
    model.train(was_training)
    if not parts:
        return [np.zeros((length, model.config.num_labels), np.float32) for length in split.encoded.lengths]
    flat = torch.cat(parts).cpu().numpy()
    cut = np.eye(1, flat.shape[1], dtype=np.float32)
    flat = np.concatenate([flat, cut])  # place -1 is the last row
    return [flat[np.asarray(places, dtype=np.int64)] for places in word_places(split, batches.rows)]


def span_f1(gold: Sequence[Sequence[int]], predicted: Sequence[Sequence[int]]) -> tuple[float, int]:
    """Micro F1 over entity spans (an orphan I-X begins a span), and the number of spans predicted."""
    right = found = wanted = 0
    for one, other in zip(gold, predicted, strict=True):
        true, guess = set(spans_of(one)), set(spans_of(other))
        right += len(true & guess)
        found += len(guess)
        wanted += len(true)
    return (2 * right / (found + wanted) if found + wanted else 0.0), found
