"""Export: a folder that transformers loads, whole or not there at all."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from spanloom.contracts.training import Recipe
from spanloom.data.encoders import ORIGIN, EncoderOrigin, known_encoder, origin_of
from spanloom.data.whole import replace_file
from spanloom.errors import EnvironmentMissing
from spanloom_trainer.core.base import Base, quiet
from spanloom_trainer.core.outcome import Outcome
from spanloom_trainer.files import new_folder
from spanloom_trainer.models.card import Card, render


def export(outcome: Outcome, folder: str | Path, *, card: Card, recipe: Recipe, onnx: bool = False) -> Path:
    """Write the chosen try's model: safetensors, config with `id2label`, tokenizer, model card, optionally ONNX.

    The folder appears by rename once everything in it is on the disk. Raises DataError where it exists already,
    EnvironmentMissing where ONNX is asked for and its packages are not there.
    """
    quiet()
    folder = Path(folder)
    trained = outcome.state
    with new_folder(folder) as temporary:
        trained.outline().save_pretrained(temporary, state_dict=trained.whole())
        trained.base.tokenizer.save_pretrained(temporary)
        if (origin := origin_of_base(trained.base)) is not None:
            origin.write(temporary)  # what is trained from this model can say it too
        (temporary / "README.md").write_text(render(card, training_facts(outcome, recipe)), encoding="utf-8")
        if onnx:
            export_onnx(trained.model(), trained.base.tokenizer, temporary / "model.onnx")
    return folder


def rewrite_card(folder: str | Path, outcome: Outcome, *, card: Card, recipe: Recipe) -> None:
    """Put another card in an exported folder, once there are scores to tell."""
    with replace_file(Path(folder) / "README.md") as temporary:
        temporary.write_text(render(card, training_facts(outcome, recipe)), encoding="utf-8")


def origin_of_base(base: Base) -> EncoderOrigin | None:
    """Where an encoder's weights came from, as far as the folder it was loaded from says so."""
    folder = Path(base.name)
    return origin_of(folder) if (folder / ORIGIN).is_file() else None


def origin_told(base: Base) -> str:
    """The card's line on where an encoder's weights came from: its folder's own, or the hub's name and revision."""
    origin = origin_of_base(base)
    if origin is not None:
        return origin.described()
    if base.revision is None:
        return "not known"
    known = known_encoder(base.name)
    return f"{base.name} at {base.revision}, Hugging Face hub" + (f"; {known.licence}" if known else "")


def training_facts(outcome: Outcome, recipe: Recipe) -> dict[str, Any]:
    """What the card says of the training."""
    chosen = outcome.with_restarts
    return {
        "tags": outcome.state.schema.tags,
        "encoder's origin": origin_told(outcome.state.base),
        "recipe": recipe.base,
        "settings": {k: v for k, v in recipe.values().items() if k != "base"},
        "precision": outcome.precision,
        "training seed": chosen.seed,
        "tries": f"{len(outcome.trainings)}, of which collapsed: {sum(one.collapsed for one in outcome.trainings)}",
        "updates": f"{chosen.steps}, best state after {chosen.best.step}",
        "dev span F1": chosen.best.dev_f1,
        "dev loss": chosen.best.dev_loss,
        "labels without an example": ", ".join(outcome.labels_absent) or "none",
        "collapsed": chosen.why_collapsed or "no",
    }


def export_onnx(model: Any, tokenizer: Any, path: Path) -> None:
    """The model as ONNX: input_ids and attention_mask `(B, L)` int64 to logits `(B, L, tags)`."""
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as missing:
        raise EnvironmentMissing(
            f"ONNX export needs {missing.name}: pip install 'spanloom-trainer[onnx]', or leave ONNX out"
        ) from missing
    import torch

    sample = tokenizer(["a b", "c"], return_tensors="pt", padding=True)
    inputs = {"input_ids": sample["input_ids"], "attention_mask": sample["attention_mask"]}
    batch, length = torch.export.Dim("batch", min=1), torch.export.Dim("length", min=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter warns of its own deprecations and shared axes
        torch.onnx.export(
            model,
            (),
            path,
            kwargs=inputs,
            input_names=list(inputs),
            output_names=["logits"],
            dynamic_shapes={name: {0: batch, 1: length} for name in inputs},
            dynamo=True,
            external_data=False,
            verbose=False,
        )
