"""The seq2seq engine against transformers' own way of translating with each kind of model, all made up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch
from transformers import (
    AutoModelForSeq2SeqLM,
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    NllbTokenizer,
)

from spanloom.errors import EnvironmentMissing, PermanentEngineError, SpecError
from spanloom_generator.engines.port import CallRequest, ChatMessage, Sampling
from spanloom_generator.engines.seq2seq import Seq2SeqEngine

TEXTS = ["the food is good", "the", "we like the food and the place is good too", "is it", "good good good"]
LONGEST = 60
SIZES: dict[str, Any] = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "max_position_embeddings": LONGEST,
    "init_std": 1.0,
}


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentencepiece model of a few words, and its pieces as a vocabulary."""
    folder = tmp_path_factory.mktemp("pieces")
    text = folder / "text"
    text.write_text("\n".join(TEXTS * 20))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "m"), vocab_size=40, hard_vocab_limit=False, minloglevel=2
    )
    loaded = sentencepiece.SentencePieceProcessor(model_file=str(folder / "m.model"))
    found = [loaded.id_to_piece(i) for i in range(loaded.get_piece_size())]
    names = ["<s>", "<pad>", "</s>", "<unk>", *(p for p in found if p not in ("<s>", "</s>", "<unk>"))]
    (folder / "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    return folder


def m2m100(pieces: Path, folder: Path) -> Path:
    tokenizer = M2M100Tokenizer(str(pieces / "vocab.json"), str(pieces / "m.model"))
    tokenizer.save_pretrained(folder)
    size = max(tokenizer.lang_code_to_id.values()) + 10
    config = M2M100Config(vocab_size=size, pad_token_id=1, bos_token_id=0, eos_token_id=2, **SIZES)
    M2M100ForConditionalGeneration(config).save_pretrained(folder)
    return folder


def nllb(pieces: Path, folder: Path) -> Path:
    tokenizer = NllbTokenizer(vocab=json.loads((pieces / "vocab.json").read_text()), merges=[])
    tokenizer.save_pretrained(folder)
    config = M2M100Config(vocab_size=len(tokenizer), pad_token_id=1, bos_token_id=0, eos_token_id=2, **SIZES)
    M2M100ForConditionalGeneration(config).save_pretrained(folder)
    return folder


def marian(pieces: Path, folder: Path) -> Path:
    pytest.importorskip("sacremoses", reason="MarianMT's punctuation is normalised by sacremoses")
    vocabulary = json.loads((pieces / "vocab.json").read_text())
    (folder / "v.json").write_text(json.dumps(vocabulary))
    spm = str(pieces / "m.model")
    MarianTokenizer(spm, spm, str(folder / "v.json")).save_pretrained(folder)
    config = MarianConfig(
        vocab_size=len(vocabulary), pad_token_id=1, eos_token_id=2, decoder_start_token_id=1, forced_eos_token_id=2,
        **SIZES,
    )  # fmt: skip
    MarianMTModel(config).save_pretrained(folder)
    return folder


Make = Callable[[Path, Path], Path]
SPANISH = "spa_Latn"
KINDS: dict[Make, tuple[list[str], list[str], Callable[[Any], dict[str, Any]], str]] = {
    m2m100: (["en"], ["es"], lambda t: {"forced_bos_token_id": t.get_lang_id("es")}, "en"),
    nllb: (
        ["eng_Latn"],
        ["es", SPANISH],
        lambda t: {"forced_bos_token_id": t.convert_tokens_to_ids(SPANISH)},
        "eng_Latn",
    ),
    marian: (["en"], ["es"], lambda t: {}, ""),
}
SEARCH = {"beams": 2, "max_tokens": 12, "batch_size": 3}
TOKENIZERS: dict[Make, Any] = {m2m100: M2M100Tokenizer, nllb: NllbTokenizer, marian: MarianTokenizer}


@pytest.fixture
def engine_of(pieces: Path, tmp_path: Path) -> Iterator[Callable[..., Seq2SeqEngine]]:
    opened: list[Seq2SeqEngine] = []

    def make(kind: Make, **config: Any) -> Seq2SeqEngine:
        torch.manual_seed(3)
        folder = kind(pieces, tmp_path)
        source, target, *_ = KINDS[kind]
        given = {"model": str(folder), "source": source, "target": target, **SEARCH}
        opened.append(Seq2SeqEngine({**given, **config}))
        return opened[-1]

    yield make
    for engine in opened:
        engine.close()


def request(number: int, text: str) -> CallRequest:
    messages = [ChatMessage(role="system", content="Translate."), ChatMessage(role="user", content=text)]
    return CallRequest(f"p{number}", number, messages, Sampling(), "es", "translate_train")


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_transformers_says_of_each_text_alone(engine_of: Callable[..., Seq2SeqEngine], kind: Make) -> None:
    engine = engine_of(kind)
    engine.start()
    futures = [engine.submit(request(i, text)) for i, text in enumerate(TEXTS)]
    results = [future.result(60) for future in futures]
    tokenizer = TOKENIZERS[kind].from_pretrained(engine.model)
    if KINDS[kind][3]:
        tokenizer.src_lang = KINDS[kind][3]
    model = AutoModelForSeq2SeqLM.from_pretrained(engine.model).eval()
    for text, result in zip(TEXTS, results, strict=True):
        encoded = tokenizer([text], return_tensors="pt")
        row = model.generate(**encoded, num_beams=2, do_sample=False, max_new_tokens=12, **KINDS[kind][2](tokenizer))
        begins = 2 if KINDS[kind][3] else 1  # the decoder's start, and the language
        assert result.text == " ".join(tokenizer.decode(row[0][begins:], skip_special_tokens=True).split())
        assert result.tokens_in == encoded["input_ids"].shape[1]
        assert 0 < result.tokens_out <= 12
        assert result.finish_reason in ("stop", "length")
    assert len({result.text for result in results}) > 1
    assert engine.room() == 24


def test_a_text_longer_than_the_model_fails_alone(engine_of: Callable[..., Seq2SeqEngine]) -> None:
    engine = engine_of(marian)
    engine.start()
    too_long, fits = engine.submit(request(0, "the food " * LONGEST)), engine.submit(request(1, "the food"))
    with pytest.raises(PermanentEngineError, match=r"tokens; the model takes 60, and nothing is cut"):
        too_long.result(60)
    assert fits.result(60).model == engine.model


def test_a_language_that_the_model_has_not_is_told_with_those_it_has(engine_of: Callable[..., Seq2SeqEngine]) -> None:
    with pytest.raises(SpecError, match=r"no language named tlh \(target\); it has .*\. Give the model's own name"):
        engine_of(m2m100, target=["tlh"]).start()


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="cannot be loaded"):
        Seq2SeqEngine({"model": str(tmp_path), "source": ["en"], "target": ["es"]}).start()


def test_what_is_closed_begins_again_and_calls_in_flight_end_cancelled(
    engine_of: Callable[..., Seq2SeqEngine],
) -> None:
    engine = engine_of(marian)
    engine.start()
    first = engine.submit(request(0, "the food")).result(60).text
    engine.close()
    assert engine.submit(request(1, "the food")).result(60).text == first
