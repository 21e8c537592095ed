from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoModel,
    BertConfig,
    BertModel,
    CamembertConfig,
    MPNetConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
)

from spanloom.data.encoders import ORIGIN
from spanloom.errors import EnvironmentMissing, SpecError
from spanloom.ner.links import Links
from spanloom_generator.links.encoder import EncoderAligner, links_of

WORDS = ["the", "food", "is", "good", "la", "comida", "es", "buena"]


def save_tokenizer(folder: Path, words: Sequence[str], *, longest: int) -> None:
    """A tokenizer that knows these words, each by its place."""
    plain = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="<pad>", unk_token="<unk>", model_max_length=longest
    ).save_pretrained(folder)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A random encoder of four layers over words that it knows by name."""
    folder = tmp_path_factory.mktemp("encoder")
    words = ["<pad>", "<unk>", *WORDS]
    save_tokenizer(folder, words, longest=16)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    BertModel(config).save_pretrained(folder)
    return str(folder)


def test_words_are_linked_where_both_directions_agree_and_the_rest_possibly() -> None:
    # Source word 1 has two subwords; words 0 and 1 find each other, source 2 prefers a word that prefers another.
    source = torch.tensor([[[9.0, 0, 0], [0, 9, 0], [0, 9, 0], [5, 0, 0]]])
    target = torch.tensor([[[0.0, 9, 0], [9, 0, 0], [0, 1, 0]]])
    found = links_of([0, 1, 1, 2], source, [0, 1, 2], target)
    assert found == Links(((0, 1), (1, 0)), ((2, 2),))


def test_nothing_in_nothing_out() -> None:
    nothing = torch.zeros(1, 0, 3)
    assert links_of([], nothing, [0], torch.ones(1, 1, 3)) == Links()
    assert links_of([0], torch.ones(1, 1, 3), [], nothing) == Links()


def test_layers_are_the_middle_two_or_those_given(encoder: str) -> None:
    assert EncoderAligner(encoder).layers == (2, 3)
    assert "layers 1" in EncoderAligner(encoder, [1]).rule
    with pytest.raises(SpecError, match=r"layers 0 .* to 4"):
        EncoderAligner(encoder, [5])


def test_a_pair_has_the_same_links_alone_and_among_others(encoder: str) -> None:
    aligner = EncoderAligner(encoder)
    pairs = [
        (WORDS[:4], WORDS[4:]),
        (["food"], ["food"]),
        ([], WORDS),
        (WORDS[:2], WORDS[4:6]),
    ]
    together = list(aligner.align(pairs))
    assert together == [next(aligner.align([pair])) for pair in pairs]
    assert (0, 0) in together[1].sure


def test_words_past_the_longest_input_have_no_links(encoder: str) -> None:
    (found,) = EncoderAligner(encoder).align([(["food"] * 40, ["food"] * 40)])
    assert max(i for i, _ in (*found.sure, *found.possible)) < 16


SIZES = {
    "vocab_size": 20,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 16,
}


def save(folder: Path, config: PreTrainedConfig, padding: int) -> str:
    """A random encoder beside a tokenizer whose padding has this id."""
    words = [*WORDS, "<unk>"]
    save_tokenizer(folder, [*words[:padding], "<pad>", *words[padding:]], longest=512)
    torch.manual_seed(1)
    AutoModel.from_config(config).save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize(
    ("config", "padding", "longest"),
    [
        (BertConfig(**SIZES, pad_token_id=0), 1, 16),  # as multilingual-e5-small is published
        (XLMRobertaConfig(**SIZES, pad_token_id=1), 1, 14),
        (XLMRobertaConfig(**SIZES, pad_token_id=5), 1, 10),
        (XLMRobertaConfig(**SIZES, pad_token_id=1), 5, 14),
        (CamembertConfig(**SIZES, pad_token_id=1), 1, 14),
        (MPNetConfig(**SIZES, pad_token_id=3), 3, 14),  # its module counts from 1, whatever the config says
    ],
    ids=["bert", "xlm-roberta", "xlm-roberta at 5", "tokenizer at 5", "camembert", "mpnet"],
)
def test_the_longest_input_is_the_models_whatever_its_config_calls_padding(
    tmp_path: Path, config: PreTrainedConfig, padding: int, longest: int
) -> None:
    aligner = EncoderAligner(save(tmp_path, config, padding))
    assert aligner.tokenizer.pad_token_id == padding
    long = ["comida"] * 40
    ((words, vectors),) = aligner._vectors([long])
    assert (words, vectors.shape) == (list(range(longest)), (2, longest, 16))
    ((_, alone),) = aligner._vectors([WORDS[:2]])
    (_, beside), _ = aligner._vectors([WORDS[:2], long])
    assert torch.allclose(alone, beside, atol=1e-5)


def test_what_is_no_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="cannot be loaded"):
        EncoderAligner(str(tmp_path))


def test_an_encoder_that_is_known_by_name_is_looked_for_in_the_cache(
    encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANLOOM_CACHE", str(tmp_path))
    monkeypatch.setattr("spanloom_generator.links.encoder.GETTERS", "none.installed")
    with pytest.raises(EnvironmentMissing, match="`spanloom encoder get e5-small` gets it"):
        EncoderAligner("e5-small")
    (tmp_path / "encoders").mkdir()
    shutil.copytree(encoder, tmp_path / "encoders" / "e5-small")
    (tmp_path / "encoders" / "e5-small" / ORIGIN).write_text("{}")
    assert EncoderAligner("e5-small").rule.startswith("e5-small, layers 2+3")
