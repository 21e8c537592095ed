"""Updates captured in CUDA graphs; these need a CUDA device."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch

from spanloom.contracts.training import Precision, Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, start
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.graphs import GraphStep, step_of
from spanloom_trainer.core.outcome import Outcome
from spanloom_trainer.core.state import TrainingSetup
from spanloom_trainer.core.step import EagerStep, Step
from spanloom_trainer.core.tagging import span_f1
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.process.resume import ResumePoint
from spanloom_trainer.process.supervise import fine_tune_supervised

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

Toy = dict[str, list[Sentence]]
RECIPE = Recipe(learning_rate=5e-3, max_steps=120, warmup=0.1)


def test_a_captured_update_is_the_written_one(base: Base, schema: LabelSchema, toy: Toy) -> None:
    device = torch.device("cuda")
    data = prepare(toy["train"], toy["dev"], [], RECIPE, base, schema)
    setup = TrainingSetup(data, RECIPE, base, schema, 1, device, "fp32")
    torch.manual_seed(1)
    models = [start(base, schema, keep=data.keep).eval().to(device) for _ in range(2)]  # no dropout
    models[1].load_state_dict(models[0].state_dict())
    captured = step_of(models[0], setup)
    assert isinstance(captured, GraphStep)
    written: Step = EagerStep(models[1], RECIPE, "fp32")
    for i, rows in enumerate(itertools.islice(setup.batches(1), 40)):
        ids = torch.from_numpy(pad((data.train.ids[r] for r in rows), data.padding))
        mask = torch.from_numpy(attended(len(data.train.ids[r]) for r in rows))
        labels = torch.from_numpy(pad((data.train.labels[r] for r in rows), IGNORE))
        rate = 1e-3 * (1 - i / 40)
        assert float(captured(ids, labels, mask, rate)) == pytest.approx(
            float(written(ids, labels, mask, rate)), rel=2e-3
        )
    assert captured.graphs
    for one, other in zip(captured.parameters, models[1].parameters(), strict=True):
        assert torch.allclose(one, other, atol=2e-3)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_it_learns_on_cuda(base: Base, schema: LabelSchema, toy: Toy, precision: Precision) -> None:
    recipe = RECIPE.changed(precision=precision)
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], recipe, base=base, schema=schema, seed=1, device="cuda")
    f1, _ = span_f1([s.tags for s in toy["test"]], outcome.predictions)
    assert f1 > 0.7
    assert not outcome.collapsed


def test_deterministic_means_bit_equal_resumed_or_not(
    base: Base, schema: LabelSchema, toy: Toy, tmp_path: Path
) -> None:
    recipe = RECIPE.changed(deterministic=True)
    asked = itertools.count(1)

    def go(stop_at: int | None, point: ResumePoint | None) -> Outcome:
        return fine_tune_supervised(
            toy["train"],
            toy["dev"],
            toy["test"],
            recipe,
            base=base,
            schema=schema,
            seed=1,
            device="cuda",
            should_stop=lambda: stop_at is not None and next(asked) > stop_at,
            resume=point,
        )

    one, two = go(None, None), go(None, None)
    assert one.first.losses == two.first.losses
    assert all(torch.equal(value, two.state.weights[name]) for name, value in one.state.weights.items())
    point = ResumePoint(tmp_path / "resume.safetensors", every_s=0)
    with pytest.raises(Cancelled):
        go(70, point)
    resumed = go(None, point)
    assert resumed.first.losses == one.first.losses
    assert all(torch.equal(value, resumed.state.weights[name]) for name, value in one.state.weights.items())
