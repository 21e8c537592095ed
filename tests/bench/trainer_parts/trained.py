"""What is trained: sentences, and an encoder of random weights."""

from __future__ import annotations

import gzip
import os
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import XLMRobertaConfig, XLMRobertaForTokenClassification

from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, base_of, describe
from spanloom_trainer.core.data import TrainingData
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.tiny import make_tokenizer

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
VOCABULARY = 250_002
SEED = 42
SHAPES = {
    "tiny": {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 512},
    "base": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
    "large": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096},
}
SHARED = Path(__file__).resolve().parents[4] / "shared"


def tensors(data: TrainingData, rows: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, labels and mask `(B, L)` of some rows of the train split, as `train_once` makes them."""
    ids = torch.from_numpy(pad((data.train.ids[i] for i in rows), data.padding))
    labels = torch.from_numpy(pad((data.train.labels[i] for i in rows), IGNORE))
    return ids, labels, torch.from_numpy(attended(len(data.train.ids[i]) for i in rows))


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
    for name in ("da_ddt", "sv_talbanken"):
        path = Path(os.environ.get("SPANLOOM_SHARED", SHARED)) / "data" / "gold" / name / "train.iob2.gz"
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
        **SHAPES[shape],
    )
    torch.manual_seed(1)
    model = XLMRobertaForTokenClassification(config)
    describe(model, SCHEMA)
    model.classifier = torch.nn.Linear(config.hidden_size, len(SCHEMA))
    return base_of(model, tokenizer, name=f"xlm-r-{shape}, random weights")
