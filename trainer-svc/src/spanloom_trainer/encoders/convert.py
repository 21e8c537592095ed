"""From an E5S1 file to a folder that transformers loads: config, safetensors, tokenizer."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from spanloom.errors import DataError
from spanloom_trainer.encoders.e5s1 import E5File

EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
SPECIAL = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
LEFT_ALONE = "\uff5e\U0001f23b"
"""What NFKC would change and XLM-R's normalizer (SentencePiece's nmt_nfkc) does not."""
ASIDE = "\ufdd0\ufdd1"
"""Unicode's noncharacters, which no text holds: they stand for LEFT_ALONE while NFKC passes."""


def write_folder(file: E5File, folder: Path) -> None:
    """Write config.json, model.safetensors, tokenizer.json and tokenizer_config.json into a folder that is there."""
    (folder / "config.json").write_text(json.dumps(config_of(file), indent=2) + "\n", "utf-8")
    weights = {name: value.contiguous() for name, value in weights_of(file).items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer_of(file).save(str(folder / "tokenizer.json"))
    write_tokenizer_config(folder, longest=file.positions)


def write_tokenizer_config(folder: Path, *, longest: int) -> None:
    """Have tokenizer.json taken as it stands: transformers' XLMRobertaTokenizer would build a normalizer of its own."""
    plain = {
        **{f"{role}_token": token for role, token in SPECIAL.items()},
        "model_max_length": longest,
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_input_names": ["input_ids", "attention_mask"],
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(plain, indent=2) + "\n", "utf-8")


def config_of(file: E5File) -> dict[str, Any]:
    """The config of a BERT whose padding is its tokenizer's."""
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": file.vocabulary,
        "hidden_size": file.hidden,
        "num_hidden_layers": file.layers,
        "num_attention_heads": file.heads,
        "intermediate_size": file.ffn,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": file.positions,
        "type_vocab_size": file.types,
        "initializer_range": 0.02,
        "layer_norm_eps": float(f"{file.epsilon:.6g}"),
        "bos_token_id": file.bos,
        "eos_token_id": file.eos,
        "pad_token_id": file.pad,
        "dtype": "float32",
    }


def weights_of(file: E5File) -> dict[str, torch.Tensor]:
    """The weights under transformers' names. Raises DataError where one is missing, left over or of another size."""
    tensors = dict(file.tensors)
    h, f = file.hidden, file.ffn
    tables = {"emb.word": (file.vocabulary, h), "emb.pos": (file.positions, h), "emb.type": (file.types, h)}
    out = {new: _taken(tensors, old, tables.get(old, (h,))) for old, new in EMBEDDINGS.items()}
    shapes = {"fi": (f, h), "fo": (h, f), "aln": (h,), "oln": (h,)}
    for i in range(file.layers):
        for short, long in LAYER.items():
            name = f"encoder.layer.{i}.{long}"
            out[f"{name}.weight"] = _taken(tensors, f"l{i}.{short}.w", shapes.get(short, (h, h)))
            out[f"{name}.bias"] = _taken(tensors, f"l{i}.{short}.b", (f if short == "fi" else h,))
    if tensors:
        raise DataError(f"the encoder's file holds tensors that BERT has no place for: {', '.join(sorted(tensors))}")
    return out


def _taken(tensors: dict[str, Any], name: str, shape: tuple[int, ...]) -> torch.Tensor:
    try:
        return torch.from_numpy(tensors.pop(name).reshape(shape))
    except (KeyError, ValueError) as error:
        raise DataError(f"the encoder's file has no tensor {name} of shape {shape}: {error}") from error


def tokenizer_of(file: E5File) -> Tokenizer:
    """The Unigram tokenizer, with XLM-R's special tokens around a sentence."""
    inner = Tokenizer(Unigram(vocab=file.pieces, unk_id=file.unk, byte_fallback=False))
    inner.normalizer = normalizer_of(file.rules)
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    inner.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    inner.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", file.bos), ("</s>", file.eos)],
    )
    plain = ("<s>", "<pad>", "</s>", "<unk>")
    inner.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in plain])
    inner.add_special_tokens([AddedToken("<mask>", special=True, normalized=False, lstrip=True)])
    return inner


def normalizer_of(rules: Mapping[str, str]) -> Any:
    """NFKC, with the exceptions of these rules: characters that are dropped, or read as a space.

    The rules name every code point that changes; NFKC does all but a few of them. Raises DataError for an exception
    of another kind.
    """
    apart: dict[str, list[str]] = {"": [], " ": []}
    for character, becomes in rules.items():
        if unicodedata.normalize("NFKC", character) == becomes:
            continue
        if becomes not in apart:
            raise DataError(
                f"the encoder's normalizer turns U+{ord(character):04X} into {becomes!r}, which NFKC does not"
            )
        apart[becomes].append(character)
    steps: list[Any] = [
        normalizers.Replace(Regex(f"[{''.join(map(_escaped, found))}]"), becomes)
        for becomes, found in apart.items()
        if found
    ]
    aside = list(zip(LEFT_ALONE, ASIDE, strict=True))
    steps += [normalizers.Replace(character, other) for character, other in aside]
    steps.append(normalizers.NFKC())
    steps += [normalizers.Replace(other, character) for character, other in aside]
    steps.append(normalizers.Replace(Regex(" {2,}"), " "))
    return normalizers.Sequence(steps)


def _escaped(character: str) -> str:
    return rf"\x{{{ord(character):x}}}" if not character.isalnum() else re.escape(character)
