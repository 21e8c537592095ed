from __future__ import annotations

import copy

import pytest
import torch
from transformers import get_linear_schedule_with_warmup

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom_trainer.core.base import Base, start
from spanloom_trainer.core.encode import IGNORE, attended
from spanloom_trainer.core.graphs import pad_static, static_shape
from spanloom_trainer.core.masks import whole_mask
from spanloom_trainer.core.step import EagerStep, learning_rate, optimizer_of


@pytest.mark.parametrize(("warmup", "steps"), [(0.0, 50), (0.06, 50), (0.1, 33), (1.0, 10)])
def test_the_schedule_is_transformers(warmup: float, steps: int) -> None:
    recipe = Recipe(learning_rate=1.0, warmup=warmup)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = get_linear_schedule_with_warmup(optimizer, -(-steps * warmup // 1), steps)
    for step in range(steps):
        assert learning_rate(recipe, step, steps) == pytest.approx(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()


def test_biases_and_norms_do_not_decay(base: Base, schema: LabelSchema) -> None:
    model = start(base, schema)
    decayed, plain = optimizer_of(model, Recipe(), torch.device("cpu")).param_groups
    names = {id(p): name for name, p in model.named_parameters()}
    assert all(names[id(p)].endswith("weight") and "LayerNorm" not in names[id(p)] for p in decayed["params"])
    assert all(names[id(p)].endswith("bias") or "LayerNorm" in names[id(p)] for p in plain["params"])
    assert (decayed["weight_decay"], plain["weight_decay"]) == (0.01, 0.0)
    assert len(decayed["params"]) + len(plain["params"]) == len(names)


def test_the_head_has_a_rate_of_its_own(base: Base, schema: LabelSchema) -> None:
    torch.manual_seed(1)
    first = start(base, schema).eval()
    ids, labels = torch.tensor([[0, 9, 8, 7, 2]]), torch.tensor([[IGNORE, 1, 0, 2, IGNORE]])
    own, shared = copy.deepcopy(first), copy.deepcopy(first)
    for model, head_rate in ((own, 1e-2), (shared, None)):
        recipe = Recipe(learning_rate=1e-4, head_learning_rate=head_rate, weight_decay=0.0)
        EagerStep(model, recipe, "fp32")(ids, labels, torch.ones_like(ids), 5e-5)

    def moved(model: torch.nn.Module, name: str) -> float:
        before, after = dict(first.named_parameters())[name], dict(model.named_parameters())[name]
        return float((after - before).abs().max().detach())

    assert moved(own, "classifier.weight") == pytest.approx(5e-3, rel=1e-2)  # Adam's first update is the rate
    assert moved(shared, "classifier.weight") == pytest.approx(5e-5, rel=1e-2)
    inner = "roberta.encoder.layer.0.output.dense.weight"
    assert moved(own, inner) == pytest.approx(moved(shared, inner), rel=1e-2)


def test_a_batch_at_a_static_shape_is_the_same_update(base: Base, schema: LabelSchema) -> None:
    torch.manual_seed(1)
    model = start(base, schema).eval()  # no dropout: the draws would differ with the shape
    ids = torch.tensor([[0, 9, 8, 7, 2], [0, 6, 2, 1, 1], [0, 5, 4, 2, 1]])
    labels = torch.tensor([[IGNORE, 1, 0, IGNORE, IGNORE], [IGNORE, 3] + [IGNORE] * 3, [IGNORE, 0, 2] + [IGNORE] * 2])
    plain, padded = (EagerStep(one, Recipe(learning_rate=1e-3), "fp32") for one in (model, copy.deepcopy(model)))
    lengths = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]])
    loss = plain(ids, labels, lengths, 1e-3)
    wide_ids, wide_labels, mask = pad_static(ids, labels, lengths, (16, 16), base.padding)
    assert wide_ids.shape == wide_labels.shape == mask.shape == (16, 16)
    same = padded.update(wide_ids, wide_labels, whole_mask(mask))
    assert float(same) == pytest.approx(float(loss), rel=1e-5)
    for one, other in zip(plain.parameters, padded.parameters, strict=True):
        assert torch.isfinite(other).all()
        assert torch.allclose(one, other, atol=2e-4)


def test_a_batch_in_parts_is_the_same_update(base: Base, schema: LabelSchema) -> None:
    torch.manual_seed(1)
    model = start(base, schema).eval()  # no dropout: the draws would differ with the shapes
    lengths = [40, 5, 6, 38, 4]
    ids = torch.full((5, 40), base.padding)
    labels = torch.full((5, 40), IGNORE)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.randint(5, base.embedding.num_embeddings, (length,))
        labels[row, 1 : length - 1 : 2] = torch.randint(0, len(schema), (len(range(1, length - 1, 2)),))
    mask = torch.from_numpy(attended(lengths))
    plain, parts = (
        EagerStep(one, Recipe(learning_rate=1e-3), "fp32", parts=in_parts)
        for one, in_parts in ((model, False), (copy.deepcopy(model), True))
    )
    assert float(parts(ids, labels, mask, 1e-3)) == pytest.approx(float(plain(ids, labels, mask, 1e-3)), rel=1e-5)
    for one, other in zip(plain.parameters, parts.parameters, strict=True):
        assert torch.allclose(one, other, atol=2e-4)


@pytest.mark.parametrize("rows", range(1, 200, 7))
@pytest.mark.parametrize("longest", [3, 16, 17, 48, 511, 512])
def test_static_shapes_hold_the_batch_with_little_waste(rows: int, longest: int) -> None:
    height, length = static_shape(rows, longest, 512)
    assert rows <= height <= max(rows + 3, 1.25 * rows)
    assert longest <= length <= min(512, longest + 15)
