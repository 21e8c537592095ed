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
from spanloom_trainer.encoders import related as module
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


@pytest.mark.parametrize(
    ("target", "of", "said"),
    [(1, {"a": 2}, "the target has 1 sentences"), (2, {"a": 2, "b": 1}, "b has 1"), (2, {}, "no candidate is given")],
)
def test_too_little_to_compare_is_told(target: int, of: dict[str, int], said: str) -> None:
    with pytest.raises(DataError, match=said):
        nearest(torch.ones(target, 3), {name: torch.ones(n, 3) for name, n in of.items()})


def test_candidates_that_are_the_same_share_the_first_place() -> None:
    rows = 1 + 0.1 * torch.randn(30, 8, generator=torch.Generator().manual_seed(3))
    same = torch.ones(12, 8) + torch.arange(8)
    assert [near.first for near in nearest(rows, {"b": same, "a": same, "far": -same})] == pytest.approx([0.5, 0.5, 0])


@given(st.integers(2, 30), st.integers(0, 5))
def test_a_candidate_lies_no_farther_for_having_fewer_sentences(few: int, seed: int) -> None:
    """Sentences of the one are a part of the other's: more of them would look nearer, their mean straying less."""
    draw = torch.Generator().manual_seed(seed)
    target, many = (torch.eye(6)[0] + torch.randn(n, 6, generator=draw) for n in (40, 200))
    found = {near.name: near for near in nearest(target, {"many": many, "few": many[:few]})}
    assert found["few"].similarity == pytest.approx(found["many"].similarity)
    assert found["few"].sentences == found["many"].sentences == few


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
    assert f"2 of the target, 16 of {tmp_path}/theirs.iob2, 16 of {tmp_path}/ours.iob2: give 25" in plain.output


class Runs:
    """A service with zero-shot of Danish from Swedish and, by the second run, from English."""

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def results(self, view: str, *, run: str, limit: int) -> list[dict[str, object]]:
        row = {"language": "da", "source": "related", "method": "direct", "size": 0}
        return [{**row, "related": "sv" if run == "one" else "en", "f1": 0.6 if run == "one" else 0.4}]


def test_the_ranking_is_compared_with_zero_shot_as_runs_have_measured_it(
    encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "client", lambda url: Runs())
    for name, vocabulary in (("sv", OURS), ("other", THEIRS)):
        rows = [f"{a}\tB-X\n{b}\tO\n\n" for a in vocabulary for b in vocabulary]
        (tmp_path / f"{name}.iob2").write_text("".join(rows))
    (tmp_path / "text").write_text("bil hus\nhund kat\n")
    app = Typer()
    app.command()(related)
    golds = [f"--gold={tmp_path}/sv.iob2", f"--gold=en={tmp_path}/other.iob2"]
    command = ["da", "--text", str(tmp_path / "text"), "--encoder", encoder, "--against", "one", "--against", "two"]
    told = json.loads(CliRunner().invoke(app, [*command, *golds, "--json"]).stdout)
    assert [(near["language"], near["f1"]) for near in told["candidates"]] == [("swe", 0.6), ("eng", 0.4)]
    assert told["agreement"] == {"rho": pytest.approx(1), "p": 0.5}
    said = CliRunner().invoke(app, [*command, *golds]).output
    assert "zero-shot F1 0.600" in said
    assert "+1.00 over 2 candidates; chance does as well in 50.0% of orders" in said
    unnamed = CliRunner().invoke(app, [*command, golds[0], f"--gold={tmp_path}/other.iob2"])
    assert "of which language? write CODE=PLACE" in str(unnamed.exception)
    twice = CliRunner().invoke(app, [*command, golds[0], f"--gold=sv={tmp_path}/other.iob2"])
    assert "are both swe" in str(twice.exception)
    nobody = CliRunner().invoke(app, ["fi", *command[1:], *golds])
    assert "none of the runs one, two has scored zero-shot" in str(nobody.exception)
    alone = CliRunner().invoke(app, [*command[:-2], *golds])
    assert "1 candidates were measured" in alone.output
