"""A GLiNER model of random weights, small enough to be made by a test."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.trainers import WordPieceTrainer
from transformers import BertConfig, PreTrainedTokenizerFast

SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}


def make_gliner(folder: Path, text: str) -> str:
    """A model in a folder, its vocabulary from a text; the folder's name."""
    from gliner.config import UniEncoderSpanConfig
    from gliner.model import UniEncoderSpanGLiNER

    pieces = Tokenizer(WordPiece(unk_token="[UNK]"))
    pieces.pre_tokenizer = Whitespace()
    pieces.train_from_iterator([text], WordPieceTrainer(vocab_size=400, special_tokens=list(SPECIAL.values())))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, **SPECIAL)
    tokenizer.save_pretrained(folder)
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    encoder = BertConfig(vocab_size=len(tokenizer), **shape).to_dict()
    torch.manual_seed(0)
    config = UniEncoderSpanConfig(
        model_name=str(folder),
        hidden_size=32,
        max_width=4,
        dropout=0.0,
        vocab_size=len(tokenizer),
        encoder_config=encoder,
    )
    model = UniEncoderSpanGLiNER(config, tokenizer=tokenizer, backbone_from_pretrained=False)
    model.resize_embeddings()
    model.save_pretrained(folder)
    return str(folder)
