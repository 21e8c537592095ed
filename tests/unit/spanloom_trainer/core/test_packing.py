"""A packed batch is the same update as a padded one."""

from __future__ import annotations

import copy
from itertools import islice

import numpy as np
import pytest
import torch

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, start
from spanloom_trainer.core.batches import bucketed
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.graphs import static_shape
from spanloom_trainer.core.masks import additive, block_mask
from spanloom_trainer.core.packing import UNIT, first_position, pack, packed_length
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep, logits_of

Toy = dict[str, list[Sentence]]


@pytest.mark.parametrize(("subwords", "row"), [(1, UNIT), (UNIT, UNIT), (UNIT + 1, 2 * UNIT), (639, 640)])
def test_a_row_is_the_next_multiple(subwords: int, row: int) -> None:
    assert packed_length(subwords) == row


def test_windows_of_a_row_see_themselves_alone() -> None:
    ids = torch.tensor([[5, 6, 7], [8, 9, 1]])
    labels = torch.tensor([[IGNORE, 1, 2], [IGNORE, 3, IGNORE]])
    mask = torch.tensor([[1, 1, 1], [1, 1, 0]])
    row, wanted, segments, positions = pack(ids, labels, mask, padding=1, first=2)
    assert row.shape == wanted.shape == segments.shape == positions.shape == (1, UNIT)
    assert row[0, :6].tolist() == [5, 6, 7, 8, 9, 1]
    assert wanted[0, :6].tolist() == [IGNORE, 1, 2, IGNORE, 3, IGNORE]
    assert segments[0, :6].tolist() == [0, 0, 0, 1, 1, 2]
    assert positions[0, :6].tolist() == [2, 3, 4, 2, 3, 2]
    seen = block_mask(segments)[0, 0]
    assert seen[:3, :3].all()
    assert seen[3:5, 3:5].all()
    assert not seen[:3, 3:].any()
    assert seen.any(1).all(), "no row of the mask is empty"
    added = additive(seen, "bf16")
    assert added.dtype == torch.bfloat16
    assert torch.equal(added == 0, seen)
    assert torch.equal(added == -torch.inf, ~seen)


def test_a_packed_update_is_the_padded_one(base: Base, schema: LabelSchema, toy: Toy) -> None:
    """Losses update by update, and the weights after them."""
    recipe = Recipe(learning_rate=1e-3)
    data = prepare(toy["train"], toy["dev"], [], recipe, base, schema)
    torch.manual_seed(1)
    model = start(base, schema, keep=data.keep).eval()  # no dropout: the draws would differ with the shape
    first = first_position(model, base)
    assert first == base.padding + 1
    padded = EagerStep(model, recipe, "fp32")
    packed = EagerStep(copy.deepcopy(model), recipe, "fp32")
    for step in range(6):
        rows = range(step * 8, step * 8 + 8)
        ids = torch.from_numpy(pad((data.train.ids[i] for i in rows), data.padding))
        labels = torch.from_numpy(pad((data.train.labels[i] for i in rows), IGNORE))
        mask = torch.from_numpy(attended(len(data.train.ids[i]) for i in rows))
        packed.set_rate(1e-3)
        loss = packed.update(*pack(ids, labels, mask, padding=data.padding, first=first))
        assert float(loss) == pytest.approx(float(padded(ids, labels, mask, 1e-3)), rel=1e-5)
    for one, other in zip(padded.parameters, packed.parameters, strict=True):
        assert torch.allclose(one, other, atol=2e-4)


def test_logits_of_a_row_are_the_padded_ones(base: Base, schema: LabelSchema, toy: Toy) -> None:
    data = prepare(toy["train"], toy["dev"], [], Recipe(), base, schema)
    model = start(base, schema, keep=data.keep).eval()
    ids = torch.from_numpy(pad(data.train.ids[:5], data.padding))
    mask = torch.from_numpy(attended(len(row) for row in data.train.ids[:5]))
    first = first_position(model, base)
    assert first is not None
    none = torch.full_like(ids, IGNORE)
    row, _, segments, positions = pack(ids, none, mask, padding=data.padding, first=first)
    with torch.no_grad():
        plain = logits_of(model, ids, mask)[mask.bool()]
        packed = logits_of(model, row, block_mask(segments), positions)[0, : len(plain)]
    assert torch.allclose(plain, packed, atol=1e-5)


def test_clipping_by_the_optimizer_is_clipping_the_gradients(base: Base, schema: LabelSchema) -> None:
    """AdamW divides by `grad_scale`; `clip_grad_norm_` multiplies beforehand. Equal but for rounding."""
    torch.manual_seed(1)
    ours = EagerStep(start(base, schema), Recipe(clip=0.01), "fp32")
    theirs = EagerStep(copy.deepcopy(ours.model), Recipe(clip=0.0), "fp32")
    draw = torch.Generator().manual_seed(2)
    for _ in range(3):
        for one, other in zip(ours.parameters, theirs.parameters, strict=True):
            one.grad = torch.randn(one.shape, generator=draw)
            other.grad = one.grad.clone()
        torch.nn.utils.clip_grad_norm_(theirs.parameters, 0.01)
        ours.apply()
        theirs.apply()
    for one, other in zip(ours.parameters, theirs.parameters, strict=True):
        assert torch.allclose(one, other, rtol=1.2e-7, atol=1e-9)


def test_few_shapes_hold_all_batches(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    """As batches are drawn: by length, so that each has about as many subwords."""
    data = prepare(toy["train"], toy["dev"], [], recipe, base, schema)
    setup = TrainingSetup(data, recipe, base, schema, 1, torch.device("cpu"), "fp32")
    totals = [sum(len(data.train.ids[i]) for i in rows) for rows in islice(setup.batches(1), 200)]
    assert len({packed_length(total) for total in totals}) <= 5
    assert sum(map(packed_length, totals)) / sum(totals) < 1 + UNIT / min(totals)


@pytest.mark.parametrize("spread", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("median", [14, 24, 40])
def test_rows_are_of_fewer_shapes_than_padded_batches_and_fill_up_less(median: int, spread: float) -> None:
    """Lengths as of sentences, which are about log-normal; ten epochs of a thousand windows."""
    draw = np.random.default_rng(1).lognormal(np.log(median), spread, 1000)
    lengths = np.clip(draw, 4, 512).astype(int).tolist()
    batches = [[lengths[i] for i in rows] for epoch in range(10) for rows in bucketed(lengths, 16, 1, epoch)]
    packed = [packed_length(sum(batch)) for batch in batches]
    padded = [static_shape(len(batch), max(batch), 512) for batch in batches]
    assert len(set(packed)) <= 7
    assert len(set(packed)) < len(set(padded))
    assert sum(packed) < sum(rows * length for rows, length in padded)
