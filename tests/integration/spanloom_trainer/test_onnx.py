from __future__ import annotations

from pathlib import Path

import pytest
import torch

from spanloom.contracts.training import Recipe
from spanloom_trainer.core.tiny import tiny_base
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.models.card import Card
from spanloom_trainer.models.export import export
from support.toy_language import SCHEMA, toy_sentences


@pytest.mark.slow
def test_onnx_says_the_same(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install 'spanloom-trainer[onnx]'")
    train, test = toy_sentences(32, 1), toy_sentences(16, 3)
    base = tiny_base(train, seed=1, hidden=32, layers=1, heads=2, ffn=64, vocab=200, longest=64)
    recipe = Recipe(learning_rate=5e-3, epochs=2)
    outcome = fine_tune(train, test, [], recipe, base=base, schema=SCHEMA, seed=1)
    folder = export(outcome, tmp_path / "1", card=Card("toy"), recipe=recipe, onnx=True)
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    for sentences in (test, test[:1]):
        sample = base.tokenizer(
            [list(s.tokens) for s in sentences], is_split_into_words=True, padding=True, return_tensors="pt"
        )
        (logits,) = session.run(None, {name: sample[name].numpy() for name in ("input_ids", "attention_mask")})
        with torch.no_grad():
            ours = outcome.state.model()(**sample).logits
        assert torch.allclose(torch.from_numpy(logits), ours, atol=1e-4)
