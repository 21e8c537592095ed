"""A tiny encoder of random weights, XLM-R's architecture, with a tokenizer of its own: for demos and tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaForTokenClassification

from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, base_of

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def make_tokenizer(sentences: Sequence[Sentence], *, vocab: int = 1000, longest: int = 512) -> PreTrainedTokenizerFast:
    """A Metaspace + BPE tokenizer of at most `vocab` entries over these sentences' words, XLM-R's special tokens."""
    inner = Tokenizer(models.BPE(unk_token="<unk>"))  # noqa: S106
    inner.pre_tokenizer = pre_tokenizers.Metaspace()
    inner.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=vocab, special_tokens=SPECIAL, show_progress=False)
    inner.train_from_iterator((" ".join(sentence.tokens) for sentence in sentences), trainer)
    inner.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
    special = {f"{role}_token": token for role, token in names.items()}
    return PreTrainedTokenizerFast(tokenizer_object=inner, model_max_length=longest, **special)


def tiny_base(
    sentences: Sequence[Sentence],
    *,
    seed: int,
    hidden: int = 128,
    layers: int = 2,
    heads: int = 4,
    ffn: int = 512,
    vocab: int = 1000,
    longest: int = 512,
) -> Base:
    """The encoder in memory: 0.54M parameters with the defaults. Sizes as XLMRobertaConfig names them."""
    tokenizer = make_tokenizer(sentences, vocab=vocab, longest=longest)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=ffn,
        max_position_embeddings=longest + 2,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = XLMRobertaForTokenClassification(config)
    return base_of(model, tokenizer, name=f"tiny-{hidden}x{layers}")


def make_encoder(folder: str | Path, sentences: Sequence[Sentence], *, seed: int, **sizes: int) -> Path:
    """Write the tiny encoder as a folder that AutoModel and AutoTokenizer load. `sizes` as for `tiny_base`."""
    folder = Path(folder)
    base = tiny_base(sentences, seed=seed, **sizes)
    base.model.save_pretrained(folder, safe_serialization=True)
    base.tokenizer.save_pretrained(folder)
    return folder
