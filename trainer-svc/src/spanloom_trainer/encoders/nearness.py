"""Which candidate's sentences lie nearest to a few sentences of a target, in a multilingual encoder's middle layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from spanloom.contracts.pinned import PINNED
from spanloom.errors import DataError, EnvironmentMissing, SpecError

BATCH = 32
LONGEST = 256
"""Subwords of a sentence that are looked at."""
RESAMPLES = 1000
SEED = 3535
ENOUGH = 25
"""Sentences of the target that suffice in published work."""
TIE = 1e-6
"""Cosines that differ by less are equal: float32 has no more digits."""


class Near(NamedTuple):
    """A candidate: the cosine of its mean sentence and the target's, and the share of resamples in which it is first.

    The resamples are of the target's sentences and the candidates', so that the share says how far so few can tell.
    Candidates that share a first place have equal parts of it.
    """

    name: str
    sentences: int
    similarity: float
    first: float


class SentenceEncoder:
    """A folder or hub name, loaded without remote code; `layer` counts from 1, the middle one unless given.

    A known name on the hub stands for its pinned commit.
    """

    def __init__(self, encoder: str | Path, layer: int | None = None) -> None:
        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        revision = PINNED.get(str(encoder), "main")
        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(
                encoder, revision=revision, use_fast=True, trust_remote_code=False
            )
            self.model: Any = AutoModel.from_pretrained(
                encoder, revision=revision, use_safetensors=True, trust_remote_code=False
            ).eval()
        except (OSError, ValueError) as error:
            raise EnvironmentMissing(f"encoder {str(encoder)!r} cannot be loaded: {error}") from error
        depth = int(self.model.config.num_hidden_layers)
        self.layer = max(depth // 2, 1) if layer is None else layer
        if not 0 <= self.layer <= depth:
            raise SpecError([("layer", f"{layer}: {encoder} has layers 0 (the embeddings) to {depth}")])

    @torch.inference_mode()
    def vectors(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """The mean vector of each sentence's subwords, (sentences, hidden)."""
        rows = []
        for start in range(0, len(sentences), BATCH):
            encoded = self.tokenizer(
                [list(sentence) for sentence in sentences[start : start + BATCH]],
                is_split_into_words=True,
                padding=True,
                truncation=True,
                max_length=LONGEST,
                return_tensors="pt",
            )
            states = self.model(**encoded, output_hidden_states=True).hidden_states[self.layer]  # (B, L, hidden)
            states = states.float()
            of_words = [[word is not None for word in encoded.word_ids(i)] for i in range(len(states))]
            weights = torch.tensor(of_words, dtype=states.dtype)
            rows.append((weights[:, :, None] * states).sum(1) / weights.sum(1, keepdim=True).clamp(min=1))
        return torch.cat(rows)


def nearest(target: Tensor, candidates: Mapping[str, Tensor]) -> list[Near]:
    """The candidates, nearest first; each tensor is (sentences, hidden).

    As many sentences of each are taken as the smallest has: the mean of few strays farther, and so would lie farther
    off. Raises DataError where the target or a candidate has fewer than two, of which no resample differs.
    """
    if not candidates:
        raise DataError("no candidate is given; name at least one gold set")
    for name, vectors in (("the target", target), *candidates.items()):
        if len(vectors) < 2:
            raise DataError(f"{name} has {len(vectors)} sentences; at least 2 are needed, and {ENOUGH} are advised")
    names, most = list(candidates), min(map(len, candidates.values()))
    candidates = {name: vectors[:most] for name, vectors in candidates.items()}
    point = _similarities(target.mean(0, keepdim=True), [candidates[name].mean(0, keepdim=True) for name in names])[0]
    draw = torch.Generator().manual_seed(SEED)
    drawn = _similarities(_resampled(target, draw), [_resampled(candidates[name], draw) for name in names])
    leads = drawn >= drawn.max(1, keepdim=True).values - TIE
    first = (leads / leads.sum(1, keepdim=True)).mean(0)
    found = [Near(name, most, float(point[i]), float(first[i])) for i, name in enumerate(names)]
    return sorted(found, key=lambda near: (-near.similarity, near.name))


def _resampled(vectors: Tensor, draw: torch.Generator) -> Tensor:
    """Means of resamples with replacement, (resamples, hidden)."""
    n = len(vectors)
    chosen = torch.randint(n, (RESAMPLES, n), generator=draw)
    counts = torch.zeros(RESAMPLES, n).scatter_add_(1, chosen, torch.ones(RESAMPLES, n))
    return counts @ vectors.float() / n


def _similarities(target: Tensor, candidates: Sequence[Tensor]) -> Tensor:
    """Cosines of rows, (rows, candidates)."""
    return torch.stack([torch.cosine_similarity(target.float(), each.float(), dim=1) for each in candidates], dim=1)
