"""`spanloom related`: nearness of sentences, on vectors and with a made-up encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
from typer import Typer
from typer.testing import CliRunner

from spanloom.errors import DataError
from spanloom_trainer.encoders.nearness import SentenceEncoder, nearest
from spanloom_trainer.encoders.related import related

OURS, THEIRS = ["bil", "hus", "hund", "kat"], ["auto", "casa", "perro", "gato"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("encoder")
    vocabulary = {word: i for i, word in enumerate(["<pad>", "<unk>", *OURS, *THEIRS])}
    plain = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="<pad>", unk_token="<unk>").save_pretrained(folder)
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).save_pretrained(folder)
    return str(folder)


@given(st.permutations(range(3)), st.integers(3, 12))
def test_the_order_of_candidates_is_of_no_account(order: list[int], n: int) -> None:
    draw = torch.Generator().manual_seed(n)
    centre = torch.eye(4)
    sets = {f"c{k}": centre[k] + 0.01 * torch.randn(n, 4, generator=draw) for k in range(3)}
    target = centre[1] + 0.3 * centre[2] + 0.01 * torch.randn(n, 4, generator=draw)
    found = nearest(target, {f"c{k}": sets[f"c{k}"] for k in order})
    assert [near.name for near in found] == ["c1", "c2", "c0"]
    assert found[0].first == 1.0
    assert sum(near.first for near in found) == pytest.approx(1.0)


def test_two_that_cannot_be_told_apart_lead_about_as_often() -> None:
    rows = torch.randn(30, 8, generator=torch.Generator().manual_seed(2)) + 1
    first, second = nearest(rows, {"a": rows[:15], "b": rows[15:]})
    assert min(first.first, second.first) > 0.05


def test_nothing_to_compare_is_told() -> None:
    with pytest.raises(DataError, match="one of them has none"):
        nearest(torch.zeros(0, 3), {"a": torch.ones(1, 3)})


def test_a_sentences_vector_is_that_of_its_words_in_any_company(encoder: str) -> None:
    loaded = SentenceEncoder(encoder)
    alone, beside = loaded.vectors([OURS[:2]]), loaded.vectors([OURS[:2], THEIRS])
    assert loaded.layer == 1
    assert torch.allclose(alone[0], beside[0], atol=1e-5)


def test_the_command_ranks_gold_sets_by_a_few_lines_of_text(encoder: str, tmp_path: Path) -> None:
    for name, vocabulary in (("ours", OURS), ("theirs", THEIRS)):
        rows = [f"{a}\tB-X\n{b}\tO\n\n" for a in vocabulary for b in vocabulary]
        (tmp_path / f"{name}.iob2").write_text("".join(rows))
    (tmp_path / "text").write_text("bil hus\r\n\r\nhund kat\n")
    golds = [f"--gold={tmp_path / name}.iob2" for name in ("theirs", "ours")]
    app = Typer()
    app.command()(related)
    command = ["da", "--text", str(tmp_path / "text"), *golds, "--encoder", encoder]
    answer = CliRunner().invoke(app, [*command, "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert (told["target"], told["sentences"]) == ("da", 2)
    assert [Path(near["name"]).stem for near in told["candidates"]] == ["ours", "theirs"]
    plain = CliRunner().invoke(app, command)
    assert "fewer than 25 sentences" in plain.output
