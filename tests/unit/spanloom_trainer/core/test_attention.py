"""One product for query, key and value says what three say, and is exported as three."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForTokenClassification, XLMRobertaConfig, XLMRobertaForTokenClassification

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core import workspace
from spanloom_trainer.core.attention import FusedSelfAttention, fuse_projections
from spanloom_trainer.core.base import Base, base_of, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.outcome import Outcome
from spanloom_trainer.core.packing import first_position, pack
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep, logits_of
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.core.workspace import Workspaces, fuses
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.resume import ResumePoint
from spanloom_trainer.process.supervise import fine_tune_supervised

Toy = dict[str, list[Sentence]]


@pytest.fixture
def fused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on CUDA."""
    monkeypatch.setattr(workspace, "fuses", lambda setup: True)


def batch(base: Base, schema: LabelSchema, toy: Toy, rows: range) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    data = prepare(toy["train"], toy["dev"], [], Recipe(trim=False), base, schema)
    ids = torch.from_numpy(pad((data.train.ids[i] for i in rows), base.padding))
    labels = torch.from_numpy(pad((data.train.labels[i] for i in rows), IGNORE))
    return ids, labels, torch.from_numpy(attended(len(data.train.ids[i]) for i in rows))


def close(one: Outcome, other: Outcome) -> bool:
    """Losses update by update, what is said of the test sentences, and all weights by their names."""
    weights = other.state.whole()
    return (
        one.first.losses == pytest.approx(other.first.losses, rel=1e-4)
        and one.predictions == other.predictions
        and one.state.whole().keys() == weights.keys()
        and all(torch.allclose(value, weights[name], atol=1e-3) for name, value in one.state.whole().items())
    )


@pytest.mark.parametrize(
    ("kind", "config"), [(BertForTokenClassification, BertConfig), (XLMRobertaForTokenClassification, XLMRobertaConfig)]
)
def test_logits_are_those_of_three_products(
    kind: type, config: type, base: Base, schema: LabelSchema, toy: Toy
) -> None:
    torch.manual_seed(3)
    sizes = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 64}
    plain = kind(config(vocab_size=250, pad_token_id=1, num_labels=len(schema), **sizes)).eval()
    one = copy.deepcopy(plain)
    fuse_projections(one)
    assert sum(isinstance(part, FusedSelfAttention) for part in one.modules()) == 2
    ids, _, mask = batch(base, schema, toy, range(8))
    with torch.no_grad():
        expected, found = logits_of(plain, ids, mask), logits_of(one, ids, mask)
    assert torch.allclose(found[mask.bool()], expected[mask.bool()], atol=1e-6)
    made = base_of(plain, base.tokenizer, name="plain")
    segments = pack(ids, ids, mask, padding=1, first=first_position(one, made) or 0)
    with torch.no_grad():
        row = logits_of(one, segments[0], (segments[2][:, :, None] == segments[2][:, None, :])[:, None], segments[3])
    assert torch.allclose(row[0, : int(mask.sum())], expected[mask.bool()], atol=1e-5)


def test_updates_are_those_of_three_products(base: Base, schema: LabelSchema, toy: Toy) -> None:
    """Losses update by update, clipped and decayed, and the weights after them."""
    torch.manual_seed(1)
    plain = start(base, schema).eval()  # no dropout
    one = copy.deepcopy(plain)
    fuse_projections(one)
    recipe = Recipe(learning_rate=1e-3, clip=0.5)
    three, joint = EagerStep(plain, recipe, "fp32"), EagerStep(one, recipe, "fp32")
    for step in range(6):
        ids, labels, mask = batch(base, schema, toy, range(step * 8, step * 8 + 8))
        assert float(joint(ids, labels, mask, 1e-3)) == pytest.approx(float(three(ids, labels, mask, 1e-3)), rel=1e-5)
    for name, value in plain.state_dict().items():
        assert torch.allclose(value, one.state_dict()[name], atol=2e-4)


def test_its_state_is_that_of_three_and_goes_both_ways(base: Base, schema: LabelSchema) -> None:
    plain, other = start(base, schema), start(base, schema)
    one = copy.deepcopy(plain)
    fuse_projections(one)
    expected = plain.state_dict()
    assert one.state_dict().keys() == expected.keys()
    assert all(torch.equal(value, expected[name]) for name, value in one.state_dict().items())
    other.load_state_dict(one.state_dict())
    one.load_state_dict({name: value + 1 for name, value in expected.items()})
    assert all(torch.equal(value, expected[name] + 1) for name, value in one.state_dict().items())
    for value in one.state_dict().values():
        value.zero_()
    assert not any(parameter.any() for parameter in one.parameters()), "its state is made of views"
    with pytest.raises(RuntimeError, match="Missing key"):
        one.load_state_dict({name: value for name, value in expected.items() if not name.endswith("key.bias")})


@pytest.mark.usefixtures("fused")
def test_a_training_is_that_of_three_products_and_is_exported_as_one(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def go(kept: Workspaces | None = None) -> Outcome:
        return fine_tune(
            toy["train"], toy["dev"], toy["test"], short, base=base, schema=schema, seed=1, workspaces=kept
        )

    short, kept = recipe.changed(epochs=2, learning_rate=1e-3), Workspaces()
    first, again = go(kept), go(kept)
    assert first.first.losses == again.first.losses, "the workspace begins anew"
    monkeypatch.setattr(workspace, "fuses", lambda setup: False)
    plain = go()
    assert close(plain, first)
    assert first.state.model().state_dict().keys() == plain.state.model().state_dict().keys()


@pytest.mark.usefixtures("fused")
def test_it_is_resumed_to_the_bit(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, tmp_path: Path) -> None:
    asked = itertools.count(1)

    def go(point: ResumePoint | None, stop_at: int | None) -> Outcome:
        return fine_tune_supervised(
            toy["train"], toy["dev"], toy["test"], recipe, base=base, schema=schema, seed=1,
            should_stop=lambda: stop_at is not None and next(asked) > stop_at, resume=point,
        )  # fmt: skip

    point = ResumePoint(tmp_path / "resume.safetensors", every_s=0)
    with pytest.raises(Cancelled):
        go(point, 5)
    assert go(point, None).first.losses == go(None, None).first.losses


def test_it_is_for_cuda(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    data = prepare(toy["train"], toy["dev"], [], recipe, base, schema)
    for kind in ("cpu", "cuda"):
        setup = TrainingSetup(data, recipe, base, schema, 1, torch.device(kind), "fp32")
        assert fuses(setup) == (kind == "cuda")
