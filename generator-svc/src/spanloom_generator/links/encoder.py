"""Word alignment by a pretrained multilingual encoder, untrained for it, as SimAlign and awesome-align do.

Subwords of both sentences are compared by the dot product of their vectors, summed over two middle layers (the vectors
of the last layer say less of the word and more of the task). Two subwords are linked where the softmax over the
translation and the softmax over the source both give the pair more than `THRESHOLD` (Dou and Neubig, 2021); words are
linked where some of their subwords are. A source word without a link has its best free target word as a possible link.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from spanloom.contracts.pinned import PINNED
from spanloom.data.encoders import KNOWN, ORIGIN, folder_of
from spanloom.errors import EnvironmentMissing, SpecError
from spanloom.ner.links import Link, Links
from spanloom.settings import load_settings

THRESHOLD = 0.1
"""Chosen on English to Spanish training sentences; between 0.02 and 0.2 little changes."""

GETTERS = "spanloom.encoders"
"""Entry points of the members that get encoders which are known by name: the trainer's, where it is installed here."""

_BATCH = 32
_AHEAD = 1024
"""Sentence pairs sorted by length together, so that batches are of a kind."""


class EncoderAligner:
    """Links from the hidden states of an encoder held in memory."""

    def __init__(self, encoder: str, layers: Sequence[int] | None = None) -> None:
        """Load the encoder: a folder or name as transformers takes it, or one that `spanloom encoder get` has got.

        A known name on the hub stands for its pinned commit. Safetensors alone, and no code of the model's.
        `layers` count from 1, the first above the embeddings (0); the middle two by default: 6 and 7 of 12.
        Raises EnvironmentMissing where it cannot be loaded, SpecError for a layer it has not.
        """
        transformers_logging.set_verbosity_error()  # the pooler's new weights, which nothing here reads
        transformers_logging.disable_progress_bar()
        encoder = _placed(encoder)
        revision = PINNED.get(encoder, "main")
        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(
                encoder, revision=revision, use_fast=True, trust_remote_code=False
            )
            self.model: Any = AutoModel.from_pretrained(
                encoder, revision=revision, use_safetensors=True, trust_remote_code=False
            ).eval()
        except (OSError, ValueError) as error:
            raise EnvironmentMissing(f"encoder {encoder!r} cannot be loaded: {error}") from error
        if not self.tokenizer.is_fast:
            raise EnvironmentMissing(f"encoder {encoder!r} has no fast tokenizer (tokenizer.json), which tells words")
        depth = int(self.model.config.num_hidden_layers)
        self.layers = tuple(layers) if layers else tuple(sorted({max(depth // 2, 1), min(depth // 2 + 1, depth)}))
        for layer in self.layers:
            if not 0 <= layer <= depth:
                raise SpecError([("layer", f"{layer}: {encoder} has layers 0 (the embeddings) to {depth}")])
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(self.device)
        self.name = Path(encoder).name

    @property
    def rule(self) -> str:
        """Encoder, layers and rule in words, as stored beside the links."""
        layers = "+".join(map(str, self.layers))
        return f"{self.name}, layers {layers}, softmax both ways above {THRESHOLD:g}"

    @property
    def _longest(self) -> int:
        """The most subwords the encoder takes; some kinds, as RoBERTa, count positions from after the padding id.

        That is told by the module that counts, not by the name of the kind, and the id is the module's own: a published
        config may name another padding than its tokenizer, or than the module has.
        """
        positions = int(getattr(self.model.config, "max_position_embeddings", None) or 1 << 20)
        for part in self.model.modules():
            if isinstance(getattr(part, "position_embeddings", None), nn.Embedding) and hasattr(part, "padding_idx"):
                positions -= int(part.padding_idx) + 1
                break
        return min(positions, int(self.tokenizer.model_max_length))

    def align(self, pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Iterator[Links]:
        """The links of each (source tokens, target tokens), in order.

        Words beyond the encoder's longest input have no links.
        """
        stream = iter(pairs)
        while chunk := list(islice(stream, _AHEAD)):
            sources = self._vectors([source for source, _ in chunk])
            targets = self._vectors([target for _, target in chunk])
            for source, target in zip(sources, targets, strict=True):
                yield links_of(*source, *target)

    @torch.inference_mode()
    def _vectors(self, sentences: Sequence[Sequence[str]]) -> list[tuple[list[int], Tensor]]:
        """Of each sentence the word of each subword, and the subwords' vectors: (layers, subwords, hidden)."""
        found: dict[int, tuple[list[int], Tensor]] = {}
        empty = torch.zeros(len(self.layers), 0, int(self.model.config.hidden_size))
        order = sorted((i for i, s in enumerate(sentences) if s), key=lambda i: sum(map(len, sentences[i])))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            encoded = self.tokenizer(
                [list(sentences[i]) for i in batch],
                is_split_into_words=True,
                padding=True,
                truncation=True,
                max_length=self._longest,
                return_tensors="pt",
            )
            states = self.model(**encoded.to(self.device), output_hidden_states=True).hidden_states
            # (batch, layers, subwords, hidden)
            chosen = torch.stack([states[layer] for layer in self.layers], dim=1).float().cpu()
            for row, i in enumerate(batch):
                words = encoded.word_ids(row)
                places = [place for place, word in enumerate(words) if word is not None]
                found[i] = ([words[place] for place in places], chosen[row][:, places])
        return [found.get(i, ([], empty)) for i in range(len(sentences))]


def _placed(encoder: str) -> str:
    """Where an encoder that is known by name lies; any other as it is named."""
    if encoder not in KNOWN:
        return encoder
    cache = load_settings().cache
    folder = folder_of(cache, encoder)
    if not (folder / ORIGIN).is_file():
        get = next(iter(importlib.metadata.entry_points(group=GETTERS, name="get")), None)
        if get is None:
            raise EnvironmentMissing(
                f"encoder {encoder} is not in the cache yet; `spanloom encoder get {encoder}` gets it"
            )
        get.load()(encoder, cache)
    return str(folder)


def links_of(source_words: list[int], source: Tensor, target_words: list[int], target: Tensor) -> Links:
    """Links of one pair from its subwords' words and vectors (layers, subwords, hidden)."""
    if not source_words or not target_words:
        return Links()
    similarity = torch.einsum("lsh,lth->st", source, target)
    forward, backward = similarity.log_softmax(dim=1), similarity.log_softmax(dim=0)
    pairs = (torch.minimum(forward, backward).exp() > THRESHOLD).nonzero().tolist()
    sure = sorted({(source_words[s], target_words[t]) for s, t in pairs})
    return Links(tuple(sure), tuple(_possible(sure, source_words, target_words, forward + backward)))


def _possible(
    sure: Sequence[Link], source_words: Sequence[int], target_words: Sequence[int], score: Tensor
) -> Iterator[Link]:
    """For each source word without a link its best target word among those that no link points to."""
    linked, taken = {i for i, _ in sure}, {j for _, j in sure}
    free = [t for t, word in enumerate(target_words) if word not in taken]
    if not free:
        return
    for word in sorted(set(source_words) - linked):
        rows = [s for s, w in enumerate(source_words) if w == word]
        best = int(score[rows][:, free].max(dim=0).values.argmax())
        yield word, target_words[free[best]]
